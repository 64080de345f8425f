"""Which entity each name of an article means, with its country and PLOVER sector.

States come first, by name, nationality and capital; bodies then take a country from their own
name, the table of bodies, the words around them or the article; persons last, from titles and
appositions and from the date-bounded table of office holders. What nothing tells stays empty.
"""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Iterator
from functools import cache

from spacy.tokens import Doc, Span

from pipeline import gazetteers, resources
from pipeline.components.actors.lexicon import Body, Group, Lexicon, Term, fold, sound
from pipeline.components.actors.surfaces import Hit
from pipeline.components.actors.titles import Clue, Clues
from pipeline.components.places import candidates
from pipeline.records import Entity

_PUBLIC = ("GOV", "MIL", "LEG", "JUD", "COP", "SPY")
"""Sectors that only a state has."""
_LEAD = 1.5
"""How much oftener than the next a country is named that an article takes for granted."""
_LEADING = (
    "head of state", "head of government", "supreme leader", "foreign minister",
    "defence minister", "military commander",
)  # fmt: skip
"""Offices whose holders an article names without saying whose they are."""
_DOMINANT = 0.5
"""The share of all country names from which an article's officials are that country's."""
_SIGNATURE = 10
"""The most words of a first line that names a statement's author."""
_SPELLED = 4
"""Consonants of a family name that may be spelled in two ways."""
_NEAR = 1
"""How much more a country counts for being named in the same paragraph."""


