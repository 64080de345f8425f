"""A report as one HTML page that needs nothing else, not even a network.

Everything from articles and tables is escaped by the template; the data of the charts stand in
blocks of JSON in which no ``<`` occurs. A content security policy in the page lets no script run
but the one that is part of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pipeline.linking.agreements import STAGES
from pipeline.linking.parties import SELVES
from pipeline.report import charts, views
from pipeline.report.outputs import Outputs
from pipeline.resources import items
from pipeline.tables.schema import Row

HERE = Path(__file__).parent
LISTED = 500
"""How many documents, agreements and conflicts the page lists; the tables have them all."""
QUOTED = 4
"""How many sentences prove a stage on the page."""
TABLED = 60


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the page: what it is called and drawn from, and the columns of its table."""

    name: str
    title: str
    note: str
    draw: Callable[[Sequence[Row]], charts.Spec]
    columns: tuple[str, ...]
    dated: bool = False


CHARTS = (
    Chart("types", "What", "Acts by type.", charts.types, ("type", "acts")),
    Chart("actors", "Who", "Who takes part in most acts.", charts.actors, ("name", "acts")),
    Chart(
        "over-time",
        "When",
        "Acts by the time at which they took or take place, not by publication.",
        charts.over_time,
        ("time", "class", "acts"),
        dated=True,
    ),
    Chart(
        "trend",
        "Trend by month and category",
        "Acts of each category in each month, the more the darker; the colour is the quad class.",
        charts.trend,
        ("month", "type", "acts"),
        dated=True,
    ),
    Chart(
        "timeline",
        "Who acts on whom, and when",
        "A dot is what one does to the other in one month; A – B: both together. Hollow: none of "
        "it took place (planned, proposed, denied).",
        charts.timeline,
        ("who", "when", "class", "acts", "told"),
        dated=True,
    ),
    Chart("map", "Where", "Places of acts, by their number.", charts.world_map, ("place", "acts")),
    Chart(
        "network",
        "The network of states and bodies",
        "Arrows lead from who acts to the target, plain lines join those who act together; persons,"
        " ministries and towns count as their state. The broader the more acts, orange where most "
        "are conflict.",
        charts.network,
        ("who", "acts", "conflict"),
    ),
)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence that proves a stage: the words before, the trigger, the words after."""

    before: str
    trigger: str
    after: str
    source: str
    published: str
    said: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of an agreement with the sentences that prove it; ``more`` are not shown.

    ``reached`` is False where it is only planned, proposed or denied.
    """

    row: Row
    reached: bool
    documents: int
    quotes: list[Quote]
    more: int


@dataclass(frozen=True, slots=True)
class Life:
    """An agreement: its parties by name and its stages in order."""

    agreement_id: str
    parties: list[str]
    stages: list[Stage]

    @property
    def has_conflict(self) -> bool:
        """Whether documents, or the register, contradict one of its stages."""
        return any(stage.row["conflict"] for stage in self.stages)


