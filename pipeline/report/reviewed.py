"""The tables of a run as its reviewers left them: what they struck is out, their values count."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pipeline.linking import link_agreements
from pipeline.report.outputs import Outputs
from pipeline.tables.schema import CLUSTERS, EVENTS, Row, join

STRUCK = ("rejected",)
TOGETHER = (
    ("event_type", "mode"),
    ("factuality",),
    ("actors", "actor_codes"),
    ("recipients", "recipient_codes"),
    ("date", "date_start", "date_end"),
    ("place", "place_country", "latitude", "longitude"),
    ("agreement_id", "agreement_stage"),
)
"""Cells of an act that are taken from one event together."""


def reviewed(outputs: Outputs, rows: Sequence[Row]) -> Outputs:
    """Put the reviewed events in the place of the run's.

    Events of one cluster are one act, as the run or a reviewer joined them; an event without a
    cluster, added by hand, is one by itself.

    Parameters
    ----------
    outputs : Outputs
        What the run wrote.
    rows : sequence of dict
        The rows of events_reviewed.csv: the cells that stand, and ``status``.
    """
    standing = [row for row in rows if row["status"] not in STRUCK]
    events = [{column: row[column] for column in EVENTS.columns} for row in standing]
    acts: dict[str, list[Row]] = defaultdict(list)
    for event in events:
        acts[event["cluster_id"] or event["event_id"]].append(event)
    statuses = Counter(row["status"] for row in rows)
    return replace(
        outputs,
        events={event["event_id"]: event for event in events},
        acts=[_act(name, found) for name, found in acts.items()],
        agreements=link_agreements(events),
        review=[(status, statuses[status]) for status in sorted(statuses)],
    )


def _act(name: str, events: list[Row]) -> Row:
    """Make the row of an act: of each group of cells what most events give."""
    row = dict.fromkeys(CLUSTERS.columns, "") | {
        "cluster_id": name,
        "documents": join(list(dict.fromkeys(event["doc_id"] for event in events))),
        "event_ids": join([event["event_id"] for event in events]),
        "mentions": str(len(events)),
    }
    for columns in TOGETHER:
        told = Counter(tuple(e[c] for c in columns) for e in events if e[columns[0]])
        if told:
            row |= dict(zip(columns, told.most_common(1)[0][0], strict=True))
    return row
