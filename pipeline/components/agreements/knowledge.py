"""What is known about agreements: words, types and the register of single treaties.

Three files of ``knowledge/agreements``, checked when they are read: ``terms.yaml`` (the words the
finder reads with), ``types.yaml`` (kinds of agreement) and ``register.csv`` (single treaties).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import gazetteers, resources
from pipeline.resources import KnowledgeError

FOLDER = resources.KNOWLEDGE / "agreements"
REGISTER_COLUMNS = (
    "id",
    "type",
    "name",
    "aliases",
    "about",
    "parties",
    "signed",
    "in_force",
    "status",
    "source",
)
STATUSES = ("", "in_force", "not_in_force", "suspended", "terminated", "superseded", "provisional")
BARE = ("always", "definite", "antecedent")
PHRASE = ("topic", "title", "known")
WORD_LISTS = (
    "name_tails",
    "body_heads",
    "town_heads",
    "topics",
    "not_part",
    "no_deal",
    "purchase_verbs",
    "definite",
    "indefinite",
    "making",
    "title_links",
    "title_ends",
    "about",
    "of_heads",
    "not_about",
    "circumstances",
    "function_words",
    "purpose_verbs",
    "bodies",
    "ranks",
    "numbers",
    "joined",
    "party_stops",
    "statutes",
    "reacting",
    "mediating",
    "saying",
    "not_agreements",
    "international",
    "concluded",
    "verbs_too",
    "before_verbs",
    "heads_as_subject",
    "never_part",
    "regions",
    "articles",
    "business_heads",
    "states_of_mind",
    "class_determiners",
    "counting",
    "no_determiners",
    "consent",
    "possessives",
    "signing",
    "copulas",
    "defining",
    "open_heads",
    "named_heads",
    "resumed_heads",
    "armistices",
    "plain_heads",
    "called_heads",
    "new_determiners",
    "agreeing",
    "before_places",
    "joins",
    "party_links",
    "party_words",
)
_ID = re.compile(
    r"(?:(?P<parties>[A-Z]{3}(?:-[A-Z]{3})*):)?(?P<type>[A-Z0-9]+(?:-[A-Z0-9]+)*)"
    r"(?::(?P<year>[12][0-9]{3}))?"
)
_EDTF = re.compile(r"[12][0-9]{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class Head:
    """A noun that can name an agreement, and when it does (see ``terms.yaml``)."""

    noun: str
    plural: bool
    bare: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The word lists of ``terms.yaml``; ``heads`` by word form."""

    heads: dict[str, Head]
    lists: dict[str, frozenset[str]]
    spelling: dict[str, str]

    def has(self, name: str, word: str) -> bool:
        """Whether a lower-case word stands in a list."""
        return word in self.lists[name]


