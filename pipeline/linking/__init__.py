"""One act, one row: mentions that are the same act in the documents of a run.

:func:`link_run` works on the rows of a whole run, in which the mentions of one document that are
one act share ``same_as`` (:mod:`pipeline.components.acts`): which events are one act (:mod:`.acts`,
:mod:`.clusters`), and what became of each agreement (:mod:`.agreements`). Of more events than one
machine can hold, :mod:`.blocks` tells which can be linked apart from the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.linking.acts import Kind
    from pipeline.tables.schema import Row


@dataclass(frozen=True, slots=True)
class Linked:
    """The tables of a run that need all of its documents."""

    events: list[Row]
    clusters: list[Row]
    agreements: list[Row]


def link_run(events: Sequence[Row]) -> Linked:
    """Link the events of a run across its documents.

    Parameters
    ----------
    events : sequence of dict
        Rows of events.csv with ``cluster_id`` empty; they are not changed. Each ``event_id`` is
        unique.

    Returns
    -------
    Linked
        ``events``: the same rows in the same order, with ``cluster_id``, and with the year of
        their cluster where the document gives a date without one (``date_from`` is then
        ``cluster``). ``clusters``: one row an act, in the order of their first events in the
        input. ``agreements``: one row a stage, sorted by agreement. Which events form a cluster,
        and every value, depend on the set of events alone, not on their order.
    """
    linked, clusters = link_acts(events)
    return Linked(linked, clusters, link_agreements(linked))


def link_acts(events: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the events and the clusters of :func:`link_run`."""
    from pipeline.linking.acts import cluster
    from pipeline.linking.clusters import cluster_row, complete

    clusters = cluster(events, kind_of)
    completed = {row["event_id"]: row for found in clusters for row in complete(found)}
    linked = [completed[row["event_id"]] for row in events]
    by_id = {row["cluster_id"]: row for row in map(cluster_row, clusters)}
    named = dict.fromkeys(row["cluster_id"] for row in linked)
    return linked, [by_id[name] for name in named]


def link_agreements(linked: Sequence[Row]) -> list[Row]:
    """Return the agreements of :func:`link_run` from its events."""
    from pipeline.linking.agreements import agreement_rows

    return agreement_rows(linked, _register())


def kind_of(rule_id: str) -> Kind:
    """Return what a rule reads; a rule of the user's own is a kind by itself."""
    from pipeline.linking.acts import Kind

    return _kinds().get(rule_id) or Kind(rule_id, "")


# The workers have read these files with all checks; what a run's last step needs of them is little,
# and reading them through the components would cost the import of spaCy.
@cache
def _kinds() -> dict[str, Kind]:
    from pipeline import resources
    from pipeline.linking.acts import Kind

    files = sorted((resources.KNOWLEDGE / "events" / "rules").glob("*.yaml"))
    rules = (rule for file in files for rule in resources.document(file.name, file.parent))
    return {rule["id"]: Kind(rule.get("act", rule["id"]), rule["type"]) for rule in rules}


@cache
def _register() -> dict[str, Row]:
    from pipeline import resources

    columns = ("id", "parties", "signed", "in_force", "status", "source")
    rows = resources.table("register.csv", columns, resources.KNOWLEDGE / "agreements")
    return {row["id"]: row for row in rows}
