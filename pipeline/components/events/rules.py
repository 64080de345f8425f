"""The event rules: reading, checking and indexing ``knowledge/events``.

A rule file is a list of records (the page *Writing rules* documents each field). All files are
read in the order of their names, the user's folder last; a record with the id of an earlier one
replaces it, and ``off: true`` removes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from spacy.tokens import Token

from pipeline.resources import KNOWLEDGE, KnowledgeError, document, table, words

FOLDER = KNOWLEDGE / "events"
SLOTS = frozenset({
    "subject", "object", "indirect", "complement", "owner", "modifier", "holder", "head", "doer",
    "parties", "told", "reported", "verdict", "obligation", "content", "belonging", "authors",
    "sufferer", "plea", "addressee", "receiver", "carrier", "factuality", "form", "infinitive",
})  # fmt: skip
"""The slots of the rule language that are no prepositions (see :mod:`.slots`)."""

Category = Literal[
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST",
    "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
]  # fmt: skip
Stage = Literal[
    "", "proposed", "negotiating", "concluded", "signed", "ratified", "in_force", "applied",
    "amended", "suspended", "terminated",
]  # fmt: skip
Factuality = Literal["", "actual", "planned", "proposed", "hypothetical", "negated"]


class Record(BaseModel):
    """A record of a rule file: unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Frame(Record):
    """Where the parties of an act stand in the sentence, for its verbs and for its nouns.

    Each list names relations in order of preference: ``subject``, ``object``, ``owner``
    (possessive), ``modifier`` (``German visit``), ``holder`` (subject of the light verb) or a
    preposition. ``joint`` acts have all parties as actors and no recipient. ``places`` are the
    relations whose filler, if it is a place, is also where the act takes place. What the other
    properties do is written at the head of ``frames.yaml``.
    """

    joint: bool = False
    verb_actors: list[str] = Field(default_factory=lambda: ["subject"])
    verb_recipients: list[str] = Field(default_factory=list)
    noun_actors: list[str] = Field(default_factory=list)
    noun_recipients: list[str] = Field(default_factory=list)
    places: list[str] = Field(default_factory=list)
    abroad: bool = False
    answers_accuser: bool = False
    continues_meeting: bool = False
    judges: bool = False
    needs_carrier: bool = False
    needs_other_side: bool = False
    per_agreement: bool = False
    recipient_in_content: bool = False
    recipient_in_report: bool = False
    spares_victims: bool = False


class Example(Record):
    """A sentence and the event that the rule must read in it."""

    text: str
    trigger: str
    actors: list[str] = Field(default_factory=list)
    recipients: list[str] = Field(default_factory=list)
    factuality: Factuality = ""
    stage: Stage = ""


class Rule(Record):
    """One event rule. See *Writing rules* for the meaning of every field."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    off: bool = False
    type: Category = "AGREE"
    mode: str = ""
    context: list[str] = Field(default_factory=list)
    verbs: list[str] = Field(default_factory=list)
    nouns: list[str] = Field(default_factory=list)
    adjectives: list[str] = Field(default_factory=list)
    frame: str = "directed"
    act: str = ""
    when: dict[str, list[str]] = Field(default_factory=dict)
    unless: dict[str, list[str]] = Field(default_factory=dict)
    stage: Stage = ""
    factuality: Factuality = ""
    planned_as: Category | None = None
    governs: bool = False
    needs_partner: bool = False
    by_state: bool = False
    examples: list[Example] = Field(default_factory=list)
    counterexamples: list[str] = Field(default_factory=list)

    @field_validator("verbs", "nouns", "adjectives")
    @classmethod
    def _plain_words(cls, words: list[str]) -> list[str]:
        for word in words:
            if not word or word != word.lower() or word != " ".join(word.split()):
                raise ValueError(f"{word!r} must be lower-case lemmas with single blanks")
        return words

    @model_validator(mode="after")
    def _has_triggers(self) -> Rule:
        if not self.off and not (self.verbs or self.nouns or self.adjectives):
            raise ValueError("needs verbs, nouns or adjectives")
        return self


@dataclass(frozen=True, slots=True)
class Trigger:
    """One word of a rule, ready for matching: its lemma and the words that must go with it.

    ``particle`` is an adverb or preposition that must hang on it (``call on``), ``partner`` a word
    that must be its object or stand behind ``particle`` (``break off relations``, ``come into
    force``), for a noun the word before it (``phone call``).
    """

    rule: Rule
    frame: Frame
    kind: Literal["verb", "noun", "adjective"]
    lemma: str
    particle: str = ""
    partner: str = ""

    @property
    def weight(self) -> int:
        """The more words a trigger demands, the earlier it is tried."""
        return bool(self.particle) + bool(self.partner) + len(self.rule.when)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, indexed by the lemma and kind of their triggers, the most specific first."""

    rules: dict[str, Rule]
    index: dict[tuple[str, str], tuple[Trigger, ...]]
    classes: dict[str, frozenset[str]]
    frames: dict[str, Frame]
    irregular: dict[str, str]

    def lemma(self, token: Token, kind: str) -> str:
        """Return under which lemma a word is looked up as a trigger.

        The lemmatiser of the model errs on rare forms (*rammed*, *withdrew*); where its answer
        is no trigger, a table of irregular forms and the regular endings are tried.
        """
        lemma = token.lemma_.lower()
        if (lemma, kind) in self.index:
            return lemma
        form = token.lower_
        for guess in (self.irregular.get(form, form), *_stems(form)):
            if (guess, kind) in self.index:
                return guess
        return lemma

    def candidates(self, lemma: str, kind: str) -> tuple[Trigger, ...]:
        """Return the triggers for a lemma as ``verb``, ``noun`` or ``adjective``."""
        return self.index.get((lemma, kind), ())


