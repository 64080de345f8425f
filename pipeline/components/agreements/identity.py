"""Telling which agreement a mention means: its type, its parties, its id.

A mention is read by itself first (name, type, parties beside it), then against the other mentions
of the document: an acronym means its long form, "the agreement" the one spoken of, a vague
expression ("trade deal") a more precise one of the same field. Parties come from the name, from
words beside it, from the clause, from the mention it refers back to, and at last from the two
states the document is about. What stays open stays without id.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from spacy.tokens import Doc, Span

from pipeline.components.agreements.knowledge import AgreementType, Knowledge, RegisterEntry, load
from pipeline.components.agreements.parties import Parties
from pipeline.language import extensions
from pipeline.records import Agreement

_SLUG_WORDS = 5
_TREATY_NOUNS = ("convention", "protocol", "declaration", "charter", "memorandum", "compact")
_OPEN_NOUNS = ("convention", "protocol", "charter", "covenant")  # as a rule open to all states


@dataclass(slots=True)
class _Mention:
    """A mention while it is being resolved."""

    span: Span
    head: str
    plural: bool
    rule: str
    generic: bool
    determiner: str
    type: str = ""
    vague: bool = False
    content: frozenset[str] = frozenset()
    entries: list[RegisterEntry] = field(default_factory=list)
    explicit: list[str] = field(default_factory=list)
    several: bool = False
    acronym: str = ""
    long_form: _Mention | None = None
    sentence: int = 0
    result: Agreement | None = None

    @property
    def bare(self) -> bool:
        """Whether it says nothing of its own: "the agreement"."""
        return not self.type and not self.entries


class Resolver:
    """Fills ids; built once from the knowledge files."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.terms = knowledge.terms
        self._type_names = {
            form: kind
            for kind in knowledge.types.values()
            for name in kind.names
            for form in (knowledge.words(name),)
        }
        self._type_acronyms = {
            acronym: kind
            for kind in knowledge.types.values()
            for acronym in (*kind.acronyms, *kind.acronyms_if_defined)
        }
        self._fillers = self.terms.lists["function_words"] | self.terms.heads.keys()

    def resolve(self, doc: Doc) -> list[Agreement]:
        """Return the agreement of each span in ``doc.spans["agreements"]``."""
        spans = list(doc.spans.get(extensions.AGREEMENTS, ()))
        if not spans:
            return []
        parties = Parties(doc, self.terms)
        mentions = [self._read(span, parties) for span in spans]
        self._link_acronyms(doc, mentions)
        for mention in mentions:
            if not mention.bare and not mention.vague:
                own = self._own(mention, mentions, parties)
                # A description without parties may be short for a fuller one of the document.
                mention.result = own if own.agreement_id or own.generic else None
        for mention in mentions:
            if mention.result is None:
                mention.result = self._referring(mention, mentions, parties)
        self._tell_memoranda_apart(mentions)
        return [mention.result or Agreement() for mention in mentions]

    # Reading a mention by itself

    def _read(self, span: Span, parties: Parties) -> _Mention:
        words = self.knowledge.words(span.text)
        head = next((w for w in reversed(words) if w in self.terms.heads), "")
        known = self.terms.heads.get(head)
        mention = _Mention(
            span=span,
            head=known.noun if known else "",
            plural=bool(known and known.plural),
            rule=span._.agreement.rule if span._.agreement else "",
            generic=bool(span._.agreement and span._.agreement.generic),
            determiner=_determiner(span, self.terms.lists),
            sentence=parties.sentence(span.start)[0],
        )
        before, after = parties.before(span.start), parties.after(span.end)
        mention.explicit = list(dict.fromkeys((*before, *after.codes)))
        # "the RAA with the UK and Australia": a treaty with each of them
        mention.several = len(after.codes) > 1 and after.link == "with" and not before
        mention.entries = self._entries(span, words)
        if mention.entries and not mention.head:
            mention.head = self._head_of_name(mention.entries[0])
        mention.content = frozenset(w for w in words if w not in self._fillers)
        if not mention.entries:
            kind = self._kind(span, words)
            if not mention.content and after.end:
                kind = self._subject_behind(mention, after.end)
            if kind is not None and not self._proper_name_inside(span, kind):
                mention.type = kind.type
                mention.vague = kind.vague and not self._proper(span)
            elif mention.content and not mention.type:
                mention.type = self._slug(span)
        return mention

    def _head_of_name(self, entry: RegisterEntry) -> str:
        """Return the noun of a treaty's full name: UNFCCC is a convention."""
        nouns = [w for w in self.knowledge.words(entry.name) if w in self.terms.heads]
        return self.terms.heads[nouns[0]].noun if nouns else ""

    def _entries(self, span: Span, words: tuple[str, ...]) -> list[RegisterEntry]:
        """Return the register entries a name can mean ("the CFE Treaty", "CFE")."""
        for form in (words, words[:-1]):
            found = self.knowledge.by_name.get(form, [])
            if found and not (len(form) < len(words) and words[-1] not in self.terms.heads):
                return [
                    e
                    for e in found
                    if (form not in self._type_names or ":" not in e.id)
                    and self._written_so(span, e, form)
                ]
        return []

    def _written_so(self, span: Span, entry: RegisterEntry, form: tuple[str, ...]) -> bool:
        """Whether a name that starts with a capital does so in the text."""
        return span.text[:1].isupper() or any(
            name[:1].islower() and self.knowledge.words(name) == form for name in entry.found_by
        )

    def _kind(self, span: Span, words: tuple[str, ...]) -> AgreementType | None:
        """Return the type of a mention by name, acronym or subject words."""
        acronym = self._type_acronyms.get(span.text) or self._type_acronyms.get(
            span.text.removesuffix("s")
        )
        if acronym:
            return acronym
        singular = tuple(self.terms.heads[w].noun if w in self.terms.heads else w for w in words)
        for form in (words, singular):
            if form in self._type_names:
                return self._type_names[form]
        for size in range(len(singular) - 1, 1, -1):
            if singular[:size] in self._type_names:
                return self._type_names[singular[:size]]
        types = self.knowledge.types
        text = " ".join(words)
        if re.search(r"\bmemorand(um|a|ums) of\b|\bm[oO][uc]s?\b", text, re.I):
            return types.get("MOU")
        subject = " ".join(w for w in singular if w not in self.terms.heads or w == "ceasefire")
        for kind in types.values():
            if any(pattern.search(subject) for pattern in kind.about):
                return kind
        last = next((w for w in reversed(singular) if w in self.terms.heads), "")
        return types.get("CEASEFIRE") if last in ("ceasefire", "truce", "armistice") else None

    def _subject_behind(self, m: _Mention, i: int) -> AgreementType | None:
        """Read what an agreement is about after its parties: "between A and B on extradition".

        A subject that fits no known type becomes the mention's content.
        """
        doc = m.span.doc
        if i + 1 >= len(doc) or doc[i].lower_ not in self.terms.lists["about"]:
            return None
        j = i + 1
        while j < len(doc) and j - i < 9 and (doc[j].is_alpha or doc[j].text in "-–"):
            if doc[j].pos_ in ("VERB", "AUX") or doc[j].lower_ in self.terms.lists["not_about"]:
                break
            j += 1
        subject = doc[i + 1 : j]
        kind = self._kind(subject, self.knowledge.words(subject.text)) if subject else None
        if kind is None and subject and any(t.text[0].isupper() for t in subject):
            names = [t.text.upper() for t in subject if t.is_alpha and t.text[0].isupper()]
            m.type = "-".join(names[:_SLUG_WORDS])
            m.content = frozenset(t.lower_ for t in subject)
        return kind

    def _proper_name_inside(self, span: Span, kind: AgreementType) -> bool:
        """Whether a description holds a name that tells more than a loose type does."""
        return (
            kind.loose
            and not span[0].text[0].isupper()
            and any(t.text[0].isupper() for t in span[1:] if t.is_alpha)
        )

    def _proper(self, span: Span) -> bool:
        """Whether a mention is written as a name or acronym rather than as a description."""
        return span[-1].text[:1].isupper() and span[0].text[:1].isupper()

    def _slug(self, span: Span) -> str:
        """Return the type of an agreement that no known type fits: its subject in capitals."""
        tokens = [t for t in span if t.is_alpha and t.lower_ not in self._fillers]
        if span[0].lower_ in self.terms.heads and not span[0].text[0].isupper() and len(tokens) > 1:
            names = [t for t in tokens if t.text[0].isupper()]
            # "agreement to construct the X pipeline": the verb says nothing, a name all.
            tokens = names or (tokens[1:] if span[1].lower_ == "to" else tokens)
        elif tokens:
            # A title keeps its inner "and": FEDERAL-PROGRAMS-AND-SERVICES.
            first, last = tokens[0].i - span.start, tokens[-1].i - span.start
            tokens = [t for t in span[first : last + 1] if t in tokens or t.lower_ == "and"]
            tokens = tokens[1:] if tokens[0].lower_ in self.terms.lists["about"] else tokens
        words = [re.sub(r"[^A-Z0-9]", "", t.text.upper()) for t in tokens]
        return "-".join([word for word in words if word][:_SLUG_WORDS])

    def _link_acronyms(self, doc: Doc, mentions: list[_Mention]) -> None:
        """Give an acronym the type and parties of the long form before its brackets."""
        meaning: dict[str, _Mention] = {}
        for long, short in zip(mentions, mentions[1:], strict=False):
            between = doc[long.span.end : short.span.start].text.strip(" \"“”‘’'")
            if between.split(" ")[0] in ("(", "(the", "(“", '("', "(the“") or between == "(":
                closing = doc[short.span.end :][:2].text
                if len(short.span) == 1 and ")" in closing and len(between) <= 7:
                    meaning.setdefault(short.span.text, long)
                    if short.entries or (short.type and not long.type):
                        # "logistical pact (the ACSA)": the known acronym says more.
                        long.type, long.entries, long.vague = short.type, short.entries, False
                    short.explicit = short.explicit or long.explicit
                    short.long_form = long
                    long.acronym = short.span.text
        for mention in mentions:
            long = meaning.get(mention.span.text) or meaning.get(
                mention.span.text.removesuffix("s"), mention
            )
            if long is not mention and not mention.entries and long.rule:
                known = mention.span.text in self._type_acronyms
                mention.type = (
                    mention.type if known and not long.type else long.type or mention.type
                )
                mention.entries = long.entries
                mention.content = long.content
                mention.vague = long.vague = False

    # Strong mentions: a register entry or a type

    def _own(self, m: _Mention, mentions: list[_Mention], parties: Parties) -> Agreement:
        if m.entries:
            entry = self._entry(m, parties)
            if entry is not None:
                return self._from_entry(entry)
            if not m.type:
                m.type = m.entries[0].type
        if m.long_form is not None and m.long_form.result is not None:
            return m.long_form.result
        kind = self.knowledge.types.get(m.type)
        if m.generic and not (m.plural and len(m.explicit) < 3 and self._made(m)):
            return self._generic(m)
        if kind is not None and kind.parties == "2" and m.several:
            return self._generic(m)
        if self._defined(m) and not m.explicit and not parties.clause(m.span.start, m.span.end):
            return self._generic(m)
        if m.plural and len(m.explicit) < 2 and kind is not None and not self._made(m):
            earlier = self._same_type(m, mentions)
            return earlier or self._generic(m)
        codes = self._parties(m, mentions, parties)
        if not m.explicit and self._stands_alone(m, parties):
            return self._alone(m)
        return self._build(m, codes)

    def _stands_alone(self, m: _Mention, parties: Parties) -> bool:
        """Whether a name needs no parties: "Copenhagen Accord", "Convention on Road Traffic"."""
        if not self._proper(m.span) or len(m.span) < 2:
            return False
        first, known = m.span[0], self.knowledge.types.get(m.type)
        town = len(m.span) == 2 and m.head and parties.is_town(first.i)
        of_place = len(m.span) == 3 and m.span[1].lower_ == "of" and not known
        return town or of_place or m.head in _OPEN_NOUNS

    def _alone(self, m: _Mention) -> Agreement:
        """Return the agreement whose id is its short name: its acronym, else its title."""
        acronym = m.acronym or "-".join(
            t.text.upper()
            for t in m.span
            if t.is_alpha
            and (len(m.span) == 3 or t.lower_ not in self.terms.lists["function_words"])
        )
        return Agreement(acronym, m.type or acronym, (), rule=m.rule)

    def _generic(self, m: _Mention) -> Agreement:
        return Agreement(agreement_type=m.type, generic=True, rule="generic")

    def _defined(self, m: _Mention) -> bool:
        """Whether a relative clause says what such agreements are for: "the RAA, which is to"."""
        doc, i = m.span.doc, m.span.end
        if i < len(doc) and doc[i].text == "(":
            while i < len(doc) and doc[i].text != ")":
                i += 1
            i += 1
        words = [t.lower_ for t in doc[i : i + 4]]
        return words[:3] in ([",", "which", "is"], [",", "which", "are"]) and words[-1:] in (
            ["designed"],
            ["intended"],
            ["meant"],
        )

    def _made(self, m: _Mention) -> bool:
        """Whether the sentence says that this very agreement is signed or reached."""
        before = m.span.doc[max(0, m.span.start - 4) : m.span.start]
        return any(self.terms.has("making", token.lower_) for token in before)

    def _entry(self, m: _Mention, parties: Parties) -> RegisterEntry | None:
        entries = m.entries
        explicit = set(m.explicit)
        if len(entries) == 1:
            entry = entries[0]
            fits = not entry.parties or not explicit or explicit & set(entry.parties)
            return entry if fits else None
        year = _year_near(m.span)
        dated = [e for e in entries if year and e.signed.startswith(year)]
        if len(dated) == 1:
            return dated[0]
        around = explicit or set(parties.clause(m.span.start, m.span.end)) or set(parties.dyad())
        scored = sorted(entries, key=lambda e: (-len(around & set(e.parties)), e.id))
        best = len(around & set(scored[0].parties))
        tied = [e for e in scored if len(around & set(e.parties)) == best]
        return scored[0] if best and len(tied) == 1 else None

    def _from_entry(self, entry: RegisterEntry) -> Agreement:
        return Agreement(entry.id, entry.type, entry.parties, False, "register")

    def _parties(self, m: _Mention, mentions: list[_Mention], parties: Parties) -> list[str]:
        """Return the parties of a typed mention, from the surest source that gives them."""
        kind = self.knowledge.types.get(m.type)
        many = kind is None or kind.parties != "2"
        clause = parties.clause(m.span.start, m.span.end)
        if len(m.explicit) >= 2:
            return [*m.explicit, *clause[:1]] if m.several else m.explicit
        open_ended = kind is not None and kind.parties == "any"
        earlier = self._same_type(m, mentions)
        if m.explicit:
            if earlier and m.explicit[0] in earlier.parties:
                return list(earlier.parties)
            if open_ended:
                return m.explicit
            around = (
                clause
                if kind is None and not self._proper(m.span)
                else (
                    *clause,
                    *parties.ranking(),
                )
            )
            others = [c for c in around if c != m.explicit[0]]
            return [*m.explicit, *others[:1]] if others else []
        if open_ended:
            return self._warring(m, earlier, clause, parties)
        fresh = m.determiner in ("a", "an", "another", "")
        if earlier and not (fresh and len(clause) == 2):
            return list(earlier.parties)
        if len(clause) == 2 or (many and len(clause) > 2):
            return clause
        if kind is None and not self._proper(m.span):
            # A description of no known type says too little to be given the document's states.
            return []
        dyad = parties.dyad()
        if len(clause) == 1 and len(dyad) == 2 and clause[0] not in dyad:
            return [clause[0], dyad[0]]
        return dyad if len(dyad) == 2 else []

    def _warring(
        self, m: _Mention, earlier: Agreement | None, clause: list[str], parties: Parties
    ) -> list[str]:
        """Return the parties of a ceasefire or peace: those who agree, else where it holds."""
        where = parties.places_after(m.span.end)
        if where:
            return where
        if earlier:
            return list(earlier.parties)
        together = parties.together(m.span.start)
        if len(together) > 1:
            return together
        if len(clause) == 1 and not parties.reacts(m.span.start):
            return clause
        return parties.theatre(without=clause)

    def _same_type(self, m: _Mention, mentions: list[_Mention]) -> Agreement | None:
        """Return the last earlier result of the same type, else the document's commonest one."""
        same = [
            o.result
            for o in mentions
            if o.span.start < m.span.start
            and o.result is not None
            and o.result.agreement_id
            and o.type == m.type
            and (self.knowledge.types.get(m.type) or o.content & m.content)
        ]
        if not same:
            return None
        if m.explicit:
            same = [r for r in same if set(m.explicit) <= set(r.parties)] or same
        return same[-1]

    def _build(self, m: _Mention, codes: list[str]) -> Agreement:
        """Return the agreement of a type and parties; without parties it has no id."""
        return build(self.knowledge, m.type, codes, _year_near(m.span), m.rule or "type")

    # Mentions that refer to another one

    def _referring(
        self, m: _Mention, mentions: list[_Mention], parties: Parties
    ) -> Agreement | None:
        """Resolve "the agreement" and vague expressions through the rest of the document."""
        if m.generic and not m.explicit:
            return self._generic(m)
        target = self._antecedent(m, mentions)
        if target is not None:
            return replace(target, rule="coreference")
        if m.bare and not m.plural:
            m.type, agreed = self._agreed_before(m, parties)
            if m.type:
                return self._build(m, agreed)
        if m.vague or m.type:
            known = self._register_by_party(m, parties)
            if known is not None:
                return self._from_entry(known)
            return self._own(m, mentions, parties)
        return Agreement(rule=m.rule)

    def _agreed_before(self, m: _Mention, parties: Parties) -> tuple[str, list[str]]:
        """Read "A and B agreed to end their border dispute" before an unexplained "agreement"."""
        doc = m.span.doc
        floor = parties.sentence(max(0, parties.sentence(m.span.start)[0] - 1))[0]
        verbs = [i for i in range(floor, m.span.start) if doc[i].lower_ in ("agree", "agreed")]
        if not verbs:
            return "", []
        agreed = verbs[-1]
        codes = parties.clause(agreed, agreed + 1)
        if len(m.explicit or codes) < 2:
            return "", []
        words = self.knowledge.words(doc[agreed + 1 : parties.sentence(agreed)[1]].text)
        text = " ".join(w for w in words if w not in self.terms.heads)
        for kind in self.knowledge.types.values():
            if any(pattern.search(text) for pattern in kind.about):
                return kind.type, m.explicit or codes
        return "", []

    def _register_by_party(self, m: _Mention, parties: Parties) -> RegisterEntry | None:
        """Return the only register entry of the type with the parties named ("Iran's deal")."""
        around = m.explicit or parties.clause(m.span.start, m.span.end)
        entries = [
            e
            for e in self.knowledge.by_type.get(m.type, [])
            if ":" not in e.id and len(e.parties) > 2 and e.status != "superseded"
        ]
        for code in around:
            found = [e for e in entries if code in e.parties]
            unusual = [e for e in found if code not in ("USA", "GBR", "FRA", "RUS", "CHN", "DEU")]
            if len(unusual) == 1:
                return unusual[0]
        return None

    def _antecedent(self, m: _Mention, mentions: list[_Mention]) -> Agreement | None:
        """Return the agreement a bare or vague mention means, or None."""
        settled = [
            o
            for o in mentions
            if o is not m
            and o.result is not None
            and o.result.agreement_id
            and not o.result.generic
            and self._compatible(m, o)
        ]
        if not settled:
            return None
        if m.plural and m.bare:
            settled = [o for o in settled if o.plural and o.head == m.head]
            if not settled:
                return None
        before = [o for o in settled if o.span.start < m.span.start]
        if not before:
            return settled[0].result
        near = [o for o in before if o.sentence in self._window(m, mentions)]
        recent = {o.result.agreement_id for o in near if o.result}
        counts = Counter(o.result.agreement_id for o in settled if o.result)
        top, number = counts.most_common(1)[0]
        dominant = next(o.result for o in settled if o.result and o.result.agreement_id == top)
        if len(recent) == 1 or number * 2 < len(settled):
            return (near or before)[-1].result
        return dominant

    def _window(self, m: _Mention, mentions: list[_Mention]) -> set[int]:
        """Return the sentences that an unstressed "the agreement" looks back to."""
        starts = sorted({o.sentence for o in mentions if o.sentence <= m.sentence})
        return set(starts[-2:])

    def _compatible(self, m: _Mention, other: _Mention) -> bool:
        """Whether ``m`` may mean what ``other`` means: parties, kind of text, field."""
        assert other.result is not None
        theirs = set(other.result.parties)
        if m.explicit and theirs and not set(m.explicit) <= theirs:
            return False
        if m.explicit and not theirs and len(m.explicit) > 1:
            return False
        if m.bare:
            if m.head in _TREATY_NOUNS:
                return other.head == m.head
            if other.head in ("convention", "charter", "declaration", "covenant"):
                return m.head == "treaty" and other.head == "convention"
            if m.span[-1].text[:1].isupper() and m.determiner:
                # "the Agreement" is the text's own short name for what it called so before.
                return other.head in ("", m.head) or bool(m.explicit)
            return other.head not in ("ceasefire", "truce") or m.head in (
                "deal",
                "agreement",
                "pact",
            )
        if m.content and m.content < other.content and m.head == other.head:
            return True
        mine = self.knowledge.types.get(m.type)
        kind = self.knowledge.types.get(other.result.agreement_type)
        if mine is None:
            return False
        if kind is None or kind is mine:
            return other.result.agreement_type == m.type
        return m.vague and kind.field == mine.field and not kind.vague

    def _tell_memoranda_apart(self, mentions: list[_Mention]) -> None:
        """Add the subject to the ids of several memoranda of the same parties."""
        groups: dict[str, dict[str, list[_Mention]]] = {}
        for m in mentions:
            if m.result is None or not m.result.agreement_id.endswith(":MOU"):
                continue
            subject = self._memorandum_subject(m) if len(m.span) > 1 else ""
            groups.setdefault(m.result.agreement_id, {}).setdefault(subject, []).append(m)
        for subjects in groups.values():
            if len([s for s in subjects if s]) < 2:
                continue
            for subject, members in subjects.items():
                for m in members:
                    if subject and m.result:
                        m.result = replace(
                            m.result, agreement_id=f"{m.result.agreement_id}-{subject}"
                        )

    def _memorandum_subject(self, m: _Mention) -> str:
        about = next((t.i for t in m.span if t.lower_ in self.terms.lists["about"]), None)
        if about is None:
            return ""
        words = [
            t.text.upper()
            for t in m.span.doc[about + 1 : m.span.end]
            if t.is_alpha and t.lower_ not in self._fillers
        ]
        return "-".join(words[:3])


