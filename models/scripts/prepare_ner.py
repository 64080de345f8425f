"""NER sources -> one convention -> DocBin files of short documents.

    python scripts/prepare_ner.py ASSETS/ner WORK/ner [--silver WORK/silver.jsonl]

The sources differ in what they call a name and in how carefully they were annotated. The rules of
``conventions.yaml`` are applied to every record; spans that stay doubtful are marked as missing,
so that they teach neither a name nor its absence.
"""

import argparse
import collections
import csv
import json
import lzma
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import spacy
import yaml
from prepare_ud import read_conllu
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from tokenizer import customize

HERE = Path(__file__).parent
MISSING = "?"
CITY_SIZE = 4.7  # log10 of the people of a city that goes into the pool of names
_EDGE = " \t\n\"'“”‘’,;:()[]*•-–—"
_ABBREVIATION = re.compile(
    r"(?:\b[A-Z]\.|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|St|Bros|Kft|No|Mt|Ft|[a-z]\.[a-z]|U\.S|D\.C)\.)$"
)
_CAPITAL = r"[A-Z][\w’'-]*"
_SHIP = re.compile(r"[A-Z]{2,5} [A-Z][a-z]")
_ROLE = (
    r"(?:Minister|Secretary|Secretaries|Ministers|Advis[eo]r|Chief|Commander|Director|Spokes|Chair|President|leader"
    r"|Deputy|Under|Assistant|General\b|Press|Official|Prime|Ambassador|Envoy)"
)


@dataclass
class Span:
    """A labelled stretch of characters; ``MISSING`` as label means "unknown"."""

    start: int
    end: int
    label: str


@dataclass
class Conventions:
    """``conventions.yaml``, with its lists compiled."""

    labels: list[str]
    merge_labels: dict[str, str]
    determiners: list[str]
    titles: set[str]
    inner_title: re.Pattern
    bodies: set[str]
    states: list[str]
    not_names: set[str]
    fragments: set[str]
    relabel: dict[str, str]
    add: dict[str, str]
    patterns: list[tuple[str, re.Pattern]]
    consistency: dict[str, float]
    weights: dict[str, float]
    body_after: re.Pattern = field(init=False)
    body_of: re.Pattern = field(init=False)
    state_of: re.Pattern = field(init=False)

    @classmethod
    def load(cls, path: Path) -> "Conventions":
        raw = yaml.safe_load(path.read_text(encoding="utf8"))

        def piped(text: str) -> list[str]:
            return [item.strip() for item in text.split("|") if item.strip()]

        return cls(
            labels=raw["labels"],
            merge_labels=raw["merge_labels"],
            determiners=sorted(raw["determiners"], key=len, reverse=True),
            titles=set(raw["titles"].split()),
            inner_title=re.compile(rf" (?:{'|'.join(raw['inner_titles'])}) (?=[A-Z])"),
            bodies=set(raw["bodies"].split()),
            states=raw["states"],
            not_names=set(piped(raw["not_names"])),
            fragments=set(piped(raw["fragments"])),
            relabel={
                name: label for label, names in raw["relabel"].items() for name in piped(names)
            },
            add={name: label for label, names in raw["add"].items() for name in names},
            patterns=[
                (label, compile_pattern(pattern))
                for label, patterns in raw["patterns"].items()
                for pattern in patterns
            ],
            consistency=raw["consistency"],
            weights=raw["weights"],
        )

    def __post_init__(self) -> None:
        bodies = "|".join(sorted(self.bodies, key=len, reverse=True))
        self.body_after = re.compile(
            rf" (?!West Bank)((?:{_CAPITAL} (?:and )?){{0,3}}(?:{bodies})\b"
            rf"(?: of (?:the )?{_CAPITAL})?)"
        )
        self.body_of = re.compile(rf"((?:{_CAPITAL} ){{0,3}}(?:{bodies})) of (?:the )?$")
        states = "|".join(sorted(map(re.escape, self.states), key=len, reverse=True))
        self.state_of = re.compile(rf"((?:[A-Z][a-z]+ )?(?:{states})) of (?:the )?$")


