"""Reading a mention of an agreement by itself: what its words and neighbours say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from spacy.tokens import Span, Token

from pipeline.components.agreements.knowledge import AgreementType, Knowledge, RegisterEntry
from pipeline.components.agreements.parties import Parties
from pipeline.records import Agreement

_SLUG_WORDS = 5
_SUBJECT = 8  # tokens of a subject named after the parties
_REACH = 6  # tokens back to a determiner
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(slots=True)
class Mention:
    """A mention while it is being resolved.

    ``type`` is empty for a bare reference; ``vague`` tells that the type may stand for a more
    precise one of the document; ``content`` are the words that say what it is about; ``explicit``
    the parties named beside it; ``several`` that it speaks of a treaty with each of them.
    """

    span: Span
    head: str = ""
    plural: bool = False
    rule: str = ""
    generic: bool = False
    determiner: str = ""
    type: str = ""
    vague: bool = False
    content: frozenset[str] = frozenset()
    entries: list[RegisterEntry] = field(default_factory=list)
    explicit: list[str] = field(default_factory=list)
    several: bool = False
    acronym: str = ""
    long_form: Mention | None = None
    sentence: int = 0
    result: Agreement | None = None

    @property
    def bare(self) -> bool:
        """Whether it says nothing of its own: "the agreement"."""
        return not self.type and not self.entries

    @property
    def titled(self) -> bool:
        """Whether it is written as a name or acronym rather than as a description."""
        return self.span[0].text[:1].isupper() and self.span[-1].text[:1].isupper()

    @property
    def year(self) -> str:
        """A year standing beside it: "the 2017 ACSA", "ACSA of 2017"."""
        doc, span = self.span.doc, self.span
        near = doc[max(0, span.start - 2) : min(len(doc), span.end + 3)]
        return next((token.text for token in near if _YEAR.fullmatch(token.text)), "")


class Reader:
    """Reads mentions; built once from the knowledge files."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.terms = knowledge.terms
        self.types = knowledge.types
        self._names = {
            knowledge.words(name): kind for kind in self.types.values() for name in kind.names
        }
        self.acronyms = {
            acronym: kind
            for kind in self.types.values()
            for acronym in (*kind.acronyms, *kind.acronyms_if_defined)
        }
        self._by_head = {kind.head: kind for kind in self.types.values() if kind.head}
        self.fillers = self.terms.lists["function_words"] | self.terms.heads.keys()

    def read(self, span: Span, parties: Parties) -> Mention:
        """Return what the words of a mention and the states beside it say."""
        words = self.knowledge.words(span.text)
        before, after = parties.before(span.start), parties.after(span.end)
        head = next((self.terms.heads[w] for w in reversed(words) if w in self.terms.heads), None)
        found: Agreement = span._.agreement or Agreement()
        mention = Mention(
            span=span,
            head=head.noun if head else "",
            plural=bool(head and head.plural),
            rule=found.rule,
            generic=found.generic,
            determiner=self._determiner(span),
            content=frozenset(w for w in words if w not in self.fillers),
            entries=self._entries(span, words),
            explicit=list(dict.fromkeys((*before, *after.codes))),
            # "the ACSA with Peru and Chile": a treaty with each of them
            several=len(after.codes) > 1 and after.link == "with" and not before,
            sentence=parties.sentence(span.start)[0],
        )
        if mention.entries:
            mention.head = mention.head or self._head_of_name(mention.entries[0])
        else:
            self._classify(mention, words, after.end)
        return mention

    def _classify(self, m: Mention, words: tuple[str, ...], behind: int) -> None:
        """Fill type and content from the words of a mention or, if it has none, from behind it."""
        kind = self.kind(m.span.text, words)
        if kind is None and not m.content and behind:
            kind = self._subject_behind(m, behind)
        if kind is not None and not self._named_inside(m.span, kind):
            m.type = kind.type
            m.vague = kind.vague and not m.titled
        elif m.content and not m.type:
            m.type = self._slug(m.span)

    def _determiner(self, span: Span) -> str:
        for token in reversed(span.doc[max(0, span.start - _REACH) : span.start]):
            word = token.lower_
            if any(self.terms.has(w, word) for w in ("definite", "indefinite", "counting")):
                return word
            if not self.terms.has("not_part", word) and not token.text[:1].isdigit():
                break
        return ""

    # Register

    def _entries(self, span: Span, words: tuple[str, ...]) -> list[RegisterEntry]:
        """Return the register entries a name can mean ("the CFE Treaty", "CFE")."""
        shorter = words[:-1] if words[-1] in self.terms.heads else ()
        for form in (words, shorter):
            found = [e for e in self.knowledge.by_name.get(form, []) if self._fits(span, e, form)]
            if found:
                return found
        return self._by_subject(words) if span.text[:1].isupper() else []

    def _by_subject(self, words: tuple[str, ...]) -> list[RegisterEntry]:
        """Return the entry whose distinctive words stand inside a longer title."""
        for i, word in enumerate(words):
            for form, entry in self.knowledge.by_subject.get(word, ()):
                if len(form) < len(words) and words[i : i + len(form)] == form:
                    return [entry]
        return []

    def _fits(self, span: Span, entry: RegisterEntry, form: tuple[str, ...]) -> bool:
        """Whether an entry's name is more than that of its type and written as in the text."""
        if form in self._names and ":" in entry.id:
            return False
        return span.text[:1].isupper() or any(
            name[:1].islower() and self.knowledge.words(name) == form for name in entry.found_by
        )

    def _head_of_name(self, entry: RegisterEntry) -> str:
        """Return the noun of a treaty's full name: UNFCCC is a convention."""
        nouns = [w for w in self.knowledge.words(entry.name) if w in self.terms.heads]
        return self.terms.heads[nouns[0]].noun if nouns else ""

    # Types

    def kind(self, text: str, words: tuple[str, ...]) -> AgreementType | None:
        """Return the type of a mention by acronym, name, noun or subject words."""
        acronym = self.acronyms.get(text) or self.acronyms.get(text.removesuffix("s"))
        if acronym is not None:
            return acronym
        heads = self.terms.heads
        singular = tuple(heads[w].noun if w in heads else w for w in words)
        for size in range(len(singular), 0, -1):
            for form in (words[:size], singular[:size]):
                if form in self._names and (size > 1 or size == len(words)):
                    return self._names[form]
        for word in singular:
            if word in self._by_head:
                return self._by_head[word]
        kept = [w for w in singular if w not in heads or self.terms.has("heads_as_subject", w)]
        return self.about(" ".join(kept))

    def about(self, subject: str) -> AgreementType | None:
        """Return the first type whose patterns match the words of a subject."""
        for kind in self.types.values():
            if any(pattern.search(subject) for pattern in kind.about):
                return kind
        return None

    def _subject_behind(self, m: Mention, i: int) -> AgreementType | None:
        """Read what an agreement is about after its parties: "between A and B on extradition".

        A capitalised subject that fits no known type becomes the mention's own type.
        """
        doc = m.span.doc
        if i >= len(doc) or not self.terms.has("about", doc[i].lower_):
            return None
        end = i + 1
        while end < len(doc) and end - i <= _SUBJECT and self._continues(doc[end]):
            end += 1
        subject = doc[i + 1 : end]
        if not subject:
            return None
        kind = self.kind(subject.text, self.knowledge.words(subject.text))
        names = [t.text.upper() for t in subject if t.is_alpha and t.text[0].isupper()]
        if kind is None and names:
            m.type = "-".join(names[:_SLUG_WORDS])
            m.content = frozenset(t.lower_ for t in subject)
        return kind

    def _continues(self, token: Token) -> bool:
        if token.pos_ in ("VERB", "AUX") or self.terms.has("not_about", token.lower_):
            return False
        return token.is_alpha or token.text in "-–"

    def _named_inside(self, span: Span, kind: AgreementType) -> bool:
        """Whether a description holds a name that tells more than a loose type does."""
        described = kind.loose and not span[0].text[0].isupper()
        return described and any(t.text[0].isupper() for t in span[1:] if t.is_alpha)

    def _slug(self, span: Span) -> str:
        """Return the type of an agreement that no known type fits: its subject in capitals."""
        tokens = [t for t in span if _is_word(t) and t.lower_ not in self.fillers]
        described = span[0].lower_ in self.terms.heads and not span[0].text[0].isupper()
        if described and len(tokens) > 1:
            names = [t for t in tokens if t.text[0].isupper()]
            # "agreement to construct the X pipeline": the verb says nothing, a name all.
            tokens = names or (tokens[1:] if span[1].lower_ == "to" else tokens)
        elif tokens:
            # A title keeps its inner "and": FEDERAL-PROGRAMS-AND-SERVICES.
            inside = span.doc[tokens[0].i : tokens[-1].i + 1]
            tokens = [t for t in inside if t in tokens or t.lower_ == "and"]
            tokens = tokens[1:] if self.terms.has("about", tokens[0].lower_) else tokens
        words = [re.sub(r"[^A-Z0-9-]", "", t.text.upper()).strip("-") for t in tokens]
        return "-".join([word for word in words if word][:_SLUG_WORDS])


def _is_word(token: Token) -> bool:
    """Whether a token is a word, a hyphenated one (*non-aggression*) like any other."""
    return token.text.replace("-", "").isalpha()
