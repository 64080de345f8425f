"""Which of the places that a name can mean an article means.

Each candidate has a weight (how readily a reader thinks of it, on the scale of log10 of a
population). To it come, in rounds until the choices stand, what the article says: a place named
around it (``Paris, Texas``; ``Athens, Ga.``; ``the Syrian city of Raqqa``), the countries and
provinces it names elsewhere, places near by, and the neighbours in a list (``Oregon, Washington
and Idaho``). The method follows the heuristics that Leidner (2007, *Toponym Resolution in Text*)
collects: local qualification, one sense per discourse, minimal spread, largest population.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline import gazetteers, resources
from pipeline.components.places.candidates import FOLDER, Candidate, Gazetteer, distance
from pipeline.components.places.names import is_fuller
from pipeline.records import Place
from pipeline.resources import KnowledgeError

FILE = "resolution.yaml"

# What the article says, in the units of a candidate's weight (one unit: ten times the people).
QUALIFIED = 8.0  # "Paris, Texas": the writer says which
CAPITAL = 1.0  # a capital needs no qualification
COUNTRY_NAMED = 1.5  # at most, for a country the article speaks of
DIVISION_NAMED = 2.0  # at most, for a province the article speaks of
NEARBY = 0.8  # another place of the article lies within NEARBY_KM
NEARBY_KM = 150.0
KM_A_DEGREE = 111.0  # of latitude
LISTED = 1.5  # each neighbour in a list that is of its kind, in its country
HOLDS = 3.0  # "Springfield, Georgia": of the Georgias the one that has a Springfield
SAID = 4.0  # "Washington state", "the city of Kivu": the writer says what kind of place
# A town this small is not meant unless the article speaks of its country; less small if towns of
# several countries bear the name.
VILLAGE = 3.5
SHARED_VILLAGE = 4.0
UNHEARD_OF = 100.0
LABEL = 0.7  # the mention's label (GPE, LOC) is the kind's usual one
ROUNDS = 3
# A container without a division code reaches this far around its middle.
REACH_KM = 350.0


@dataclass(slots=True, eq=False)
class Mention:
    """A place name in an article: its text, label (GPE or LOC) and character offsets."""

    text: str
    label: str
    start: int
    end: int
    candidates: tuple[Candidate, ...] = ()
    # What the span says beside the bare name: its own name where it is a part ("Northern Syria").
    part_of: bool = False
    container: Mention | Candidate | None = None
    bracket: bool = False
    # The kinds that the words around say it is of.
    kinds: tuple[str, ...] = ()
    contents: list[Mention] = field(default_factory=list)
    listed_with: list[Mention] = field(default_factory=list)
    choice: Candidate | None = None


@dataclass(frozen=True)
class Words:
    """The words around place names, from ``resolution.yaml``."""

    parts: tuple[str, ...]
    suffixes: dict[str, tuple[str, ...]]
    prefixes: dict[str, tuple[str, ...]]
    holders: dict[str, tuple[str, ...]]
    nouns: tuple[str, ...]
    short_forms: dict[str, tuple[str, tuple[str, ...]]]

    @classmethod
    def read(cls, folder: resources.Path = FOLDER) -> Words:
        """Read and check the word lists.

        Raises
        ------
        KnowledgeError
            A list is missing, or a rule names a kind that does not exist.
        """
        data = resources.document(FILE, folder)
        for name in ("kinds", "parts", "suffixes", "prefixes", "holders", "nouns", "short_forms"):
            if name not in data:
                raise KnowledgeError(FILE, name, "missing")
        return cls(
            parts=tuple(data["parts"].split()),
            suffixes=_affixes(data, "suffixes"),
            prefixes=_affixes(data, "prefixes"),
            holders=_affixes(data, "holders"),
            nouns=tuple(data["nouns"].split()),
            short_forms={
                entry["text"]: (entry["means"], tuple(entry["beside"]))
                for entry in data["short_forms"]
            },
        )

    @cached_property
    def part(self) -> re.Pattern[str]:
        """``Northern Syria``: a word of direction before a name."""
        return re.compile(rf"(?:{'|'.join(map(re.escape, self.parts))})[ -]+(?=\S)", re.I)

    @cached_property
    def suffix(self) -> re.Pattern[str]:
        return re.compile(rf"(.+?)[ -]({_alternatives(self.suffixes)})", re.I)

    @cached_property
    def prefix(self) -> re.Pattern[str]:
        return re.compile(rf"({_alternatives(self.prefixes)}) (?:the )?(.+)", re.I)

    @cached_property
    def after(self) -> re.Pattern[str]:
        """The generic word or the office after a name that says what kind of place it is."""
        return re.compile(rf"['’]?s? ({_alternatives(self.suffixes | self.holders)})\b", re.I)

    @cached_property
    def preceding(self) -> re.Pattern[str]:
        return re.compile(rf"\b({_alternatives(self.prefixes)}) (?:the )?$", re.I)

    def around(self, text: str, start: int, end: int) -> tuple[str, tuple[str, ...]]:
        """Return the name with the word next to it, and the kinds that this word says it is of."""
        if match := self.after.match(text, end):
            word = match[1].lower()
            return text[start:end] + f" {word}", (self.suffixes | self.holders)[word]
        if match := self.preceding.search(text, max(0, start - 30), start):
            return f"{match[1]} " + text[start:end], self.prefixes[match[1].lower()]
        return "", ()

    @cached_property
    def inside_gap(self) -> re.Pattern[str]:
        """What stands between a place and the larger one that holds it."""
        nouns = "|".join(self.nouns)
        return re.compile(
            r"(?P<mark>, ?| ?\()(?:the )?"
            rf"|(?: (?:{nouns}))?,? (?:in|of) (?:the )?(?:[\w-]+ ){{0,2}}?"
            rf"(?:(?:{nouns}) of (?:the )?)?"
            rf"|, (?:an? |the )?(?:[\w-]+ ){{0,3}}?(?:{nouns}) (?:in|of|on) (?:the )?"
            r"(?:[\w-]+ ){0,2}?"
        )

    @cached_property
    def outside_gap(self) -> re.Pattern[str]:
        """What stands between a place and a smaller one in it that follows."""
        nouns = "|".join(self.nouns)
        return re.compile(
            rf"(?:['’]s)? (?:[\w-]+ ){{0,3}}?(?:{nouns})(?:,| of)? "
            r"|['’]s (?:[a-z][\w-]* ){0,3}"
        )


LIST_GAP = re.compile(r",? (?:and|or|&|to) (?:the )?|, (?:the )?|/|[;–—-]")


def _affixes(data: dict, name: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for rule in data[name]:
        kinds = tuple(rule["kinds"])
        if unknown := [kind for kind in kinds if kind not in data["kinds"]]:
            raise KnowledgeError(FILE, f"{name}: {rule['words']}", f"kinds: no kind {unknown[0]!r}")
        for word in rule["words"].split():
            found[word.replace("-", " ")] = kinds
    return found


def _alternatives(words: dict[str, tuple[str, ...]]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


class Resolver:
    """Resolves the place names of one article at a time; holds no state between articles."""

    def __init__(self, gazetteer: Gazetteer, words: Words) -> None:
        self._gazetteer = gazetteer
        self._words = words
        self._abbreviation = re.compile(
            r",? ?\(?("
            + "|".join(map(re.escape, sorted(gazetteer.abbreviations, key=len, reverse=True)))
            + r")(?!\w)"
        )

    def resolve(
        self, text: str, spans: Sequence[tuple[int, int, str]], demonyms: Sequence[str] = ()
    ) -> list[Place]:
        """Resolve place names.

        Parameters
        ----------
        text : str
            The article.
        spans : sequence of (int, int, str)
            Start, end (character offsets, end exclusive) and label (GPE or LOC) of the names, in
            the order of the text.
        demonyms : sequence of str
            ISO3 codes of the nations that the article speaks of by adjective, as context.

        Returns
        -------
        list of Place
            One a span. A name that is not known keeps its text, with the country only where the
            article says in which country it lies.
        """
        mentions = [
            self._mention(text[start:end], label, start, end) for start, end, label in spans
        ]
        self._read_neighbours(text, mentions)
        self._expand_short_forms(mentions)
        self._choose(mentions, demonyms)
        return [self._place(mention) for mention in mentions]

    def _mention(self, text: str, label: str, start: int, end: int) -> Mention:
        mention = Mention(" ".join(text.split()), label, start, end)
        mention.candidates = self._gazetteer.find(mention.text)
        if not mention.candidates or self._is_side_of_country(mention):
            self._look_inside(mention)
        return mention

    def _is_side_of_country(self, mention: Mention) -> bool:
        """Whether a name is a side of a country, no town: *South Lebanon* is not in Ohio."""
        match = self._words.part.match(mention.text)
        towns = all(candidate.kind in ("city", "district") for candidate in mention.candidates)
        inner = self._gazetteer.find(mention.text[match.end() :]) if match and towns else ()
        return any(candidate.kind == "country" for candidate in inner)

    def _look_inside(self, mention: Mention) -> None:
        """Find the known name within a longer one: ``Anbar Province``, ``northern Syria``."""
        name: str = mention.text
        kinds: tuple[str, ...] = ()
        if match := self._words.suffix.fullmatch(name):
            name, kinds = match[1], self._words.suffixes[match[2].lower()]
        elif match := self._words.prefix.fullmatch(name):
            name, kinds = match[2], self._words.prefixes[match[1].lower()]
        elif match := self._words.part.match(name):
            name = name[match.end() :]
            mention.part_of = True
        if name == mention.text:
            return
        found = self._gazetteer.find(name)
        fitting = tuple(c for c in found if c.kind in kinds)
        mention.candidates = fitting or found
        if not fitting and found and kinds:
            # "Kabul River": known only by the place it is named after.
            mention.part_of = True
        if not found:
            inner = Mention(name, mention.label, mention.start, mention.end)
            self._look_inside(inner)
            mention.candidates, mention.part_of = inner.candidates, bool(inner.candidates)

    def _read_neighbours(self, text: str, mentions: list[Mention]) -> None:
        for before, mention in zip([None, *mentions], mentions, strict=False):
            phrase, mention.kinds = self._words.around(text, mention.start, mention.end)
            if mention.kinds and not any(c.kind in mention.kinds for c in mention.candidates):
                # "the river Niger", "Nyanza province": known under the longer name alone.
                mention.candidates = self._gazetteer.find(phrase) or mention.candidates
            if match := self._abbreviation.match(text, mention.end):
                mention.container = self._gazetteer.abbreviations[match[1]]
                mention.bracket = True
            if before is None or mention.start - before.end > 60:
                continue
            gap = text[before.end : mention.start]
            if "\n\n" in gap:
                continue
            gap = gap.replace("\n", " ")
            if LIST_GAP.fullmatch(gap):
                before.listed_with.append(mention)
                mention.listed_with.append(before)
            if before.container is None and (match := self._words.inside_gap.fullmatch(gap)):
                before.container = mention
                before.bracket = match["mark"] is not None
                mention.contents.append(before)
            if mention.container is None and self._words.outside_gap.fullmatch(gap):
                mention.container = before
                before.contents.append(mention)

    def _expand_short_forms(self, mentions: list[Mention]) -> None:
        """``the North`` is North Korea in an article that names North Korea."""
        named = {c.name for m in mentions for c in m.candidates[:1]}
        for mention in mentions:
            means, beside = self._words.short_forms.get(mention.text, ("", ()))
            if named.intersection(beside):
                mention.candidates = self._gazetteer.find(means)

    def _choose(self, mentions: list[Mention], demonyms: Sequence[str]) -> None:
        for mention in mentions:
            mention.choice = max(
                mention.candidates,
                key=lambda c: c.weight + self._fits_label(mention, c),
                default=None,
            )
        for _ in range(ROUNDS):
            context = _Context(mentions, demonyms)
            chosen = [self._best(mention, context) for mention in mentions]
            if all(m.choice is c for m, c in zip(mentions, chosen, strict=True)):
                break
            for mention, choice in zip(mentions, chosen, strict=True):
                mention.choice = choice
        self._one_sense(mentions)

    def _best(self, mention: Mention, context: _Context) -> Candidate | None:
        scores = [(self._score(mention, c, context), c) for c in mention.candidates]
        score, best = max(scores, key=lambda pair: pair[0], default=(0.0, None))
        return best if score > 0 else None

    def _score(self, mention: Mention, candidate: Candidate, context: _Context) -> float:
        score = candidate.weight + self._fits_label(mention, candidate)
        capital = gazetteers.country_by_capital(candidate.name)
        if capital and capital.iso3 == candidate.country and candidate.kind == "city":
            score += CAPITAL
        qualified = _qualified(mention, candidate)
        if qualified:
            score += QUALIFIED
        if candidate.kind not in ("country", "former", "territory"):
            support = context.support(mention, candidate)
            if _small(mention, candidate) and not (qualified or support):
                score -= UNHEARD_OF
            score += support
        if candidate.kind in mention.kinds:
            score += SAID
        if any(_holds(candidate, c) for other in mention.contents for c in other.candidates):
            score += HOLDS
        for other in mention.listed_with:
            choice = other.choice
            if (
                choice
                and choice.kind == candidate.kind
                and (choice.country == candidate.country or choice.kind == "country")
            ):
                score += LISTED
        return score

    def _fits_label(self, mention: Mention, candidate: Candidate) -> float:
        return LABEL if self._gazetteer.kinds[candidate.kind].label == mention.label else 0.0

    def _one_sense(self, mentions: list[Mention]) -> None:
        """A name whose province or kind the article says once means that place throughout."""
        said: dict[str, Candidate] = {}
        for mention in mentions:
            if mention.choice and _settled(mention, mention.choice):
                said.setdefault(mention.text, mention.choice)
        for mention in mentions:
            if (
                mention.text in said
                and mention.choice
                and not _settled(mention, mention.choice)
                and mention.choice.kind in ("city", "district", "base")
            ):
                mention.choice = said[mention.text]

    def _place(self, mention: Mention) -> Place:
        choice = mention.choice
        if choice is None or _elsewhere(mention):
            return self._unknown(mention)
        return Place(
            name=mention.text if mention.part_of else self._name(mention, choice),
            country=choice.country,
            latitude=choice.latitude,
            longitude=choice.longitude,
            geonames_id="" if mention.part_of else choice.geonames_id,
            kind=choice.kind,
        )

    def _name(self, mention: Mention, choice: Candidate) -> str:
        """A town keeps its fuller name; other names of it give way to the gazetteer's."""
        known = choice.kind == "city" and choice in self._gazetteer.find(mention.text)
        return mention.text if known and is_fuller(mention.text, choice.name) else choice.name

    def _unknown(self, mention: Mention) -> Place:
        """A name in no table lies where the text says it lies, and otherwise nowhere."""
        holder = _holder(mention)
        if holder is None or not holder.country:
            return Place(mention.text)
        small = holder.kind in ("city", "district", "base", "island")
        return Place(
            name=mention.text,
            country=holder.country,
            latitude=holder.latitude if small else None,
            longitude=holder.longitude if small else None,
        )