def compile_pattern(pattern: str) -> re.Pattern:
    """``{C}`` is a capitalised word, ``{N}`` one that begins no title."""
    word = r"[A-Z][\w-]*"
    pattern = pattern.replace("{C}", word).replace("{N}", rf"(?!{_ROLE}){word}")
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])")


def apply_patterns(text: str, spans: list[Span], rules: Conventions) -> list[Span]:
    """Spans that a pattern of the conventions settles replace what the source says there."""
    matches = []
    for label, pattern in rules.patterns:
        for match in pattern.finditer(text):
            start, end = match.span()
            start += len(
                re.match(
                    r"(?:(?:The|A|An|This|In|On|Of|For|And|With|By|At|From) )*", match.group()
                ).group()
            )
            nationality = next((s for s in spans if s.start == start and s.label == "NORP"), None)
            if label == "LOC" and nationality and nationality.end < end:
                start = nationality.end + 1
            if any(s.label == label and s.start <= start and end <= s.end for s in spans):
                continue
            runs_on = re.match(r"[ -][A-Z]", text[end:]) and not _role(text, end)
            if start < end and not (label in rules.labels and runs_on):
                matches.append(Span(start, end, label))
    settled: list[Span] = []
    for match in sorted(matches, key=lambda m: m.start - m.end):
        if not any(match.start < other.end and other.start < match.end for other in settled):
            settled.append(match)
    out = []
    for span in spans:
        over = [m for m in settled if m.start < span.end and span.start < m.end]
        # inside the name of a treaty only a body disappears, inside that of a ship everything
        if over and over[0].label == "programme":
            if span.end != over[0].end or span.label not in {"ORG", "LOC", "PERSON"}:
                out.append(span)
            continue
        treaty = over and not over[0].label and span.label in {"GPE", "NORP", "PERSON", "LOC"}
        if not over or (treaty and not _SHIP.match(text[over[0].start :])):
            out.append(span)
    return sorted(out + [m for m in settled if m.label in rules.labels], key=lambda s: s.start)


def tidy(text: str, span: Span, rules: Conventions) -> Span | None:
    """Cut determiners, titles, possessives and punctuation off; None where nothing is left."""
    start, end, label = span.start, span.end, span.label
    changed = True
    while changed and start < end:
        changed = False
        while start < end and text[start] in _EDGE:
            start, changed = start + 1, True
        while start < end and text[end - 1] in _EDGE and not _closes(text[start:end]):
            end, changed = end - 1, True
        surface = text[start:end]
        if surface[-2:] in {"'s", "’s"}:
            end, changed = end - 2, True
        elif surface.endswith(".") and not _ABBREVIATION.search(surface):
            end, changed = end - 1, True
        else:
            first, _, rest = surface.partition(" ")
            if rest and first in rules.determiners:
                start, changed = start + len(first) + 1, True
            elif (
                rest and first in rules.titles and label != "LOC" and _titled(surface, label, rules)
            ):
                start, label, changed = start + len(first) + 1, "PERSON", True
    if start >= end or not any(c.isalnum() for c in text[start:end]):
        return None
    return Span(start, end, label)


def _closes(surface: str) -> bool:
    """Whether the last character is a bracket that was opened inside."""
    return surface[-1] in ")]" and "(["[")]".index(surface[-1])] in surface


def _titled(surface: str, label: str, rules: Conventions) -> bool:
    """Whether the first word of ``surface`` is a title there ("General Musharraf", not "General
    Motors")."""
    if label == "PERSON":
        return True
    words = surface.split()
    if any(word in rules.bodies for word in words[1:]):
        return False
    if words[0] == "State":
        return len(words) > 2
    military = {
        "General",
        "Gen.",
        "King",
        "Prince",
        "Queen",
        "Prophet",
        "Sheikh",
        "Sheik",
        "Ayatollah",
        "President",
    }
    return words[0] in military and words[1] not in {
        "Motors",
        "Electric",
        "Assembly",
        "Mills",
        "Dynamics",
        "Atomics",
    }


