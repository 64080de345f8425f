"""Articles with gold events -> one JSON line an article, cut into words as at run time.

    python -m scripts.reader.gold OUT.jsonl --articles NAME TEXTS GOLD DOCUMENTS.csv …

Each line: ``doc``, ``part`` (NAME), ``words`` and ``starts`` (character offsets) by sentence, and
``labels``: (sentence, word, category, factuality) of each gold trigger, as indices into
:data:`CATEGORIES` and :data:`FACTUALITY`; ``pairs``: for each of them, the candidates near it as
(sentence, word, facts, actor, recipient), where 1 is yes, 0 no and -1 not to be learnt from.
"""

import argparse
import csv
import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path

from spacy.tokens import Doc, Token

from pipeline.components.events.candidates import Candidate, Candidates
from pipeline.components.reader.labels import CATEGORIES, FACTUALITY
from pipeline.components.reader.pairs import facts
from pipeline.components.reader.windows import sentences
from pipeline.language import annotate, load
from pipeline.records import Article, Zone

ROLES = ("actors", "recipients")


def fold(name: str) -> str:
    """A name as the reference scorer compares it: lower-case letters and digits."""
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def forms_of(gold: dict) -> dict[str, set[str]]:
    """The forms under which each entity may be named."""
    found = {}
    for name, entity in gold["entities"].items():
        told = [m["text"] for m in gold["mentions"] if m.get("entity") == name]
        longest = [max(told, key=len)] if told else []
        found[name] = {fold(form) for form in [name, *longest, *entity.get("forms", [])]}
    return found


def judge(candidates: list[Candidate], event: dict, gold: dict, forms: dict, at: int) -> list:
    """Whether each candidate is an actor or recipient: (1, 0 or -1, 1, 0 or -1).

    Of several candidates that mean a party the nearest is it, one in the trigger's sentence
    first; the others teach nothing. One that only shares the country of a party counts where
    none bears its name.
    """
    marks = [[0, 0] for _ in candidates]
    for role, key in enumerate(ROLES):
        for name in event.get(key, []):
            country = gold["entities"][name].get("country", "")
            by_name = [
                i
                for i, c in enumerate(candidates)
                if any(fold(e.name) in forms[name] for e in c.entities)
            ]
            by_country = [
                i
                for i, c in enumerate(candidates)
                if country and any(e.country == country for e in c.entities)
            ]
            own = by_name or by_country
            for i in {*by_name, *by_country}:
                marks[i][role] = marks[i][role] or -1
            if own:
                marks[min(own, key=lambda i: _apart(candidates[i].token, at))][role] = 1
    return marks


def _apart(token: Token, at: int) -> tuple[bool, int]:
    """How far a word is from a trigger: in another sentence or not, then in words."""
    sentence = token.doc[at].sent
    return token.sent.start != sentence.start, abs(token.i - at)


def read_docs(nlp, texts: Path, golds: Path, documents: Path) -> Iterator[tuple[str, Doc]]:
    """Yield the names and Docs of the articles that have gold, with their zones and dates."""
    with documents.open(encoding="utf-8", newline="") as file:
        published = {row["doc_id"]: row["published"] for row in csv.DictReader(file)}
    articles = []
    for path in sorted(golds.glob("*.json")):
        zones = json.loads(path.read_text(encoding="utf-8"))["zones"]
        # newline="": offsets count the line ends as they stand in the file.
        with (texts / f"{path.stem}.txt").open(encoding="utf-8", newline="") as file:
            text = file.read()
        day = published.get(path.stem)
        articles.append(
            Article(
                path.stem,
                text,
                published=datetime.date.fromisoformat(day) if day else None,
                zones=[Zone(z["kind"], z["start"], z["end"]) for z in zones],
            )
        )
    for article, doc in annotate(nlp, articles):
        yield article.doc_id, doc


def gold_lines(nlp, part: str, texts: Path, golds: Path, documents: Path) -> Iterator[dict]:
    """Yield the articles of a set that have gold, in order of their names."""
    for document, doc in read_docs(nlp, texts, golds, documents):
        gold = json.loads((golds / f"{document}.json").read_text(encoding="utf-8"))
        cut = sentences(doc)
        number = {token.i: (s, w) for s, words in enumerate(cut) for w, token in enumerate(words)}
        near, forms = Candidates(cut), forms_of(gold)
        labels, pairs = [], []
        for event in sorted(gold["events"], key=lambda e: e["trigger"]["start"]):
            start, end = doc._.plain.spot(event["trigger"]["start"], event["trigger"]["end"])
            at = next(
                (
                    (s, w)
                    for s, words in enumerate(cut)
                    for w, token in enumerate(words)
                    if token.idx < end and start < token.idx + len(token)
                ),
                None,
            )
            if at is not None:
                labels.append(
                    (
                        *at,
                        CATEGORIES.index(event["type"]),
                        FACTUALITY.index(event["factuality"]),
                    )
                )
                trigger = cut[at[0]][at[1]]
                candidates = near.near(trigger)
                told = facts(trigger, [c.token for c in candidates])
                marks = judge(candidates, event, gold, forms, trigger.i)
                pairs.append(
                    [
                        (*number[c.token.i], fact, *mark)
                        for c, fact, mark in zip(candidates, told, marks, strict=True)
                    ]
                )
        yield {
            "doc": document,
            "part": part,
            "words": [[token.text for token in words] for words in cut],
            "starts": [[token.idx for token in words] for words in cut],
            "labels": labels,
            "pairs": pairs,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--articles",
        nargs=4,
        action="append",
        required=True,
        metavar=("NAME", "TEXTS", "GOLD", "DOCUMENTS"),
    )
    args = parser.parse_args()
    nlp = load(reader=False)
    nlp.disable_pipe("pacta_events")
    with args.out.open("w", encoding="utf-8") as file:
        for part, *folders in args.articles:
            for line in gold_lines(nlp, part, *map(Path, folders)):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
