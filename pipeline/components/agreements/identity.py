"""Telling which agreement a mention means: its type, its parties, its id.

A mention is read by itself first (name, type, parties beside it), then against the other mentions
of the document: an acronym means its long form, "the agreement" the one spoken of, a vague
expression ("trade deal") a more precise one of the same field. Parties come from the name, from
words beside it, from the clause, from the mention it refers back to, and at last from the two
states the document is about. What stays open stays without id.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise

from spacy.tokens import Doc

from pipeline.components.agreements.ids import build
from pipeline.components.agreements.knowledge import Knowledge, RegisterEntry
from pipeline.components.agreements.parties import Parties
from pipeline.components.agreements.reading import Mention, Reader
from pipeline.components.agreements.text import state_code
from pipeline.components.agreements.told import Told, is_settled
from pipeline.language import extensions
from pipeline.records import Agreement

_MADE = 4  # tokens before a mention in which a verb of signing counts
_SUBJECT_WORDS = 3  # of a memorandum's subject in its id


class Resolver:
    """Fills ids; built once from the knowledge files."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.terms = knowledge.terms
        self.reader = Reader(knowledge)
        self._called_after = _called_after(knowledge)

    def resolve(self, doc: Doc) -> list[Agreement]:
        """Return the agreement of each span in ``doc.spans["agreements"]``."""
        spans = list(doc.spans.get(extensions.AGREEMENTS, ()))
        if not spans:
            return []
        parties = Parties(doc, self.terms)
        mentions = [self.reader.read(span, parties) for span in spans]
        told = Told(mentions, parties)
        self._link_acronyms(mentions)
        for m in mentions:
            if m.generic and self.terms.has("counting", m.determiner):
                m.result = Agreement(generic=True, rule="generic")
            elif not m.bare and not m.vague:
                own = self._own(m, told)
                # A description without parties may be short for a fuller one of the document.
                m.result = own if own.agreement_id or own.generic else None
        for m in mentions:
            if m.result is None:
                m.result = self._referring(m, told)
        self._tell_memoranda_apart(mentions)
        return [m.result or Agreement() for m in mentions]

    # "long form (ACRONYM)"

    def _link_acronyms(self, mentions: list[Mention]) -> None:
        """Let long form and acronym tell each other what they mean, wherever they stand."""
        meaning: dict[str, Mention] = {}
        for long, short in pairwise(mentions):
            if not _bracketed(long, short):
                continue
            meaning.setdefault(short.span.text, long)
            if short.entries or (short.type and not long.type):
                # "logistical pact (the ACSA)": the known acronym says more.
                long.type, long.entries = short.type, short.entries
            short.explicit = short.explicit or long.explicit
            short.long_form, long.acronym = long, short.span.text
        for m in mentions:
            full = meaning.get(m.span.text) or meaning.get(m.span.text.removesuffix("s"))
            if full is None or m.entries:
                continue
            m.type, m.entries, m.content = full.type or m.type, full.entries, full.content
            m.vague = full.vague = False

    # Mentions with a name or type of their own

    def _own(self, m: Mention, told: Told) -> Agreement:
        """Return the agreement of a mention that says by itself what kind it is."""
        parties = told.parties
        entry = self._entry(m, parties)
        if entry is not None:
            return _registered(entry)
        m.type = m.type or m.entries[0].type
        if m.long_form is not None and m.long_form.result is not None:
            return m.long_form.result
        kind = self.knowledge.types.get(m.type)
        if self._is_class(m, parties) or (m.several and kind is not None and kind.parties == "2"):
            return Agreement(agreement_type=m.type, generic=True, rule="generic")
        if m.plural and kind is not None and len(m.explicit) < 2 and not self._made(m):
            earlier = self._same_type(m, told)
            return earlier or Agreement(agreement_type=m.type, generic=True, rule="generic")
        if not m.explicit and self._stands_alone(m, parties):
            return self._alone(m)
        codes = self._parties(m, told)
        return build(self.knowledge, m.type, codes, m.year, m.rule or "type")

    def _entry(self, m: Mention, parties: Parties) -> RegisterEntry | None:
        """Return the register entry a name means; parties and year choose among several."""
        explicit = set(m.explicit)
        if len(m.entries) == 1:
            (entry,) = m.entries
            fits = not entry.parties or not explicit or explicit & set(entry.parties)
            return entry if fits else None
        dated = [e for e in m.entries if m.year and e.signed.startswith(m.year)]
        if len(dated) == 1:
            return dated[0]
        around = explicit or set(parties.clause(m.span.start) or parties.dyad())
        shared = {e.id: len(around & set(e.parties)) for e in m.entries}
        best = [e for e in m.entries if shared[e.id] and shared[e.id] == max(shared.values())]
        return best[0] if len(best) == 1 else None

    def _is_class(self, m: Mention, parties: Parties) -> bool:
        """Whether a mention speaks of such agreements in general."""
        if m.generic:
            return not (m.plural and len(m.explicit) < 3 and self._made(m))
        return not m.explicit and self._defined(m) and not parties.clause(m.span.start)

    def _defined(self, m: Mention) -> bool:
        """Whether a relative clause says what they are for: "the RAA, which is designed to"."""
        doc, i = m.span.doc, m.span.end
        if i < len(doc) and doc[i].text == "(":
            i = next((t.i for t in doc[i:] if t.text == ")"), i) + 1
        words = [token.lower_ for token in doc[i : i + 4]]
        return (
            words[:2] == [",", "which"]
            and self.terms.has("copulas", words[2] if len(words) > 2 else "")
            and self.terms.has("defining", words[-1])
        )

    def _made(self, m: Mention) -> bool:
        """Whether the sentence says that this very agreement is signed or reached."""
        before = m.span.doc[max(0, m.span.start - _MADE) : m.span.start]
        return any(self.terms.has("making", token.lower_) for token in before)

    def _stands_alone(self, m: Mention, parties: Parties) -> bool:
        """Whether a name needs no parties: "Copenhagen Accord", "Convention on Road Traffic"."""
        if not m.titled or len(m.span) < 2:
            return False
        first = m.span[0]
        town = len(m.span) == 2 and m.head and parties.is_town(first.i)
        of_place = len(m.span) == 3 and m.span[1].lower_ == "of"  # "Treaty of Bucharest"
        known = m.type in self.knowledge.types
        called = len(m.span) == 2 and self.terms.has("called_heads", m.head)
        named = called and not any(self.terms.has(w, first.lower_) for w in ("topics", "not_part"))
        open_to_all = self.terms.has("open_heads", m.head)
        return bool(town) or (of_place and not known) or named or open_to_all

    def _alone(self, m: Mention) -> Agreement:
        """Return the agreement whose id is its short name: its acronym, else its title."""
        whole = len(m.span) == 3
        words = [
            t.text.upper()
            for t in m.span
            if t.is_alpha and (whole or not self.terms.has("function_words", t.lower_))
        ]
        name = m.acronym or "-".join(words)
        return Agreement(name, m.type or name, rule=m.rule)

    # Parties

    def _parties(self, m: Mention, told: Told) -> list[str]:
        """Return the parties of a typed mention, from the surest source that gives them."""
        kind, parties = self.knowledge.types.get(m.type), told.parties
        number = kind.parties if kind else "many"
        clause = parties.clause(m.span.start)
        if len(m.explicit) > 1:
            return [*m.explicit, *clause[:1]] if m.several else m.explicit
        earlier = self._same_type(m, told)
        if m.explicit and earlier and m.explicit[0] in earlier.parties:
            return list(earlier.parties)
        if number == "any":
            return self._warring(m, earlier, told)
        # A description of no known type says too little to be given the document's states.
        loose = kind is None and not m.titled
        if m.explicit:
            around = clause if loose else [*clause, *parties.ranking()]
            others = [code for code in around if code != m.explicit[0]]
            return [*m.explicit, *others[:1]] if others else []
        fresh = m.determiner in ("", *self.terms.lists["new_determiners"])
        if earlier and not (fresh and len(clause) == 2):
            return list(earlier.parties)
        if len(clause) == 2 or (number == "many" and len(clause) > 2):
            return clause
        return [] if loose else self._dyad(clause, parties)

    def _dyad(self, clause: list[str], parties: Parties) -> list[str]:
        """Return the two states the document is about, or the clause's one with the first."""
        dyad = parties.dyad()
        if len(dyad) < 2:
            return []
        return [clause[0], dyad[0]] if len(clause) == 1 and clause[0] not in dyad else dyad

    def _warring(self, m: Mention, earlier: Agreement | None, told: Told) -> list[str]:
        """Return the parties of a ceasefire or peace.

        They are those its sentence names, else those of the same ceasefire before, else those
        that a later sentence names, else the state that the article is about.
        """
        named = told.fighting(m)
        if earlier and not set(named) - set(earlier.parties):
            return list(earlier.parties)
        if len(named) > 1:
            return named
        others = [told.fighting(o) for o in told.around(m) if o is not m and o.type == m.type]
        fuller = [codes for codes in others if set(named) <= set(codes)]
        return max(fuller, key=len, default=[]) or named or told.belligerents.likely(m)

    def _same_type(self, m: Mention, told: Told) -> Agreement | None:
        """Return the last earlier agreement of the same type, with the same parties if named."""
        known = m.type in self.knowledge.types
        last = None
        for other in told.before(m):
            if other.type == m.type and (known or other.content & m.content):
                last = last or other.result
                if other.result is not None and set(m.explicit) <= set(other.result.parties):
                    return other.result
        return last

    # Mentions that refer to another one

    def _referring(self, m: Mention, told: Told) -> Agreement:
        """Resolve "the agreement" and vague expressions through the rest of the document."""
        if m.generic and not m.explicit:
            return Agreement(agreement_type=m.type, generic=True, rule="generic")
        target = self._antecedent(m, told)
        if target is not None:
            return replace(target, rule="coreference")
        if m.bare:
            return self._agreed_before(m, told.parties) or Agreement(rule=m.rule)
        around = m.explicit or told.parties.clause(m.span.start)
        called = [self._called_after.get((m.type, code)) for code in around]
        entry = next((e for e in called if e is not None), None)
        return _registered(entry) if entry else self._own(m, told)

    def _agreed_before(self, m: Mention, parties: Parties) -> Agreement | None:
        """Read "A and B agreed to end their border dispute" before an unexplained "agreement"."""
        doc = m.span.doc
        floor = parties.sentence(max(0, m.sentence - 1))[0]
        verbs = [t.i for t in doc[floor : m.span.start] if self.terms.has("agreeing", t.lower_)]
        if not verbs or m.plural:
            return None
        codes = m.explicit or parties.clause(verbs[-1])
        words = self.knowledge.words(doc[verbs[-1] + 1 : parties.sentence(verbs[-1])[1]].text)
        kind = self.reader.about(" ".join(w for w in words if w not in self.terms.heads))
        if kind is None or len(codes) < 2:
            return None
        m.type = kind.type
        return build(self.knowledge, kind.type, codes, m.year, m.rule)

    def _antecedent(self, m: Mention, told: Told) -> Agreement | None:
        """Return the agreement a bare or vague mention means, or None.

        It is the one named in this or the last sentence that names any; where these name several
        or none, the one the document mostly speaks of, if it does so half of the time.
        """
        around = told.around(m)
        settled = [o for o in around if is_settled(o) and o is not m and self._compatible(m, o)]
        if m.plural and m.bare:
            settled = [o for o in settled if o.plural and o.head == m.head]
        results = [o.result for o in settled if o.result is not None]
        before = [o for o in settled if o.span.start < m.span.start]
        if not before:
            return results[0] if results else None
        starts = sorted({o.sentence for o in around if o.sentence <= m.sentence})[-2:]
        near = [o for o in before if o.sentence in starts]
        ids = {o.result.agreement_id for o in near if o.result}
        top, times = Counter(r.agreement_id for r in results).most_common(1)[0]
        if len(ids) == 1 or times * 2 < len(results):
            return (near or before)[-1].result
        return next(r for r in results if r.agreement_id == top)

    def _compatible(self, m: Mention, other: Mention) -> bool:
        """Whether ``m`` may mean what ``other`` means: parties, kind of text, field."""
        result = other.result or Agreement()
        theirs = set(result.parties)
        if theirs and not set(m.explicit) <= theirs:
            return False
        if not theirs and len(m.explicit) > 1:
            return False
        if m.bare:
            return self._noun_fits(m, other)
        if m.content and m.content < other.content and m.head == other.head:
            return True
        mine = self.knowledge.types.get(m.type)
        kind = self.knowledge.types.get(result.agreement_type)
        if mine is None or kind is None or kind is mine:
            return mine is not None and result.agreement_type == m.type
        return m.vague and kind.field == mine.field and not kind.vague

    def _noun_fits(self, m: Mention, other: Mention) -> bool:
        """Whether a bare noun can stand for another mention's: "the treaty" for a convention."""
        if self.terms.has("named_heads", m.head):
            return other.head == m.head
        if self.terms.has("named_heads", other.head):
            taken_up = m.head == "treaty" and other.head == "convention"
            return taken_up or self.terms.has("resumed_heads", other.head)
        if m.span[-1].text[:1].isupper() and m.determiner:
            # "the Agreement" is the text's own short name for what it called so before.
            return other.head in ("", m.head) or bool(m.explicit)
        fights = self.terms.has("armistices", other.head)
        return not fights or self.terms.has("plain_heads", m.head)

    # Memoranda

    def _tell_memoranda_apart(self, mentions: list[Mention]) -> None:
        """Add the subject to the ids of several memoranda of the same parties."""
        groups: dict[str, dict[str, list[Mention]]] = defaultdict(lambda: defaultdict(list))
        for m in filter(is_settled, mentions):
            if m.result and m.result.agreement_id.endswith(":MOU"):
                groups[m.result.agreement_id][self._subject(m)].append(m)
        for agreement_id, subjects in groups.items():
            named = [subject for subject in subjects if subject]
            for subject in named if len(named) > 1 else ():
                for m in subjects[subject]:
                    m.result = replace(
                        m.result or Agreement(), agreement_id=f"{agreement_id}-{subject}"
                    )

    def _subject(self, m: Mention) -> str:
        """Return what a memorandum is about, in capitals: TOURISM."""
        links = [t.i for t in m.span if self.terms.has("about", t.lower_)]
        if not links:
            return ""
        words = [
            t.text.upper()
            for t in m.span.doc[links[0] + 1 : m.span.end]
            if t.is_alpha and t.lower_ not in self.reader.fillers
        ]
        return "-".join(words[:_SUBJECT_WORDS])


def _registered(entry: RegisterEntry) -> Agreement:
    return Agreement(entry.id, entry.type, entry.parties, rule="register")


def _bracketed(long: Mention, short: Mention) -> bool:
    """Whether ``short`` stands alone in brackets right after ``long``: "(RAA)", "(the “RAA”)"."""
    doc = long.span.doc
    between = [
        t.lower_ for t in doc[long.span.end : short.span.start] if t.is_alpha or t.text == "("
    ]
    closed = any(t.text == ")" for t in doc[short.span.end : short.span.end + 2])
    return len(short.span) == 1 and closed and between in (["("], ["(", "the"], ["(", "or"])


def _called_after(knowledge: Knowledge) -> dict[tuple[str, str], RegisterEntry]:
    """Return the treaties that common speech calls after a country: the "Iran deal"."""
    called: dict[tuple[str, str], RegisterEntry] = {}
    for entry in knowledge.register:
        if ":" in entry.id:
            continue
        for word in (word for name in entry.aliases for word in name.split()):
            code = state_code(word) if word[:1].isupper() else ""
            if code in entry.parties:
                called.setdefault((entry.type, code), entry)
    return called
