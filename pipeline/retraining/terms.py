"""Names that gold knows and the pipeline does not: terms for the gazetteers.

A term is kept where articles agree about it: it stands in two of them at least, so that what one
teaches helps in another. The others are suggestions for a person to look at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.evaluation.found import FoundMention
from pipeline.evaluation.gold import GoldMention
from pipeline.evaluation.reading import Reading

LABELS = ("ORG", "PERSON", "LOC", "AGREEMENT")
COLUMNS = (
    *("label", "name", "aliases", "country", "sector", "agreement_id"),
    *("mentions", "documents", "kept"),
)


@dataclass(slots=True)
class Term:
    """A name with what gold says of it, and where it was missed or misread."""

    label: str
    name: str
    country: str = ""
    sector: str = ""
    agreement: str = ""
    aliases: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    mentions: int = 0

    @property
    def kept(self) -> bool:
        """Whether more than one article has it."""
        return len(self.documents) > 1

    def row(self) -> tuple[str, ...]:
        """The term as a row under :data:`COLUMNS`."""
        return (
            *(self.label, self.name, "; ".join(sorted(self.aliases))),
            *(self.country, self.sector, self.agreement, str(self.mentions)),
            *("; ".join(sorted(self.documents)), "true" if self.kept else "false"),
        )


def missed_terms(readings: Iterable[Reading]) -> list[Term]:
    """Collect the names that were missed, or given another country or agreement than gold's.

    Returns
    -------
    list of Term
        Kept ones first, then by the number of mentions.
    """
    from pipeline.evaluation.found import mention_of_row
    from pipeline.tables.rows import mention_rows

    terms: dict[tuple[str, ...], Term] = {}
    seen: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for reading in readings:
        rows = map(mention_of_row, mention_rows(reading.article, reading.doc))
        found = {(m.start, m.end, m.label): m for m in rows}
        for mention in reading.gold.mentions:
            if mention.label not in LABELS or mention.generic:
                continue
            term = _term(mention, reading)
            key: tuple[str, ...] = (term.label, term.name, term.country, term.agreement)
            seen[key].add(reading.gold.doc_id)
            if not _right(mention, found.get((mention.start, mention.end, mention.label)), term):
                known = terms.setdefault(key, term)
                known.mentions += 1
                if mention.text != known.name:
                    known.aliases.add(mention.text)
    for key, term in terms.items():
        term.documents = seen[key]
    return sorted(terms.values(), key=lambda t: (not t.kept, -t.mentions, t.label, t.name))


def _term(mention: GoldMention, reading: Reading) -> Term:
    if mention.label == "AGREEMENT":
        return Term(mention.label, mention.text, agreement=mention.agreement)
    entity = reading.gold.entities[mention.entity]
    return Term(mention.label, entity.name, entity.country, entity.sector)


def _right(mention: GoldMention, row: FoundMention | None, term: Term) -> bool:
    if row is None:
        return False
    if mention.label == "AGREEMENT":
        return row.agreement == mention.agreement
    return mention.label == "LOC" or row.country == term.country
