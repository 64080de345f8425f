"""How far a mention of an agreement reaches, to the left and to the right of its head noun."""

from __future__ import annotations

from pipeline.components.agreements.knowledge import Terms
from pipeline.components.agreements.names import Found
from pipeline.components.agreements.text import QUOTES, Text, is_state

_MAX_SUBJECT = 12  # tokens; longer descriptive phrases run into the next clause
_MAX_LINKS = 3  # words of the closed classes in a row inside a title
_LIST = 6  # tokens in which a list must come to its "and"
_NOMINAL = ("NOUN", "PROPN", "ADJ", "NUM", "X", "SYM")
_PARTICIPLES = ("VBG", "VBN")


class Extent:
    """Finds the bounds of mentions with the words of ``terms.yaml``."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    # To the left: the words that say what the agreement is about

    def start(self, text: Text, start: int, head: int) -> int:
        """Return where a mention starts whose known part starts at ``start``."""
        i = start
        titled = text.capital(head) and not text.title_case(head)
        while i > 0:
            if text.glued(i - 1) and self._modifier(text, i - 2, i, head, titled):
                i -= 2
            elif self._modifier(text, i - 1, i, head, titled):
                i -= 1
            elif i != start and self._coordinated(text, i, titled):
                i -= 2
            else:
                break
        return i

    def _coordinated(self, text: Text, i: int, titled: bool) -> bool:
        """Whether "and" joins the modifier at ``i`` to another: "trade and investment"."""
        left = i - 2
        if left < 0 or text.word(i - 1) not in ("and", "&") or text.label.get(left):
            return False
        if text.lower[left] in self.terms.heads:
            return False
        if titled and text.capital(left) and text.capital(i):
            return not self.terms.has("function_words", text.lower[left]) and not text.is_verb(left)
        return self._topic(text, left) and self._topic(text, i)

    def _topic(self, text: Text, i: int) -> bool:
        word = text.lower[i]
        return self.terms.has("topics", self.terms.spelling.get(word, word))

    def _modifier(self, text: Text, i: int, right: int, head: int, titled: bool) -> bool:
        """Whether token ``i``, left of ``right``, belongs to the name whose noun is ``head``."""
        if i < 0 or not text.form[i].replace("-", "").replace("‑", "").isalpha():
            return False
        word, label = text.lower[i], text.label.get(i)
        if i in text.state or self.terms.has("function_words", word) or word in self.terms.heads:
            return self.terms.has("heads_as_subject", word)
        if text.capital(i) and any(is_state(p) for p in (text.form[i], *text.form[i].split("-"))):
            return False
        if label:
            return self._name_inside(text, i, right, head)
        if self.terms.has("not_part", word):
            # Inside a capitalised title such a word is part of it: "Strategic Framework Agreement".
            opens = text.sentence_start(i) or self.terms.has("never_part", word)
            return titled and text.capital(i) and not opens
        if self._topic(text, i):
            return not text.is_verb(i) or text.doc[i].tag_ in _PARTICIPLES
        if text.capital(i):
            return self._capital_modifier(text, i, titled)
        if titled and text.capital(right):
            return False
        return text.tagged and text.pos(i) == "NOUN" and not self.terms.has("making", word)

    def _capital_modifier(self, text: Text, i: int, titled: bool) -> bool:
        """Whether a capitalised word is part of a title, not a headline's or a sentence's first."""
        if text.is_verb(i) and not (titled and text.doc[i].tag_ in _PARTICIPLES):
            return False
        if text.title_case(i) or not (titled or text.pos(i) == "PROPN"):
            return False
        return not text.sentence_start(i) or (text.tagged and text.pos(i) in _NOMINAL)

    def _name_inside(self, text: Text, i: int, right: int, head: int) -> bool:
        """Whether a body or town is part of the name: "SEATO charter", "Minsk agreements"."""
        if text.glued(i + 1) or text.glued(i - 1):
            return False
        noun = text.lower[head]
        if text.label[i] == "ORG":
            return (head > i + 1 and text.capital(head)) or self.terms.has("body_heads", noun)
        if text.label[i] not in ("GPE", "LOC") or not self.terms.has("town_heads", noun):
            return False
        return all(text.capital(k) or self._topic(text, k) for k in range(right, head))

    # To the right: the rest of a title, or the subject of a description

    def end(self, text: Text, core: Found, start: int) -> int:
        """Return where a mention ends whose noun is that of ``core``."""
        return self._title_end(text, core) or self._subject_end(text, core, start) or core.end

    def with_tail(self, text: Text, found: Found) -> int:
        """Return the end of a known name with a noun right after it: "CFE Treaty"."""
        doubled = text.lower[found.end - 1] in self.terms.heads and found.rule != "type"
        tail = self.terms.has("name_tails", text.word(found.end))
        return (
            found.end + 1 if tail and not doubled and text.pos(found.end) != "VERB" else found.end
        )

    def _title_end(self, text: Text, core: Found) -> int | None:
        """Return the end of a capitalised title going on after its noun, or None."""
        if not text.capital(core.head) or not self._title_goes_on(text, core):
            return None
        end: int | None = None
        i = core.end
        while i < len(text) and (end is None or i - end <= _MAX_LINKS):
            if self._title_word(text, i, core.end):
                end = i + 1
            elif not self._title_link(text, i, end is not None):
                break
            i += 1
        return end

    def _title_goes_on(self, text: Text, core: Found) -> bool:
        """Whether the word after a capitalised noun can continue its title."""
        link = text.word(core.end)
        if self.terms.has("about", link) or link == "to":
            return True
        if link == "of":
            return self.terms.has("of_heads", text.lower[core.head])
        title_of = (
            core.head == core.start and core.end - core.start > 2 and text.capital(core.start)
        )
        return title_of and link in ("and", ",") and self._title_list(text, core.end)

    def _title_list(self, text: Text, i: int) -> bool:
        """Whether a comma or "and" joins capitalised nouns: "Treaty of Peace, Amity and Trade"."""
        following = i + 2 if text.word(i + 1) == "and" else i + 1
        if following >= len(text) or not text.capital(following) or text.label.get(following):
            return False
        return text.lower[i] == "and" or "and" in text.lower[following : following + _LIST]

    def _title_word(self, text: Text, i: int, begin: int) -> bool:
        if text.label.get(i) == "PERSON":
            return False
        if text.glued(i):
            return i > begin
        if text.form[i].isdigit():
            # "in the 2023 Amended Compact", not "on 15 January"
            return text.word(i - 1) == "the" and i + 1 < len(text) and text.capital(i + 1)
        ends = self.terms.has("title_ends", text.lower[i]) or text.label.get(i) == "DATE"
        return text.form[i].isalpha() and text.capital(i) and not ends

    def _title_link(self, text: Text, i: int, begun: bool) -> bool:
        """Whether a lower-case word joins capitalised words of one title."""
        word, following = text.lower[i], text.word(i + 1)
        if word == ",":
            return begun and self._title_list(text, i)
        if word == "and":
            another = i + 1 < len(text) and text.capital(i + 1) and i + 1 not in text.state
            return another and text.label.get(i + 1) != "PERSON"
        if word == "in" and begun:
            # "in the South China Sea" is part of a title, "in Washington" is where it was signed.
            return following == "the" or self.terms.has("regions", following)
        return self.terms.has("title_links", word)

    def _subject_end(self, text: Text, core: Found, start: int) -> int | None:
        """Return the end of "on the transfer of ..." or "to construct the ...", or None."""
        link = text.word(core.end)
        if link == "to":
            alone = core.rule == "noun" and start == core.start
            return self._verb_phrase_end(text, core.end + 1) if alone else None
        if not self.terms.has("about", link):
            return None
        begin = core.end + (2 if text.word(core.end + 1) == "to" else 1)
        return self._noun_phrase_end(text, begin)

    def _verb_phrase_end(self, text: Text, i: int) -> int | None:
        """Return the end of verb and object after "to"; a mere purpose is no subject."""
        while text.word(i).endswith("ly") or (i < len(text) and text.pos(i) == "ADV"):
            i += 1
        word = text.word(i)
        if not word.isalpha() or self.terms.has("purpose_verbs", word):
            return None
        if text.tagged and text.pos(i) != "VERB":
            return None
        return self._noun_phrase_end(text, i + 1)

    def _noun_phrase_end(self, text: Text, begin: int) -> int | None:
        """Return the end of the noun phrase, with "of" and coordination, that starts at begin."""
        end: int | None = None
        for i in range(begin, min(len(text), begin + _MAX_SUBJECT)):
            if self.terms.has("not_about", text.lower[i]) or i in text.state:
                break
            if text.label.get(i) in ("DATE", "PERSON") or text.form[i][:1].isdigit():
                break
            if self._noun(text, i, begin):
                end = i + 1
            elif not self._inside_phrase(text, i, begun=end is not None):
                break
        if end is not None and text.glued(end):
            return None  # "on a civilian-led transition": the noun only begins a compound
        return None if end is not None and self._circumstance(text, begin, end) else end

    def _circumstance(self, text: Text, begin: int, end: int) -> bool:
        """Whether a phrase says when or how something is signed: "on the last day of talks"."""
        head = begin
        while head + 1 < end and text.pos(head + 1) in (*_NOMINAL, "VERB"):
            head += 1
        return self.terms.has("circumstances", text.lower[head])

    def _noun(self, text: Text, i: int, begin: int) -> bool:
        word = text.lower[i]
        if word in self.terms.heads or (text.form[i].isalpha() and text.pos(i) in _NOMINAL):
            return True
        gerund = text.tagged and text.doc[i].tag_ == "VBG"
        return gerund and (i == begin or text.word(i - 1) in ("and", "of", ","))

    def _inside_phrase(self, text: Text, i: int, begun: bool) -> bool:
        """Whether a token that is no noun can stand inside a noun phrase."""
        word, opens = text.lower[i], not begun or text.word(i - 1) in ("of", "and", ",")
        if text.glued(i):
            return True
        if self.terms.has("articles", word) or (text.tagged and text.doc[i].tag_ == "VBN"):
            return opens
        if word == "of":
            return begun
        return word in ("and", ",") and begun and self._list_goes_on(text, i)

    def _list_goes_on(self, text: Text, i: int) -> bool:
        """Whether "and" or a comma joins two nouns of one subject rather than two clauses."""
        following = i + 2 if text.lower[i] == "," and text.word(i + 1) == "and" else i + 1
        if following >= len(text) or text.pos(following) not in _NOMINAL:
            return False
        if following in text.state or text.label.get(following):
            return False
        comma = text.lower[i] == ","
        if comma and "and" not in text.lower[following : following + _LIST]:
            return False
        # "agreement on trade and the two sides said": a second clause has its own verb.
        reach = min(following + (4 if comma else 3), len(text))
        return not any(text.is_finite(k) for k in range(following, reach))


def strip_quotes(text: Text, i: int) -> int:
    """Return the first token from ``i`` on that is no quotation mark."""
    while i < len(text) and text.form[i] in QUOTES:
        i += 1
    return i
