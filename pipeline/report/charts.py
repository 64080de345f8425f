"""The charts of a report as Vega-Lite specifications (the network, which it lacks, as Vega).

A specification is plain data: the page draws it in the browser, :mod:`.figures` as a picture.
Colours are variables of the page's style sheet (``var(--vc)``), so that dark mode and print need
no second chart. Times are counted in months, not in instants: no time zone moves a day.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline import gazetteers, world
from pipeline.linking.agreements import STAGES
from pipeline.report import views
from pipeline.resources import items
from pipeline.tables.rows import quad_classes
from pipeline.tables.schema import Row

Spec = dict[str, Any]
Data = list[dict[str, Any]]

VEGA_LITE, VEGA = "6.1", "6"
LANES, BARS, MONTHS, SPOTS = 24, 16, 36, 400
ACTORS, TIES = 30, 60
"""The most nodes and lines of the network: more are a ball of wool."""
NAME = 20
"""The characters of a name that a picture has room for."""
ROOM = (38.0, 9.0)
"""Degrees of longitude and latitude that the name of a place needs on the map."""
MONTHLY = 3
"""Up to how many years an axis is divided into months."""
TICKS = 12
ROOM_FOR_NUMBER = 1.18
EXAMPLES = 3
QUADS = {
    "verbal cooperation": "var(--vc)",
    "material cooperation": "var(--mc)",
    "verbal conflict": "var(--vx)",
    "material conflict": "var(--mx)",
}
_QUAD = {
    "field": "quad",
    "type": "nominal",
    "title": None,
    "scale": {"domain": list(QUADS), "range": list(QUADS.values())},
    "legend": {"orient": "top", "columns": 2, "symbolType": "circle", "symbolStrokeWidth": 0},
}
_FONT = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"
_CONFIG: Spec = {
    "background": None,
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--soft)",
        "gridColor": "var(--line)",
        "domainColor": "var(--strong-line)",
        "tickColor": "var(--strong-line)",
        "labelFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 260,
    },
    "legend": {
        "labelColor": "var(--ink)",
        "labelFontSize": 12,
        "layout": {"top": {"anchor": "end"}},  # On a phone it reaches over the names of lanes.
    },
    "text": {"color": "var(--ink)"},
    "title": {
        "anchor": "start",
        "orient": "bottom",
        "offset": 8,
        "color": "var(--soft)",
        "fontSize": 12,
        "fontWeight": "normal",
    },
}


def _chart(data: Data, height: int | str, **parts: Any) -> Spec:
    autosize = "fit" if height == "container" else "fit-x"
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE.partition('.')[0]}.json",
        "config": _CONFIG,
        "width": "container",
        "height": height,
        "autosize": {"type": autosize, "contains": "padding"},
        "data": {"values": data},
        **parts,
    }


def _saying(spec: Spec, *remarks: str) -> Spec:
    """Write into a picture what it leaves out; empty remarks say nothing."""
    told = [remark for remark in remarks if remark]
    return spec | ({"title": told if len(told) > 1 else told[0]} if told else {})


def _first(shown: int, total: int, what: str) -> str:
    return f"The first {shown} of {total} {what}." if shown < total else ""


def _without(acts: Sequence[Row], column: str, what: str) -> str:
    blank = sum(not row[column] for row in acts)
    return f"{blank} of {len(acts)} acts have no {what}." if blank else ""


def _by(name: str, kind: str, title: str | None = None, **more: Any) -> Spec:
    return {"field": name, "type": kind, "title": title, **more}


def _tooltip(*names: str) -> list[Spec]:
    return [{"field": name} for name in names]


# --- how many -------------------------------------------------------------------------------------


def types(acts: Sequence[Row]) -> Spec:
    """How many acts of each type."""
    counts = Counter(row["event_type"] for row in acts)
    data = [
        {"type": name, "acts": count, "quad": quad_classes().get(name, "")}
        for name, count in _ranked(counts)
    ]
    return _bars(data, "type", _QUAD)


def actors(acts: Sequence[Row]) -> Spec:
    """Who takes part in most acts."""
    counts = Counter(
        name for row in acts for name in sorted({*items(row["actors"]), *items(row["recipients"])})
    )
    data = [{"name": name, "acts": count} for name, count in _ranked(counts)[:BARS]]
    return _saying(
        _bars(data, "name", {"value": "var(--vc)"}), _first(len(data), len(counts), "actors")
    )


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _bars(data: Data, name: str, colour: Spec) -> Spec:
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {"color": colour, "tooltip": _tooltip(name, "acts")},
    }
    number = {
        "mark": {"type": "text", "align": "left", "dx": 5},
        "encoding": {"text": {"field": "acts"}},
    }
    most = max(bar["acts"] for bar in data)
    encoding = {
        "y": _by(name, "nominal", sort=None, axis={"ticks": False}),
        "x": _by("acts", "quantitative", axis=None, scale={"domainMax": most * ROOM_FOR_NUMBER}),
    }
    return _chart(data, 22 * len(data), encoding=encoding, layer=[bars, number])


def over_time(acts: Sequence[Row]) -> Spec:
    """How many acts in each month, or in each year of a longer time."""
    days = [row["date_start"] for row in acts if row["date_start"]]
    years = views.Years.of(days)
    periods = [str(year) for year in range(years.first, years.last + 1)]
    if len(periods) <= MONTHLY:
        periods = [f"{year}-{month:02d}" for year in periods for month in range(1, 13)]
    length = len(periods[0])
    told = sorted({day[:length] for day in days if day[:length] in set(periods)})
    periods = periods[periods.index(told[0]) : periods.index(told[-1]) + 1]
    counts = Counter(
        (row["date_start"][:length], quad_classes().get(row["event_type"], "")) for row in acts
    )
    data = [
        {"time": period, "class": quad, "acts": counts[period, quad]}
        for period in periods
        for quad in QUADS
    ]
    encoding = {
        "x": _by("time", "ordinal", axis={"labelOverlap": True, "labelAngle": 0}),
        "y": _by("acts", "quantitative", "acts", axis={"tickCount": 4}),
        "color": _QUAD | {"field": "class"},
        "tooltip": _tooltip("time", "class", "acts"),
    }
    return _saying(
        _chart(data, 150, mark={"type": "bar"}, encoding=encoding),
        _outside(days, periods),
        _without(acts, "date_start", "date with a known year"),
    )


def _outside(days: Iterable[str], periods: Sequence[str]) -> str:
    """Say how many dated acts lie before or after the periods that are drawn."""
    first, last, length = periods[0], periods[-1], len(periods[0])
    left = sum(not first <= day[:length] <= last for day in days)
    acts = f"act lies outside {first}" if left == 1 else f"acts lie outside {first}"
    return f"{left} {acts} to {last}." if left else ""


def trend(acts: Sequence[Row]) -> Spec:
    """How many acts of each category in each month."""
    months, counts = views.trend(acts, MONTHS)
    totals: Counter[str] = Counter()
    for (_, kind), count in counts.items():
        totals[kind] += count
    kinds = [kind for kind, _ in _ranked(totals)]
    data = [
        {
            "month": month,
            "type": kind,
            "class": quad_classes().get(kind, ""),
            "acts": counts[month, kind],
        }
        for kind in kinds
        for month in months
    ]
    axis = {"labelOverlap": True, "labelAngle": 0}
    encoding = {
        "x": _by("month", "ordinal", axis=axis, scale={"domain": months}),
        "y": _by("type", "nominal", sort=None, axis={"ticks": False}),
        "tooltip": _tooltip("month", "type", "acts"),
    }
    few = {"range": [0.25, 1], "domainMin": 1, "type": "sqrt"}
    cells = {
        "mark": {"type": "rect", "stroke": "var(--pane)", "strokeWidth": 1},
        "encoding": {
            "color": _QUAD | {"field": "class"},
            "opacity": _by("acts", "quantitative", scale=few, legend=None),
        },
        "transform": [{"filter": "datum.acts > 0"}],
    }
    days = [row["date_start"] for row in acts if row["date_start"]]
    return _saying(
        _chart(data, 22 * len(kinds), encoding=encoding, layer=[cells]),
        _outside(days, months),
        _without(acts, "date_start", "date with a known year"),
    )


# --- who acts on whom, when -----------------------------------------------------------------------


def timeline(acts: Sequence[Row]) -> Spec:
    """Who acts on whom, and when: a lane for each dyad, a dot for each month and quad class."""
    dated = [row for row in acts if row["date_start"]]
    lanes = views.lanes(dated, _itself)
    shown = {lane: lane.shortened(NAME) for lane in lanes[:LANES]}
    years = views.Years.of(row["date_start"] for row in dated)
    data = [
        _dot(dyad, quad, found, years)
        for (dyad, _, quad), found in sorted(views.dots(dated, _itself).items())
        if dyad in shown
    ]
    data.sort(key=lambda dot: -dot["acts"])  # The small ones are drawn on the large ones.
    encoding = {
        "x": _by("month", "quantitative", axis=_time_axis(years, data), scale=_near(data)),
        "y": _by("lane", "nominal", sort=list(shown.values()), axis={"grid": True}),
        "color": _QUAD | {"field": "class"},
        "stroke": _QUAD | {"field": "class"},
        "size": _by("acts", "quantitative", scale={"range": [45, 500]}, legend=None),
        "fillOpacity": {"condition": {"test": "datum.took_place", "value": 0.75}, "value": 0.08},
        "tooltip": _tooltip("who", "when", "class", "acts", "told"),
    }
    mark = {"type": "point", "filled": True, "strokeWidth": 1.5, "strokeOpacity": 1}
    return _saying(
        _chart(data, 26 * len(shown), mark=mark, encoding=encoding),
        _first(len(shown), len(lanes), "dyads, the busiest"),
        _without(acts, "date_start", "date with a known year"),
    )


def _itself(row: Row) -> Row:
    return row


def full_name(dyad: views.Dyad) -> str:
    """Return who acts on whom, with the names of the countries."""
    return dyad._replace(source=party_name(dyad.source), target=party_name(dyad.target)).name


def _dot(dyad: views.Dyad, quad: str, found: list[Row], years: views.Years) -> dict[str, Any]:
    first = found[0]["date_start"]
    return {
        "lane": dyad.shortened(NAME),
        "who": full_name(dyad),
        "month": _month(first, years) + _within(first, quad, len(found)),
        "when": found[0]["date"] if len(found) == 1 else first[:7],
        "class": quad,
        "acts": len(found),
        "told": "\n".join(told(row) for row in found[:EXAMPLES]),
        "took_place": any(row["factuality"] == "actual" for row in found),
    }


def _within(day: str, quad: str, acts: int) -> float:
    """Place a dot within its month: one act by its day, several beside those of other classes."""
    if acts == 1:
        return int(day[8:10]) / 32
    return 0.2 + 0.2 * list(QUADS).index(quad) if quad in QUADS else 0.5


def _month(day: str, years: views.Years) -> int:
    """Count months since the year 0; what lies outside the years stands beside them."""
    year = int(day[:4])
    if year < years.first:
        return years.first * 12 - _margin(years)
    if year > years.last:
        return (years.last + 1) * 12 + _margin(years) - 1
    return year * 12 + int(day[5:7]) - 1


def _margin(years: views.Years) -> int:
    return max(2, (years.last + 1 - years.first) * 12 // 14)


def _near(data: Data) -> Spec:
    months = [dot["month"] for dot in data]
    return {"domain": [min(months) - 0.5, max(months) + 0.5], "zero": False, "nice": False}


def _time_axis(years: views.Years, data: Data) -> Spec:
    """Label months of few years, or years; and what lies before and after them."""
    first, last = years.first * 12, (years.last + 1) * 12
    inside = [dot["month"] for dot in data if first <= dot["month"] < last]
    low, high = (int(min(inside)), int(max(inside)) + 1) if inside else (first, last)
    units = (1, 2, 3, 6) if high - low <= 12 * MONTHLY else ()
    steps = (*units, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000)
    step = next(step for step in steps if (high - low) / step <= TICKS)
    values = list(range(-(-low // step) * step, high + 1, step))
    label = "floor(datum.value / 12)"
    if step < 12:
        label += " + '-' + format(datum.value % 12 + 1, '02')"
    for name, edge, is_outside in (
        ("before", first - _margin(years), lambda month: month < first),
        ("after", last + _margin(years) - 1, lambda month: month >= last),
    ):
        if any(is_outside(dot["month"]) for dot in data):
            values.append(edge)
            label = f"datum.value == {edge} ? '{name}' : ({label})"
    return {"values": sorted(values), "labelExpr": label, "orient": "top", "labelOverlap": True}


def told(row: Row) -> str:
    """Describe an act in one line."""
    sides = " → ".join(
        ", ".join(items(row[side])) for side in ("actors", "recipients") if row[side]
    )
    agreement = " ".join(row[c] for c in ("agreement_id", "agreement_stage") if row[c])
    said = " ".join(filter(None, (row["date"], row["event_type"], sides, agreement)))
    return said if row["factuality"] == "actual" else f"{said} ({row['factuality']})"


def party_name(party: str) -> str:
    """Return the name of a country by its code; a body's name is returned as it is."""
    country = gazetteers.country(party)
    return country.name if country else party