def split_at_title(text: str, span: Span, rules: Conventions) -> list[Span]:
    """Cut in two what is a body and a person: "U.N. Secretary-General Ban Ki-moon"."""
    match = rules.inner_title.search(text[span.start : span.end])
    if not match or span.label == "LOC":
        return [span]
    left = Span(span.start, span.start + match.start(), span.label)
    name = text[left.start : left.end]
    left.label = rules.relabel.get(name, "ORG" if name in {"U.N.", "UN", "EU", "NATO"} else MISSING)
    return [left, Span(span.start + match.end(), span.end, "PERSON")]


def join_bodies(text: str, spans: list[Span], rules: Conventions) -> list[Span]:
    """Join "[Turkish] [Foreign Ministry]", "[Bank] of [Japan]", "Republic of [Korea]"."""
    spans = sorted(spans, key=lambda s: s.start)
    out: list[Span] = []
    for i, span in enumerate(spans):
        if out and span.start < out[-1].end:
            continue  # swallowed by the one before
        following = spans[i + 1] if i + 1 < len(spans) else None
        if span.label in {"NORP", "GPE"}:
            before = text[max(0, span.start - 60) : span.start]
            state = rules.state_of.search(before)
            body = rules.body_of.search(before)
            if span.label == "GPE" and state:
                span = Span(span.start - len(before) + state.start(1), span.end, "GPE")
            elif (
                span.label == "GPE"
                and body
                and not re.match(r" [A-Z]", text[span.end :])
                and body.group(1).split()[-1] not in {"State", "Defense", "Defence", "Health"}
            ):
                span = Span(span.start - len(before) + body.start(1), span.end, "ORG")
            else:
                after = rules.body_after.match(text[span.end :])
                if after and not _role(text, span.end + after.end()):
                    end = span.end + after.end(1)
                    if following and following.label == "ORG" and following.start == span.end + 1:
                        end = max(end, following.end)
                    span = Span(span.start, end, "ORG")
            while out and out[-1].end > span.start:
                out.pop()
        out.append(span)
    return out


def _role(text: str, at: int) -> bool:
    """Whether a title follows: in "U.S. Defense Secretary" the department is no mention."""
    return bool(re.match(rf"(?:[’']s)? {_ROLE}", text[at:]))


def split_compound(text: str, span: Span, known: dict[str, str]) -> list[Span]:
    """Cut "Peru-Chile" in two where both halves are known as places or peoples."""
    name = text[span.start : span.end]
    for joint in re.finditer(r"[-–‑/]", name):
        left, right = name[: joint.start()], name[joint.end() :]
        if {known.get(left), known.get(right)} <= {"GPE", "NORP"}:
            return [
                Span(span.start, span.start + joint.start(), known[left]),
                Span(span.start + joint.end(), span.end, known[right]),
            ]
    return [span]


class Consistency:
    """What the corpus as a whole says about a string, against single slips of the annotation."""

    def __init__(self, rules: Conventions) -> None:
        self.rules = rules
        self.labels: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
        self.found: collections.Counter = collections.Counter()
        self.majority: dict[str, str] = {}
        self.forgotten: re.Pattern | None = None

    def count(self, records: Iterable[tuple[str, list[Span]]]) -> None:
        records = list(records)
        for text, spans in records:
            for span in spans:
                if span.label != MISSING:
                    self.labels[text[span.start : span.end]][span.label] += 1
        limit = self.rules.consistency
        common = {
            name: counts.most_common(1)[0]
            for name, counts in self.labels.items()
            if sum(counts.values()) >= limit["min_count"] and name[0].isupper()
        }
        for name, (label, n) in common.items():
            if n / sum(self.labels[name].values()) >= limit["min_label_share"]:
                self.majority[name] = label
        self.majority.update(self.rules.relabel)
        pattern = _alternatives(self.majority)
        for text, spans in records:
            longer = [(s.start, s.end) for s in spans]
            for match in pattern.finditer(text):
                a, b = match.span()
                if not any(
                    start <= a and b <= end and end - start > b - a for start, end in longer
                ):
                    self.found[match.group()] += 1
        sure = {
            name: label
            for name, label in self.majority.items()
            if len(name) > 2
            and sum(self.labels[name].values()) >= limit["min_found_share"] * self.found[name]
            and self.found[name] >= limit["min_count"]
        }
        self.majority.update(self.rules.add)
        self.forgotten = _alternatives({**sure, **self.rules.add})

    def repair(self, text: str, spans: list[Span]) -> list[Span]:
        """Relabel slips and add forgotten occurrences."""
        spans = [part for span in spans for part in split_compound(text, span, self.majority)]
        for span in spans:
            name = text[span.start : span.end]
            if span.label != MISSING:
                span.label = self.majority.get(name, span.label)
        taken = [(span.start, span.end) for span in spans]
        for match in self.forgotten.finditer(text):
            start, end = match.span()
            if any(start < b and a < end for a, b in taken):
                continue
            # part of a longer unlabelled name: unknown rather than this
            longer = re.match(r" [A-Z][a-z]", text[end:]) or re.search(
                r"[A-Z][a-z]+ $", text[:start]
            )
            if longer and match.group() not in {"U.S.", "US"}:
                continue
            spans.append(Span(start, end, self.majority[match.group()]))
        return sorted(spans, key=lambda s: s.start)


