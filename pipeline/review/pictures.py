"""Pictures of the events under review, as SVG; every mark leads to the events behind it.

Colours and fonts come from the page's style sheet (classes ``q-vc``, ``q-mc``, ``q-vx``, ``q-mx``
for the quad classes); a drawing holds positions only.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from markupsafe import Markup

from pipeline.linking.agreements import REAL
from pipeline.report import views
from pipeline.resources import items
from pipeline.review.choices import choices
from pipeline.review.entries import Entry
from pipeline.tables.schema import Row
from pipeline.world import Ring, outlines

WIDTH = 1100
LANES = 24
NAME, CHARACTER = 18, 7.2  # the characters of a name that are shown; the width of one in pixels
BARS = 20
NORTH, SOUTH = 84.0, -57.0
ROOM = (30.0, 4.6)  # degrees around the name of a place on the map
QUADS = {
    "verbal cooperation": "q-vc",
    "material cooperation": "q-mc",
    "verbal conflict": "q-vx",
    "material conflict": "q-mx",
}


def _link(**query: str) -> str:
    return "/?" + urlencode({key: value for key, value in query.items() if value})


def _mark(href: str, label: str, shape: Markup) -> Markup:
    return Markup('<a href="{}" aria-label="{}"><title>{}</title>{}</a>').format(
        href, label, label, shape
    )


def _circle(x: float, y: float, radius: float, css: str) -> Markup:
    return Markup('<circle cx="{}" cy="{}" r="{}" class="{}"/>').format(
        f"{x:.1f}", f"{y:.1f}", f"{radius:.1f}", css
    )


def _text(x: float, y: float, text: str, css: str = "", anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>').format(
        f"{x:.1f}", f"{y:.1f}", css, anchor, text
    )


def _line(x1: float, y1: float, x2: float, y2: float, css: str) -> Markup:
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>').format(
        *(f"{value:.1f}" for value in (x1, y1, x2, y2)), css
    )


def _svg(width: float, height: float, label: str, marks: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="group" aria-label="{}">{}</svg>'
    ).format(
        f"{width:.0f}",
        f"{height:.0f}",
        f"{width:.0f}",
        f"{height:.0f}",
        label,
        Markup("").join(marks),
    )


def _nothing(what: str) -> Markup:
    return Markup('<p class="empty">{}</p>').format(what)


def _cells(entry: Entry) -> Row:
    return entry.cells


class _Axis:
    """A time axis of years; the few events outside them stand before its beginning or its end."""

    def __init__(self, days: list[str], left: float, right: float) -> None:
        self.years = views.Years.of(days)
        self.early = any(int(day[:4]) < self.years.first for day in days)
        self.late = any(int(day[:4]) > self.years.last for day in days)
        self.left, self.right = left + 46 * self.early, right - 46 * self.late
        self._scale = (self.right - self.left) / (self.years.last + 1 - self.years.first)

    def x(self, day: str) -> float:
        if int(day[:4]) < self.years.first:
            return self.left - 46
        if int(day[:4]) > self.years.last:
            return self.right + 46
        date = datetime.date.fromisoformat(day)
        part = (date - datetime.date(date.year, 1, 1)).days / 366
        return self.left + (date.year + part - self.years.first) * self._scale

    def ticks(self) -> list[tuple[float, str]]:
        first, last = self.years.first, self.years.last + 1
        step = next(
            s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if (last - first) / s <= 14
        )
        years = range(-(-first // step) * step, last + 1, step)
        ticks = [(self.left + (y - first) * self._scale, str(y)) for y in years]
        outside = [(self.left - 46, "before")] * self.early + [
            (self.right + 46, "after")
        ] * self.late
        return ticks + outside


def _grid(axis: _Axis, top: float, bottom: float) -> list[Markup]:
    marks = []
    for x, label in axis.ticks():
        marks += [_line(x, top, x, bottom, "grid"), _text(x, top - 6, label, "tick", "middle")]
    return marks


def timeline(entries: list[Entry]) -> Markup:
    """Who acts on whom, and when: a lane for each dyad, a dot for each month."""
    dated = [e for e in entries if e.cells["date_start"]]
    if not dated:
        return _nothing("No event has a date with a known year yet.")
    lanes = views.lanes(dated, _cells)
    shown = lanes[:LANES]
    left = 24 + max(len(dyad.shortened(NAME)) for dyad in shown) * CHARACTER
    top, row = 34.0, 30.0
    axis = _Axis([e.cells["date_start"] for e in dated], left, WIDTH - 20)
    height = top + row * len(shown) + 10
    marks = _grid(axis, top, height - 6)
    dots = sorted(views.dots(dated, _cells).items(), key=lambda dot: dot[0])
    for number, pair in enumerate(shown):
        y = top + row * (number + 0.5)
        name = pair.shortened(NAME)
        marks += [_line(left, y, WIDTH - 20, y, "lane"), _text(left - 14, y + 4, name, "", "end")]
        for (_, month, quad), found in (dot for dot in dots if dot[0][0] == pair):
            middle = f"{month}-15" if len(found) > 1 else found[0].cells["date_start"]
            marks.append(_dot(axis.x(middle), y, pair, month, quad, found))
    return (
        _legend()
        + _svg(WIDTH, height, "Timeline of events by who acts on whom", marks)
        + _note(
            f"The {LANES} busiest of {len(lanes)} dyads." if len(lanes) > LANES else "",
            f"{len(entries) - len(dated)} of {len(entries)} events have no date with a known year.",
        )
    )


def _dot(x: float, y: float, pair: views.Dyad, month: str, quad: str, found: list[Entry]) -> Markup:
    cells, name = found[0].cells, pair.name
    label = f"{name}, {month}: {len(found)} events, {quad}"
    href = _link(day=month, dyad=name)
    if len(found) == 1:
        label = f"{name}, {cells['date']}: {cells['event_type']} “{cells['trigger']}”"
        href = _link(uid=found[0].uid)
    real = any(e.cells["factuality"] == "actual" for e in found)
    css = f"{QUADS.get(quad, '')} {'dot' if real else 'dot open'}"
    return _mark(href, label, _circle(x, y, min(4 + len(found) ** 0.5 * 1.6, 13), css))


def _note(*remarks: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(" ".join(filter(None, remarks)))


def _legend() -> Markup:
    keys = Markup("").join(
        Markup('<li><svg width="14" height="14" aria-hidden="true">{}</svg>{}</li>').format(
            _circle(7, 7, 5, f"{css} dot"), name
        )
        for name, css in QUADS.items()
    )
    hollow = Markup('<li><svg width="14" height="14" aria-hidden="true">{}</svg>{}</li>').format(
        _circle(7, 7, 5, "q-vc dot open"), "planned, proposed, negated"
    )
    return Markup('<ul class="legend">{}{}</ul>').format(keys, hollow)


def agreements(entries: list[Entry]) -> Markup:
    """The life of each agreement: its stages, in order, with what reports them."""
    stages = choices().lists["stages"]
    lives: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        cells = entry.cells
        told = cells["agreement_stage"] in stages and cells["factuality"] in REAL
        if cells["agreement_id"] and told:
            lives[cells["agreement_id"]][cells["agreement_stage"]].append(entry)
    if not lives:
        return _nothing("No event has an agreement and a stage yet.")
    left, top, row = 250.0, 40.0, 44.0
    step = (WIDTH - left - 60) / (len(stages) - 1)
    height = top + row * len(lives) + 12
    marks = []
    for number, stage in enumerate(stages):
        x = left + 20 + number * step
        marks += [
            _line(x, top, x, height - 8, "grid"),
            _text(x, top - 12, stage.replace("_", " "), "tick", "middle"),
        ]
    for number, (agreement_id, life) in enumerate(sorted(lives.items())):
        y = top + row * (number + 0.5)
        places = [left + 20 + stages.index(stage) * step for stage in life]
        label = _text(left - 8, y + 4, views.shortened(agreement_id, 32), "", "end")
        marks.append(_mark(_link(agreement=agreement_id), agreement_id, label))
        marks.append(_line(min(places), y, max(places), y, "life"))
        for stage, found in sorted(life.items()):
            x = left + 20 + stages.index(stage) * step
            marks += _stage(x, y, agreement_id, stage, found)
    return _svg(WIDTH, height, "Agreements by stage", marks)


def _stage(x: float, y: float, agreement_id: str, stage: str, found: list[Entry]) -> list[Markup]:
    real = [e for e in found if e.cells["factuality"] == "actual"]
    days = sorted(e.cells["date"] for e in real or found if e.cells["date"])
    when = days[0] if days else "no date"
    label = f"{agreement_id} {stage}, {when}: {len(found)} event{'s' * (len(found) > 1)}"
    href = _link(agreement=agreement_id, stage=stage)
    css = "q-vc dot" if real else "q-vc dot open"
    dot = _circle(x, y, min(5 + len(found) ** 0.5, 11), css)
    return [_mark(href, label, dot), _text(x, y + 19, when if days else "", "tiny", "middle")]


def world_map(entries: list[Entry]) -> Markup:
    """Where: the places of events on Natural Earth's outlines (plate carrée, no Antarctica)."""
    scale = WIDTH / 360
    height = (NORTH - SOUTH) * scale

    def spot(longitude: float, latitude: float) -> tuple[float, float]:
        return (longitude + 180) * scale, (NORTH - latitude) * scale

    marks = [
        Markup('<path d="{}" class="land"><title>{}</title></path>').format(
            "".join(_path(ring, spot) for ring in rings), name
        )
        for name, code, rings in outlines()
        if code != "ATA"
    ]
    for place in views.spots((e.cells for e in entries), ROOM):
        x, y = spot(place.longitude, place.latitude)
        label = f"{place.place}: {place.count} event{'s' * (place.count > 1)}"
        dot = _circle(x, y, min(4 + place.count**0.5 * 1.6, 22), "q-mc dot see-through")
        marks.append(_mark(_link(place=place.place), label, dot))
        if place.labelled:
            marks.append(_text(x + 9, y - 7, place.place, "place"))
    without = sum(not (e.cells["longitude"] and e.cells["place"]) for e in entries)
    note = _note(f"{without} of {len(entries)} events have no place with coordinates.")
    return _svg(WIDTH, height, "Map of event places", marks) + note