class Resolution:
    """The entities of one text.

    Parameters
    ----------
    doc : Doc
        A text with names in ``doc.ents``; ``ent._.place`` and ``ent._.sense`` are used where a
        component for places has written them.
    titles : list of Hit
        The titles in the text.
    lexicon : Lexicon
        What is known of actors.

    Attributes
    ----------
    titles : dict
        After :meth:`run`, each person's titles in the article.
    offices : dict
        Likewise the titles that go with each person's known offices.
    """

    def __init__(self, doc: Doc, titles: list[Hit], lexicon: Lexicon) -> None:
        self.doc = doc
        self.lexicon = lexicon
        self.date: datetime.date | None = doc._.published
        self.clues = Clues(doc, titles, lexicon.offices)
        self.signer = signer(doc, lexicon)
        self.found: dict[int, Entity] = {}
        self.titles: dict[Entity, set[str]] = {}
        self.offices: dict[Entity, set[str]] = {}
        self._paragraph = _paragraphs(doc)
        self._countries: Counter[str] = Counter()
        self._near: dict[int, Counter[str]] = {}
        self._shared: dict[tuple[str, str], Entity] = {}

    def run(self) -> list[Entity]:
        """Write ``ent._.entity`` for every name and return the entities in order of mention."""
        ents = list(self.doc.ents)
        peoples = [ent for ent in ents if ent.label_ == "NORP" and self._scattered(ent)]
        for ent in ents:
            if ent.label_ in ("GPE", "LOC", "NORP") and ent not in peoples:
                self._set(ent, self._place(ent))
        self._count(ents)
        for ent in peoples:
            self._set(ent, self._theatre(ent))
        self._bodies([ent for ent in ents if ent.label_ == "ORG"])
        self._acronyms(ents)
        Persons(self, [ent for ent in ents if ent.label_ == "PERSON"]).resolve()
        for ent in ents:
            ent._.entity = self.found.get(ent.start)
        return list(dict.fromkeys(e for ent in ents if (e := ent._.entity) is not None))

    def entity(self, ent: Span | None) -> Entity | None:
        """Return the entity found so far for a name."""
        return self.found.get(ent.start) if ent is not None else None

    def share(self, entity: Entity) -> Entity:
        """Return the article's one object for an entity of this name and type."""
        return self._shared.setdefault((entity.name, entity.type), entity)

    def _set(self, ent: Span, entity: Entity) -> None:
        self.found[ent.start] = self.share(entity)

    # Countries, places, peoples

    def _place(self, ent: Span) -> Entity:
        place = ent._.place
        if ent.label_ == "NORP":
            return self._people(ent)
        if ent.label_ == "LOC":
            name, country = _region(fold(ent.text)) or (ent.text, "")
            return Entity(place.name if place else name, "LOC", place.country if place else country)
        named = gazetteers.country_by_name(ent.text)
        if named and not (place and place.country not in ("", named.iso3, named.sovereign)):
            return state(named)
        capital = gazetteers.country_by_capital(ent.text)
        if capital and ent._.sense == "actor":
            return state(capital)
        acts = "GOV" if ent._.sense == "actor" else ""
        if place:
            return Entity(place.name, "GPE", place.country, acts)
        code = capital.sovereign if capital else self._stated_country(ent)
        return Entity(ent.text, "GPE", code, acts)

    def _stated_country(self, ent: Span) -> str:
        """Return the country in "Strelsau, Ruritania" or "Ruritania's Strelsau"."""
        doc = self.doc
        for other in doc.ents:
            after = other.start - ent.end
            before = ent.start - other.end
            if other.label_ == "GPE" and (
                (after == 1 and doc[ent.end].text in (",", "in"))
                or (before == 1 and doc[other.end].lower_ in ("'s", "’s"))
            ):
                country = gazetteers.country_by_name(other.text)
                return country.sovereign if country else ""
        return ""

    def _people(self, ent: Span) -> Entity:
        group = self.lexicon.by_group.get(fold(ent.text))
        if group:
            return self._group(group)
        country = gazetteers.country_by_demonym(ent.text) or gazetteers.country_by_name(ent.text)
        if country is None and " " in ent.text:
            # "ethnic Ruritanians", "Ruritanian-born": the nationality within decides.
            country = next(filter(None, map(gazetteers.country_by_demonym, ent.text.split())), None)
        return state(country) if country else Entity(ent.text, "NORP")

    def _group(self, group: Group) -> Entity:
        country = group.countries[0] if len(group.countries) == 1 else ""
        return Entity(group.entity, group.type, country, group.sector)

    def _scattered(self, ent: Span) -> bool:
        group = self.lexicon.by_group.get(fold(ent.text))
        return group is not None and len(group.countries) > 1

    def _theatre(self, ent: Span) -> Entity:
        """Return a people of several countries with the first of them the article is about."""
        group = self.lexicon.by_group[fold(ent.text)]
        country = next((code for code in group.countries if self._countries[code]), "")
        return Entity(group.entity, group.type, country, group.sector)

    def _count(self, ents: list[Span]) -> None:
        for ent in ents:
            entity = self.found.get(ent.start)
            if entity and entity.country and entity.type == "GPE":
                self._countries[entity.country] += 1
                near = self._near.setdefault(self._paragraph[ent.start], Counter())
                near[entity.country] += 1

    def home(self, ent: Span) -> str:
        """Return the country an article takes for granted at a place, or empty.

        It is that of a statement's signer, else the one named most, its paragraph counting more;
        none where another comes close.
        """
        if self.signer:
            return self.signer
        score = Counter(self._countries)
        for code, count in self._near.get(self._paragraph[ent.start], Counter()).items():
            score[code] += _NEAR * count
        (best, most), second = ([*score.most_common(2), ("", 0), ("", 0)])[:2]
        return best if most >= _LEAD * second[1] else ""

    def dominant(self) -> str:
        """Return the country that makes up most of all countries named, if one does."""
        best = self._countries.most_common(1)
        return best[0][0] if best and best[0][1] > _DOMINANT * self._countries.total() else ""

    # Bodies

    def _bodies(self, ents: list[Span]) -> None:
        by_name: dict[str, list[Span]] = {}
        for ent in ents:
            by_name.setdefault(fold(ent.text), []).append(ent)
        for name, mentions in by_name.items():
            entity = self._body(name, mentions)
            for ent in mentions:
                self._set(ent, entity)
        self._parts(by_name)

    def _body(self, name: str, mentions: list[Span]) -> Entity:
        first = mentions[0]
        state_ = self._government(first)
        if state_:
            return state_
        known = self._known_body(name)
        if known:
            return Entity(known.name, "ORG", known.country, known.sector)
        own, sector, public = self._by_name(first.text)
        country = own or self._stated(mentions)
        sector = sector or self._described(mentions)
        if public and len(country) == 3 and gazetteers.country(country):
            sector = sector or "GOV"
        if not country and sector in _PUBLIC:
            country = self.home(first)
        return Entity(self._full_name(first.text, own, country), "ORG", country, sector)

    def _full_name(self, text: str, own: str, country: str) -> str:
        """Return "Interior Ministry of Ruritania" for a body that stood without its country."""
        owner = gazetteers.country(country)
        if (
            own
            or owner is None
            or self.lexicon.nouns.sector_of.get(text.split()[-1]) not in _PUBLIC
        ):
            return text
        return f"{text} of {'the ' if owner.name.startswith('United') else ''}{owner.name}"

    def _known_body(self, name: str) -> Body | None:
        rows = self.lexicon.by_body.get(name, [])
        whole, _, last = name.rpartition(" ")
        if not rows and self.lexicon.nouns.sector_of.get(last.title()) == "BUS":
            rows = self.lexicon.by_body.get(whole, [])
        if len(rows) < 2:
            return rows[0] if rows else None
        spoken = [row for row in rows if self._countries[row.country]]
        return max(spoken, key=lambda row: self._countries[row.country], default=None)

    def _government(self, ent: Span) -> Entity | None:
        """Return the country for "Ruritanian Government", "Berg Administration"."""
        words = [w for w in ent.text.replace("’", "'").split() if w not in ("of", "the")]
        if not {words[0], words[-1]} & self.lexicon.nouns.state:
            return None
        rest = [w for w in words if w not in self.lexicon.nouns.state]
        if not rest:
            country = gazetteers.country(self._governed() or self.home(ent))
            return state(country) if country else None
        text = " ".join(rest)
        country = gazetteers.country_by_demonym(text) or gazetteers.country_by_name(text)
        if country is None:
            for name in text.removesuffix("'s").split("-"):
                term = self.holder_by_surname(fold(name.split()[-1]))
                country = country or (gazetteers.country(term.country) if term else None)
        return state(country) if country else None

    def _governed(self) -> str:
        """Return the state whose Government the article names in full, if it names just one."""
        doc, nouns = self.doc, self.lexicon.nouns.state
        found = set()
        for ent in doc.ents:
            entity = self.entity(ent)
            if ent.label_ not in ("GPE", "NORP") or entity is None:
                continue
            behind = doc[ent.end : ent.end + 1].text
            before = [t.text for t in doc[max(0, ent.start - 3) : ent.start] if t.lower_ != "the"]
            if behind in nouns or (before[-1:] == ["of"] and before[-2:-1] and before[-2] in nouns):
                found.add(entity.country)
        return found.pop() if len(found) == 1 else ""

    def _by_name(self, text: str) -> tuple[str, str, bool]:
        """Return country, sector and whether it is a public office, as the name itself says."""
        nouns = self.lexicon.nouns
        words = text.split()
        country = self._family(words)
        inner = self.lexicon.by_body.get(fold(text.partition(" of ")[2]), [])
        country = country or _country_within(words) or (inner[0].country if inner else "")
        sector, public = "", False
        for i in range(len(words)):
            for j in range(min(len(words), i + 3), i, -1):
                noun = " ".join(words[i:j]).strip(",")
                if noun in nouns.sector_of:
                    sector = nouns.sector_of[noun] or sector
                    public = noun in nouns.public
                    break
            if public or (sector and i + 1 < len(words) and words[i + 1] in nouns.links):
                break
        return country, sector, public

    def _family(self, words: list[str]) -> str:
        """Return IGO, UNO or EUR for a body of an international body ("OAS Permanent Council")."""
        for size in range(min(5, len(words) - 1), 0, -1):
            for body in self.lexicon.by_body.get(fold(" ".join(words[:size])), []):
                if body.country in ("IGO", "UNO", "EUR"):
                    return body.country
        return ""

    def _stated(self, mentions: list[Span]) -> str:
        """Return the country beside a body's name: "the Ruritanian airline X", "X of Ruritania"."""
        for ent in mentions:
            for entity in self._beside(ent):
                if entity and entity.country:
                    return entity.country
        return ""

    def _beside(self, ent: Span) -> Iterator[Entity | None]:
        """Yield the entities of the names that can tell whose a body is, the surest first."""
        names = {token.i: other for other in self.doc.ents for token in other}
        yield from self._after_body(ent, names)
        yield from self._before_body(ent, names)

    def _after_body(self, ent: Span, names: dict[int, Span]) -> Iterator[Entity | None]:
        """Read "X of Ruritania", "X, a Ruritanian firm", "X staff of Ruritania"."""
        doc, i = self.doc, ent.end
        if i + 3 >= len(doc):
            return
        if doc[i].text == "of" or (doc[i].is_alpha and doc[i + 1].text == "of"):
            i += 1 if doc[i].text == "of" else 2
            other = names.get(i + (doc[i].lower_ == "the"))
            if other is not None and other.label_ == "GPE":
                yield self.entity(other)
        elif doc[i].text == "," and doc[i + 1].lower_ in ("a", "an", "the"):
            other = names.get(i + 2)
            if other is not None and other.label_ in ("NORP", "GPE"):
                yield self.entity(other)

    def _before_body(self, ent: Span, names: dict[int, Span]) -> Iterator[Entity | None]:
        """Read "the Ruritanian airline X", "Ruritania's X", "Ruritanian firms like W and X"."""
        i = ent.start - 1
        while i >= 0 and ent.start - i < 10:
            other = names.get(i)
            if other is not None:
                if other.label_ in ("NORP", "GPE") and self._joined(other, ent):
                    yield self.entity(other)
                    return
                if other.label_ != "ORG":
                    return
                i = other.start - 1
                continue
            token = self.doc[i]
            if token.pos_ in ("ADP", "PRON") and token.lower_ not in ("including", "as"):
                return
            if token.pos_ == "VERB" and token.tag_ not in ("VBN", "VBG"):
                return
            if token.text in (".", ";", ":", '"', "”") or token.is_space:
                return
            i -= 1

    def _joined(self, other: Span, ent: Span) -> bool:
        """Whether a nationality before a body is its own."""
        between = self.doc[other.end : ent.start]
        if not len(between):
            return other.label_ == "NORP"
        if between[0].lower_ in ("'s", "’s", "'", "’"):
            return True
        described = any(t.lower_ in self.lexicon.nouns.descriptions for t in between)
        return described and other.label_ == "NORP"

    def _described(self, mentions: list[Span]) -> str:
        """Return the sector of "airline" in "the airline X"."""
        for ent in mentions:
            for token in reversed(self.doc[max(0, ent.start - 3) : ent.start]):
                sector = self.lexicon.nouns.descriptions.get(token.lower_)
                if sector:
                    return sector
                if token.is_punct or token.pos_ in ("VERB", "ADP"):
                    break
        return ""

    def _parts(self, by_name: dict[str, list[Span]]) -> None:
        """Let "Skyways" mean the "Skyways Holding" of the same article."""
        for name, mentions in by_name.items():
            entity = self.found[mentions[0].start]
            for longer, others in by_name.items():
                whole = self.found[others[0].start]
                if entity.country not in ("", whole.country) or name in self.lexicon.by_body:
                    continue
                if longer != name and (
                    longer.startswith(name + " ")
                    or (longer.endswith(" " + name) and whole.country and not entity.country)
                ):
                    for ent in mentions:
                        self._set(ent, whole)
                    break

    def _acronyms(self, ents: list[Span]) -> None:
        """Let "LFN" in "Long Form of Name (LFN)" mean what the long form means, everywhere."""
        means: dict[str, Entity] = {}
        for long, short in itertools.pairwise(ents):
            between = self.doc[long.end : short.start].text
            same = short.text.isupper() or short[0].text == long[0].text
            if between == "(" and long.label_ == short.label_ and same:
                known = self.lexicon.by_body.get(fold(short.text))
                entity = self.found.get(long.start)
                if entity and not (known and not entity.country):
                    means.setdefault(short.text, entity)
        for ent in ents:
            if ent.text in means:
                self.found[ent.start] = means[ent.text]

    # Office holders

    def about(self, term: Term) -> bool:
        """Whether the article names a holder's state, or the office is international."""
        return bool(self._countries[term.country]) or term.country in ("UNO", "EUR", "IGO")

    def holder_by_surname(self, surname: str, title: str = "") -> Term | None:
        """Return the one holder of a name in office on the article's day.

        His state is named in the article, or the name is one leading holder's alone, who is in
        office and has no title that is not his.
        """
        answers = self.lexicon.offices.answers
        plain = not title or title in self.lexicon.offices.address
        everyone = self.lexicon.by_surname.get(surname, [])
        terms = [term for term in everyone if self.about(term)]
        if not terms and len({t.name for t in everyone}) == 1 and len(surname) > 4:
            terms = [
                term
                for term in everyone
                if term.office in _LEADING
                and (plain or title in answers.get(term.office, ()))
                and (self.date is None or term.covers(self.date))
            ]
        if title:
            terms = [t for t in terms if title in answers.get(t.office, ())] or terms
        if self.date:
            terms = [t for t in terms if t.covers(self.date)] or [
                t for t in terms if t.begin <= self.date.isoformat()
            ]
        names = {term.name for term in terms}
        return terms[-1] if len(names) == 1 else None

    def leaders(self, surname: str, title: str) -> list[Term]:
        """Return the heads of one state whom a title and a surname can mean, if of no other.

        ``President Bush`` is an American president, whichever of the two.
        """
        answers = self.lexicon.offices.answers
        terms = [
            term
            for term in self.lexicon.by_surname.get(surname, [])
            if term.office in _LEADING
            and title in answers.get(term.office, ())
            and (self.date is None or term.begin <= self.date.isoformat())
        ]
        return terms if len({term.country for term in terms}) == 1 else []