# --- where ----------------------------------------------------------------------------------------


def world_map(acts: Sequence[Row]) -> Spec:
    """Where: the places of acts on Natural Earth's outlines, without Antarctica."""
    outlines = json.loads(world.FILE.read_text(encoding="utf-8"))["features"]
    land = [shape for shape in outlines if shape["properties"]["iso3"] != "ATA"]
    data = [
        {
            "place": spot.place,
            "longitude": spot.longitude,
            "latitude": spot.latitude,
            "acts": spot.count,
            "label": spot.place if spot.labelled else "",
        }
        for spot in views.spots(acts, ROOM, SPOTS)
    ]
    at = {
        "longitude": {"field": "longitude", "type": "quantitative"},
        "latitude": {"field": "latitude", "type": "quantitative"},
    }
    size = _by("acts", "quantitative", scale={"range": [30, 700]}, legend=None)
    layers = [
        {
            "data": {"values": land},
            "mark": {
                "type": "geoshape",
                "fill": "var(--land)",
                "stroke": "var(--strong-line)",
                "strokeWidth": 0.5,
            },
        },
        {
            "mark": {"type": "circle", "color": "var(--mc)", "opacity": 0.7},
            "encoding": at | {"size": size, "tooltip": _tooltip("place", "acts")},
        },
        {
            "mark": {"type": "text", "dy": -10, "fontSize": 11},
            "encoding": at | {"text": {"field": "label"}},
        },
    ]
    places = {(row["place"], row["longitude"], row["latitude"]) for row in acts if row["latitude"]}
    return _saying(
        _chart(data, "container", layer=layers, projection={"type": "equalEarth"}),
        _first(len(data), len(places), "places, the busiest"),
        _without(acts, "latitude", "place with coordinates"),
    )


