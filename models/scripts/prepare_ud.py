"""UD treebanks (CoNLL-U) -> DocBin files of short documents with their paragraph breaks.

    python scripts/prepare_ud.py ASSETS/ud WORK/ud

Words of a multiword token become tokens of their own ("do" + "n't"). Sentences of a treebank
document are joined by a blank, paragraphs by a newline token, so that the parser learns that a
line ends a sentence, full stop or not.
"""

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

MAX_SENTENCES = 8
BREAKS = ("\n",) * 8 + ("\n\n",) * 6 + ("\xa0\n\n", "\n\n\n", "\n \n", "\xa0\n")


@dataclass
class Sentence:
    """One CoNLL-U sentence: raw text, rows of words, whether a paragraph or document starts
    here."""

    text: str
    rows: list[list[str]]
    spaces: list[bool]
    new_doc: bool = False
    new_par: bool = False
    comments: list[str] = field(default_factory=list)


def read_conllu(path: Path) -> Iterator[Sentence]:
    """Sentences of a CoNLL-U file; ``spaces`` honours SpaceAfter=No and multiword tokens."""
    for block in path.read_text(encoding="utf8").strip().split("\n\n"):
        text, new_doc, new_par, rows, spaces = "", False, False, [], []
        mwt_end, mwt_space = 0, True
        for line in block.split("\n"):
            if line.startswith("#"):
                new_doc |= line.startswith("# newdoc")
                new_par |= line.startswith("# newpar")
                if line.startswith("# text = "):
                    text = line[9:]
                continue
            cells = line.split("\t")
            glued = "SpaceAfter=No" in cells[9]
            if "-" in cells[0]:
                mwt_end, mwt_space = int(cells[0].split("-")[1]), not glued
                continue
            if "." in cells[0]:
                continue
            number = int(cells[0])
            if number < mwt_end:
                spaces.append(False)
            elif number == mwt_end:
                spaces.append(mwt_space)
            else:
                spaces.append(not glued)
            rows.append(cells)
        yield Sentence(text, rows, spaces, new_doc, new_par)


def feats(cell: str) -> str:
    return "" if cell == "_" else cell


def build(vocab: Vocab, sentences: list[Sentence], rng: random.Random) -> Doc:
    """One spaCy Doc of several sentences, newline tokens between paragraphs."""
    words, spaces, tags, pos, morphs, lemmas, deps, heads = ([] for _ in range(8))
    for k, sentence in enumerate(sentences):
        if k:
            if sentence.new_par or sentence.new_doc or rng.random() < 0.08:
                spaces[-1] = False
                words.append(rng.choice(BREAKS))
                spaces.append(False)
                tags.append("_SP")
                pos.append("SPACE")
                morphs.append("")
                lemmas.append(words[-1])
                deps.append("dep")
                heads.append(len(words) - 2)
            else:
                spaces[-1] = True
        base = len(words)
        for i, row in enumerate(sentence.rows):
            words.append(row[1])
            spaces.append(sentence.spaces[i])
            tags.append(row[4])
            pos.append(row[3])
            morphs.append(feats(row[5]))
            lemmas.append(row[2] if row[2] != "_" or row[1] == "_" else row[1])
            head = int(row[6])
            deps.append("ROOT" if head == 0 else row[7])
            heads.append(base + (head - 1 if head else i))
    return Doc(
        vocab, words=words, spaces=spaces, tags=tags, pos=pos, morphs=morphs, lemmas=lemmas,
        deps=deps, heads=heads,
    )  # fmt: skip


def group(sentences: Iterator[Sentence], rng: random.Random) -> Iterator[list[Sentence]]:
    """Runs of one to MAX_SENTENCES neighbouring sentences of one document."""
    run: list[Sentence] = []
    limit = rng.randint(2, MAX_SENTENCES)
    for sentence in sentences:
        if run and (sentence.new_doc or len(run) >= limit):
            yield run
            run, limit = [], rng.randint(2, MAX_SENTENCES)
        run.append(sentence)
    if run:
        yield run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assets", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    vocab = spacy.blank("en").vocab
    for split in ("train", "dev"):
        rng = random.Random(args.seed)
        docs = []
        for treebank in ("ewt", "gum-open"):
            sentences = read_conllu(args.assets / f"{split}-{treebank}.conllu")
            docs += [build(vocab, run, rng) for run in group(sentences, rng)]
        rng.shuffle(docs)
        DocBin(docs=docs, store_user_data=False).to_disk(args.out / f"{split}.spacy")
        print(split, len(docs), "documents", sum(len(doc) for doc in docs), "tokens")


if __name__ == "__main__":
    main()
