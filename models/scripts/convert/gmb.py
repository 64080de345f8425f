"""Groningen Meaning Bank, news subset with named entities ("ner_dataset.csv").

The annotation is automatic with corrections and has its own ways: nationalities are ``gpe``,
titles stand inside persons, long names are cut up, the CSV went through a spreadsheet. This module
repairs what can be repaired by rule: known long names are joined, titles and compass points cut
off, labels checked against gazetteers, single slips overruled by how the string is labelled
elsewhere.
"""

# ruff: noqa: SIM905
import collections
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from .names import Entity, names, place_type
from .text import bio_spans, detokenise

TokenSpan = tuple[int, int, str, str | None]
Row = tuple[str, str, str]

_MONTHS = {m: i for i, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_STRAIGHT = str.maketrans(
    {"\x92": "'", "\x93": '"', "\x94": '"', "\x96": "-", "\x97": "-", "\x85": "...", "\xa0": " ",
     "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."}
)  # fmt: skip
_EDGE_FRONT = frozenset("- -- , . \" 's ' ( ) ; : the The of for and in on that to a an at".split())
_EDGE_BACK = frozenset("- -- , . \" 's ' ( ) ; : of for and the in on that to".split())
_COMPASS = re.compile(
    r"(?:north|south|east|west|central|northern|southern|eastern|western|northeast|northwest|southeast|southwest"
    r"|northeastern|northwestern|southeastern|southwestern|mainland|downtown|coastal|nearby|neighboring|rural)"
)
_BODY_WORD = re.compile(
    r"\b(?:Party|Ministry|Department|Agency|Council|Committee|Commission|Union|Association|Organi[sz]ation|Company|Corp"
    r"|Corporation|Inc|Bank|Group|Army|Forces?|Front|Movement|Court|Police|University|Institute|Cent(?:er|re)|Foundation"
    r"|Fund|Times|Post|News|Radio|Television|TV|Airlines|Airways|Congress|Parliament|Assembly|Senate|House|League"
    r"|Federation|Brigades?|Brotherhood|Alliance|Coalition|Office|Authority|Bureau|Command|Corps|Guards?|Church"
    r"|International|Watch|Club|United|Exchange|Industries|Motors|Oil|Energy|Petroleum|Society|Network|Program(?:me)?"
    r"|Embassy|Services?|Journal|Daily|School|College)\b"
)
_TREATY = re.compile(r" (?:Treaty|Protocol|Conventions?|Accords?|Act|Pact|Agreement|Constitution)$")
_CONTEST = re.compile(
    r" (?:Cup|Games|Olympics|Open|Championships?|Tournament|War|Marathon|Grand Prix|Masters"
    r"|Festival)$"
)
_ARABIC_NAME = re.compile(r"[A-Z]\w+ (?:al|el)-[A-Z]\w+")
_NAME_PART = re.compile(r"[A-Z][\w'.-]*|al-\w+|bin|de|van|von|der|al|el|ul|ibn")
_SMOOTHED = frozenset(("PERSON", "ORG", "GPE", "LOC", "FAC"))


@cache
def lists() -> dict[str, list[str]]:
    """The lists of ``gmb.yaml``."""
    raw = yaml.safe_load((Path(__file__).parent / "gmb.yaml").read_text(encoding="utf8"))
    return {key: [x.strip() for x in text.split("|") if x.strip()] for key, text in raw.items()}


@cache
def words_of(key: str) -> frozenset[str]:
    return frozenset(lists()[key])


@cache
def long_names() -> dict[tuple[str, ...], str | None]:
    """Names of several words, by their tokens."""
    known = names()
    out: dict[tuple[str, ...], str | None] = {}
    for label, strings in (
        ("GPE", [*sorted(known.governed), *lists()["gpe"]]),
        ("NORP", sorted(known.long_demonyms)),
        ("LOC", [*sorted(known.locations), *lists()["loc"]]),
        (None, lists()["no_name"]),
        ("ORG", lists()["org"]),
    ):
        for string in strings:
            tokens = tuple(string.replace("'s", " 's").replace(",", " ,").split())
            if len(tokens) > 1:
                out[tokens] = label
    return out


def convert(sources: Path) -> Iterator[dict]:
    """Records of one sentence; a block of 200 in twenty is held out for each of dev and test.

    Sentences with a run of proper nouns that nothing covers are not used for training.
    """
    seen, records = set(), []
    for number, sentence in _sentences(sources / "gmb/ner_dataset.csv"):
        words = tuple(word for word, *_ in sentence)
        if words in seen or len(words) < 3:
            continue
        seen.add(words)
        text, offsets = detokenise(words)
        spans = _repair(sentence)
        ents = [(offsets[i][0], offsets[j - 1][1], raw, label) for i, j, raw, label in spans]
        split = {7: "dev", 13: "test"}.get((number // 200) % 20, "train")
        if split == "train" and _forgotten_names(sentence, spans):
            continue
        records.append(
            {"id": f"gmb-{number}", "text": text, "ents": ents, "source": "gmb", "split": split}
        )
    _smooth(records)
    yield from records


def _sentences(path: Path) -> Iterator[tuple[int, list[Row]]]:
    """Sentences as (word, part of speech, tag), with what a spreadsheet did to the words
    undone."""
    number, sentence = 0, []
    with path.open(encoding="cp1252", errors="replace", newline="") as file:
        for mark, word, pos, tag in csv.reader(file):
            if mark == "Sentence #":
                continue
            if mark.startswith("Sentence"):
                if sentence:
                    yield number, sentence
                number, sentence = int(float(mark.split(": ")[1])), []
            sentence += [(part, pos, tag) for part in _restore(word).split(" ")]
    if sentence:
        yield number, sentence


def _restore(word: str) -> str:
    """Undo "06-Mar" (6-3) and "1,00,000" (100,000); typewriter quotes and dashes."""
    if match := re.fullmatch(r"(\d{2})-([A-Z][a-z]{2})", word):
        if match[2] in _MONTHS:
            return f"{int(match[1])}-{_MONTHS[match[2]]}"
    elif (match := re.fullmatch(r"([A-Z][a-z]{2})-(\d{2})", word)) and match[1] in _MONTHS:
        return f"{_MONTHS[match[1]]}-{int(match[2])}"
    if re.fullmatch(r"\d{1,2}(?:,\d{2})+,\d{3}", word):
        return f"{int(word.replace(',', '')):,}"
    return word.translate(_STRAIGHT)


def _repair(sentence: list[Row]) -> list[TokenSpan]:
    words = [word for word, *_ in sentence]
    raw_spans = [s for s in bio_spans([tag for *_, tag in sentence]) if s[2] != "tim"]
    used = [False] * len(words)
    out = list(_long_names(words, raw_spans, used))
    for first, last, raw in raw_spans:
        for start, end in _free_runs(used, first, last):
            out += _mend(words, start, end, raw, used)
    out += _single_names(words, raw_spans, used)
    return out


def _long_names(words: list[str], raw_spans: list, used: list[bool]) -> Iterator[TokenSpan]:
    cover = {k: span for span in raw_spans for k in range(span[0], span[1])}
    table = long_names()
    for length in range(max(map(len, table)), 1, -1):
        for i in range(len(words) - length + 1):
            tokens = tuple(words[i : i + length])
            if tokens not in table or any(used[i : i + length]):
                continue
            label = table[tokens]
            first, last, raw = cover.get(i, (i, i + length, "rule:name"))
            inside_longer = raw in {"org", "per", "eve", "art"} and last >= i + length
            if (
                inside_longer
                and last - first > length
                and not (label in {"ORG", None} and first == i)
            ):
                continue
            used[i : i + length] = [True] * length
            yield i, i + length, raw, label


def _free_runs(used: list[bool], first: int, last: int) -> list[tuple[int, int]]:
    runs, start = [], None
    for k in range(first, last + 1):
        free = k < last and not used[k]
        if free and start is None:
            start = k
        elif not free and start is not None:
            runs.append((start, k))
            start = None
    return runs


def _mend(words: list[str], start: int, end: int, raw: str, used: list[bool]) -> list[TokenSpan]:
    """Trim a span of the source and label it."""
    out: list[TokenSpan] = []
    known, titles = names(), words_of("titles")
    while start < end and words[start] in _EDGE_FRONT:
        start += 1
    while end > start and words[end - 1] in _EDGE_BACK:
        end -= 1
    if raw == "per":
        while start < end and words[start] in titles | {"Pakistani", "Iraqi", "Israeli"}:
            if words[start] in known.groups:
                out.append((start, start + 1, raw, "NORP"))
                used[start] = True
            start += 1
    if raw in {"org", "geo", "gpe"}:
        while end - 1 > start and words[end - 1] in words_of("offices_behind"):
            end -= 1
        while end - start > 1 and _COMPASS.fullmatch(words[start]):
            start += 1
    if start >= end:
        return out
    label = _label(words, start, end, raw)
    if label:
        out.append((start, end, raw, label))
        used[start:end] = [True] * (end - start)
    return out


def _label(words: list[str], start: int, end: int, raw: str) -> str | None:
    known = names()
    name = " ".join(words[start:end])
    before = words[start - 1] if start else ""
    after = words[end] if end < len(words) else ""
    if (
        name in words_of("no_names")
        or name in words_of("points")
        or (_TREATY.search(name) and raw != "per")
    ):
        return None
    label = _label_alone(name, raw, after, end - start)
    if (
        raw == "org"
        and end - start == 1
        and name[0].islower()
        and not name.startswith(("al-", "el-"))
    ):
        return None
    if label in {"ORG", "GPE", "FAC", "LOC"} and name not in known.governed and name[0].isupper():
        office = (
            before in words_of("office_before") and raw != "geo" and not _BODY_WORD.search(name)
        )
        if before in words_of("title_before") or office:
            return "PERSON"
    if label in {"ORG", "PERSON"} and before == "of" and start > 1:
        head = words[start - 2]
        if head in words_of("settled") | {"port"}:
            return "GPE"
        if head == "island":
            return "LOC"
    if (
        label in {"ORG", "GPE"}
        and _ARABIC_NAME.fullmatch(name)
        and words[start] not in words_of("no_first_names")
    ):
        return "PERSON"
    return "LOC" if name == "Gulf" else label


def _label_alone(name: str, raw: str, after: str, length: int) -> str | None:
    """Label of a span by its own words and the word behind it."""
    known = names()
    if name in known.groups:
        return "NORP"
    if name in known.governed:
        return "GPE"
    if name in known.locations and raw in {"geo", "org", "gpe"}:
        return "LOC"
    if name in words_of("single_org"):
        return "ORG"
    if raw == "geo":
        return place_type(name)
    if raw == "gpe":
        nationality = re.search(r"(?:ans?|ese|is?h?|i|ians)$", name) and name not in known.cities
        return "NORP" if nationality else "GPE"
    if raw == "org" and length > 1 and _CONTEST.search(name):
        return None
    if raw in {"org", "per"} and length <= 2 and after in words_of("settled"):
        return "GPE"
    if raw == "org" and length <= 2 and after in words_of("land"):
        return "LOC"
    if raw == "org":
        return "GPE" if name in known.cities else "ORG"
    if raw == "per":
        return "PERSON" if re.search("[A-Z]", name) else None
    return None


def _single_names(words: list[str], raw_spans: list, used: list[bool]) -> Iterator[TokenSpan]:
    """Certain names of one word that the source left out."""
    known, bodies = names(), words_of("single_org")
    covered = {k for first, last, _ in raw_spans for k in range(first, last)}
    for k, word in enumerate(words):
        after = words[k + 1] if k + 1 < len(words) else ""
        if used[k]:
            continue
        capital_after = after[:1].isupper()
        if word in bodies:
            label, rule = "ORG", "rule:name"
        elif (word in known.demonyms and after != "language") or (
            word in words_of("groups_alone")
            and (not capital_after or after in {"Muslim", "Muslims", "Arab", "Arabs"})
        ):
            label, rule = "NORP", "rule:demonym"
        elif (
            word in known.countries - words_of("person_names")
            and k not in covered
            and not capital_after
        ):
            label, rule = "GPE", "rule:name"
        else:
            continue
        used[k] = True
        yield k, k + 1, rule, label


def _forgotten_names(sentence: list[Row], spans: list[TokenSpan]) -> bool:
    """Whether two proper nouns or more stand together without a label."""
    covered = {k for first, last, *_ in spans for k in range(first, last)}
    titles, run = words_of("titles"), 0
    for k, (word, pos, _) in enumerate(sentence):
        name = pos.startswith("NNP") and k not in covered and word not in titles
        run = run + 1 if name and word[0].isupper() and len(word) > 1 else 0
        if run >= 2:
            return True
    return False


def _smooth(records: list[dict]) -> None:
    """Overrule single slips: by the majority label of the string, by first names, by surnames."""
    known = names()
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    first_person: collections.Counter = collections.Counter()
    first_other: collections.Counter = collections.Counter()
    for name, ent in _named(records):
        if ent[3] in _SMOOTHED and not ent[2].startswith("rule"):
            counts[name][ent[3]] += 1
        if " " in name:
            first = name.split()[0]
            first_person[first] += ent[3] == "PERSON"
            first_other[first] += ent[3] in {"ORG", "GPE"}
    majority = {}
    for name, votes in counts.items():
        label, n = votes.most_common(1)[0]
        if votes.total() >= 4 and 0.75 * votes.total() <= n < votes.total():
            majority[name] = label
    first_names = {
        first
        for first, n in first_person.items()
        if n >= 4 and 3 * first_other[first] <= n and first.isalpha() and first[0].isupper()
    } - (known.governed | known.groups)
    surnames: collections.Counter = collections.Counter()
    for name, votes in counts.items():
        if " " in name and votes["PERSON"] == votes.total():
            surnames[name.split()[-1]] += votes["PERSON"]

    def relabel(name: str, label: str | None) -> str | None:
        if name in majority and label in _SMOOTHED:
            return majority[name]
        if label not in {"ORG", "GPE"} or name in majority:
            return label
        parts = name.split()
        if parts[0] in first_names and 2 <= len(parts) <= 4 and not _BODY_WORD.search(name):
            place = known.facility_word.search(name) or known.location_word.search(name)
            if not place and all(_NAME_PART.fullmatch(part) for part in parts):
                return "PERSON"
        known_place = name in known.governed | known.cities
        surname = len(parts) == 1 and surnames[name] >= 2 and not known_place and name.istitle()
        if surname and counts[name][label] <= 2 * (counts[name]["PERSON"] + surnames[name]):
            return "PERSON"
        return label

    for record in records:
        record["ents"] = [
            (start, end, raw, relabel(record["text"][start:end], label))
            for start, end, raw, label in record["ents"]
        ]


def _named(records: list[dict]) -> Iterator[tuple[str, Entity]]:
    for record in records:
        for ent in record["ents"]:
            yield record["text"][ent[0] : ent[1]], ent