def signer(doc: Doc, lexicon: Lexicon) -> str:
    """Return the country of the office holder whose name opens a statement's first line."""
    words = fold(doc.text.lstrip().partition("\n")[0]).split()
    if len(words) <= _SIGNATURE:
        for size in range(min(5, len(words)), 1, -1):
            terms = lexicon.by_person.get(" ".join(words[:size]))
            if terms:
                return terms[0].country
    return ""


def state(country: gazetteers.Country) -> Entity:
    """Return the entity of a country; acting, a country is its government."""
    return Entity(country.name, "GPE", country.sovereign, "GOV")


def _country_within(words: list[str]) -> str:
    """Return the code of the country named in a body's name, the last name of a longest form."""
    for size in range(min(5, len(words)), 0, -1):
        for i in range(len(words) - size + 1):
            text = " ".join(words[i : i + size]).strip(",")
            found = gazetteers.country_by_demonym(text) or gazetteers.country_by_name(text)
            if found:
                return found.sovereign
    return ""


def _paragraphs(doc: Doc) -> list[int]:
    number, found = 0, []
    for token in doc:
        found.append(number)
        number += "\n" in token.text
    return found


@cache
def _regions() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for file in candidates.TABLES:
        for row in resources.table(file, ("name", "aliases", "country"), candidates.FOLDER):
            for name in (row["name"], *resources.items(row["aliases"])):
                found.setdefault(fold(name), (row["name"], row["country"]))
    return found


