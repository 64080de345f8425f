"""Known names in a text: one trie over tokens (spaCy's PhraseMatcher), compiled once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from pipeline import gazetteers, resources
from pipeline.components.actors.lexicon import Lexicon
from pipeline.components.places import candidates

LABELS = ("PERSON", "ORG", "GPE", "LOC", "NORP")


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of tokens (end exclusive) that looks like a name.

    ``doubtful`` hits are words that are names in some texts only. ``source`` says what found it.
    """

    start: int
    end: int
    label: str
    source: str = "gazetteer"
    doubtful: bool = False

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Hit) -> bool:
        """Whether the two share a token."""
        return self.start < other.end and other.start < self.end


def known_surfaces(lexicon: Lexicon) -> Iterator[tuple[str, str, bool]]:
    """Yield (surface, label, doubtful); of two labels for a surface the first one counts."""
    for country in gazetteers.countries():
        for name in (country.name, *country.aliases, *country.capitals):
            yield name.removeprefix("the "), "GPE", name.startswith("the ")
        for name in (country.name, *country.aliases):
            yield name.removeprefix("the ").replace(" ", "-"), "GPE", name.startswith("the ")
        for name in country.demonyms:
            yield name, "NORP", False
    for group in lexicon.groups:
        for name in (*group.surfaces, *group.doubtful):
            yield name, "NORP", name in group.doubtful
    kinds = candidates.read_kinds()
    for file in candidates.TABLES:
        for row in resources.table(file, ("name", "aliases", "kind"), candidates.FOLDER):
            for name in (row["name"], *resources.items(row["aliases"])):
                town = name
                for suffix in lexicon.nouns.bases_after:
                    town = town.removesuffix(" " + " ".join(suffix))
                for surface, label, _ in _shortened(town, kinds[row["kind"]].label):
                    yield surface, label, town != name and " " not in town
    for body in lexicon.bodies:
        for name in (body.name, *body.aliases):
            for surface, label, doubtful in _shortened(name, "ORG"):
                yield surface, label, doubtful or name in body.doubtful
        for name in body.doubtful:
            yield name, "ORG", True
    for term in lexicon.terms:
        for name in (term.name, *term.aliases):
            if name.split()[0].lower() not in lexicon.offices.sector_of:
                yield name, "PERSON", " " not in name


def _shortened(name: str, label: str) -> Iterator[tuple[str, str, bool]]:
    """Yield a name without the words that the guideline leaves out of its span.

    "Arctic region" is a mention without "region", "The Morning Star" without "The". What is left
    of a name in that way is doubtful where it is a single word.
    """
    words = name.split()
    if words[0] in ("The", "the"):
        words = words[1:]
    while len(words) > 1 and words[-1].islower():
        words = words[:-1]
    if words[0][0].isupper() or len(words) == len(name.split()):
        yield " ".join(words), label, len(words) == 1 and " " in name and label == "ORG"


class Surfaces:
    """Finds known names. Build it once a pipeline; calling it does no set-up."""

    def __init__(self, nlp: Language, lexicon: Lexicon) -> None:
        self._label: dict[str, tuple[str, bool]] = {}
        for surface, label, doubtful in known_surfaces(lexicon):
            doubtful = doubtful or surface in lexicon.nouns.directions
            for form in (surface, surface.replace("'", "’")):
                self._label.setdefault(form, (label, doubtful))
        self._upper = {surface.upper(): found for surface, found in self._label.items()}
        self._as_written = PhraseMatcher(nlp.vocab, attr="ORTH")
        self._any_case = PhraseMatcher(nlp.vocab, attr="LOWER")
        patterns = [nlp.make_doc(name) for name in self._label]
        self._as_written.add("name", patterns)
        self._any_case.add("name", patterns)

    def label(self, text: str) -> str:
        """Return the label of a known surface, else an empty string."""
        return self._label.get(text, ("", False))[0]

    def find(self, doc: Doc) -> list[Hit]:
        """Return all known names of the text, longest first at each place, none inside another."""
        found = []
        for _, start, end in self._as_written(doc):
            label, doubtful = self._label.get(doc[start:end].text, ("", False))
            # "2GB" is no country.
            figure = start > 0 and doc[start - 1].is_digit and not doc[start - 1].whitespace_
            if label and not figure:
                found.append(Hit(start, end, label, doubtful=doubtful))
        if _shouted(doc):
            found += self._in_capitals(doc)
        return longest(found)

    def _in_capitals(self, doc: Doc) -> Iterator[Hit]:
        for _, start, end in self._any_case(doc):
            text = doc[start:end].text
            if len(text) < 4 or not text.isupper() or not _in_shouting(doc, start, end):
                continue
            label, doubtful = self._upper.get(text, ("", False))
            if label:
                yield Hit(start, end, label, doubtful=doubtful)


def longest(hits: list[Hit]) -> list[Hit]:
    """Keep the longest of overlapping hits (the earlier of equals), in text order."""
    taken: set[int] = set()
    kept = []
    for hit in sorted(hits, key=lambda h: (-len(h), h.start)):
        if taken.isdisjoint(range(hit.start, hit.end)):
            taken.update(range(hit.start, hit.end))
            kept.append(hit)
    return sorted(kept, key=lambda h: h.start)


def _shouted(doc: Doc) -> bool:
    """Whether two words in capitals stand side by side anywhere."""
    return any(
        a.is_upper and b.is_upper and len(a) > 3 and b.is_alpha
        for a, b in zip(doc, list(doc)[1:], strict=False)
    )


def _in_shouting(doc: Doc, start: int, end: int) -> bool:
    around = [doc[i] for i in (start - 1, end) if 0 <= i < len(doc) and doc[i].is_alpha]
    return end - start > 1 or any(token.is_upper for token in around)


class KnownPlaces:
    """What kind of name the gazetteer of places takes a word for."""

    def __init__(self) -> None:
        self._find = candidates.gazetteer().find
        self._labels = {kind: row.label for kind, row in candidates.read_kinds().items()}

    def label(self, text: str, least: float) -> str:
        """Return GPE or LOC for a place with this name and at least this weight, else empty."""
        found = [place for place in self._find(text) if place.weight >= least]
        best = max(found, key=lambda place: place.weight, default=None)
        return self._labels.get(best.kind, "") if best else ""
