"""Universal NER, English EWT: IOB2 files over the sentences of UD English EWT.

The training part comes from the first commit of the repository (``old-train.iob2``, 2022-12-02);
the label counts of the final file differ by less than 0.6 per cent. UNER's own texts have detached
clitics, so offsets are laid over the text of the treebank where the sentence is there.
"""

from collections.abc import Iterator
from pathlib import Path

from .names import add_groups, body_type, group_type, place_type
from .text import align, bio_spans


def convert(sources: Path, treebank: Path) -> Iterator[dict]:
    """Records of the three parts; ``treebank`` is the folder of the UD files made by ``ud.py``."""
    texts = _treebank_texts(treebank)
    folder = sources / "UNER_English-EWT"
    for split, name in (
        ("train", "old-train"),
        ("dev", "en_ewt-ud-dev"),
        ("test", "en_ewt-ud-test"),
    ):
        for sent_id, own_text, tokens, tags in _sentences(folder / f"{name}.iob2"):
            text = texts.get(sent_id, own_text)
            try:
                offsets = align(text, tokens)
            except ValueError:
                text = own_text
                offsets = align(text, tokens)
            ents = []
            for first, last, label in bio_spans(tags):
                start, end = offsets[first][0], offsets[last - 1][1]
                ents.append((start, end, label, _label(label, text[start:end])))
            yield {
                "id": sent_id,
                "text": text,
                "ents": add_groups(text, ents),
                "source": "uner-ewt",
                "split": split,
            }


def _label(label: str, name: str) -> str | None:
    if label == "PER":
        return "PERSON"
    return {"ORG": body_type, "LOC": place_type, "OTH": group_type}[label](name)


def _treebank_texts(treebank: Path) -> dict[str, str]:
    texts, sent_id = {}, ""
    for path in sorted(treebank.glob("*-ewt.conllu")):
        for line in path.read_text(encoding="utf8").splitlines():
            if line.startswith("# sent_id = "):
                sent_id = line[12:].strip()
            elif line.startswith("# text = "):
                texts[sent_id] = line[9:]
    return texts


def _sentences(path: Path) -> Iterator[tuple[str, str, list[str], list[str]]]:
    for block in path.read_text(encoding="utf8").strip().split("\n\n"):
        sent_id = text = ""
        tokens, tags = [], []
        for line in block.split("\n"):
            if line.startswith("# sent_id"):
                sent_id = line.split("= ")[1]
            elif line.startswith("# text"):
                text = line.split("= ", 1)[1]
            elif line and not line.startswith("#"):
                cells = line.split("\t")
                if cells[0].isdigit():
                    tokens.append(cells[1])
                    tags.append(cells[2])
        if tokens:
            yield sent_id, text, tokens, tags