def _region(name: str) -> tuple[str, str] | None:
    return _regions().get(name)


class Persons:
    """The persons of one text: mentions of one person together, then country and sector."""

    def __init__(self, resolution: Resolution, ents: list[Span]) -> None:
        self.resolution = resolution
        self.lexicon = resolution.lexicon
        self.clusters: list[list[Span]] = []
        self._keys: list[list[str]] = []
        self._cluster_of: dict[int, int] = {}
        full = [ent for ent in ents if len(self._words(ent)) > 1]
        for ent in full:
            self._add(ent)
        for ent in ents:
            if len(self._words(ent)) <= 1:
                self._add(ent)

    def _words(self, ent: Span) -> list[str]:
        offices = self.lexicon.offices
        # The model may call "II" or a lone bracket a person: never less than one word.
        words = fold(ent.text).split() or [ent.text]
        named = [w for w in words if w not in offices.suffixes]
        kept = [w for w in named if len(w) > 1 or w in offices.particles]
        return kept or named or words

    def _add(self, ent: Span) -> None:
        words = self._words(ent)
        best = self._find(ent, words)
        if best is None:
            best = len(self.clusters)
            self.clusters.append([])
            self._keys.append(words)
        elif len(words) > len(self._keys[best]):
            self._keys[best] = words
        self.clusters[best].append(ent)
        self._cluster_of[ent.start] = best

    def _find(self, ent: Span, words: list[str]) -> int | None:
        """Return the person a name means: the same name, else the latest whose short form it is.

        A family name spelled in another way and the first of two family names are taken for short
        forms only where nobody's plain surname is.
        """
        for number, key in enumerate(self._keys):
            if key == words or (len(words) > 1 and self._same_full(key, words)):
                return number
        for is_short in (self._is_part, self._is_variant):
            found: int | None = None
            for number, key in enumerate(self._keys):
                before = self.clusters[number][0].start < ent.start
                if is_short(key, words) and (found is None or before):
                    found = number
            if found is not None:
                return found
        return None

    def _is_part(self, key: list[str], words: list[str]) -> bool:
        """Whether a name is short for a fuller one: family names, or given names of three."""
        if len(words) > 1:
            particle = words[0] in self.lexicon.offices.particles
            fuller = len(key) > len(words) and (key[-len(words) :] == words)
            return fuller or (particle and key[-len(words) :] == words) or key[:-1] == words
        return words[0] in (key[0], key[-1])

    def _is_variant(self, key: list[str], words: list[str]) -> bool:
        """Whether a word is another spelling of a family name, or the first of two."""
        if len(words) > 1:
            return False
        alike = sound(key[-1]) == sound(words[0]) and len(sound(words[0])) >= _SPELLED
        double = len(key) > 2 and key[-2] == words[0]
        return alike or (double and words[0] not in self.lexicon.by_surname)

    def _same_full(self, key: list[str], words: list[str]) -> bool:
        if len(key) < 2:
            return False
        if key[0] == words[0] and key[-1] == words[-1]:
            return True
        if key == words[::-1] or sound(" ".join(key)) == sound(" ".join(words)):
            return True
        terms = self.lexicon.holders(key), self.lexicon.holders(words)
        return bool(terms[0] and terms[1] and terms[0][0].name == terms[1][0].name)

    def resolve(self) -> None:
        """Write the entity of every person; those who lean on others come after them."""
        waiting = list(range(len(self.clusters)))
        for last in (False, False, True):
            later = []
            for number in waiting:
                entity, complete = self._entity(number)
                if complete or last:
                    self._settle(number, self.resolution.share(entity))
                else:
                    later.append(number)
            waiting = later

    def _settle(self, number: int, entity: Entity) -> None:
        """Write the entity of a person and the titles by which he may be called."""
        self.resolution.titles.setdefault(entity, set()).update(self._titles(number))
        for term in self._terms(self._keys[number], []):
            answers = self.lexicon.offices.answers.get(term.office, frozenset())
            self.resolution.offices.setdefault(entity, set()).update(answers)
        for ent in self.clusters[number]:
            self.resolution.found[ent.start] = entity

    def _entity(self, number: int) -> tuple[Entity, bool]:
        mentions = sorted(self.clusters[number], key=lambda e: e.start)
        clues = [clue for ent in mentions for clue in self.resolution.clues.of(ent)]
        terms = self._terms(self._keys[number], clues)
        name = terms[0].name if terms else self._name(mentions)
        country = terms[0].country if terms else ""
        sector, waits = self._sector(clues, terms), False
        for clue in clues:
            if country:
                break
            country, waits = self._country(clue, mentions[0], waits)
        if not country and not waits and self._in_office(clues):
            country = self.resolution.dominant()
        if country in ("UNO", "EUR", "IGO"):
            sector = ""
        return Entity(name, "PERSON", country, sector), bool(country) or not waits

    def _titles(self, number: int) -> set[str]:
        """Return the titles a person has in the article."""
        mentions = self.clusters[number]
        found = {clue.title for ent in mentions for clue in self.resolution.clues.of(ent)}
        if "counterpart" in found:
            other = self._previous(mentions[0])
            found |= self.resolution.titles.get(other, set()) if other else set()
        return found

    def _in_office(self, clues: list[Clue]) -> bool:
        return any(self._title_sector(clue) in _PUBLIC for clue in clues)

    def _name(self, mentions: list[Span]) -> str:
        text = max((" ".join(ent.text.split()) for ent in mentions), key=len)
        return text.title() if text.isupper() and len(text) > 4 else text

    def _country(self, clue: Clue, ent: Span, waits: bool) -> tuple[str, bool]:
        """Return the country a clue gives, and whether it leans on a person yet to be resolved."""
        other = clue.of or clue.beside
        if other is not None:
            entity = self.resolution.entity(other)
            return (entity.country, waits) if entity else ("", True)
        if clue.own and clue.title in self.lexicon.offices.kin:
            entity = self._previous(ent)
            return (entity.country, waits) if entity else ("", True)
        return "", waits

    def _previous(self, ent: Span) -> Entity | None:
        """Return the person named last before a mention, if resolved."""
        before = [e for c in self.clusters for e in c if e.start < ent.start]
        return self.resolution.entity(max(before, key=lambda e: e.start)) if before else None

    def _terms(self, key: list[str], clues: list[Clue]) -> list[Term]:
        """Return the known terms of a person, where country or title agree with the article."""
        terms = self.lexicon.holders(key)
        surname = " ".join(key)
        if not terms and (len(key) == 1 or surname in self.lexicon.by_surname):
            title = next((c.title for c in clues if c.title != "member"), "")
            term = self.resolution.holder_by_surname(surname, title)
            known = self.lexicon.by_person.get(fold(term.name), []) if term else []
            terms = known or self.resolution.leaders(surname, title)
        titles = {clue.title for clue in clues}
        return [
            term
            for term in terms
            if self.resolution.about(term)
            or term.office in _LEADING
            or titles & self.lexicon.offices.answers.get(term.office, frozenset())
        ]

    def _sector(self, clues: list[Clue], terms: list[Term]) -> str:
        said = next((s for clue in clues if (s := self._title_sector(clue))), "")
        date = self.resolution.date
        if any(clue.former for clue in clues):
            return "ELI"
        if terms and date:
            current = [term for term in terms if term.covers(date)]
            if current:
                return self.lexicon.offices.office_sectors.get(current[0].office, "GOV")
            if all(term.ended_before(date) for term in terms):
                return said if said not in ("", "GOV") else "ELI"
        if terms and not said and any(not term.end for term in terms):
            return "GOV"
        return said

    def _title_sector(self, clue: Clue) -> str:
        sector = self.lexicon.offices.sector_of.get(clue.under or clue.title, "")
        if sector == "body" or clue.title == "leader":
            entity = self.resolution.entity(clue.of or clue.beside)
            return entity.sector if entity else ""
        return sector
