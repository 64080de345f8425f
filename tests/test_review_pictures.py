"""The pictures of the review page, of events made by hand."""

from __future__ import annotations

import re

from pipeline.review import pictures
from pipeline.review.entries import Entry


def entry(number: int, **cells: str) -> Entry:
    given = {"agreement_id": "DEU-JPN:RAA", "agreement_stage": "signed", "date": ""} | cells
    return Entry(str(number), given, None, None, 0, 0, 1.0)


def stages(*told: str) -> dict[str, str]:
    """The dots of events told as ``stage factuality date``: their class, by what they say."""
    cells = (
        dict(zip(("agreement_stage", "factuality", "date"), t.split(), strict=True)) for t in told
    )
    drawn = str(pictures.agreements([entry(n, **given) for n, given in enumerate(cells)]))
    marks = re.findall(r"<title>([^<]*)</title>\s*<circle[^>]*class=\"q-vc (dot[^\"]*)\"", drawn)
    return {said.split("RAA ")[-1]: css for said, css in marks}


def test_a_stage_is_hollow_until_somebody_reaches_it() -> None:
    assert stages(
        "concluded actual 2024-01", "signed planned 2024-03", "ratified proposed 2025"
    ) == {
        "concluded, 2024-01: 1 event": "dot",
        "signed, 2024-03: 1 event": "dot open",
        "ratified, 2025: 1 event": "dot open",
    }


def test_a_stage_has_the_date_on_which_it_was_reached() -> None:
    assert stages("signed planned 2023", "signed actual 2024") == {"signed, 2024: 2 events": "dot"}


def test_a_stage_that_is_denied_or_depends_on_a_condition_is_none() -> None:
    assert stages("signed negated 2024", "ratified hypothetical 2025") == {}