def build(
    knowledge: Knowledge, kind: str, codes: list[str], year: str = "", rule: str = "type"
) -> Agreement:
    """Return the agreement of a type between states.

    Parameters
    ----------
    knowledge : Knowledge
    kind : str
        Agreement type (``ACSA``) or a proper name in capitals.
    codes : list of str
        ISO 3166-1 alpha-3 codes of the parties; empty gives an agreement without id.
    year : str
        A year the text gives with the mention; it tells register entries of one type apart.
    rule : str
        What :attr:`Agreement.rule` shall say.
    """
    found = tuple(sorted(set(codes)))
    if not kind or not found:
        return Agreement(agreement_type=kind, parties=found, rule=rule)
    plain = f"{'-'.join(found)}:{kind}"
    same = [e for e in knowledge.by_type.get(kind, []) if e.parties == found and ":" in e.id]
    dated = [e for e in same if year and e.signed.startswith(year)]
    if len(same) == 1 and same[0].id.count(":") == 1:
        return Agreement(same[0].id, kind, found, rule=rule)
    if len(same) > 1 and len(dated) == 1:
        return Agreement(dated[0].id, kind, found, rule=rule)
    return Agreement(plain, kind, found, rule=rule)


def agreement_for(span: Span, parties: list[str]) -> Agreement:
    """Return the agreement a mention means for an event with its own parties.

    "concluded with Australia (2022) and the United Kingdom (2023)" has one mention and two
    agreements; the event that knows its parties asks for its own.

    Parameters
    ----------
    span : Span
        A span of ``doc.spans["agreements"]`` with ``span._.agreement`` set.
    parties : list of str
        ISO 3166-1 alpha-3 codes of the event's parties.

    Returns
    -------
    Agreement
        The mention's own agreement where it stands alone whatever the parties (``UN-CHARTER``)
        or has no type; else the agreement of its type between ``parties``.
    """
    own: Agreement = span._.agreement or Agreement()
    alone = own.agreement_id and ":" not in own.agreement_id
    if alone or not own.agreement_type or not parties:
        return own
    if set(parties) == set(own.parties):
        return own
    return build(load(), own.agreement_type, parties, rule="event")


def _determiner(span: Span, lists: dict[str, frozenset[str]]) -> str:
    i = span.start - 1
    while i >= 0 and span.start - i < 6:
        word = span.doc[i].lower_
        if word in lists["definite"] or word in lists["indefinite"]:
            return word
        if word not in lists["not_part"] and not span.doc[i].text[:1].isdigit():
            break
        i -= 1
    return ""


_YEAR = re.compile(r"(?:19|20)\d\d")


def _year_near(span: Span) -> str:
    """Return a year standing beside the mention: "the 2017 ACSA", "ACSA of 2017"."""
    doc = span.doc
    near = [doc[i].text for i in range(max(0, span.start - 2), min(len(doc), span.end + 3))]
    return next((text for text in near if _YEAR.fullmatch(text)), "")