@dataclass(frozen=True, slots=True)
class AgreementType:
    """A kind of agreement: an entry of ``types.yaml``."""

    type: str
    field: str
    parties: str
    names: tuple[str, ...]
    acronyms: tuple[str, ...]
    acronyms_if_defined: tuple[str, ...]
    about: tuple[re.Pattern[str], ...]
    vague: bool
    loose: bool
    head: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A known treaty: a row of ``register.csv``. Dates are EDTF, empty where not certain.

    ``about`` are words of its long title that no other treaty has ("Law of the Sea"): inside a
    capitalised title they name it, alone they do not.
    """

    id: str
    type: str
    name: str
    aliases: tuple[str, ...]
    about: tuple[str, ...]
    parties: tuple[str, ...]
    signed: str
    in_force: str
    status: str
    source: str

    @property
    def found_by(self) -> tuple[str, ...]:
        """The names that a text may use: the aliases and, unless it spells out the parties as
        the id does (``DEU-JPN:ACSA``), the name itself."""
        return self.aliases if ":" in self.id else (self.name, *self.aliases)


@dataclass(slots=True)
class Knowledge:
    """All of it, with the look-ups that finder and identity need."""

    terms: Terms
    types: dict[str, AgreementType]
    register: tuple[RegisterEntry, ...]
    by_name: dict[tuple[str, ...], list[RegisterEntry]] = field(default_factory=dict)
    by_type: dict[str, list[RegisterEntry]] = field(default_factory=dict)
    by_subject: dict[str, list[tuple[tuple[str, ...], RegisterEntry]]] = field(default_factory=dict)

    def words(self, text: str) -> tuple[str, ...]:
        """Return the words of a name in the one spelling used for matching."""
        return words(text, self.terms.spelling)


_SPLIT = re.compile(r"[^\W_]+|[^\w\s]", re.UNICODE)
_GLUE = frozenset("-‐‑–—'’‘\"“”«»`*")


def words(text: str, spelling: dict[str, str]) -> tuple[str, ...]:
    """Split text into lower-case words for matching names.

    Hyphens and quotation marks disappear, other signs stay as words of their own, ``&`` is "and",
    stops inside an abbreviation disappear (``U.S.`` is ``us``).
    """
    found: list[str] = []
    for piece in text.lower().split():
        if piece.count(".") > 1 or (piece.endswith(".") and len(piece) > 2 and "." in piece[:-1]):
            piece = piece.replace(".", "")
        for word in _SPLIT.findall(spelling.get(piece, piece)):
            if word not in _GLUE:
                found.append("and" if word == "&" else spelling.get(word, word))
    return tuple(found)


@cache
def load(folder: Path = FOLDER) -> Knowledge:
    """Read and check the three files.

    Raises
    ------
    KnowledgeError
        A field is missing, unknown or wrong; the message names file, record and field.
    """
    terms = _terms(folder)
    types = _types(folder, terms.spelling)
    register = tuple(_register(folder, types))
    knowledge = Knowledge(terms, types, register)
    by_name: dict[tuple[str, ...], list[RegisterEntry]] = defaultdict(list)
    by_type: dict[str, list[RegisterEntry]] = defaultdict(list)
    for entry in register:
        by_type[entry.type].append(entry)
        for subject in entry.about:
            form = words(subject, terms.spelling)
            knowledge.by_subject.setdefault(form[0], []).append((form, entry))
        for name in dict.fromkeys(words(n, terms.spelling) for n in entry.found_by):
            by_name[name].append(entry)
    _check_clashes(by_name)
    knowledge.by_name, knowledge.by_type = dict(by_name), dict(by_type)
    return knowledge


def _terms(folder: Path) -> Terms:
    file = "terms.yaml"
    data = resources.document(file, folder)
    heads: dict[str, Head] = {}
    for number, record in enumerate(data.get("heads", []), start=1):
        where = f"heads[{number}]"
        _fields(file, where, record, {"noun", "plural", "bare", "phrase"}, set())
        if record["bare"] not in BARE:
            raise KnowledgeError(file, where, f"bare: {record['bare']!r} is none of {BARE}")
        if record["phrase"] not in PHRASE:
            raise KnowledgeError(file, where, f"phrase: {record['phrase']!r} is none of {PHRASE}")
        for form, plural in ((record["noun"], False), (record["plural"], True)):
            heads[form] = Head(record["noun"], plural, record["bare"], record["phrase"])
    lists = {}
    for name in WORD_LISTS:
        values = data.get(name)
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise KnowledgeError(file, name, "is no list of words")
        lists[name] = frozenset(values)
    unknown = data.keys() - {"heads", "spelling", *WORD_LISTS}
    if unknown:
        raise KnowledgeError(file, sorted(unknown)[0], "unknown field")
    return Terms(heads, lists, dict(data.get("spelling", {})))


def _types(folder: Path, spelling: dict[str, str]) -> dict[str, AgreementType]:
    file = "types.yaml"
    types: dict[str, AgreementType] = {}
    owner: dict[tuple[str, ...], str] = {}
    for number, record in enumerate(resources.document(file, folder), start=1):
        where = f"{number} ({record.get('type', '?')})"
        _fields(
            file,
            where,
            record,
            {"type", "field", "parties", "names", "acronyms", "about", "examples"},
            {"acronyms_if_defined", "vague", "loose", "head"},
        )
        if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", record["type"]):
            raise KnowledgeError(file, where, "type: not in capitals joined by hyphens")
        if record["type"] in types:
            raise KnowledgeError(file, where, "type: stands twice")
        if str(record["parties"]) not in ("2", "many", "any"):
            raise KnowledgeError(file, where, "parties: neither 2 nor many nor any")
        for name in record["names"]:
            other = owner.setdefault(words(name, spelling), record["type"])
            if other != record["type"]:
                raise KnowledgeError(file, where, f"names: {name!r} is {other} too")
        try:
            about = tuple(re.compile(pattern) for pattern in record["about"])
        except re.error as error:
            raise KnowledgeError(file, where, f"about: {error}") from None
        types[record["type"]] = AgreementType(
            type=record["type"],
            field=record["field"],
            parties=str(record["parties"]),
            names=tuple(record["names"]),
            acronyms=tuple(record["acronyms"]),
            acronyms_if_defined=tuple(record.get("acronyms_if_defined", ())),
            about=about,
            vague=bool(record.get("vague", False)),
            loose=bool(record.get("loose", False)),
            head=record.get("head", ""),
            examples=tuple(record["examples"]),
        )
    return types


def _fields(file: str, where: str, record: Any, needed: set[str], optional: set[str]) -> None:
    if not isinstance(record, dict):
        raise KnowledgeError(file, where, "is no record")
    for name in sorted(needed - record.keys()):
        raise KnowledgeError(file, where, f"{name}: missing")
    for name in sorted(record.keys() - needed - optional):
        raise KnowledgeError(file, where, f"{name}: unknown field")


def _register(folder: Path, types: dict[str, AgreementType]) -> list[RegisterEntry]:
    file = "register.csv"
    entries: list[RegisterEntry] = []
    seen: set[str] = set()
    for number, row in enumerate(resources.table(file, REGISTER_COLUMNS, folder), start=2):
        where = f"line {number} ({row['id']})"
        entry = RegisterEntry(
            id=row["id"],
            type=row["type"],
            name=row["name"],
            aliases=tuple(resources.items(row["aliases"])),
            about=tuple(resources.items(row["about"])),
            parties=tuple(resources.items(row["parties"])),
            signed=row["signed"],
            in_force=row["in_force"],
            status=row["status"],
            source=row["source"],
        )
        if entry.id in seen:
            raise KnowledgeError(file, where, "id: stands twice")
        seen.add(entry.id)
        _check_entry(file, where, entry, types)
        entries.append(entry)
    return entries


def _check_entry(
    file: str, where: str, entry: RegisterEntry, types: dict[str, AgreementType]
) -> None:
    match = _ID.fullmatch(entry.id)
    if not match:
        raise KnowledgeError(file, where, "id: neither PARTIES:TYPE nor a name in capitals")
    for code in entry.parties:
        if not gazetteers.country(code):
            raise KnowledgeError(file, where, f"parties: {code!r} is no ISO 3166-1 alpha-3 code")
    if list(entry.parties) != sorted(set(entry.parties)):
        raise KnowledgeError(file, where, "parties: not sorted, or one twice")
    if match["parties"] and match["parties"] != "-".join(entry.parties):
        raise KnowledgeError(file, where, "parties: differ from those of the id")
    if match["parties"] and entry.type != match["type"] and entry.type not in types:
        raise KnowledgeError(file, where, f"type: {entry.type!r} is not known, nor that of the id")
    if match["year"] and not entry.signed.startswith(match["year"]):
        raise KnowledgeError(file, where, "signed: not in the year of the id")
    if not entry.name or not entry.source:
        raise KnowledgeError(file, where, "name, source: empty")
    if entry.status not in STATUSES:
        raise KnowledgeError(file, where, f"status: {entry.status!r} is none of {STATUSES}")
    for name in ("signed", "in_force"):
        value = getattr(entry, name)
        if value and not _EDTF.fullmatch(value):
            raise KnowledgeError(file, where, f"{name}: {value!r} is no EDTF date")
    if entry.signed and entry.in_force and entry.in_force < entry.signed[: len(entry.in_force)]:
        raise KnowledgeError(file, where, "in_force: before signed")
    if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", entry.type):
        raise KnowledgeError(file, where, "type: not in capitals joined by hyphens")


def _check_clashes(by_name: dict[tuple[str, ...], list[RegisterEntry]]) -> None:
    """One name for several treaties is fine where their parties tell them apart."""
    for name, entries in by_name.items():
        keys = [(entry.parties, entry.signed[:4]) for entry in entries]
        if len(set(keys)) < len(keys) or (len(entries) > 1 and not all(e.parties for e in entries)):
            ids = ", ".join(entry.id for entry in entries)
            raise KnowledgeError("register.csv", " ".join(name), f"aliases: name of {ids}")