# --- who acts on whom -----------------------------------------------------------------------------


def network(acts: Sequence[Row]) -> Spec:
    """Who acts on whom: the busiest states and bodies, laid out by force (Vega, d3-force)."""
    found = [tie for tie in views.ties(acts) if tie.dyad.source != tie.dyad.target]
    busy: Counter[str] = Counter()
    for tie in found[:TIES]:
        for party in tie.dyad[:2]:
            busy[party] += tie.count
    shown = [party for party, _ in _ranked(busy)[:ACTORS]]
    number = {party: index for index, party in enumerate(shown)}
    nodes = [
        {"label": views.shortened(party, NAME), "name": party_name(party), "acts": busy[party]}
        for party in shown
    ]
    links = [
        {
            "source": number[tie.dyad.source],
            "target": number[tie.dyad.target],
            "mutual": tie.dyad.mutual,
            "who": full_name(tie.dyad),
            "acts": tie.count,
            "conflict": tie.conflict,
            "colour": "var(--mx)" if 2 * tie.conflict > tie.count else "var(--vc)",
        }
        for tie in found[:TIES]
        if tie.dyad.source in number and tie.dyad.target in number
    ]
    parties = {party for tie in found for party in tie.dyad[:2]}
    spec = {
        "$schema": f"https://vega.github.io/schema/vega/v{VEGA}.json",
        "config": {"font": _FONT, "title": _CONFIG["title"]},
        "autosize": {"type": "none", "contains": "padding"},
        "padding": {"left": 0, "right": 0, "top": 0, "bottom": 44},
        "signals": [
            _measured("width", 0, "width"),
            _measured("height", 1, "height", 44),
        ],
        "data": [
            {"name": "links", "values": links},
            {"name": "nodes", "values": nodes, "transform": [_forces()]},
        ],
        "scales": [
            _place("x", "width"),
            _place("y", "height"),
            _root("radius", "nodes", [15, 24]),
            _root("breadth", "links", [0.8, 7]),
        ],
        "marks": [_links(), _heads(), _nodes(), _labels()],
    }
    return _saying(
        spec,
        _first(len(links), len(found), "ties, the strongest"),
        _first(len(shown), len(parties), "states and bodies"),
    )