def _path(ring: Ring, spot: Callable[[float, float], tuple[float, float]]) -> str:
    """A ring as a path; what lies beyond the edge of the map is drawn at the other edge too."""
    west, east = min(x for x, _ in ring), max(x for x, _ in ring)
    turns = [0.0] + [360.0] * (west < -180) + [-360.0] * (east > 180)
    return "".join(
        "M" + "L".join("{:.1f} {:.1f}".format(*spot(x + turn, y)) for x, y in ring) + "Z"
        for turn in turns
    )


def charts(entries: list[Entry]) -> Markup:
    """How many: by type, actor, dyad, year, place and rule."""
    if not entries:
        return _nothing("No events.")
    cells = [e.cells for e in entries]
    years = Counter(c["date_start"][:4] for c in cells if c["date_start"])
    actors = Counter(a for c in cells for a in {*items(c["actors"]), *items(c["recipients"])})
    quads = {name: QUADS[kind.quad_class] for name, kind in choices().types.items()}
    ties = {tie.dyad.name: tie for tie in views.ties(cells)}
    mood = {name: "q-mx" if 2 * tie.conflict > tie.count else "q-vc" for name, tie in ties.items()}

    return Markup('<div class="charts">{}{}{}{}{}{}</div>').format(
        _bars("Event types", Counter(c["event_type"] for c in cells), _by("type"), quads),
        _bars("Actors and recipients", actors, _by("actor")),
        _bars(
            "Who acts on whom", {name: tie.count for name, tie in ties.items()}, _by("dyad"), mood
        ),
        _bars("Years", dict(sorted(years.items())[-BARS:]), _by("day"), ordered=True),
        _bars("Places", Counter(c["place"] for c in cells if c["place"]), _by("place")),
        _bars("Rules", Counter(c["rule_id"] for c in cells if c["rule_id"]), _by("rule")),
    )


