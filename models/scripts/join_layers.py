"""Training data of the shared variant: the documents of both layers in one folder.

    python scripts/join_layers.py UD NER OUT

A document has the layers of its source only; what is missing is missing, and teaches that head
nothing. One file would not do: a column of heads that are not there reads as a root at every word.
"""

import argparse
import random
import shutil
from pathlib import Path

import spacy
from spacy.tokens import DocBin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("ud", type=Path)
    parser.add_argument("ner", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--ner-share", type=float, default=0.3, help="of the documents of names")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    vocab = spacy.blank("en").vocab
    for split in ("train", "dev"):
        folder = args.out / split
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(args.ud / f"{split}.spacy", folder / "parsed.spacy")
        named = list(DocBin().from_disk(args.ner / f"{split}.spacy").get_docs(vocab))
        named = random.Random(args.seed).sample(named, round(args.ner_share * len(named)))
        attributes = ["ENT_IOB", "ENT_TYPE", "ENT_KB_ID"]
        DocBin(docs=named, attrs=attributes).to_disk(folder / "named.spacy")
        print(split, len(named), "documents with names")


if __name__ == "__main__":
    main()