def load_rules(user_folder: Path | None = None) -> Rulebook:
    """Read the packaged rules and, after them, the user's.

    Raises
    ------
    KnowledgeError
        A file, rule or field is wrong; the message names all three. Or the user's folder holds no
        rules.
    """
    classes = _classes(document("classes.yaml", FOLDER))
    frames = {
        name: _checked(Frame, record, "frames.yaml", name)
        for name, record in document("frames.yaml", FOLDER).items()
    }
    for name, frame in frames.items():
        unknown = sorted(_relations(frame) - SLOTS - classes["particle"])
        if unknown:
            raise KnowledgeError("frames.yaml", name, f"no slot {unknown[0]!r}")
    rules: dict[str, Rule] = {}
    files = sorted((FOLDER / "rules").glob("*.yaml"))
    if user_folder is not None:
        own = sorted(user_folder.glob("*.yaml"))
        if not own:
            problem = "holds no *.yaml" if user_folder.is_dir() else "is no folder"
            raise KnowledgeError(user_folder, "rules", problem)
        files += own
    for file in files:
        for rule in _read(file, frames, classes):
            rules[rule.id] = rule
    rules = {name: rule for name, rule in rules.items() if not rule.off}
    return Rulebook(
        rules=rules,
        index=index_rules(rules.values(), frames, classes),
        classes=classes,
        frames=frames,
        irregular={
            row["form"]: row["lemma"] for row in table("irregular.csv", ("form", "lemma"), FOLDER)
        },
    )


def index_rules(
    rules: Iterable[Rule], frames: dict[str, Frame], classes: dict[str, frozenset[str]]
) -> dict[tuple[str, str], tuple[Trigger, ...]]:
    """Return the triggers of rules by lemma and kind, the most specific first."""
    index: dict[tuple[str, str], list[Trigger]] = defaultdict(list)
    for rule in rules:
        for trigger in _triggers(rule, frames[rule.frame], classes["particle"]):
            index[trigger.lemma, trigger.kind].append(trigger)
    return {key: tuple(sorted(found, key=lambda t: -t.weight)) for key, found in index.items()}


def _relations(frame: Frame) -> set[str]:
    """Return the slots that a frame names."""
    sides = (frame.verb_actors, frame.verb_recipients, frame.noun_actors, frame.noun_recipients)
    return {slot for side in (*sides, frame.places) for slot in side}


def _stems(form: str) -> Iterator[str]:
    """Yield what a regular form may come from: *raising* from *raise*, *denies* from *deny*."""
    for ending, stems in (("ies", ("y",)), ("ied", ("y",)), ("es", ("", "e")), ("s", ("",))):
        if form.endswith(ending):
            yield from (form[: -len(ending)] + stem for stem in stems)
    for ending in ("ing", "ed"):
        if form.endswith(ending):
            stem = form[: -len(ending)]
            yield from (stem, stem + "e")
            if stem[-1:] == stem[-2:-1]:
                yield stem[:-1]


def _classes(raw: dict[str, Any]) -> dict[str, frozenset[str]]:
    return {name: frozenset(words(raw, name, "classes.yaml")) for name in raw}


def _checked(model: type[Any], record: Any, file: Path | str, where: str) -> Any:
    try:
        return model.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "record"
        raise KnowledgeError(file, f"{where}, field {field}", first["msg"]) from None


def _read(file: Path, frames: Iterable[str], classes: dict[str, frozenset[str]]) -> Iterator[Rule]:
    records = document(file.name, file.parent)
    if not isinstance(records, list):
        raise KnowledgeError(file, "file", "must be a list of rules")
    seen: set[str] = set()
    for number, record in enumerate(records, start=1):
        name = record.get("id", f"rule {number}") if isinstance(record, dict) else f"rule {number}"
        rule = _checked(Rule, record, file, f"rule {name}")
        if rule.id in seen:
            raise KnowledgeError(file, f"rule {rule.id}, field id", "is used twice in this file")
        if rule.frame not in frames:
            raise KnowledgeError(file, f"rule {rule.id}, field frame", f"no frame {rule.frame!r}")
        for field in ("when", "unless"):
            problem = _problem(getattr(rule, field), classes)
            if problem:
                raise KnowledgeError(file, f"rule {rule.id}, field {field}", problem)
        seen.add(rule.id)
        yield rule


def _problem(conditions: dict[str, list[str]], classes: dict[str, frozenset[str]]) -> str:
    for slot, tests in conditions.items():
        if slot not in SLOTS and slot not in classes["particle"]:
            return f"no slot {slot!r}"
        for test in tests:
            if test.startswith("$") and test[1:] not in classes:
                return f"no word class {test!r}"
    return ""


def _triggers(rule: Rule, frame: Frame, particles: frozenset[str]) -> Iterator[Trigger]:
    for kind, phrases in (
        ("verb", rule.verbs),
        ("noun", rule.nouns),
        ("adjective", rule.adjectives),
    ):
        for phrase in phrases:
            lemma, *rest = phrase.split()
            particle = rest.pop(0) if rest and rest[0] in particles else ""
            if kind == "noun" and rest and not particle:
                lemma, rest = rest[-1], [lemma, *rest[:-1]]
            partner = " ".join(rest)
            for spelling in _spellings(lemma):
                yield Trigger(rule, frame, kind, spelling, particle, partner)  # type: ignore[arg-type]


def _spellings(lemma: str) -> list[str]:
    """British and American spelling of verbs in -ise/-ize, so that files need only one."""
    for british, american in (("ise", "ize"), ("isation", "ization")):
        for one, other in ((british, american), (american, british)):
            if lemma.endswith(one) and len(lemma) > len(one) + 3:
                return [lemma, lemma[: -len(one)] + other]
    return [lemma]
