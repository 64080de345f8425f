"""Finding the mentions of agreements in a text.

A mention grows from a core: a name of the register, a name or acronym of a type, or a noun that
can name an agreement ("treaty"). To its left come the words that say what it is about, to its
right the rest of a title or the subject ("on the transfer of ..."). Nouns left without a subject
are mentions only where the text speaks of a particular agreement.
"""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Doc

from pipeline.components.agreements.extent import Extent, strip_quotes
from pipeline.components.agreements.judging import Judge
from pipeline.components.agreements.knowledge import Knowledge
from pipeline.components.agreements.names import Found, Names
from pipeline.components.agreements.text import QUOTES, Text, is_state
from pipeline.language import extensions


class Finder:
    """Finds agreement mentions; everything is compiled once from the knowledge files."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.terms = knowledge.terms
        self.names = Names(knowledge)
        self.extent = Extent(self.terms)
        self.judge = Judge(self.terms)
        self._words: dict[str, tuple[str, ...]] = {}
        # Acronyms too ambiguous to stand alone, by the long forms that vouch for them.
        self._vouched = {
            knowledge.words(name): kind.acronyms_if_defined
            for kind in knowledge.types.values()
            for name in kind.names
            if kind.acronyms_if_defined
        }

    def find(self, doc: Doc) -> list[Found]:
        """Return the mentions of a document, in order and without overlaps; none in its zones."""
        text = Text(doc, self.terms, self._words)
        grown = [self._grow(text, core) for core in self.names.find(text)]
        found = _longest([item for item in grown if item is not None])
        found = self._with_acronyms(text, found)
        found = self._with_references(text, found)
        if text.domestic and not any(self.judge.interstate(text, item) for item in found):
            return []
        return [item for item in found if not extensions.in_zone(doc, doc[item.start].idx)]

    def _grow(self, text: Text, core: Found) -> Found | None:
        """Return the mention around a core, or None where it is none."""
        if self.judge.part_of_a_body(text, core):
            return None
        if core.rule == "register":
            return self._named(text, core)
        start = self.extent.start(text, core.start, core.head)
        if core.rule == "acronym":
            return self._named(text, replace(core, start=start))
        item = replace(core, start=start, end=self.extent.end(text, core, start))
        if core.rule == "type":
            item = replace(item, end=self.extent.with_tail(text, item))
        else:
            item = replace(item, rule="phrase")
            if self.judge.no_agreement(text, item):
                return None
            if not self.judge.described(text, core, item) or self.judge.purchase(text, item):
                return self.judge.bare(text, core)
        if self.judge.purchase(text, item) or not self.judge.particular(text, item):
            return None
        return self.judge.numbered(text, item)

    def _named(self, text: Text, item: Found) -> Found:
        end = self.extent.with_tail(text, item)
        head = item.head if end == item.end else end - 1
        return self.judge.numbered(text, replace(item, end=end, head=head))

    def _with_acronyms(self, text: Text, found: list[Found]) -> list[Found]:
        """Add acronyms that the text itself gives, "long form (ACRONYM)", wherever they stand."""
        defined: set[str] = set()
        for item in found:
            defined.update(self._vouched.get(item.name, ()))
            at = _in_brackets(text, item.end)
            if at is not None and item.end - item.start > 1 and _looks_like_acronym(text, at):
                defined.add(text.form[at])
        if not defined:
            return found
        more = [
            self._named(text, Found(i, i + 1, "acronym", i, (form.removesuffix("s").lower(),)))
            for i, form in enumerate(text.form)
            if form in defined or form.removesuffix("s") in defined
        ]
        return _longest([*found, *more])

    def _with_references(self, text: Text, found: list[Found]) -> list[Found]:
        """Keep nouns that need an antecedent only where the text has named an agreement before."""
        kept: list[Found] = []
        nouns: set[str] = set()
        named = False
        for item in found:
            head = self.terms.heads.get(text.lower[item.head])
            noun = head.noun if head is not None else ""
            if item.rule == "antecedent":
                if noun not in nouns and not (noun == "deal" and named):
                    continue
                item = replace(item, rule="reference")
            # "deal" takes up whatever was named, other nouns only their like.
            named = named or item.rule != "reference"
            nouns.add(noun)
            kept.append(item)
        return kept


def _in_brackets(text: Text, i: int) -> int | None:
    """Return the token alone in brackets right after ``i``, as in ``(RAA)`` or ``(the “ACSA”)``."""
    i = strip_quotes(text, i)
    if text.word(i) != "(":
        return None
    i += 1
    while text.word(i) in ("the", "or") or (i < len(text) and text.form[i] in QUOTES):
        i += 1
    return i if text.word(strip_quotes(text, i + 1)) in (")", ",", ";") else None


def _looks_like_acronym(text: Text, i: int) -> bool:
    form = text.form[i]
    capitals = sum(sign.isupper() for sign in form)
    return form[:1].isupper() and capitals >= 2 and i not in text.state and not is_state(form)


def _longest(found: list[Found]) -> list[Found]:
    """Drop overlaps: the longer mention wins, then the earlier one."""
    taken: set[int] = set()
    kept = []
    for item in sorted(found, key=lambda f: (f.start - f.end, f.start)):
        if not any(i in taken for i in range(item.start, item.end)):
            taken.update(range(item.start, item.end))
            kept.append(item)
    return sorted(kept, key=lambda f: f.start)