def _small(mention: Mention, candidate: Candidate) -> bool:
    if candidate.unlike:
        return True
    shared = any(c.country != candidate.country for c in mention.candidates)
    limit = SHARED_VILLAGE if shared else VILLAGE
    return candidate.kind in ("city", "district") and candidate.weight < limit


def _settled(mention: Mention, choice: Candidate) -> bool:
    return _qualified(mention, choice) or choice.kind in mention.kinds


def _holder(mention: Mention) -> Candidate | None:
    """Return the place that the text names beside this one as holding it, as it is chosen."""
    holder = mention.container
    if not isinstance(holder, Mention):
        return holder
    choice = holder.choice
    # In "Nevada, Texas and Utah" nothing holds anything: its neighbours are what it can be itself.
    if choice and any(c.kind == choice.kind for c in mention.candidates):
        for other in (*mention.listed_with, *holder.listed_with):
            if other not in (mention, holder) and other.choice and other.choice.kind == choice.kind:
                return None
    return choice


def _qualified(mention: Mention, candidate: Candidate) -> bool:
    """Whether the text names the place that holds this candidate beside it."""
    holder = _holder(mention)
    if holder is None or not _holds(holder, candidate):
        return False
    if mention.candidates[0].kind in ("country", "territory", "former", "division"):
        return holder.kind == "division" and mention.bracket
    return True


