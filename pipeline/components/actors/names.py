"""The component ``pacta_names``: which stretches of a text are names, and of what.

The statistical recogniser reads context well and knows few names; tables know names and read no
context. Here the two meet: known names and names by form (a body's noun, a title before a person)
win over the model where they are longer or equal, the model's other names are trimmed to the
guideline's boundaries, and what is a name in one place of an article is one everywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components.actors import shapes
from pipeline.components.actors.lexicon import Lexicon, fold, packaged
from pipeline.components.actors.patterns import Patterns, capital, headings
from pipeline.components.actors.surfaces import LABELS, Hit, KnownPlaces, Surfaces, longest
from pipeline.components.actors.titles import Titles
from pipeline.gazetteers import country_by_demonym, country_by_name
from pipeline.language import extensions

_DESIGNATION = re.compile(r"[A-Z]{1,4}-?\d+\w*(-\w+)?")
"""Types of aircraft, weapons and roads."""
_SURE = 4.5
_ROUGH = 0.0
"""How well known (log10 of a population) a place must be to overrule, or to refine, the model."""

MIN_SURNAME = 5
"""Letters of a surname that is looked for in a text; shorter ones are too often words."""


@Language.factory("pacta_names", assigns=["doc.ents"], requires=[])
def make_names(nlp: Language, name: str) -> Names:
    """Build the component with the packaged tables."""
    return Names(nlp, packaged())


class Names:
    """Correct and complete ``doc.ents`` (PERSON, ORG, GPE, LOC, NORP).

    Parameters
    ----------
    nlp : Language
        The pipeline whose tokeniser the texts come from.
    lexicon : Lexicon
        Known bodies, offices, holders and groups.

    Notes
    -----
    Entities with other labels are dropped (dates and agreements are found by components of their
    own), and so is everything in a zone. Without a recogniser before it the component still finds
    known names and names by form.
    """

    def __init__(self, nlp: Language, lexicon: Lexicon) -> None:
        extensions.register()
        self.lexicon = lexicon
        self.surfaces = Surfaces(nlp, lexicon)
        self.places = KnownPlaces()
        self.patterns = Patterns(lexicon, self.places)
        self.titles = Titles(nlp, lexicon.offices)
        nouns = lexicon.nouns
        self._unpersonal = nouns.not_bodies | {word.lower() for word in nouns.sector_of}

    def __call__(self, doc: Doc) -> Doc:
        """Write the names of a text on ``doc.ents``."""
        found = self.process(doc)
        doc.ents = [
            Span(doc, hit.start, hit.end, label=hit.label)
            for hit in found
            if not extensions.in_zone(doc, doc[hit.start].idx)
        ]
        if doc.has_annotation("DEP"):
            for ent in doc.ents:
                if ent.label_ == "PERSON" and len(ent) > 1:
                    shapes.straighten(ent)
        return doc

    def process(self, doc: Doc) -> list[Hit]:
        """Return the names of a text in order, zones included."""
        heading = headings(doc)
        titles = self.titles(doc)
        guesses = [Hit(e.start, e.end, e.label_, "model") for e in doc.ents if e.label_ in LABELS]
        guesses = longest(guesses + shapes.auxiliary_surnames(doc, guesses))
        known = self.surfaces.find(doc)
        called = longest(
            shapes.given_names(doc, known, titles, self._unpersonal)
            + shapes.title_surnames(doc, titles, known)
        )
        titles = [title for title in titles if not any(title.overlaps(hit) for hit in called)]
        sure = self._sure(doc, known, titles, heading)
        sure = longest(called + sure)
        barred = self._barred(doc, _by_token(sure))
        guesses = [
            hit
            for hit in self._trimmed(doc, guesses, sure, titles, heading)
            if doc[hit.start : hit.end].text not in barred
        ]
        titled = {hit.start for hit in titles}
        sure += [
            hit
            for hit in known
            if hit.doubtful and self._confirmed(doc, hit, sure, guesses, titled)
        ]
        guesses = self._placed(doc, guesses)
        names = _merge(doc, longest(sure), guesses)
        names = sorted(
            [*names, *shapes.divisions_after_towns(doc, names)], key=lambda hit: hit.start
        )
        names = shapes.towns(doc, names)
        names = self._acronyms(doc, names)
        names = longest(names + self._office_holders(doc, names, heading))
        names = self._same_everywhere(doc, names, heading)
        return self._relabelled(doc, names)

    # What tables and forms say

    def _sure(
        self, doc: Doc, known: list[Hit], titles: list[Hit], heading: list[bool]
    ) -> list[Hit]:
        sure = [hit for hit in known if not hit.doubtful and not self._is_part(doc, hit)]
        at = _by_token(sure)
        titled = {i for hit in titles for i in range(hit.start, hit.end)}
        by_form = [
            *self.patterns.bodies(doc, at, titled, heading),
            *self.patterns.landscape(doc, titled, heading),
            *self.patterns.directions(doc, at),
            *self.patterns.persons(doc, titles, at, heading),
        ]
        bases = list(self.patterns.bases(doc))
        near = {i for hit in bases for i in (hit.start - 1, hit.start, hit.end)}
        sure = [hit for hit in sure if not near.intersection(range(hit.start, hit.end))]
        return longest(sure + by_form + bases)

    def _barred(self, doc: Doc, at: dict[int, Hit]) -> set[str]:
        """Return what is no name in this article: ships, buildings, acronyms of common nouns."""
        nouns = self.lexicon.nouns
        barred = set(nouns.never_names) | self.patterns.meaningless(doc, at)
        for token in doc[:-1]:
            if token.text in nouns.ships and capital(doc[token.i + 1]):
                end = token.i + 2
                while end < len(doc) and capital(doc[end]) and doc[end].is_alpha:
                    end += 1
                barred.add(doc[token.i + 1 : end].text)
        for ent in doc.ents:
            after = doc[ent.end] if ent.end < len(doc) else None
            if after is None:
                continue
            building = len(ent) > 1 and capital(after) and after.lower_ in nouns.not_bodies
            if building or after.lower_ in nouns.things:
                barred.add(ent.text)
        return barred

    def _is_part(self, doc: Doc, hit: Hit) -> bool:
        """Whether a ship's or vehicle's prefix stands before a known name."""
        return hit.start > 0 and doc[hit.start - 1].text in self.lexicon.nouns.ships

    def _confirmed(
        self, doc: Doc, hit: Hit, sure: list[Hit], guesses: list[Hit], titled: set[int]
    ) -> bool:
        """Whether a doubtful name has a second sign: the model, a title, or its full name."""
        if any(hit.overlaps(other) for other in sure):
            return False
        if hit.label == "NORP" and hit.end in titled:
            return True
        if any(g.start == hit.start and g.end == hit.end and g.label == hit.label for g in guesses):
            return True
        bodies = self.lexicon.by_body.get(fold(doc[hit.start : hit.end].text), [])
        surfaces = {fold(doc[s.start : s.end].text) for s in sure if s.label == "ORG"}
        return any(fold(name) in surfaces for body in bodies for name in (body.name, *body.aliases))

    # What the model says

    def _trimmed(
        self,
        doc: Doc,
        guesses: Iterable[Hit],
        sure: list[Hit],
        titles: list[Hit],
        heading: list[bool],
    ) -> Iterator[Hit]:
        """Yield the model's names with the guideline's boundaries, without what is no name."""
        title_at = {i: hit for hit in titles for i in range(hit.start, hit.end)}
        at = _by_token(sure)
        guesses = list(guesses)
        persons = {hit.end for hit in guesses if hit.label == "PERSON"}
        for guess in guesses:
            start, end = guess.start, guess.end
            if shapes.is_degree(doc, start, end, persons):
                continue
            while start < end and self._is_edge(doc, start, guess, title_at):
                start += 1
            while end > start and self._is_tail(doc, end - 1):
                end -= 1
            if guess.label == "PERSON":
                start = self._after_nationality(start, end, at)
            if guess.label == "ORG" and self._portfolio(doc, start, title_at):
                continue
            if start < end and self._is_name(doc, start, end, guess.label, heading):
                yield Hit(start, end, guess.label, "model")

    def _is_edge(self, doc: Doc, i: int, guess: Hit, title_at: dict[int, Hit]) -> bool:
        token = doc[i]
        if token.is_punct or token.is_space or token.lower_ in ("the", "a", "an", "'s", "’s"):
            return True
        if guess.label != "PERSON":
            title = title_at.get(i)
            if title is not None and title.start < guess.start:
                return True
            return not capital(token) and not token.text[0].isdigit() and "-" not in token.text
        title = title_at.get(i)
        return title is not None and title.end < guess.end

    def _is_tail(self, doc: Doc, i: int) -> bool:
        token = doc[i]
        if token.text in ("(", ")", "[", "]") or token.lower_ in self.lexicon.offices.honours:
            return True
        return token.is_space or token.lower_ in ("'s", "’s", "'", "’", ",", '"', "”", "region")

    def _portfolio(self, doc: Doc, start: int, title_at: dict[int, Hit]) -> bool:
        """Whether a minister's field of duty was taken for a body ("Minister for Sport")."""
        i = start - 1
        if i > 0 and doc[i].lower_ == "the":
            i -= 1
        if i <= 0 or doc[i].lower_ not in ("of", "for"):
            return False
        title = title_at.get(i - 1)
        if title is None:
            # The title itself may end in "of": "Secretary of State" before "for African Affairs".
            return False
        return doc[title.start : title.end].text.lower() in self.lexicon.offices.portfolios or (
            doc[title.end - 1].lower_ in self.lexicon.offices.portfolios
        )

    def _after_nationality(self, start: int, end: int, at: dict[int, Hit]) -> int:
        hit = at.get(start)
        return hit.end if hit and hit.label == "NORP" and hit.end < end else start

    def _is_name(self, doc: Doc, start: int, end: int, label: str, heading: list[bool]) -> bool:
        words = [t.text for t in doc[start:end]]
        nouns = self.lexicon.nouns
        if not any(w[0].isupper() for w in words) or "\n" in doc[start:end].text.strip():
            return False
        if words[-1].lower() in nouns.not_bodies or words[0].lower() in nouns.never_first:
            return False
        title = words[-1].lower()
        if {title, title.removesuffix("s")} & self.lexicon.offices.sector_of.keys():
            return False
        if (len(words) == 1 and len(words[0]) == 1) or _DESIGNATION.fullmatch(words[0]):
            return False
        if (start > 0 and doc[start - 1].text in nouns.ships) or words[0] in nouns.ships:
            return False
        if label == "PERSON" and any(c.isdigit() for w in words for c in w):
            return False
        return not heading[start] or self._again(doc, start, end)

    def _again(self, doc: Doc, start: int, end: int) -> bool:
        """Whether a heading's name stands in the text too (headings fool the model)."""
        text = doc[start:end].text
        return doc.text.count(text) > 1

    def _placed(self, doc: Doc, guesses: list[Hit]) -> list[Hit]:
        """Give the model's names that the gazetteer of places knows the label of their kind.

        Places take any label they have there. A name the model calls a person or body becomes a
        place only where the article says "in …" or "at …" of it, or opens a line with it.
        """
        located = {self._text(doc, hit) for hit in guesses if self._locative(doc, hit)}
        titled = {self._text(doc, hit) for hit in guesses if len(hit) > 1}
        found = []
        for hit in guesses:
            text = self._text(doc, hit)
            label = ""
            place = hit.label in ("GPE", "LOC")
            surname = any(name.endswith(" " + text) for name in titled)
            if not surname and (place or (text in located and len(hit) == 1)):
                label = self.places.label(text, _ROUGH if place else _SURE)
            found.append(Hit(hit.start, hit.end, label or hit.label, "model"))
        return found

    def _text(self, doc: Doc, hit: Hit) -> str:
        return doc[hit.start : hit.end].text

    def _locative(self, doc: Doc, hit: Hit) -> bool:
        opens = hit.start == 0 or "\n" in doc[hit.start - 1].text
        comma = hit.end < len(doc) and doc[hit.end].text in (",", "(", "—")
        before = doc[hit.start - 1].lower_ if hit.start else ""
        return before in self.lexicon.nouns.locative or (opens and comma)

    # The article as a whole

    def _office_holders(self, doc: Doc, names: list[Hit], heading: list[bool]) -> list[Hit]:
        """Find by their surnames those who held office, on that day, in a state that is named.

        A surname that begins a sentence or stands in a heading may be a common word, so it needs
        a second place.
        """
        if doc._.published is None:
            return []
        taken = _by_token(names)
        states = {
            state.iso3
            for text in {self._text(doc, hit) for hit in names if hit.label in ("GPE", "NORP")}
            if (state := country_by_name(text) or country_by_demonym(text)) is not None
        }
        found: dict[str, list[Hit]] = {}
        surely: set[str] = set()
        for token in doc:
            if not token.is_title or len(token) < MIN_SURNAME or token.i in taken:
                continue
            terms = self.lexicon.by_surname.get(fold(token.text), [])
            if any(t.country in states and t.covers(doc._.published) for t in terms):
                found.setdefault(token.text, []).append(
                    Hit(token.i, token.i + 1, "PERSON", "office holder")
                )
                if not token.is_sent_start and not heading[token.i]:
                    surely.add(token.text)
        return [
            hit for text, hits in found.items() if text in surely or len(hits) > 1 for hit in hits
        ]

    def _acronyms(self, doc: Doc, names: list[Hit]) -> list[Hit]:
        last = {hit.end - 1: hit for hit in names}
        found = list(self.patterns.acronyms(doc, last))
        taken = {hit.start for hit in found}
        labels = {doc[hit.start].text: hit.label for hit in found}
        for token in doc:
            if token.text in labels and token.i not in taken:
                found.append(Hit(token.i, token.i + 1, labels[token.text], "acronym"))
        kept = [h for h in names if not any(h.start == f.start and h.end == f.end for f in found)]
        return longest(kept + found)

    def _same_everywhere(self, doc: Doc, names: list[Hit], heading: list[bool]) -> list[Hit]:
        """Add the places where a name of the article, or a person's surname, stands unmarked."""
        forms: dict[tuple[str, ...], str] = {}
        for hit in names:
            short = self._short_company(doc, hit)
            if short:
                forms.setdefault(short, "ORG")
        for hit in names:
            words = tuple(t.text for t in doc[hit.start : hit.end])
            if hit.source != "gazetteer":
                forms.setdefault(words, hit.label)
            if hit.label == "PERSON":
                for short in self._short_forms(words):
                    forms.setdefault(short, "PERSON")
        by_first: dict[str, list[tuple[str, ...]]] = {}
        for words in forms:
            if len(words) > 1 or (len(words[0]) > 2 and words[0][0].isupper()):
                by_first.setdefault(words[0], []).append(words)
        added = []
        at = _by_token(names)
        for token in doc:
            for words in by_first.get(token.text, ()):
                end = token.i + len(words)
                if tuple(t.text for t in doc[token.i : end]) != words:
                    continue
                inside = [at[i] for i in range(token.i, end) if i in at]
                label = forms[words]
                free = all(self._yields(doc, hit, label, words) for hit in inside)
                if free and self._stands_alone(doc, token.i, end):
                    added.append(Hit(token.i, end, label, "document"))
        if not added:
            return names
        added = longest(added)
        kept = [hit for hit in names if not any(hit.overlaps(new) for new in added)]
        return sorted(kept + added, key=lambda h: h.start)

    def _yields(self, doc: Doc, hit: Hit, label: str, words: tuple[str, ...]) -> bool:
        """Whether a name gives way to the surname of a person, or the short name of a company.

        The model's other readings do, and so does a company of a person's name.
        """
        namesake = label == "PERSON" and hit.source == "gazetteer" and hit.label == "ORG"
        return (
            (hit.source == "model" or namesake)
            and label in ("PERSON", "ORG")
            and hit.label != label
            and len(hit) <= len(words)
        )

    def _stands_alone(self, doc: Doc, start: int, end: int) -> bool:
        """Whether neither neighbour carries the name on ("Johnson" in "Johnson County")."""
        nouns = self.lexicon.nouns
        if (start and doc[start - 1].text in nouns.ships) or shapes.is_month(doc, start):
            return False
        follows = doc[end].text if end < len(doc) else ""
        return follows not in nouns.landform_last and follows not in nouns.sector_of

    def _short_company(self, doc: Doc, hit: Hit) -> tuple[str, ...]:
        """Return "Skyways" for the company "Skyways Air"."""
        words = tuple(t.text for t in doc[hit.start : hit.end])
        if hit.label != "ORG" or len(words) < 2 or self.surfaces.label(words[0]):
            return ()
        if self.lexicon.nouns.sector_of.get(words[-1]) != "BUS" or len(words) > 3:
            return ()
        own = words[0][0].isupper() and len(words[0]) > 2 and not self.patterns.usual(words[0])
        return words[:-1] if own else ()

    def _short_forms(self, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Yield the forms under which a person named in full is named again."""
        if len(words) < 2:
            return
        while len(words) > 1 and words[-1].lower() in (*self.lexicon.offices.suffixes, ","):
            words = words[:-1]
        for short in (words[-1:], words[-2:], words[-3:]):
            first = short[0]
            if len(short) == 1 and len(first) > 2 and first[0].isupper():
                if self.surfaces.label(first) in ("", "ORG", "PERSON"):
                    yield short
            elif 1 < len(short) < len(words) and first[0].isupper():
                yield short
            elif len(short) > 1 and first.lower() in self.lexicon.offices.particles:
                yield short
                yield (first.capitalize(), *short[1:])

    def _relabelled(self, doc: Doc, names: list[Hit]) -> list[Hit]:
        """Give the model's names of one form the label most of them have."""
        votes: dict[str, Counter[str]] = {}
        for hit in names:
            if hit.source in ("model", "document"):
                votes.setdefault(doc[hit.start : hit.end].text, Counter())[hit.label] += 1
        return [
            Hit(hit.start, hit.end, votes[text].most_common(1)[0][0], hit.source)
            if (text := doc[hit.start : hit.end].text) in votes and hit.source == "model"
            else hit
            for hit in names
        ]


def _by_token(hits: Iterable[Hit]) -> dict[int, Hit]:
    return {i: hit for hit in hits for i in range(hit.start, hit.end)}


def _merge(doc: Doc, sure: list[Hit], guesses: list[Hit]) -> list[Hit]:
    """Let each of the model's names stand, widen a known one, or give way."""
    kept = {(hit.start, hit.end): hit for hit in sure}
    at = _by_token(sure)
    for guess in guesses:
        inside = {(at[i].start, at[i].end): at[i] for i in range(guess.start, guess.end) if i in at}
        if not inside:
            kept[(guess.start, guess.end)] = guess
        elif _outweighs(doc, guess, list(inside.values())):
            for key in inside:
                kept.pop(key, None)
            kept[(guess.start, guess.end)] = guess
    return longest(list(kept.values()))


def _outweighs(doc: Doc, guess: Hit, inside: list[Hit]) -> bool:
    """Whether the model's longer name wins over the known names within it."""
    if any(hit.start < guess.start or hit.end > guess.end for hit in inside):
        return False
    if any(len(hit) >= len(guess) for hit in inside):
        return False
    covered = {i for hit in inside for i in range(hit.start, hit.end)}
    rest = [doc[i] for i in range(guess.start, guess.end) if i not in covered]
    if not any(capital(t) for t in rest):
        return False
    if guess.label in ("GPE", "NORP"):
        return False
    if any(hit.source in ("body", "title", "base") for hit in inside):
        return False
    if guess.label == "ORG" and any(h.label == "PERSON" and h.end == guess.end for h in inside):
        return False
    joined = len(inside) > 1 and all(hit.label in ("GPE", "NORP") for hit in inside)
    return not (guess.label == "ORG" and joined)
