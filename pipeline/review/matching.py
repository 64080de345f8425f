"""Finding reviewed events again in the tables of a later run.

A decision belongs to a document, a trigger and a type, not to a row number. Where several events
share these (two treaties concluded under one verb), the one whose slots agree most is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipeline.review.book import EventState
from pipeline.tables.schema import Row

Key = tuple[str, str, str, str, str]
SLOTS = (
    *("mode", "factuality", "actors", "recipients", "date", "place"),
    *("agreement_id", "agreement_stage"),
)


def key(row: Row) -> Key:
    """What an event is known by: document, trigger offsets and word, type."""
    return (
        row["doc_id"],
        row["trigger_start"],
        row["trigger_end"],
        row["trigger"],
        row["event_type"],
    )


def uid(row: Row, number: int) -> str:
    """The name of an event in the log: readable, and unique by its number."""
    span = f"{row['trigger_start']}-{row['trigger_end']}"
    return f"{row['doc_id']}:{span}:{row['event_type']}#{number}"


def likeness(row: Row, other: Row) -> int:
    """How many slots two rows share; the same event_id outweighs them all."""
    same = sum(row.get(slot, "") == other.get(slot, "") for slot in SLOTS)
    return same + len(SLOTS) * 2 * (row["event_id"] == other["event_id"])


def match(rows: list[Row], states: Iterable[EventState]) -> dict[int, str]:
    """Give each row of a run the uid of the reviewed event it is, or a fresh one.

    Parameters
    ----------
    rows : list of Row
        The events table.
    states : iterable of EventState
        What earlier decisions were about.

    Returns
    -------
    dict
        Row number -> uid, for every row. A state whose uid is not among the values no longer
        has a row.
    """
    places: dict[Key, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        places[key(row)].append(number)
    known = list(states)
    found: dict[int, str] = {}
    left = _assign(rows, places, [(s, s.first) for s in known if not s.added], found)
    reviewed = [(s, {**s.row, **s.cells}) for s in known if s.added or s in left]
    _assign(rows, places, reviewed, found)
    taken = {state.uid for state in known}
    for numbers in places.values():
        count = 0
        for number in numbers:
            if number in found:
                continue
            count += 1
            while (name := uid(rows[number], count)) in taken:
                count += 1
            found[number] = name
    return found


def _assign(
    rows: list[Row],
    places: dict[Key, list[int]],
    wanted: list[tuple[EventState, Row]],
    found: dict[int, str],
) -> list[EventState]:
    """Pair states with free rows of the same key, most alike first; return what is left over."""
    pairs = [
        (-likeness(rows[number], row), number, index)
        for index, (_, row) in enumerate(wanted)
        for number in places.get(key(row), ())
        if number not in found
    ]
    placed: set[int] = set()
    for _, number, index in sorted(pairs):
        if number not in found and index not in placed:
            found[number] = wanted[index][0].uid
            placed.add(index)
    return [state for index, (state, _) in enumerate(wanted) if index not in placed]
