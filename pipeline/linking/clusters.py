"""An act as a row of clusters.csv, and what its documents give each other."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable

from pipeline.linking import parties
from pipeline.linking.acts import Cluster, order
from pipeline.linking.days import When, iso, read, with_year
from pipeline.tables.schema import CLUSTERS, SEPARATOR, Row, join, number

Cells = tuple[str, ...]


def cluster_id(first: Row) -> str:
    """Name a cluster by its first event: its category and a hash of the event's id."""
    digest = hashlib.sha256(first["event_id"].encode()).hexdigest()[:12]
    return f"{first['event_type']}-{digest}"


def cluster_row(cluster: Cluster) -> Row:
    """Make the row of an act.

    Parties, place and agreement are those that most documents give (of those as many, the longer
    list, the one with more persons, the place with coordinates); the date is the most specific
    that all of them can mean.

    Parameters
    ----------
    cluster : Cluster
        Of :func:`pipeline.linking.acts.cluster`.

    Returns
    -------
    dict
        ``confidence`` is the probability that at least one document is right (noisy-or), each
        document counting with its surest mention: the mentions of one document err together.
        Documents that copy from each other do, too, so it is an upper bound.
    """
    rows = cluster.rows
    row = dict.fromkeys(CLUSTERS.columns, "")
    row |= {
        "cluster_id": cluster_id(rows[0]),
        "event_type": rows[0]["event_type"],
        "mode": cluster.mode,
        "factuality": rows[0]["factuality"],
        "documents": join(list(dict.fromkeys(r["doc_id"] for r in rows))),
        "event_ids": join([r["event_id"] for r in rows]),
        "mentions": str(len(rows)),
        "confidence": _confidence(rows),
    }
    row |= _date(cluster, rows)
    row |= _most_told(rows, ("actors", "actor_codes"), _parties_rank)
    row |= _most_told(rows, ("recipients", "recipient_codes"), _parties_rank)
    row |= _most_told(rows, ("agreement_id", "agreement_stage"), lambda cells: not cells[1])
    in_place = [r for r in rows if r["place"] == cluster.place]
    place = ("place", "place_country", "latitude", "longitude")
    row |= _most_told(in_place, place, lambda cells: not cells[2])
    return row


def complete(cluster: Cluster) -> list[Row]:
    """Return the event rows of an act with its id, and with a year where only the act has one."""
    name = cluster_id(cluster.rows[0])
    return [row | {"cluster_id": name} | _dated(row, cluster.when) for row in cluster.rows]


def _dated(row: Row, when: When | None) -> Row:
    own = read(row["date"], row["date_start"], row["date_end"])
    if own is None or own.known or when is None or not when.known:
        return {}
    years = own.years(when)
    if len(years) != 1:
        return {}
    date, start, end = with_year(own, years[0])
    return {"date": date, "date_start": start, "date_end": end, "date_from": "cluster"}


def _date(cluster: Cluster, rows: list[Row]) -> Row:
    when = cluster.when
    if when is None:
        # A date that says neither year nor month compares with nothing, but is still what is told.
        return _most_told(rows, ("date", "date_start", "date_end"), lambda cells: len(cells[0]))
    return {
        "date": when.edtf,
        "date_start": iso(when.first) if when.known else "",
        "date_end": iso(when.last) if when.known else "",
    }


def _parties_rank(cells: Cells) -> tuple[int, int]:
    """Rank a longer list first, of those as long the one with more names of persons and bodies."""
    named = parties.named([(cells[0], cells[1])])
    return -len(cells[0].split(SEPARATOR)), -sum(map(len, named.values()))


def _most_told(rows: list[Row], columns: Cells, rank: Callable[[Cells], object]) -> Row:
    """Return the cells that most documents give, where the first of them is not empty."""
    documents: dict[Cells, set[str]] = defaultdict(set)
    for row in sorted(rows, key=order):
        if row[columns[0]]:
            documents[tuple(row[column] for column in columns)].add(row["doc_id"])
    best = min(
        documents, key=lambda cells: (-len(documents[cells]), rank(cells), cells), default=()
    )
    return dict(zip(columns, best, strict=False))


def _confidence(rows: list[Row]) -> str:
    surest: dict[str, float] = {}
    for row in rows:
        if row["confidence"]:
            surest[row["doc_id"]] = max(surest.get(row["doc_id"], 0.0), float(row["confidence"]))
    wrong = 1.0
    for document in sorted(surest):
        wrong *= 1 - surest[document]
    return number(1 - wrong) if surest else ""
