"""Building agreement ids, and fitting a mention's agreement to an event's parties."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Span

from pipeline.components.agreements.knowledge import Knowledge, load
from pipeline.records import Agreement


def build(
    knowledge: Knowledge, kind: str, codes: Iterable[str], year: str = "", rule: str = "type"
) -> Agreement:
    """Return the agreement of a type between states.

    Parameters
    ----------
    knowledge : Knowledge
    kind : str
        Agreement type (``ACSA``) or a proper name in capitals.
    codes : iterable of str
        ISO 3166-1 alpha-3 codes of the parties; none gives an agreement without id.
    year : str
        A year the text gives with the mention; it tells register entries of one type apart.
    rule : str
        What :attr:`Agreement.rule` shall say.
    """
    found = tuple(sorted(set(codes)))
    if not kind or not found:
        return Agreement(agreement_type=kind, parties=found, rule=rule)
    same = [e for e in knowledge.by_type.get(kind, []) if e.parties == found and ":" in e.id]
    dated = [e for e in same if year and e.signed.startswith(year)]
    if len(same) == 1 and same[0].id.count(":") == 1:
        return Agreement(same[0].id, kind, found, rule=rule)
    if len(same) > 1 and len(dated) == 1:
        return Agreement(dated[0].id, kind, found, rule=rule)
    return Agreement(f"{'-'.join(found)}:{kind}", kind, found, rule=rule)


def agreement_for(span: Span, parties: Iterable[str]) -> Agreement:
    """Return the agreement a mention means for an event with its own parties.

    "concluded the pact with Peru (2012) and with Chile (2013)" has one mention and two agreements;
    the event that knows its parties asks for its own.

    Parameters
    ----------
    span : Span
        A span of ``doc.spans["agreements"]`` with ``span._.agreement`` set.
    parties : iterable of str
        ISO 3166-1 alpha-3 codes of the event's parties.

    Returns
    -------
    Agreement
        The agreement of the mention's type between ``parties`` where the mention has no id, or is
        a treaty of two states and the event's two states are others; else the mention's own.
    """
    knowledge = load()
    own: Agreement = span._.agreement or Agreement()
    kind = knowledge.types.get(own.agreement_type)
    codes = set(parties)
    if kind is None or len(codes) < (1 if kind.parties == "any" else 2):
        return own
    bilateral = kind.parties == "2"
    if bilateral and len(codes) > 2:
        return own
    if own.agreement_id:
        other_pair = bilateral and ":" in own.agreement_id and len(codes & set(own.parties)) == 1
        return build(knowledge, kind.type, codes, rule="event") if other_pair else own
    return build(knowledge, kind.type, codes, rule="event")
