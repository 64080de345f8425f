"""Training data of the shared variant: the documents of both layers in one file.

    python scripts/join_layers.py UD NER OUT

A document has the layers of its source only; what is missing is missing, and teaches that head
nothing.
"""

import argparse
import random
from pathlib import Path

import spacy
from spacy.tokens import DocBin

ATTRIBUTES = ["TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("ud", type=Path)
    parser.add_argument("ner", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    vocab = spacy.blank("en").vocab
    for split in ("train", "dev"):
        docs = [
            doc
            for folder in (args.ud, args.ner)
            for doc in DocBin().from_disk(folder / f"{split}.spacy").get_docs(vocab)
        ]
        random.Random(args.seed).shuffle(docs)
        DocBin(docs=docs, attrs=ATTRIBUTES).to_disk(args.out / f"{split}.spacy")
        print(split, len(docs), "documents")


if __name__ == "__main__":
    main()