def _alternatives(names: Iterable[str]) -> re.Pattern:
    ordered = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"(?<![\w.'’@/])(?:{'|'.join(ordered)})(?![\w@/]|['’](?!s\b|s?\W))")


def read(path: Path, rules: Conventions) -> Iterator[dict]:
    """Records with their ``spans`` under the guideline's labels."""
    for line in path.open(encoding="utf8"):
        record = json.loads(line)
        spans = []
        for start, end, _, label in record["ents"]:
            label = rules.merge_labels.get(label, label)
            if label in rules.labels:
                spans.append(Span(start, end, label))
        yield {"text": record["text"], "source": record["source"], "spans": spans}


def normalise(record: dict, rules: Conventions) -> None:
    """Apply every rule that looks at one record only."""
    text = record["text"]
    spans = []
    for span in record["spans"]:
        for part in split_at_title(text, span, rules):
            part = tidy(text, part, rules)
            if part is None:
                continue
            name = text[part.start : part.end]
            if name in rules.not_names:
                continue
            if name in rules.fragments:
                part.label = MISSING
            for joint in re.finditer(r" and ", name):
                halves = name[: joint.start()], name[joint.end() :]
                if all(half in rules.relabel or half in {"India", "Pakistan"} for half in halves):
                    spans.append(Span(part.start, part.start + joint.start(), part.label))
                    part = Span(part.start + joint.end(), part.end, part.label)
            part.label = rules.relabel.get(text[part.start : part.end], part.label)
            spans.append(part)
    record["spans"] = apply_patterns(text, join_bodies(text, spans, rules), rules)


def to_docs(records: list[dict], nlp: Language, rng: random.Random) -> Iterator[Doc]:
    """Documents of one to six records each, joined by blanks or newlines."""
    i = 0
    while i < len(records):
        size = rng.choice((1, 2, 3, 4, 5, 6)) if records[i]["source"] != "redocred" else 1
        text, spans = "", []
        for record in records[i : i + size]:
            if text:
                text += rng.choice((" ", " ", "\n", "\n", "\n\n"))
            base = len(text)
            text += record["text"]
            spans += [Span(base + s.start, base + s.end, s.label) for s in record["spans"]]
        i += size
        doc = nlp.make_doc(text)
        ents, missing = [], []
        taken = -1
        for span in spans:
            chars = doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
            if chars is None or chars.start < taken:
                continue
            taken = chars.end
            exact = chars.start_char == span.start and chars.end_char == span.end
            (ents if exact and span.label != MISSING else missing).append(chars)
        doc.set_ents(ents, missing=missing, default="outside")
        yield doc


def nameless(treebanks: Path, records: list[dict]) -> Iterator[dict]:
    """Treebank sentences without any name.

    The records of UNER and GUM leave most of them out; without them a model sees names everywhere.
    """
    for treebank, source in (("ewt", "uner-ewt"), ("gum-open", "gum-open")):
        known = {record["text"] for record in records if record["source"] == source}
        for sentence in read_conllu(treebanks / f"train-{treebank}.conllu"):
            if sentence.text not in known:
                yield {"text": sentence.text, "source": source, "spans": []}


