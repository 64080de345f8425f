"""Names, acronyms and head nouns of agreements: where a mention can begin to grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.components.agreements.knowledge import Head, Knowledge
from pipeline.components.agreements.text import Text


@dataclass(frozen=True, slots=True)
class Found:
    """A mention: token offsets, the rule that found it, the token of its head noun.

    ``rule`` is ``register`` or ``type`` (a known name), ``acronym``, ``noun`` (a head noun still
    to be judged), ``phrase`` (a head noun with its subject), ``reference`` ("the treaty") or
    ``antecedent`` (a reference that needs an earlier mention). ``name`` are the matching words of a
    known name or acronym.
    """

    start: int
    end: int
    rule: str
    head: int
    name: tuple[str, ...] = ()
    generic: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """A known name: its words, which of them must be capitalised, and its kind."""

    words: tuple[str, ...]
    cased: tuple[bool, ...]
    kind: str


class Names:
    """All names of the register and the types, by their first word."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.terms = knowledge.terms
        self._names: dict[str, list[_Name]] = defaultdict(list)
        self._acronyms: dict[str, tuple[str, ...]] = {}
        self._plurals = {h.noun: form for form, h in self.terms.heads.items() if h.plural}
        self._add_types()
        self._add_register()
        for names in self._names.values():
            names.sort(key=lambda name: (-len(name.words), name.kind, name.words))

    def _add_types(self) -> None:
        for kind in self.knowledge.types.values():
            for name in kind.names:
                for form in self._numbers(self.knowledge.words(name)):
                    self._names[form[0]].append(_Name(form, (False,) * len(form), "type"))
            for acronym in kind.acronyms:
                self._acronyms[acronym] = (acronym.lower(),)

    def _add_register(self) -> None:
        for entry in self.knowledge.register:
            for name in entry.found_by:
                form = self.knowledge.words(name)
                if " " not in name and sum(c.isupper() for c in name) >= 2:
                    self._acronyms[name] = form
                else:
                    cased = _cased(name, form, self.terms.heads)
                    self._names[form[0]].append(_Name(form, cased, "register"))

    def _numbers(self, form: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return a name and its plural ("memoranda of understanding")."""
        for i in (len(form) - 1, 0):
            if form[i] in self._plurals:
                return [form, (*form[:i], self._plurals[form[i]], *form[i + 1 :])]
        return [form]

    def find(self, text: Text) -> Iterator[Found]:
        """Yield names, acronyms and head nouns from left to right, the longest at each token."""
        taken = -1
        for i, lower in enumerate(text.lower):
            if i <= taken:
                continue
            core = self._name(text, i) or self._acronym(text, i)
            if core is None and lower in self.terms.heads and not self._is_verb(text, i):
                core = Found(i, i + 1, "noun", i)
            if core is not None:
                taken = core.end - 1
                yield core

    def _name(self, text: Text, i: int) -> Found | None:
        at = text.first_word[i]
        if at == text.first_word[i + 1]:
            return None
        for name in self._names.get(text.words[at], ()):
            end = at + len(name.words)
            if tuple(text.words[at:end]) != name.words:
                continue
            last = text.token_of[end - 1]
            whole = text.first_word[last + 1] == end
            if whole and _case_agrees(text, at, name) and not _broken(text, i, last):
                heads = [k for k in range(i, last + 1) if text.lower[k] in self.terms.heads]
                head = heads[-1] if heads else last
                if not self._is_verb(text, head):
                    return Found(i, last + 1, name.kind, head, name.words)
        return None

    def _acronym(self, text: Text, i: int) -> Found | None:
        form = text.form[i]
        words = self._acronyms.get(form) or self._acronyms.get(form.removesuffix("s"))
        return Found(i, i + 1, "acronym", i, words) if words else None

    def _is_verb(self, text: Text, i: int) -> bool:
        """Whether a head noun's form is a verb here: "to deal with", "deals with"."""
        if not self.terms.has("verbs_too", text.lower[i]):
            return False
        if text.tagged:
            return text.pos(i) in ("VERB", "AUX", "ADV", "ADJ")
        return self.terms.has("before_verbs", text.word(i - 1))


def _cased(name: str, form: tuple[str, ...], heads: dict[str, Head]) -> tuple[bool, ...]:
    """Return for each word of a register name whether it must be capitalised in the text."""
    capital = {part.strip("().,'’\"").lower() for part in name.split() if part[:1].isupper()}
    pieces = {piece for part in capital for piece in part.replace("-", " ").split()}
    return tuple(word in pieces and word not in heads for word in form)


def _case_agrees(text: Text, at: int, name: _Name) -> bool:
    return all(
        not cased or text.capital(text.token_of[at + k]) for k, cased in enumerate(name.cased)
    )


def _broken(text: Text, first: int, last: int) -> bool:
    """Whether a paragraph break or a bracket lies inside a name."""
    return any("\n\n" in text.form[k] or text.form[k] in "()" for k in range(first, last))