def _measured(name: str, side: int, what: str, less: int = 0) -> Spec:
    size = f"containerSize()[{side}] - {less}"
    return {
        "name": name,
        "init": f"isFinite({size}) ? {size} : 800",
        "on": [{"events": "window:resize", "update": size}],
    }


def _forces() -> Spec:
    return {
        "type": "force",
        "static": True,
        "iterations": 300,
        "forces": [
            {"force": "link", "links": "links", "distance": 70},
            {"force": "nbody", "strength": -160},
            {"force": "collide", "radius": 30},
            {"force": "x", "strength": 0.08},
            {"force": "y", "strength": 0.12},
        ],
    }


def _place(name: str, side: str) -> Spec:
    margin = 36 if name == "x" else 24
    return {
        "name": name,
        "domain": {"data": "nodes", "field": name},
        "range": [margin, {"signal": f"{side} - {margin}"}],
        "zero": False,
    }


def _root(name: str, data: str, sizes: list[float]) -> Spec:
    return {
        "name": name,
        "type": "sqrt",
        "domain": {"data": data, "field": "acts"},
        "range": sizes,
        "zero": False,
    }


_ENDS = {
    f"{end}{axis}": f"scale('{axis}', datum.{end}.{axis})"
    for end in ("source", "target")
    for axis in ("x", "y")
}
_DX, _DY = (f"({_ENDS[f'target{axis}']} - {_ENDS[f'source{axis}']})" for axis in ("x", "y"))
_LENGTH = f"max(1, sqrt({_DX} * {_DX} + {_DY} * {_DY}))"
_ASIDE = "(datum.mutual ? 0 : 7)"
"""Pixels beside the line of the centres: what goes the other way is drawn on its other side."""
_EDGE = "(datum.mutual ? 0 : scale('radius', datum.target.acts) + {gap})"
"""Pixels from the centre of the target to the end of a line or the middle of its head."""


