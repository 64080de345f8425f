"""Floret word vectors from all unannotated and annotated training text.

    python scripts/vectors.py ASSETS WORK

Words are what our tokenizer makes of the text, in spaCy's NORM form: lower-cased, so that
headlines in Title Case or capitals share the vectors of ordinary text. The table is small (32,000
rows of 64) because it travels with the model; subwords of four and five letters share its rows.
"""

import argparse
import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import floret
import spacy
from tokenizer import customize

SETTINGS = {
    "model": "skipgram",
    "mode": "floret",
    "hashCount": 2,
    "bucket": 32_000,
    "minn": 4,
    "maxn": 5,
    "minCount": 3,
    "dim": 64,
    "epoch": 4,
    "neg": 5,
    "ws": 5,
    "lr": 0.05,
}


def paragraphs(assets: Path) -> Iterator[str]:
    """Paragraphs of everything that may be trained on; no test part."""
    with gzip.open(assets / "raw-text.txt.gz", "rt", encoding="utf8") as file:
        yield from file.read().replace("\f", "\n").split("\n")
    for path in (assets / "throughput/state-press-releases.jsonl", assets / "ner/train.jsonl"):
        for line in path.open(encoding="utf8"):
            yield from json.loads(line)["text"].split("\n")
    for path in sorted((assets / "ud").glob("train-*.conllu")):
        for line in path.open(encoding="utf8"):
            if line.startswith("# text = "):
                yield line[9:].strip()


def write_words(assets: Path, out: Path) -> None:
    """One paragraph a line, words separated by blanks, repeated paragraphs once."""
    tokenizer = customize(spacy.blank("en")).tokenizer
    seen: set[str] = set()
    with out.open("w", encoding="utf8") as file:
        for paragraph in paragraphs(assets):
            if len(paragraph) < 3 or paragraph in seen:
                continue
            seen.add(paragraph)
            words = (
                t.norm_.lower().replace(" ", "") for t in tokenizer(paragraph) if not t.is_space
            )
            file.write(" ".join(words) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assets", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    text, table = args.work / "words.txt", args.work / "vectors.floret"
    write_words(args.assets, text)
    model = floret.train_unsupervised(str(text), thread=args.threads, **SETTINGS)
    model.save_floret_vectors(str(table))
    command = ["init", "vectors", "en", str(table), str(args.work / "vectors")]
    subprocess.run(
        [sys.executable, "-m", "spacy", *command, "--mode", "floret", "--attr", "NORM"], check=True
    )


if __name__ == "__main__":
    main()
