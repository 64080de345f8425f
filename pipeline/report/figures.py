"""The charts of a report as files for papers: SVG, and PNG of twice the size in pixels."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipeline.report import charts
from pipeline.report.outputs import Outputs
from pipeline.report.page import HERE, draw, stages
from pipeline.tables.writing import write_whole

WIDTH = 720
"""The width of a figure in CSS pixels; on paper at 96 dpi, 19 cm."""
HEIGHTS = {"map": 360, "network": 480}
SCALE = 2.0
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")


def write(outputs: Outputs, folder: Path) -> list[Path]:
    """Write each chart of the report into a folder, which is made if need be.

    Returns
    -------
    list of Path
        The files written, by name.

    Raises
    ------
    ModuleNotFoundError
        ``vl_convert`` is not installed.
    """
    specs = {chart.name: spec for chart, spec in draw(outputs.acts)}
    if found := stages(outputs):
        specs["agreements"] = charts.agreements(found)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in sorted(specs):
        svg = to_svg(specs[name], HEIGHTS.get(name))
        for path, content in ((f"{name}.svg", svg.encode()), (f"{name}.png", _png(svg))):
            write_whole(folder / path, content)
            written.append(folder / path)
    return written


def to_svg(spec: charts.Spec, height: int | None = None) -> str:
    """Draw a chart as SVG in the light colours of the page, on white."""
    import vl_convert

    fixed = _fixed(spec, height)
    if "vega-lite" in spec["$schema"]:
        return vl_convert.vegalite_to_svg(fixed, vl_version=charts.VEGA_LITE)
    return vl_convert.vega_to_svg(fixed)


def _fixed(spec: charts.Spec, height: int | None) -> charts.Spec:
    """Give a chart the size and the colours that the page gives it otherwise."""
    colours = _colours()
    text = _VARIABLE.sub(lambda found: colours[found[1]], json.dumps(spec))
    fixed = json.loads(text) | {"width": WIDTH, "background": "white"}
    fixed.pop("signals", None)  # Only the network has any: those that measure its container.
    return fixed | ({"height": height} if height else {})


def _colours() -> dict[str, str]:
    """Read the light colours off the page's style sheet."""
    style = (HERE / "templates" / "report.css").read_text(encoding="utf-8")
    light = style[style.index(":root {") : style.index("}")]
    return dict(re.findall(r"(--[\w-]+): ([^;]+);", light))


def _png(svg: str) -> bytes:
    import vl_convert

    return vl_convert.svg_to_png(svg, scale=SCALE)
