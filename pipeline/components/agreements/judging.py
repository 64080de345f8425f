"""Which phrases speak of a particular agreement: not a class, a purchase, a body or an opinion."""

from __future__ import annotations

from dataclasses import replace

from pipeline.components.agreements.knowledge import Head, Terms
from pipeline.components.agreements.names import Found
from pipeline.components.agreements.text import QUOTES, Text, is_state

_REACH = 6  # tokens back to a determiner
_OWNER = "'s"


class Judge:
    """Judges candidate mentions with the words of ``terms.yaml``."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    # What is no agreement whatever stands around it

    def no_agreement(self, text: Text, item: Found) -> bool:
        """Whether a phrase is a statute, body, event or office that is named like a treaty."""
        name = " ".join(text.lower[item.start : item.end])
        if any(name.endswith(other) for other in self.terms.lists["not_agreements"]):
            return True
        if self.terms.has("statutes", text.lower[item.end - 1]):
            return True
        # "Chief of Protocol", "Office of Treaty Affairs"
        office = text.word(item.start - 1) == "of" and text.capital(item.head)
        following = item.end < len(text) and text.capital(item.end)
        return office and (text.lower[item.head] == "protocol" or following)

    def part_of_a_body(self, text: Text, item: Found) -> bool:
        """Whether a name only opens that of a body: "North Atlantic Treaty Organization"."""
        return self.terms.has("bodies", text.word(item.end))

    def purchase(self, text: Text, item: Found) -> bool:
        """Whether a deal is a purchase, a business matter or a manner of speaking."""
        if not self.terms.has("business_heads", text.lower[item.head]):
            return False
        inside = text.lower[item.start : item.end]
        if any(self.terms.has("purchase_verbs", word) for word in inside):
            return True
        known = item.rule == "type" and len(item.name) > 1
        around = (*text.lower[max(0, item.start - 2) : item.start], *inside)
        return not known and any(self.terms.has("no_deal", word) for word in around)

    def interstate(self, text: Text, item: Found) -> bool:
        """Whether a mention is of a treaty even where the text names but one state."""
        if item.rule not in ("phrase", "reference"):
            return True
        titled = item.rule == "phrase" and text.capital(item.head)
        return titled or not self.terms.has("business_heads", text.lower[item.head])

    # Descriptions

    def described(self, text: Text, core: Found, item: Found) -> bool:
        """Whether a noun has words beside it that make it a name or say what it is about."""
        head = self.terms.heads[text.lower[core.head]]
        if head.phrase == "known" or (head.phrase == "title" and not text.capital(core.head)):
            return False
        if item.end > core.end:
            return True
        return item.start < core.start and (head.phrase == "topic" or text.capital(item.start))

    def particular(self, text: Text, item: Found) -> bool:
        """Whether a phrase means a treaty: not "is the first agreement to ...", not a class."""
        start, determiner = self.determiner(text, item.start)
        if self._predicate(text, start) and self._ranked(text, start, item.start):
            return False
        if "such" in text.lower[max(0, start - 1) : start + 1]:
            return False
        if determiner or text.capital(item.head):
            return True
        head = self.terms.heads.get(text.lower[item.head])
        if head is not None and head.plural:
            # "trade deals like ...": a class that nobody signs here
            return text.word(item.end) in ("with", "between") or self._made(text, start)
        # "reached agreement on a text": a state of mind, unless a headline leaves out its "an"
        mind = self.terms.has("states_of_mind", text.lower[item.head]) and item.start == item.head
        return not mind or self._signed(text, start)

    def numbered(self, text: Text, item: Found) -> Found:
        """Mark a class of agreements spoken of in general."""
        head = self.terms.heads.get(text.lower[item.head])
        start, determiner = self.determiner(text, item.start)
        plural_acronym = item.rule == "acronym" and text.form[item.end - 1].endswith("s")
        plural = plural_acronym or (head is not None and head.plural)
        one = determiner in ("a", "an") and item.rule != "phrase"
        spoken_of_as_class = not determiner or self.terms.has("class_determiners", determiner)
        counted = self.terms.has("counting", determiner) and not text.capital(item.head)
        if (plural and (spoken_of_as_class or counted)) or (
            one and self._defines(text, start, item.end)
        ):
            return replace(item, generic=True)
        return item

    def _defines(self, text: Text, start: int, end: int) -> bool:
        """Whether "A ... Agreement" opens a sentence that says what such agreements do."""
        i = end
        if text.word(i) == "(":
            while i < len(text) and text.form[i] != ")":
                i += 1
            i += 1
        if i >= len(text) or not text.sentence_start(start):
            return False
        if text.tagged:
            return text.doc[i].tag_ in ("VBZ", "VBP")
        return text.form[i].isalpha() and text.form[i].islower() and text.form[i].endswith("s")

    # Nouns alone

    def bare(self, text: Text, core: Found) -> Found | None:
        """Judge a noun without a subject: "the treaty", "sign new agreement", "a deal"."""
        head = self.terms.heads[text.lower[core.head]]
        if head.bare == "always":
            return core
        if text.glued(core.head - 1) or text.glued(core.end) or self._compound(text, core.head):
            return None
        start, determiner = self.determiner(text, core.head)
        item = replace(core, rule=self._reference(text, core, head))
        following = text.word(core.end)
        if determiner == _OWNER or self.terms.has("definite", determiner):
            consent = self.terms.has("consent", text.word(start - 1)) and following == "of"
            ranked = self._predicate(text, start) and self._ranked(text, start, core.head)
            return None if consent or ranked else item
        if text.capital(core.head) and self.terms.has("title_ends", following):
            return item
        if not determiner:
            return item if self._signed(text, start) and not head.plural else None
        if text.word(start - 1) == "such" or self._predicate(text, start):
            return None
        if self.terms.has("no_determiners", determiner):
            return None
        dated = any(text.form[k].isdigit() for k in range(start, core.head))
        joined = self.terms.has("joined", following)
        return item if dated or joined or self._made(text, start) else None

    def _reference(self, text: Text, core: Found, head: Head) -> str:
        """Return the rule of a bare noun: whether it needs a mention before it."""
        named = text.capital(core.head) and self._state_before(text, core.head)
        after = text.word(core.end)
        after = text.word(core.end + 1) if after == "," else after
        told = head.noun == "deal" and self.terms.has("concluded", after)
        return "reference" if head.bare == "definite" or named or told else "antecedent"

    def _compound(self, text: Text, i: int) -> bool:
        """Whether the noun at ``i`` only modifies the next one: "treaty allies"."""
        if i + 1 >= len(text) or not text.doc[i].whitespace_:
            return False
        if text.capital(i):
            # "the Compact Trust Fund": the noun opens another name
            return text.capital(i + 1) and not self.terms.has("title_ends", text.lower[i + 1])
        return text.tagged and text.pos(i + 1) == "NOUN" and text.form[i + 1].isalpha()

    # The words before a noun phrase

    def determiner(self, text: Text, start: int) -> tuple[int, str]:
        """Return where the noun phrase before ``start`` begins and its determiner, or ""."""
        i, number = start, ""
        while i > 0 and start - i < _REACH:
            word = text.lower[i - 1]
            if self.terms.has("definite", word):
                return i - 1, word
            if self.terms.has("numbers", word):
                number = number or word
            elif self.terms.has("indefinite", word):
                return i - 1, word
            elif self.terms.has("possessives", word) or self._state_before(text, i):
                # "Niger signed three treaties": whoever stands before the verb owns none of them
                return (i, number) if number and text.word(i) != number else (i - 1, _OWNER)
            elif not self._between(text, i - 1):
                break
            i -= 1
        return i, number

    def _between(self, text: Text, i: int) -> bool:
        """Whether a token may stand between determiner and name: "the recently signed 2023 ..."."""
        if text.doc[i].is_space:
            return False
        if self.terms.has("not_part", text.lower[i]) or text.form[i] in QUOTES:
            return True
        if text.form[i][:1].isdigit() or text.glued(i) or text.glued(i + 1):
            return True
        token = text.doc[i]
        return text.tagged and (token.pos_ in ("ADJ", "ADV", "NUM") or token.tag_ in ("VBN", "VBG"))

    def _state_before(self, text: Text, i: int) -> bool:
        """Whether a country or nationality stands right before token ``i``."""
        if i - 1 in text.state:
            return True
        last = text.form[i - 1].split("-")[-1] if i else ""
        return last[:1].isupper() and is_state(last)

    def _made(self, text: Text, start: int) -> bool:
        """Whether somebody signs, reaches, proposes ... what starts at ``start``."""
        return any(self.terms.has("making", word) for word in text.lower[max(0, start - 4) : start])

    def _signed(self, text: Text, start: int) -> bool:
        """Whether a verb of signing stands right before, as in headlines: "sign new agreement"."""
        return self.terms.has("signing", text.word(start - 1))

    def _predicate(self, text: Text, start: int) -> bool:
        """Whether the phrase at ``start`` says what something is: "this is a treaty that ..."."""
        return self.terms.has("copulas", text.word(start - 1))

    def _ranked(self, text: Text, start: int, head: int) -> bool:
        """Whether the phrase ranks: "the first agreement of its kind", "the largest deal"."""
        return any(self.terms.has("ranks", word) for word in text.lower[start:head])
