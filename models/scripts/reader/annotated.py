"""Annotation without text, and the texts it was made on -> articles with gold.

    python -m scripts.reader.annotated ANNOTATION.jsonl ASSETS/data OUT

``ANNOTATION.jsonl`` (``annotation/events.jsonl``; how it was made: README.md) holds no word of an
article: a line an article with

- ``source`` and ``id``: ``gmb`` and the numbers of the first and last of the sentences, in the
  order of the Groningen Meaning Bank subset; ``statements`` and the place in the collection;
  ``geovirus`` and ``meantime`` with the number of the record;
- ``sha1`` of the text, so that another state of a source is noticed;
- ``entities``: type, country, sector, and the spans of one mention of each form;
- ``events``: start, end, category, factuality, then actors, recipients and place as numbers of
  entities. Offsets are characters, ends exclusive.

Written are OUT/articles, OUT/gold (``events_only``) and OUT/documents.csv.
"""

import argparse
import csv
import gzip
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

COLUMNS = ("doc_id", "title", "published", "source", "licence", "url")
TOGETHER = 2
"""Sentences of a paragraph: the bank keeps none."""


def digest(text: str) -> str:
    """The first 16 hex digits of SHA-1 over a text."""
    return hashlib.sha1(text.encode()).hexdigest()[:16]


def records(path: Path) -> list[dict]:
    """The lines of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def bank(*paths: Path) -> dict[int, str]:
    """The sentences of the Groningen Meaning Bank subset by number, which counts on by article."""
    return {
        int(record["id"].removeprefix("gmb-")): record["text"]
        for path in paths
        for record in records(path)
        if record["source"] == "gmb"
    }


def collection(path: Path) -> list[str]:
    """The government statements, in their order."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.read().split("\f")


def texts(data: Path) -> dict[str, Callable[[str], str]]:
    """For each source what finds the text of an id."""
    sentences = bank(data / "ner" / "train.jsonl", data / "ner" / "dev.jsonl")
    statements = collection(data / "raw-text.txt.gz")
    geovirus = records(data / "places" / "geovirus.jsonl")
    meantime = records(data / "dates" / "meantime_wikinews.jsonl")

    def run(id: str) -> str:
        first, last = map(int, id.split("-"))
        found = [sentences[i].strip() for i in range(first, last + 1) if i in sentences]
        starts = range(0, len(found), TOGETHER)
        return "\n".join(" ".join(found[at : at + TOGETHER]) for at in starts) + "\n"

    return {
        "gmb": run,
        "statements": lambda id: statements[int(id)].replace("\r\n", "\n").strip() + "\n",
        "geovirus": lambda id: geovirus[int(id)]["text"],
        "meantime": lambda id: meantime[int(id)]["text"],
    }


def gold_of(line: dict, document: str, text: str) -> dict:
    """Gold in the form of the other articles, the longest form of an entity as its name."""
    names, entities = [], {}
    for kind, country, sector, spans in line["entities"]:
        forms = [text[start:end] for start, end in spans]
        name = max(forms, key=len)
        if name in entities:
            name = f"{name} ({len(names)})"
        names.append(name)
        entities[name] = {"type": kind, "country": country, "sector": sector, "forms": forms}
    events = [
        {
            "id": f"E{number}",
            "trigger": {"start": start, "end": end, "text": text[start:end]},
            "type": category,
            "factuality": factuality,
            "actors": [names[i] for i in actors],
            "recipients": [names[i] for i in recipients],
            "place": "".join(names[i] for i in place),
        }
        for number, (start, end, category, factuality, actors, recipients, place) in enumerate(
            line["events"], 1
        )
    ]
    return {
        "doc_id": document,
        "published": "",
        "guideline": 1,
        "zones": [],
        "entities": entities,
        "mentions": [],
        "events_only": True,
        "events": events,
    }


def write(lines: Iterable[dict], data: Path, out: Path) -> list[str]:
    """Write articles and gold; the articles whose text is not the one annotated are left out.

    Returns
    -------
    list of str
        Their names.
    """
    found, missing, rows = texts(data), [], []
    for name in ("articles", "gold"):
        (out / name).mkdir(parents=True, exist_ok=True)
    for line in lines:
        document = f"{line['source']}-{line['id']}"
        text = found[line["source"]](line["id"])
        if digest(text) != line["sha1"]:
            missing.append(document)
            continue
        (out / "articles" / f"{document}.txt").write_text(text, encoding="utf-8", newline="")
        gold = json.dumps(gold_of(line, document, text), ensure_ascii=False, indent=0)
        (out / "gold" / f"{document}.json").write_text(gold, encoding="utf-8")
        rows.append({"doc_id": document, "source": line["source"]})
    with (out / "documents.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, restval="")
        table.writeheader()
        table.writerows(rows)
    return missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("annotation", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    missing = write(records(args.annotation), args.data, args.out)
    if missing:
        print(len(missing), "articles stand otherwise in these sources:", *missing)


if __name__ == "__main__":
    main()