def _by(parameter: str) -> Callable[[str], str]:
    return lambda value: _link(**{parameter: value})


def _bars(
    title: str,
    counts: dict[str, int],
    href: Callable[[str], str],
    css: dict[str, str] | None = None,
    ordered: bool = False,
) -> Markup:
    ranked = counts.items() if ordered else sorted(counts.items(), key=lambda i: (-i[1], i[0]))
    shown = list(ranked)[:BARS]
    if not shown:
        return Markup("")
    width, left, row = 520.0, 190.0, 22.0
    most = max(count for _, count in shown)
    marks = []
    for number, (value, count) in enumerate(shown):
        y = number * row + 4
        length = max((width - left - 60) * count / most, 1.5)
        bar = Markup(
            '<text x="{}" y="{}" text-anchor="end">{}</text>'
            '<rect x="{}" y="{}" width="{}" height="15" rx="2" class="bar {}"/>'
            '<text x="{}" y="{}" class="tick">{}</text>'
        ).format(
            left - 10,
            y + 12,
            views.shortened(value, 28),
            left,
            y,
            f"{length:.1f}",
            (css or {}).get(value, "q-vc"),
            f"{left + length + 6:.1f}",
            y + 12,
            count,
        )
        marks.append(_mark(href(value), f"{value}: {count}", bar))
    drawing = _svg(width, len(shown) * row + 6, title, marks)
    more = _note(f"The first {len(shown)} of {len(counts)}.") if len(shown) < len(counts) else ""
    return Markup("<section><h2>{}</h2>{}{}</section>").format(title, drawing, more)


PICTURES: dict[str, tuple[str, Callable[[list[Entry]], Markup]]] = {
    "timeline": ("Timeline", timeline),
    "agreements": ("Agreements", agreements),
    "map": ("Map", world_map),
    "charts": ("Charts", charts),
}