def cities(file: Iterable[str]) -> Iterator[str]:
    """English names of the larger cities; the gazetteer's keys are folded, names in column 3."""
    for line in file:
        cells = line.rstrip("\n").split("\t")
        if len(cells) != 9 or cells[1] != "c" or float(cells[7]) < CITY_SIZE:
            continue
        if cells[0].isascii() and len(cells[0]) > 3:
            yield cells[2] or cells[0].title()


def pools(records: list[dict], knowledge: Path) -> dict[str, list[str]]:
    """Names by label, for the augmenter: from the annotated sources and from the gazetteers."""
    found: dict[str, set[str]] = collections.defaultdict(set)
    for record in records:
        for span in record["spans"]:
            name = record["text"][span.start : span.end]
            if span.label != MISSING and name[0].isupper() and len(name.split()) <= 6:
                found[span.label].add(name)
    with (knowledge / "countries.csv").open(encoding="utf8", newline="") as file:
        for row in csv.DictReader(file):
            aliases = [a.strip() for a in row["aliases"].split(";") if a.strip()]
            found["COUNTRY"].add(row["name"])
            found["STATE"].update(a for a in aliases if re.search(r"\b(Republic|Kingdom|State)", a))
            found["NORP"].update(d.strip() for d in row["demonyms"].split(";") if d.strip())
    for kind in ("land", "waters"):
        with (knowledge / f"places/{kind}.csv").open(encoding="utf8", newline="") as file:
            found["LOC"].update(row["name"] for row in csv.DictReader(file))
    with lzma.open(knowledge / "places/geonames.tsv.xz", "rt", encoding="utf8") as file:
        found["GPE"].update(cities(file))
    found["GPE"] |= found["COUNTRY"] | found["STATE"]
    return {label: sorted(names) for label, names in sorted(found.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assets", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--silver", type=Path, help="records that a first model labelled")
    parser.add_argument("--treebanks", type=Path, help="UD files, for sentences without names")
    parser.add_argument("--knowledge", type=Path, help="gazetteers, for the pools of names")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rules = Conventions.load(HERE.parent / "conventions.yaml")
    nlp = customize(spacy.blank("en"))
    rng = random.Random(args.seed)

    train = list(read(args.assets / "train.jsonl", rules))
    dev = list(read(args.assets / "dev.jsonl", rules))
    for record in train + dev:
        normalise(record, rules)
    corpus = Consistency(rules)
    corpus.count((record["text"], record["spans"]) for record in train)
    for record in train + dev:
        record["spans"] = corpus.repair(record["text"], record["spans"])
    if args.treebanks:
        train += list(nameless(args.treebanks, train))
    if args.knowledge:
        text = json.dumps(pools(train, args.knowledge), ensure_ascii=False, indent=0)
        (args.out / "pools.json").write_text(text, encoding="utf8")
    if args.silver:
        silver = list(read(args.silver, rules))
        for record in silver:
            normalise(record, rules)
        train += silver

    by_source = collections.defaultdict(list)
    for record in train:
        by_source[record["source"]].append(record)
    docs = []
    for source, records in sorted(by_source.items()):
        weight, picked = rules.weights[source], []
        while weight > 0:
            share = records[:]
            rng.shuffle(share)
            picked += share[: round(min(weight, 1.0) * len(share))]
            weight -= 1.0
        made = list(to_docs(picked, nlp, rng))
        labels = collections.Counter(ent.label_ for doc in made for ent in doc.ents)
        print(source, len(records), "records", sum(map(len, made)), "tokens", dict(labels))
        docs += made
    rng.shuffle(docs)
    DocBin(docs=docs, attrs=["ENT_IOB", "ENT_TYPE", "ENT_KB_ID"]).to_disk(args.out / "train.spacy")
    dev_docs = list(to_docs(dev, nlp, random.Random(args.seed)))
    DocBin(docs=dev_docs, attrs=["ENT_IOB", "ENT_TYPE", "ENT_KB_ID"]).to_disk(
        args.out / "dev.spacy"
    )
    print("train", len(docs), "dev", len(dev_docs), "documents")
    (args.out / "majority.json").write_text(
        json.dumps(corpus.majority, ensure_ascii=False, indent=0)
    )


if __name__ == "__main__":
    main()
