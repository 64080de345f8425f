"""Unannotated text -> one JSON line a passage, in the form of the gold lines, without labels.

    python -m scripts.reader.raw ASSETS/data OUT.jsonl --exclude HASHES --gold GOLD.jsonl

First the wire sentences of the Groningen Meaning Bank subset, whose ids count on through its
articles, then government statements. ``HASHES`` names the sentences of articles that are scored:
a sentence among them is left out, and a document with two of them is left out whole.
"""

import argparse
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.reader.annotated import bank, collection

from pipeline.language import load

PASSAGE = 24
"""Sentences of a passage at most."""
SHORT = 25
"""Letters and digits below which a sentence says too little to tell an article by."""


def key(sentence: str) -> str:
    """The first 16 hex digits of SHA-1 over a sentence's lower-case letters and digits."""
    letters = re.sub(r"[^a-z0-9]+", "", sentence.lower())
    return hashlib.sha1(letters.encode()).hexdigest()[:16]


def sentences_of(text: str) -> list[str]:
    """Sentences roughly: for the hashes only, so that no model moves them."""
    return [
        sentence
        for line in text.split("\n")
        for sentence in re.split(r"(?<=[.!?])[\"”’']?\s+(?=[A-Z\"“‘'])", line)
        if len(re.sub(r"[^a-z0-9]+", "", sentence.lower())) >= SHORT
    ]


def wire(path: Path, excluded: set[str]) -> Iterator[list[str]]:
    """Runs of sentences that follow each other in the Groningen Meaning Bank."""
    found = bank(path)
    run: list[str] = []
    last = 0
    for number in sorted(found):
        text = found[number]
        if key(text) in excluded or number > last + 2 or len(run) >= PASSAGE:
            if run:
                yield run
            run = []
        last = number
        if key(text) not in excluded:
            run.append(text)
    if run:
        yield run


def statements(path: Path, excluded: set[str], words: int, seed: int) -> Iterator[list[str]]:
    """Paragraphs of government statements drawn at random, up to a number of words."""
    articles = collection(path)
    random.Random(seed).shuffle(articles)
    for article in articles:
        if sum(key(s) in excluded for s in sentences_of(article)) > 1:
            continue
        lines = [line for line in article.split("\n") if line.strip()][:PASSAGE]
        lines = [line for line in lines if not any(key(s) in excluded for s in sentences_of(line))]
        words -= sum(len(line.split()) for line in lines)
        if lines:
            yield lines
        if words < 0:
            return


def passages(nlp, runs: Iterable[list[str]], part: str) -> Iterator[dict]:
    for number, run in enumerate(runs):
        docs = [[t.text for t in nlp.make_doc(text) if not t.is_space] for text in run]
        yield {"doc": f"{part}-{number}", "part": part, "words": [d for d in docs if d]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--exclude", type=Path, required=True, metavar="HASHES")
    parser.add_argument("--gold", type=Path, required=True, help="lines of the annotated articles")
    parser.add_argument("--statements", type=int, default=600_000, help="words of statements")
    parser.add_argument("--seed", type=int, default=2026)
    args = parser.parse_args()
    excluded = set(args.exclude.read_text(encoding="utf-8").split())
    # The teacher knows the answers of its own articles; a student tested on a fold must not.
    with args.gold.open(encoding="utf-8") as file:
        excluded |= {key(" ".join(s)) for line in file for s in json.loads(line)["words"]}
    nlp = load()
    with args.out.open("w", encoding="utf-8") as file:
        for part, runs in (
            ("wire", wire(args.data / "ner" / "train.jsonl", excluded)),
            (
                "statements",
                statements(args.data / "raw-text.txt.gz", excluded, args.statements, args.seed),
            ),
        ):
            for passage in passages(nlp, runs, part):
                file.write(json.dumps(passage, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
