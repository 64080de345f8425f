"""Convert everything: ``python -m convert SOURCES OUT`` (run in ``models/scripts``).

SOURCES holds a clone or download of every repository that project.yml lists; OUT receives ``ud/``
and ``ner/``. Of the UNER and GUM sentences without any name three in five are left out of the
training part.
"""

import argparse
import collections
import json
import random
from pathlib import Path

from . import gmb, grobid, gum, redocred, ud, uner, wikigold
from .names import without_overlaps

SPARSE = {"uner-ewt", "gum-open"}


def write(path: Path, records: list[dict]) -> None:
    labels = collections.Counter(label for r in records for *_, label in r["ents"])
    path.write_text(
        "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records),
        encoding="utf8",
    )
    print(path.name, len(records), "records", dict(labels.most_common()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sources", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    treebank, out = args.out / "ud", args.out / "ner"
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(args.seed)
    ud.convert(args.sources, treebank)
    parts: dict[str, list[dict]] = collections.defaultdict(list)
    for records in (
        gmb.convert(args.sources),
        uner.convert(args.sources, treebank),
        wikigold.convert(args.sources),
        grobid.convert(args.sources),
        gum.convert(args.sources, treebank / "gum_docs_licence.tsv"),
        redocred.convert(args.sources),
    ):
        for record in records:
            record["ents"] = [list(e) for e in without_overlaps(record["ents"]) if e[3]]
            source, split = record["source"], record["split"]
            if split == "train" and source in SPARSE and not record["ents"] and rng.random() < 0.6:
                continue
            parts[f"test-{source}" if split == "test" else split].append(record)
    rng.shuffle(parts["train"])
    for name, records in parts.items():
        write(out / f"{name}.jsonl", records)


if __name__ == "__main__":
    main()