def _end(axis: str, gap: int) -> str:
    """Return where on the way to the target a line ends, before the edge of its circle."""
    along, across = (_DX, f"-{_DY}") if axis == "x" else (_DY, _DX)
    edge = _EDGE.format(gap=gap)
    return (
        f"{_ENDS[f'target{axis}']} - {along} / {_LENGTH} * {edge} + {across} / {_LENGTH} * {_ASIDE}"
    )


def _links() -> Spec:
    begin = {
        axis: {"signal": f"{_ENDS[f'source{axis}']} + {across} / {_LENGTH} * {_ASIDE}"}
        for axis, across in (("x", f"-{_DY}"), ("y", _DX))
    }
    drawn = {
        "stroke": {"field": "colour"},
        "strokeWidth": {"scale": "breadth", "field": "acts"},
        "strokeOpacity": {"value": 0.4},
        "tooltip": {"signal": "{who: datum.who, acts: datum.acts, 'in conflict': datum.conflict}"},
    }
    ends = {f"{axis}2": {"signal": _end(axis, 6)} for axis in ("x", "y")}
    return {
        "type": "rule",
        "from": {"data": "links"},
        "encode": {"enter": drawn, "update": begin | ends},
    }


def _heads() -> Spec:
    """The head of an arrow at the target of each tie that is not mutual."""
    drawn = {
        "shape": {"value": "triangle"},
        "fill": {"field": "colour"},
        "fillOpacity": {"signal": "datum.mutual ? 0 : 0.9"},
        "size": {"signal": "55 + 10 * scale('breadth', datum.acts)"},
    }
    turned = {"angle": {"signal": f"atan2({_DY}, {_DX}) * 180 / PI + 90"}}
    place = {axis: {"signal": _end(axis, 5)} for axis in ("x", "y")}
    return {
        "type": "symbol",
        "interactive": False,
        "from": {"data": "links"},
        "encode": {"enter": drawn, "update": place | turned},
    }


