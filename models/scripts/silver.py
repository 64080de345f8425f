"""Self-training: label raw government and press text with a first model, mend it, keep what
agrees.

    python scripts/silver.py MODEL ASSETS OUT.jsonl [--words 1500000] [--exclude TEXTS]...

A teacher's single predictions on a new kind of text are noisy, but an article repeats its names.
Within each article a string gets the label that it has most often there (with the corpus-wide
convention as a strong vote), its unlabelled occurrences are filled in, surnames follow full names,
acronyms follow the long forms they are introduced by, and the rules of ``conventions.yaml`` settle
the rest. Lines in which a name stays disputed are dropped. Articles that share long word runs with
a text under ``--exclude`` (the test articles) are left out.
"""

import argparse
import collections
import gzip
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import spacy
from prepare_ner import Conventions, Span, normalise, split_compound
from tokenizer import customize

HERE = Path(__file__).parent
SHINGLE = 10
_ACRONYM = re.compile(r"\(([A-Z][A-Za-z&-]{1,7})\)")
_WORD = re.compile(r"\w+")
_ALWAYS = {"U.S.", "US", "UK", "U.K.", "EU", "Japan", "China", "Australia"}
_HOME = {
    "U.S.",
    "US",
    "United States",
    "America",
    "American",
    "Americans",
    "Australia",
    "Australian",
    "Australians",
}


def shingles(text: str) -> set[str]:
    words = _WORD.findall(text.lower())
    return {" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}


def articles(assets: Path, banned: set[str], rng: random.Random) -> Iterator[str]:
    """Raw articles in random order, those that overlap with a banned text left out."""
    with gzip.open(assets / "raw-text.txt.gz", "rt", encoding="utf8") as file:
        texts = file.read().split("\f")
    with (assets / "throughput/state-press-releases.jsonl").open(encoding="utf8") as file:
        for line in file:
            record = json.loads(line)
            texts.append(record["title"] + "\n" + record["text"])
    rng.shuffle(texts)
    seen: set[str] = set()
    for text in texts:
        key = " ".join(text.split())[:200]
        if key not in seen and not banned & shingles(text):
            seen.add(key)
            yield text.strip()


def occurrences(text: str, name: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?!\w)", text):
        yield match.span()


def acronyms(text: str, spans: list[Span], rules: Conventions) -> tuple[dict[str, str], set[str]]:
    """Acronyms in brackets: behind a name they have its label, behind a treaty or a role none."""
    labelled, void = {}, set()
    ends = {span.end: span for span in spans}
    for match in _ACRONYM.finditer(text):
        before = ends.get(match.start() - 1)
        name = match.group(1)
        if (
            before is not None
            and before.label in {"ORG", "GPE"}
            and len(text[before.start : before.end]) > len(name) + 4
        ):
            labelled[name] = before.label
        elif before is None and name not in rules.relabel:
            void.add(name)
    return labelled, void - set(labelled)


def mend(
    text: str, spans: list[Span], rules: Conventions, known: dict[str, str]
) -> tuple[list[Span], set[int]]:
    """Spans made consistent over the article, and offsets of the disputed ones."""
    record = {"text": text, "spans": spans}
    normalise(record, rules)
    spans = [part for span in record["spans"] for part in split_compound(text, span, known)]
    votes: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    for span in spans:
        votes[text[span.start : span.end]][span.label] += 1
    labelled, void = acronyms(text, spans, rules)
    full_names = [
        name
        for name, counts in votes.items()
        if " " in name and counts.most_common(1)[0][0] == "PERSON"
    ]
    surnames = {name.split()[-1] for name in full_names if len(name.split()[-1]) > 2}
    decided: dict[str, str] = {}
    disputed: set[str] = set()
    for name, counts in votes.items():
        label, n = counts.most_common(1)[0]
        if name in void or name in rules.not_names:
            decided[name] = ""
        elif name in labelled:
            decided[name] = labelled[name]
        elif name in known:
            decided[name] = known[name]
        elif name in surnames and label != "GPE":
            decided[name] = "PERSON"
        elif n >= 0.7 * counts.total():
            decided[name] = label
        else:
            disputed.add(name)
    for name in surnames:
        decided.setdefault(name, "PERSON")
    decided.update(labelled)
    out = []
    for span in spans:
        label = decided.get(text[span.start : span.end], span.label)
        if label:
            out.append(Span(span.start, span.end, label))
    taken = [(span.start, span.end) for span in spans]
    for name, label in sorted(decided.items(), key=lambda item: -len(item[0])):
        if not label or len(name) < 2 or not name[0].isupper() or name.isdigit():
            continue
        for start, end in occurrences(text, name):
            if any(start < b and a < end for a, b in taken):
                continue
            hyphened = name in _ALWAYS and text[end : end + 1] == "-"
            if (re.match(r"[ -][A-Z]", text[end:]) and not hyphened) or re.search(
                r"[A-Z][\w.-]* $", text[max(0, start - 20) : start]
            ):
                continue
            taken.append((start, end))
            out.append(Span(start, end, label))
    bad = {span.start for span in spans if text[span.start : span.end] in disputed}
    return sorted(out, key=lambda s: s.start), bad


def foreign(text: str, spans: list[Span], known: dict[str, str]) -> bool:
    """Whether an article speaks of other states: at least three known names from outside the home
    countries."""
    names = {text[s.start : s.end] for s in spans if s.label in {"GPE", "NORP", "LOC"}}
    return len({n for n in names if n in known and n not in _HOME}) >= 3


def lines(text: str, spans: list[Span], bad: set[int]) -> Iterator[dict]:
    """Records of a line each; lines with a disputed name and very short lines are dropped."""
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        inside = [s for s in spans if at <= s.start and s.end <= end]
        crossing = any(s.start < end < s.end for s in spans)
        letters = sum(c.isalpha() or c == " " for c in line)
        if (
            len(line.split()) >= 4
            and letters > 0.85 * len(line)
            and not crossing
            and not any(at <= b < end for b in bad)
        ):
            yield {
                "text": line,
                "ents": [[s.start - at, s.end - at, "silver", s.label] for s in inside],
                "source": "silver",
            }
        at = end + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("assets", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--known", type=Path, help="majority.json of prepare_ner.py")
    parser.add_argument("--words", type=int, default=1_500_000)
    parser.add_argument("--exclude", type=Path, action="append", default=[])
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rules = Conventions.load(HERE.parent / "conventions.yaml")
    known = json.loads(args.known.read_text(encoding="utf8")) if args.known else {}
    known = {name: label for name, label in known.items() if label != "PERSON"}
    banned: set[str] = set()
    for folder in args.exclude:
        for path in sorted(folder.glob("*.txt")):
            banned |= shingles(path.read_text(encoding="utf8"))
    nlp = spacy.load(args.model)
    customize(nlp)
    nlp.select_pipes(
        enable=[name for name in nlp.pipe_names if name in {"ner"} or name == "tok2vec"]
    )
    words, empty = 0, 0
    rng = random.Random(args.seed)
    with args.out.open("w", encoding="utf8") as out:
        for doc in nlp.pipe(articles(args.assets, banned, rng), batch_size=32):
            text = doc.text
            spans = [
                Span(e.start_char, e.end_char, e.label_) for e in doc.ents if "\n" not in e.text
            ]
            if not foreign(text, spans, known):
                continue
            for record in lines(text, *mend(text, spans, rules, known)):
                if not record["ents"] and rng.random() < 0.6:
                    empty += 1
                    continue
                words += len(record["text"].split())
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
            if words >= args.words:
                break
    print(words, "words;", empty, "lines without names left out")


if __name__ == "__main__":
    main()