def _elsewhere(mention: Mention) -> bool:
    """Whether the text puts the name into a province where no table has such a place."""
    holder = _holder(mention)
    return (
        holder is not None
        and holder.kind == "division"
        and mention.bracket
        and not mention.part_of
        and all(c.kind in ("city", "district", "base") for c in mention.candidates)
        and not any(_holds(holder, c) for c in mention.candidates)
    )


def _holds(holder: Candidate, inner: Candidate) -> bool:
    if holder.country != inner.country or not holder.country or holder is inner:
        return False
    if holder.kind in ("country", "territory", "former"):
        return inner.kind not in ("country", "territory", "former")
    if inner.kind not in ("city", "district", "base"):
        return False
    if holder.kind == "division" and holder.division and inner.division:
        return holder.division == inner.division
    if holder.kind == "city":
        return False
    apart = distance(holder, inner)
    return apart is not None and apart < (100.0 if holder.kind == "district" else REACH_KM)


class _Context:
    """What the places chosen so far say of the article: its countries, provinces, whereabouts."""

    def __init__(self, mentions: list[Mention], demonyms: Sequence[str]) -> None:
        self._countries: dict[str, dict[str, float]] = defaultdict(dict)
        self._divisions: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        # Names and places by the band of latitude that they lie in, each once.
        self._points: dict[int, dict[tuple[str, Candidate], None]] = defaultdict(dict)
        for code in demonyms:
            self._countries[code][code] = 1.0
        for mention in mentions:
            if (choice := mention.choice) is None:
                continue
            sure = _certainty(mention)
            self._raise(self._countries[choice.country], mention.text, sure)
            if choice.division and choice.kind in ("division", "district", "city", "base"):
                self._raise(self._divisions[choice.country, choice.division], mention.text, sure)
            if choice.kind in ("city", "district", "base") and sure > 0.5:
                self._points[_band(choice)][mention.text, choice] = None

    @staticmethod
    def _raise(votes: dict[str, float], name: str, sure: float) -> None:
        votes[name] = max(votes.get(name, 0.0), sure)

    def support(self, mention: Mention, candidate: Candidate) -> float:
        if not candidate.country:
            return 0.0
        country = self._votes(self._countries.get(candidate.country), mention.text)
        score = min(COUNTRY_NAMED, 0.8 * math.log2(1 + country))
        if candidate.division and candidate.kind in ("city", "district", "base"):
            votes = self._votes(
                self._divisions.get((candidate.country, candidate.division)), mention.text
            )
            score += min(DIVISION_NAMED, 1.2 * math.log2(1 + votes))
        return score + NEARBY * self._is_near_another(mention, candidate)

    def _is_near_another(self, mention: Mention, candidate: Candidate) -> bool:
        """Whether a place of another name lies within NEARBY_KM; no band is narrower than that."""
        band = _band(candidate)
        return any(
            name != mention.text
            and (apart := distance(point, candidate)) is not None
            and apart < NEARBY_KM
            for near in (band - 1, band, band + 1)
            for name, point in self._points.get(near, ())
        )

    @staticmethod
    def _votes(votes: dict[str, float] | None, own: str) -> float:
        return sum(sure for name, sure in votes.items() if name != own) if votes else 0.0


def _band(place: Candidate) -> int:
    """The band of latitude a place lies in, from pole to pole; 0 where it has no middle."""
    return int(((place.latitude or 0.0) + 90.0) * KM_A_DEGREE // NEARBY_KM)


def _certainty(mention: Mention) -> float:
    """How sure a choice is by itself: 1 where nothing rivals it, less where something does."""
    choice = mention.choice
    assert choice is not None
    if _qualified(mention, choice) or choice.kind == "country":
        return 1.0
    rivals = [c.weight for c in mention.candidates if c.country != choice.country]
    if not rivals:
        return 1.0
    return 1.0 if choice.weight - max(rivals) > 1.5 else 0.4