def render(outputs: Outputs) -> str:
    """Render the page.

    Raises
    ------
    ModuleNotFoundError
        ``vl_convert`` is not installed.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("pipeline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = _script()
    found = lives(outputs)
    ties = views.ties(outputs.acts)
    return environment.get_template("report.html").render(
        outputs=outputs,
        counts=counts(outputs),
        statuses=Counter(row["status"] for row in outputs.documents.values()),
        not_read=[row for row in outputs.documents.values() if row["status"] != "ok"],
        published=_span(row["published"] for row in outputs.documents.values()),
        drawn={chart.name: (chart, spec) for chart, spec in draw(outputs.acts)},
        table=_table,
        dyads=[_dyad(tie) for tie in ties[:LISTED]],
        dyad_columns=DYAD_COLUMNS,
        more_dyads=len(ties[LISTED:]),
        lives=found,
        conflicts=[(life, s) for life in found for s in life.stages if s.row["conflict"]],
        listed=LISTED,
        style=Markup(_file("report.css")),
        script=Markup(script),
        script_hash=_hash(script),
        as_json=_as_json,
    )


DYAD_COLUMNS = (
    *("who", "acts", "verbal cooperation", "material cooperation"),
    *("verbal conflict", "material conflict", "first", "last"),
)


def _dyad(tie: views.Tie) -> dict[str, str | int]:
    """A row of the table of dyads."""
    quads = {name: tie.quads[name] for name in charts.QUADS}
    return {
        "who": charts.full_name(tie.dyad),
        "acts": tie.count,
        **quads,
        "first": tie.first,
        "last": tie.last,
    }


def counts(outputs: Outputs) -> list[tuple[str, int]]:
    """What the run found, in numbers."""
    mentions = sum(int(row["mentions"] or 0) for row in outputs.documents.values())
    several = sum(len(items(act["documents"])) > 1 for act in outputs.acts)
    return [
        ("documents", len(outputs.documents)),
        ("mentions", mentions),
        ("events", len(outputs.events)),
        ("acts", len(outputs.acts)),
        ("acts in several documents", several),
        ("acts without a date", sum(not act["date_start"] for act in outputs.acts)),
        ("acts without a place", sum(not act["place"] for act in outputs.acts)),
        ("agreements", len({row["agreement_id"] for row in outputs.agreements})),
        ("conflicts", sum(bool(row["conflict"]) for row in outputs.agreements)),
    ]


def draw(acts: Sequence[Row]) -> list[tuple[Chart, charts.Spec]]:
    """Make the charts for which there is something to draw."""
    is_dated = any(act["date_start"] for act in acts)
    return [(chart, chart.draw(acts)) for chart in CHARTS if acts and (is_dated or not chart.dated)]


def lives(outputs: Outputs) -> list[Life]:
    """Return the life of each agreement, those with most stages first."""
    found = []
    for name, group in groupby(stages(outputs), key=lambda pair: pair[0]["agreement_id"]):
        rows = list(group)
        parties = [_party(party) for party in items(rows[0][0]["parties"])]
        found.append(Life(name, parties, [_stage(*pair, outputs) for pair in rows]))
    return sorted(found, key=lambda life: (-len(life.stages), life.agreement_id))


def stages(outputs: Outputs) -> list[tuple[Row, bool]]:
    """Return the stages of all agreements in order, and whether each was reached."""
    ordered = sorted(
        outputs.agreements, key=lambda row: (row["agreement_id"], STAGES.index(row["stage"]))
    )
    return [(row, row["factuality"] == "actual") for row in ordered]


def _party(code: str) -> str:
    return code if code in SELVES else charts.party_name(code)


def _stage(row: Row, reached: bool, outputs: Outputs) -> Stage:
    told = [outputs.events[name] for name in items(row["event_ids"]) if name in outputs.events]
    # Each document first once: the second sentence of one proves less than another document.
    by_document = Counter[str]()
    ranked = []
    for event in {(e["doc_id"], e["evidence_start"]): e for e in reversed(told)}.values():
        by_document[event["doc_id"]] += 1
        ranked.append((by_document[event["doc_id"]], event))
    ranked.sort(key=lambda pair: (pair[0], told.index(pair[1])))
    quotes = [_quote(event, outputs.documents) for _, event in ranked]
    documents = len(items(row["documents"]))
    return Stage(row, reached, documents, quotes[:QUOTED], len(quotes[QUOTED:]))


def _quote(event: Row, documents: dict[str, Row]) -> Quote:
    sentence, start = event["evidence"], int(event["evidence_start"] or 0)
    first, last = int(event["trigger_start"] or 0) - start, int(event["trigger_end"] or 0) - start
    if sentence[first:last] != event["trigger"] or first < 0:
        first = last = 0
    document = documents.get(event["doc_id"], {})
    return Quote(
        sentence[:first],
        sentence[first:last],
        sentence[last:],
        document.get("title") or event["doc_id"],
        event["published"],
        " ".join(filter(None, (event["event_type"], event["factuality"], event["date"]))),
    )


def _span(days: Any) -> str:
    known = sorted(day for day in days if day)
    return " to ".join(dict.fromkeys((known[0], known[-1]))) if known else ""


def _table(chart: Chart, spec: charts.Spec) -> tuple[list[dict[str, Any]], int]:
    """Return the rows of a chart's table, most acts first, and how many more there are."""
    data = spec["data"]
    rows = data[0]["values"] if isinstance(data, list) else data["values"]
    rows = [row for row in rows if row["acts"]]
    if not chart.dated:
        rows = sorted(rows, key=lambda row: -row["acts"])
    return rows[:TABLED], len(rows[TABLED:])


def _as_json(value: Any) -> Markup:
    """Write a value as JSON that can end no element of HTML."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _script() -> str:
    """Return Vega and the page's own script as one."""
    import vl_convert

    bundle = vl_convert.javascript_bundle(_file("report.js"), vl_version=charts.VEGA_LITE)
    return bundle.replace("</script", "<\\/script").replace("<!--", "\\x3c!--")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _file(name: str) -> str:
    return (HERE / "templates" / name).read_text(encoding="utf-8")