def _at() -> Spec:
    return {axis: {"scale": axis, "field": axis} for axis in ("x", "y")}


def _nodes() -> Spec:
    drawn = {
        "fill": {"value": "var(--pane)"},
        "stroke": {"value": "var(--ink)"},
        "strokeWidth": {"value": 1.5},
        "tooltip": {"signal": "{name: datum.name, acts: datum.acts}"},
    }
    size = {"signal": "4 * pow(scale('radius', datum.acts), 2)"}
    return {
        "type": "symbol",
        "from": {"data": "nodes"},
        "encode": {"enter": drawn, "update": _at() | {"size": size}},
    }


def _labels() -> Spec:
    """The name of each node: inside its circle where it has room, else below it."""
    drawn = {
        "text": {"field": "label"},
        "fill": {"value": "var(--ink)"},
        "align": {"value": "center"},
        "baseline": {"value": "middle"},
        "fontSize": {"value": 11},
        "fontWeight": {"value": "bold"},
        "dy": {"signal": "length(datum.label) > 3 ? scale('radius', datum.acts) + 8 : 0"},
    }
    return {
        "type": "text",
        "interactive": False,
        "from": {"data": "nodes"},
        "encode": {"enter": drawn, "update": _at()},
    }


# --- agreements, for figures: the page tells them in words ----------------------------------------


def agreements(rows: Iterable[tuple[Row, bool]]) -> Spec:
    """The life of each agreement: its stages in order, with their dates.

    Parameters
    ----------
    rows : iterable of (dict, bool)
        Rows of agreements.csv, and whether the stage was reached; one that was not is hollow.
    """
    data = [
        {
            "agreement": row["agreement_id"],
            "stage": row["stage"].replace("_", " "),
            "order": STAGES.index(row["stage"]),
            "date": row["date"],
            "took_place": reached,
        }
        for row, reached in rows
    ]
    stages = [stage.replace("_", " ") for stage in STAGES]
    encoding = {
        "x": _by(
            "stage", "ordinal", scale={"domain": stages}, axis={"orient": "top", "labelAngle": 0}
        ),
        "y": _by("agreement", "nominal", sort=None, axis={"grid": True, "labelLimit": 260}),
    }
    line = {
        "mark": {"type": "line", "color": "var(--strong-line)", "strokeWidth": 3},
        "encoding": {"detail": {"field": "agreement"}, "order": {"field": "order"}},
    }
    point = {
        "mark": {"type": "point", "opacity": 1, "size": 90, "color": "var(--vc)"},
        "encoding": {
            "fill": {
                "condition": {"test": "datum.took_place", "value": "var(--vc)"},
                "value": "var(--pane)",
            }
        },
    }
    date = {
        "mark": {"type": "text", "dy": 14, "fontSize": 10},
        "encoding": {"text": {"field": "date"}},
    }
    lives = len({row["agreement"] for row in data})
    return _chart(data, 42 * lives, encoding=encoding, layer=[line, point, date])
