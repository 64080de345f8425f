"""Finding the mentions of agreements in a text.

A mention grows from a core: a name of the register, a name or acronym of a type, or a noun that
can name an agreement ("treaty"). To its left come the words that say what it is about, to its
right the rest of a title or the subject ("on the transfer of ..."). Nouns left without a subject
are mentions only where the text speaks of a particular agreement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Doc

from pipeline.components.agreements.knowledge import Head, Knowledge
from pipeline.components.agreements.text import HYPHENS, QUOTES, Text, is_state
from pipeline.language import extensions

_MAX_SUBJECT = 12  # tokens; longer descriptive phrases run into the next clause
_NOMINAL = ("NOUN", "PROPN", "ADJ", "NUM", "X", "SYM")


@dataclass(frozen=True, slots=True)
class Found:
    """A mention: token offsets, the rule that found it, its head noun's token.

    ``name`` are the matching words of the core (register or type name, acronym), empty for a
    descriptive phrase or a bare noun.
    """

    start: int
    end: int
    rule: str
    head: int
    name: tuple[str, ...] = ()
    generic: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """A name to look for: its words, how its case counts and what kind of name it is."""

    words: tuple[str, ...]
    cased: tuple[bool, ...]
    kind: str  # "register", "type"


class Finder:
    """Finds agreement mentions; everything is compiled once from the knowledge files."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.terms = knowledge.terms
        self._memo: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, list[_Name]] = defaultdict(list)
        self._acronyms: dict[str, tuple[str, ...]] = {}
        self._weak_acronyms: dict[str, tuple[str, ...]] = {}
        self._compile()

    def find(self, doc: Doc) -> list[Found]:
        """Return the mentions of a document, in order and without overlaps; none in its zones."""
        text = Text(doc, self.terms, self._memo)
        cores = list(self._cores(text))
        found = _longest(
            [mention for core in cores if (mention := self._grow(text, core)) is not None]
        )
        found = self._with_acronyms(text, found)
        found = self._with_references(text, found)
        if text.domestic and not any(self._interstate(text, item) for item in found):
            return []
        return [item for item in found if not extensions.in_zone(doc, doc[item.start].idx)]

    def _interstate(self, text: Text, item: Found) -> bool:
        """Whether a mention is of a treaty even where the text names but one state."""
        named = item.rule not in ("phrase", "reference")
        word = text.lower[item.head]
        return named or word not in ("agreement", "agreements", "deal", "deals") or (
            item.rule == "phrase" and text.capital(item.head)
        )

    # Compiling

    def _compile(self) -> None:
        for kind in self.knowledge.types.values():
            for name in kind.names:
                for form in self._with_plural(self.knowledge.words(name)):
                    self._add(_Name(form, (False,) * len(form), "type"))
            for acronym in kind.acronyms:
                self._acronyms[acronym] = (acronym.lower(),)
            for acronym in kind.acronyms_if_defined:
                self._weak_acronyms[acronym] = (acronym.lower(),)
        for entry in self.knowledge.register:
            for name in entry.found_by:
                form = self.knowledge.words(name)
                if " " not in name and sum(c.isupper() for c in name) >= 2:
                    self._acronyms[name] = form
                else:
                    self._add(_Name(form, _cased(name, form, self.terms.heads), "register"))
        for names in self._names.values():
            names.sort(key=lambda name: (-len(name.words), name.kind, name.words))

    def _add(self, name: _Name) -> None:
        self._names[name.words[0]].append(name)

    def _with_plural(self, form: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return a name and its plural ("memoranda of understanding")."""
        plurals = {h.noun: f for f, h in self.terms.heads.items() if h.plural}
        for i in (len(form) - 1, 0):
            if form[i] in plurals:
                return [form, (*form[:i], plurals[form[i]], *form[i + 1 :])]
        return [form]

    # Cores

    def _cores(self, text: Text) -> Iterator[Found]:
        """Yield names, acronyms and head nouns, longest first at each token."""
        taken = -1
        for i, lower in enumerate(text.lower):
            if i <= taken:
                continue
            core = self._named(text, i) or self._acronym(text, i)
            if core is None and lower in self.terms.heads and not self._is_verb(text, i):
                core = Found(i, i + 1, "noun", i)
            if core is not None:
                taken = core.end - 1
                yield core

    def _named(self, text: Text, i: int) -> Found | None:
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
                head = next(
                    (k for k in range(last, i - 1, -1) if text.lower[k] in self.terms.heads), last
                )
                if not self._is_verb(text, head):
                    return Found(i, last + 1, name.kind, head, name.words)
        return None

    def _acronym(self, text: Text, i: int) -> Found | None:
        form = text.form[i]
        words = self._acronyms.get(form) or self._acronyms.get(form.removesuffix("s"))
        if words is None:
            return None
        return Found(i, i + 1, "acronym", i, words)

    def _is_verb(self, text: Text, i: int) -> bool:
        """Whether a head noun's form is a verb here: "to deal with", "deals with", "accords"."""
        if text.lower[i] not in ("deal", "deals", "accord", "accords", "compact", "charter"):
            return False
        if text.tagged:
            return text.pos(i) in ("VERB", "AUX", "ADV", "ADJ")
        before = text.lower[i - 1] if i else ""
        return before in ("to", "will", "can", "could", "must", "should", "would", "may")

    # Growing a core into a mention

    def _grow(self, text: Text, core: Found) -> Found | None:
        if self._part_of_a_body(text, core):
            return None
        if core.rule == "register":
            return self._with_tail(text, core)
        if core.rule == "acronym":
            start = self._left(text, core.start, core.head)
            return self._with_tail(text, replace(core, start=start))
        start = self._left(text, core.start, core.head)
        end = self._title_end(text, core) or self._subject_end(text, core, start) or core.end
        end = self._tail_of_phrase(text, end) if core.rule == "type" else end
        head = text.lower[core.head]
        if core.rule == "type":
            item = replace(core, start=start, end=end)
            if self._purchase(text, item) or not self._particular(text, item):
                return None
            return self._numbered(text, item)
        described = self._described(text, core, start, end)
        item = replace(core, start=start, end=end, rule="phrase")
        name = " ".join(text.lower[start:end])
        if any(name.endswith(other) for other in self.terms.lists["not_agreements"]):
            return None
        if self.terms.has("statutes", text.lower[end - 1]) or self._of_an_office(text, core):
            return None
        if described and not self._purchase(text, item):
            return self._numbered(text, item) if self._particular(text, item) else None
        return self._bare(text, core, self.terms.heads[head])

    def _part_of_a_body(self, text: Text, core: Found) -> bool:
        """Whether the name only opens that of a body: "North Atlantic Treaty Organization"."""
        return core.end < len(text) and self.terms.has("bodies", text.lower[core.end])

    def _of_an_office(self, text: Text, core: Found) -> bool:
        """Whether the noun belongs to an office: "Chief of Protocol", "Office of Treaty Affairs"."""
        before = text.lower[core.start - 1] if core.start else ""
        following = core.end < len(text) and text.capital(core.end)
        office = text.lower[core.head] == "protocol" or following
        return before == "of" and text.capital(core.head) and office

    def _described(self, text: Text, core: Found, start: int, end: int) -> bool:
        """Whether a noun has words that say what the agreement is about."""
        head = self.terms.heads[text.lower[core.head]]
        if head.phrase == "known" or (head.phrase == "title" and not text.capital(core.head)):
            return False
        if end > core.end:
            return True
        if start == core.start:
            return False
        return head.phrase == "topic" or text.capital(start)

    def _left(self, text: Text, start: int, head: int) -> int:
        """Return where the mention starts: over the modifiers that belong to the name."""
        i = start
        titled = text.capital(head) and not text.title_case(head)
        while i > 0:
            if text.glued(i - 1) and self._modifier(text, i - 2, i, head, titled):
                i -= 2
            elif self._modifier(text, i - 1, i, head, titled):
                i -= 1
            elif (
                text.lower[i - 1] in ("and", "&")
                and i >= 2
                and i < head + 1
                and i != start
                and self._coordinated(text, i - 2, i, titled)
            ):
                i -= 2
            else:
                break
        if i < start and text.lower[i - 1] in QUOTES and text.glued(i):
            return start
        return i

    def _coordinated(self, text: Text, i: int, right: int, titled: bool) -> bool:
        """Whether ``i`` and the modifier at ``right`` are two subjects: "trade and investment"."""
        if text.label.get(i) or text.lower[i] in self.terms.heads:
            return False
        if titled and text.capital(i) and text.capital(right):
            return not self.terms.has("function_words", text.lower[i]) and not text.is_verb(i)
        return self._topic(text, i) and self._topic(text, right)

    def _topic(self, text: Text, i: int) -> bool:
        word = text.lower[i]
        return self.terms.has("topics", self.terms.spelling.get(word, word))

    def _modifier(self, text: Text, i: int, right: int, head: int, titled: bool) -> bool:
        """Whether token ``i``, left of ``right``, belongs to the name whose head is ``head``."""
        if i < 0:
            return False
        word, token = text.lower[i], text.doc[i]
        if not token.is_alpha and not any(sign in token.text for sign in HYPHENS):
            return False
        if i in text.state or self.terms.has("function_words", word) or word in self.terms.heads:
            return word in ("ceasefire", "cease-fire", "truce", "framework")
        if text.capital(i) and any(is_state(p) for p in (token.text, *token.text.split("-"))):
            return False
        label = text.label.get(i)
        if label == "ORG":
            return self._body(text, i, head)
        if label in ("GPE", "LOC"):
            return self._town(text, i, right, head)
        if label:
            return False
        if self.terms.has("not_part", word):
            # Inside a capitalised title such a word is part of it: "Strategic Framework Agreement".
            return titled and text.capital(i) and not self._opens(text, i, word)
        if self._topic(text, i):
            return not text.is_verb(i) or token.tag_ in ("VBG", "VBN")
        if text.is_verb(i) and not (titled and text.capital(i) and token.tag_ in ("VBN", "VBG")):
            return False
        if text.capital(i):
            named = titled or text.pos(i) == "PROPN"
            return named and not text.title_case(i) and not (
                text.sentence_start(i) and not (text.tagged and text.pos(i) in _NOMINAL)
            )
        if titled and text.capital(right):
            return False
        return text.tagged and text.pos(i) == "NOUN" and not self.terms.has("making", word)

    def _opens(self, text: Text, i: int, word: str) -> bool:
        return text.sentence_start(i) or word in ("new", "bilateral", "proposed", "draft", "joint")

    def _body(self, text: Text, i: int, head: int) -> bool:
        """Whether a body named at ``i`` is part of the name: "NATO", "SEATO charter"."""
        if text.glued(i + 1) or (i and text.glued(i - 1)):
            return False
        named = head > i + 1 and text.capital(head)
        return named or self.terms.has("body_heads", text.lower[head])

    def _town(self, text: Text, i: int, right: int, head: int) -> bool:
        """Whether a town is part of the name: "Minsk agreements", not "Tokyo-Berlin treaty"."""
        if text.glued(i + 1) or (i and text.glued(i - 1)):
            return False
        subject = range(right, head)
        return self.terms.has("town_heads", text.lower[head]) and all(
            text.capital(k) or self._topic(text, k) for k in subject
        )

    def _with_tail(self, text: Text, core: Found) -> Found:
        """Take in a head noun right after a known name: "CFE Treaty", "AUKUS pact"."""
        end = core.end
        if end < len(text) and self.terms.has("name_tails", text.lower[end]):
            if text.lower[end - 1] not in self.terms.heads and text.pos(end) != "VERB":
                return self._numbered(text, replace(core, end=end + 1, head=end))
        return self._numbered(text, core)

    def _tail_of_phrase(self, text: Text, end: int) -> int:
        """Take in a second head noun: "ceasefire and hostage" stays, "truce agreement" grows."""
        if end < len(text) and text.lower[end] in ("agreement", "deal", "accord", "pact"):
            return end + 1
        return end

    # Titles and subjects to the right

    def _title_end(self, text: Text, core: Found) -> int | None:
        """Return the end of a capitalised title going on after the head, or None."""
        i = core.end
        if not text.capital(core.head) or i >= len(text):
            return None
        link = text.lower[i]
        leads = self.terms.has("about", link) or link in ("to", "to ")
        of_title = link == "of" and self.terms.has("of_heads", text.lower[core.head])
        goes_on = link in ("and", ",") and self._titled_of(text, core) and self._list_title(text, i)
        if not (leads or of_title or goes_on):
            return None
        end: int | None = None
        while i < len(text):
            if self._title_word(text, i, core.end):
                i += 1
                end = i
            elif self._title_link(text, i, end is not None):
                i += 1
            else:
                break
            if end is not None and i - end > 3:
                break
        return end

    def _titled_of(self, text: Text, core: Found) -> bool:
        """Whether a core is the beginning of a "Treaty of ..." title."""
        return core.head == core.start and core.end - core.start > 2 and text.capital(core.start)

    def _list_title(self, text: Text, i: int) -> bool:
        """Whether a comma or "and" joins capitalised nouns of a title: "Peace, Amity and Trade"."""
        following = i + 1
        if following < len(text) and text.lower[i] == "," and text.lower[following] == "and":
            following += 1
        if following >= len(text) or not text.capital(following) or text.label.get(following):
            return False
        return text.lower[i] == "and" or "and" in text.lower[following : following + 6]

    def _title_word(self, text: Text, i: int, begin: int) -> bool:
        token, label = text.doc[i], text.label.get(i)
        if label == "PERSON":
            return False
        if text.glued(i):
            return i > begin
        if token.text.isdigit():
            # "in the 2023 Amended Compact", not "on 15 January"
            return text.lower[i - 1] == "the" and i + 1 < len(text) and text.capital(i + 1)
        return (
            token.is_alpha
            and text.capital(i)
            and label != "DATE"
            and not self.terms.has("title_ends", text.lower[i])
        )

    def _title_link(self, text: Text, i: int, begun: bool) -> bool:
        """Whether a lower-case word joins capitalised words of one title."""
        word = text.lower[i]
        following = text.lower[i + 1] if i + 1 < len(text) else ""
        if word == ",":
            return begun and self._list_title(text, i)
        if not self.terms.has("title_links", word) or text.doc[i].is_space:
            return False
        if word == "and":
            nxt = i + 1
            return nxt < len(text) and text.capital(nxt) and text.label.get(nxt) != "PERSON"
        if word == "in" and begun:
            # "in the South China Sea" is part of a title, "in Washington" is where it was signed.
            return following in ("the", "europe", "asia", "africa")
        return True

    def _subject_end(self, text: Text, core: Found, start: int) -> int | None:
        """Return the end of "on the transfer of ..." or "to construct the ...", or None."""
        i = core.end
        if i + 1 >= len(text):
            return None
        if text.lower[i] == "to":
            alone = core.rule == "noun" and start == core.start
            return self._verb_phrase_end(text, i + 1) if alone else None
        if not self.terms.has("about", text.lower[i]) or text.lower[i] == "about":
            if text.lower[i] != "about":
                return None
        if text.lower[i] == "relating" and text.lower[i + 1] == "to":
            i += 1
        return self._noun_phrase_end(text, i + 1)

    def _verb_phrase_end(self, text: Text, i: int) -> int | None:
        """Return the end of verb and object after "to"."""
        while i < len(text) and (
            text.lower[i].endswith("ly") or (text.tagged and text.pos(i) == "ADV")
        ):
            i += 1
        if i >= len(text) or not text.doc[i].is_alpha:
            return None
        if self.terms.has("purpose_verbs", text.lower[i]):
            return None
        if text.tagged and text.pos(i) != "VERB":
            return None
        return self._noun_phrase_end(text, i + 1)

    def _noun_phrase_end(self, text: Text, begin: int) -> int | None:
        """Return the end of the noun phrase, with "of" and coordination, that starts at begin."""
        end: int | None = None
        i = begin
        while i < min(len(text), begin + _MAX_SUBJECT):
            word, token = text.lower[i], text.doc[i]
            if self.terms.has("not_about", word) or i in text.state:
                return end if end is not None and word not in ("the",) else None
            if text.label.get(i) in ("DATE", "PERSON") or token.text[:1].isdigit():
                break
            if token.is_alpha and text.pos(i) in _NOMINAL or text.lower[i] in self.terms.heads:
                end = i + 1
            elif text.glued(i) or word in ("the", "a", "an", "both", "all", "each"):
                if not text.glued(i) and end is not None and text.lower[i - 1] not in (
                    "of", "and",
                ):
                    break
            elif text.tagged and token.tag_ in ("VBG", "VBN") and i + 1 < len(text):
                if end is not None and text.lower[i - 1] not in ("and", "of", ","):
                    break
                end = i + 1 if token.tag_ == "VBG" else end
            elif word == "of" and end is not None:
                pass
            elif word in ("and", ",") and end is not None and self._list_goes_on(text, i):
                pass
            else:
                break
            i += 1
        if end is not None and text.glued(end):
            return None  # "on a civilian-led transition": the noun only begins a compound
        return end

    def _list_goes_on(self, text: Text, i: int) -> bool:
        """Whether "and" or a comma joins two nouns of one subject rather than two clauses."""
        nxt = i + 1
        if nxt < len(text) and text.lower[i] == "," and text.lower[nxt] == "and":
            nxt += 1
        if nxt >= len(text) or text.pos(nxt) not in _NOMINAL or nxt in text.state:
            return False
        if text.label.get(nxt) in ("PERSON", "ORG", "GPE", "DATE"):
            return False
        ahead = text.lower[nxt : nxt + 6]
        if text.lower[i] == ",":
            return "and" in ahead and not any(
                text.is_verb(k) for k in range(nxt, min(nxt + 4, len(text)))
            )
        # "agreement on trade and the two sides said": a second clause has its own verb.
        return not any(text.is_verb(k) for k in range(nxt, min(nxt + 3, len(text))))

    # Judging

    def _purchase(self, text: Text, item: Found) -> bool:
        """Whether a deal is a purchase, a business matter or a manner of speaking."""
        inside = text.lower[item.start : item.end]
        if text.lower[item.head] not in ("deal", "deals", "agreement", "agreements"):
            return False
        if any(self.terms.has("purchase_verbs", word) for word in inside):
            return True
        before = text.lower[max(0, item.start - 2) : item.start]
        stays = [w for w in (*before, *inside) if w not in HYPHENS]
        return any(self.terms.has("no_deal", w) for w in stays) and not (
            item.rule == "type" and len(item.name) > 1
        )

    def _particular(self, text: Text, item: Found) -> bool:
        """Whether a descriptive phrase means a treaty: not "is an agreement to ...", plural class."""
        start, det = self._determiner(text, item.start)
        if self._is_predicate(text, start) and self._ranked(text, start, item.start):
            return False
        if "such" in text.lower[max(0, start - 1) : start + 1]:
            return False
        if det or text.capital(item.head):
            return True
        head = self.terms.heads.get(text.lower[item.head])
        if head is not None and head.plural:
            # "trade deals like ...": a class nobody signs here
            joined = text.lower[item.end] in ("with", "between") if item.end < len(text) else False
            return joined or self._made(text, start)
        if text.lower[item.head] in ("agreement", "accord"):
            # "reached agreement on a text", "in agreement with": a state of mind.
            subject_only = item.start == item.head
            return not subject_only or self._headline_made(text, start)
        return True

    def _numbered(self, text: Text, item: Found) -> Found:
        """Mark a class of agreements spoken of in general."""
        head = self.terms.heads.get(text.lower[item.head])
        start, det = self._determiner(text, item.start)
        plural = (head is not None and head.plural) or (
            item.rule == "acronym" and text.doc[item.end - 1].text[-1] == "s"
        )
        if plural and det in ("", "our", "any", "such", "all"):
            return replace(item, generic=True)
        if det in ("a", "an") and item.rule != "phrase" and self._defines(text, start, item.end):
            return replace(item, generic=True)
        return item

    def _defines(self, text: Text, start: int, end: int) -> bool:
        """Whether "A ... Agreement" opens a sentence that says what such agreements do."""
        if not text.sentence_start(start):
            return False
        i = end
        if i < len(text) and text.lower[i] == "(":
            while i < len(text) and text.lower[i] != ")":
                i += 1
            i += 1
        if i >= len(text):
            return False
        token = text.doc[i]
        if text.tagged:
            return token.tag_ in ("VBZ", "VBP") or "Pres" in token.morph.get("Tense")
        return token.lower_ in ("is", "are") or (
            token.is_alpha and token.is_lower and token.text.endswith("s")
        )

    def _determiner(self, text: Text, start: int) -> tuple[int, str]:
        """Return where the noun phrase before ``start`` begins and its determiner, or ""."""
        i = start
        number = ""
        while i > 0 and start - i < 6:
            word = text.lower[i - 1]
            if self.terms.has("definite", word):
                return i - 1, word
            if self.terms.has("numbers", word):
                number = number or word
                i -= 1
                continue
            if self.terms.has("indefinite", word):
                return i - 1, word
            if word in ("'s", "’s", "s'", "’", "'") or self._state_before(text, i):
                return i - 1, "'s"
            skip = (
                self.terms.has("not_part", word)
                or word in QUOTES
                or text.doc[i - 1].text[:1].isdigit()
                or (text.tagged and text.pos(i - 1) in ("ADJ", "ADV", "NUM"))
                or (text.tagged and text.doc[i - 1].tag_ in ("VBN", "VBG"))
                or text.glued(i - 1)
                or text.glued(i)
            )
            if not skip or text.doc[i - 1].is_space:
                break
            i -= 1
        return i, number

    def _state_before(self, text: Text, i: int) -> bool:
        """Whether a country or nationality stands right before token ``i``."""
        if i - 1 in text.state:
            return True
        last = text.form[i - 1].split("-")[-1]
        return last[:1].isupper() and is_state(last)

    def _made(self, text: Text, start: int) -> bool:
        """Whether somebody signs, reaches, proposes ... what starts at ``start``."""
        return any(
            self.terms.has("making", word) for word in text.lower[max(0, start - 4) : start]
        )

    def _bare(self, text: Text, core: Found, head: Head) -> Found | None:
        """Judge a noun without a subject: "the treaty", "sign new agreement", "a deal"."""
        i = core.head
        if head.bare == "always":
            return core
        if (i and text.glued(i - 1)) or text.glued(i + 1):
            return None
        following = text.lower[i + 1] if i + 1 < len(text) else ""
        if following and self._heads_a_compound(text, i):
            return None
        start, det = self._determiner(text, i)
        named = text.capital(i) and i > 0 and self._state_before(text, i)
        after = text.lower[i + 2] if following == "," and i + 2 < len(text) else following
        told = head.noun == "deal" and self.terms.has("concluded", after)
        definite = head.bare == "definite" or named or told
        item = replace(core, rule="reference" if definite else "antecedent")
        before = text.lower[start - 1] if start else ""
        if self.terms.has("definite", det) or det == "'s":
            if before in ("with", "by", "upon") and following == "of":
                return None
            if self._is_predicate(text, start) and self._ranked(text, start, i):
                return None
            return item
        if text.capital(i) and following in ("between", "concerning", "among"):
            return item
        if det in ("a", "an", "another", "several") or self.terms.has("numbers", det):
            if before == "such" or self._is_predicate(text, start):
                return None
            year = any(text.doc[k].text.isdigit() for k in range(start, i))
            joined = self.terms.has("joined", following)
            return item if year or joined or self._made(text, start) else None
        if det == "" and self._headline_made(text, start) and not head.plural:
            return item
        return None

    def _headline_made(self, text: Text, start: int) -> bool:
        """Whether "sign new agreement" stands without determiner: headline style, not "reached"."""
        return start > 0 and text.lower[start - 1] in (
            "sign", "signs", "signed", "ink", "inks", "seal", "strike", "strikes", "ratify",
            "ratifies", "conclude", "concludes",
        )

    def _is_predicate(self, text: Text, start: int) -> bool:
        """Whether the phrase at ``start`` says what something is: "this is a treaty that ..."."""
        return start > 0 and text.lower[start - 1] in ("is", "was", "are", "were", "be", "as")

    def _ranked(self, text: Text, start: int, head: int) -> bool:
        """Whether the phrase ranks: "the first agreement of its kind", "the largest deal"."""
        return any(self.terms.has("ranks", word) for word in text.lower[start:head])

    def _heads_a_compound(self, text: Text, i: int) -> bool:
        """Whether the noun at ``i`` only modifies the next one: "treaty allies"."""
        if i + 1 >= len(text) or not text.doc[i].whitespace_:
            return False
        if text.capital(i):
            # "the Compact Trust Fund": the noun opens another name
            return text.capital(i + 1) and not self.terms.has("title_ends", text.lower[i + 1])
        if not text.tagged:
            return False
        return text.pos(i + 1) == "NOUN" and text.doc[i + 1].is_alpha

    # Acronyms and references

    def _with_acronyms(self, text: Text, found: list[Found]) -> list[Found]:
        """Add acronyms that the text itself gives, "long form (ACRONYM)", wherever they stand."""
        defined: dict[str, tuple[str, ...]] = {}
        for item in found:
            at = _in_brackets(text, item.end)
            if at is not None and item.end - item.start > 1 and at not in text.state:
                form = text.doc[at].text
                if _looks_like_acronym(form) and not is_state(form):
                    defined[form] = item.name
        for form, words in self._weak_acronyms.items():
            if any(self._spells_out(item, words) for item in found):
                defined.setdefault(form, words)
        if not defined:
            return found
        more = [
            self._with_tail(text, Found(i, i + 1, "acronym", i, (text.lower[i].removesuffix("s"),)))
            for i in range(len(text))
            if (form := text.form[i]) in defined or form.removesuffix("s") in defined
        ]
        return _longest([*found, *more])

    def _spells_out(self, item: Found, acronym: tuple[str, ...]) -> bool:
        if item.rule != "type":
            return False
        return any(
            acronym[0].upper() in kind.acronyms_if_defined
            and item.name in {self.knowledge.words(name) for name in kind.names}
            for kind in self.knowledge.types.values()
        )

    def _with_references(self, text: Text, found: list[Found]) -> list[Found]:
        """Keep nouns that need an antecedent only where the text has named an agreement before."""
        kept: list[Found] = []
        for item in found:
            if item.rule != "antecedent":
                kept.append(item)
                continue
            noun = self.terms.heads[text.lower[item.head]].noun
            for earlier in kept:
                last = text.lower[earlier.head]
                same = last in self.terms.heads and self.terms.heads[last].noun == noun
                if same or (noun == "deal" and earlier.rule != "reference"):
                    kept.append(replace(item, rule="reference"))
                    break
        return kept


def _cased(name: str, form: tuple[str, ...], heads: dict[str, Head]) -> tuple[bool, ...]:
    """Tell for each word of a register name whether it must be capitalised in the text."""
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


def _in_brackets(text: Text, i: int) -> int | None:
    """Return the token alone in brackets right after ``i``, as in ``(RAA)`` or ``(the “ACSA”)``."""
    while i < len(text) and text.form[i] in QUOTES:
        i += 1
    if i >= len(text) or text.form[i] != "(":
        return None
    i += 1
    while i < len(text) and (text.form[i] in QUOTES or text.lower[i] in ("the", "or")):
        i += 1
    after = i + 1
    while after < len(text) and text.doc[after].text in QUOTES:
        after += 1
    return i if after < len(text) and text.doc[after].text in "),;" else None


def _looks_like_acronym(form: str) -> bool:
    return 2 <= len(form) <= 12 and form[:1].isupper() and sum(c.isupper() for c in form) >= 2


def _longest(found: list[Found]) -> list[Found]:
    """Drop overlaps: the longer mention wins, then the earlier one."""
    taken: set[int] = set()
    kept = []
    for item in sorted(found, key=lambda f: (f.start - f.end, f.start)):
        if not any(i in taken for i in range(item.start, item.end)):
            taken.update(range(item.start, item.end))
            kept.append(item)
    return sorted(kept, key=lambda f: f.start)
