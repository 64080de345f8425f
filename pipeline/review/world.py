"""Country outlines for maps: Natural Earth 1:110m, a GeoJSON of ours in ``knowledge/map``.

``python -m pipeline.review.world countries-110m.json OUT`` makes that file anew from the TopoJSON
of the npm package world-atlas (Natural Earth is in the public domain). Coordinates are WGS 84
degrees, rounded to a tenth (11 km), which at this scale is less than a pixel.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.resources import KNOWLEDGE

FILE = KNOWLEDGE / "map" / "countries-110m.geojson"
Ring = list[tuple[float, float]]


@lru_cache(maxsize=1)
def outlines() -> list[tuple[str, str, list[Ring]]]:
    """Name, ISO3 code (or empty) and outer rings of every country, as longitude and latitude.

    A ring that crosses the 180th meridian goes on beyond it: draw it again 360 degrees away.
    """
    data = json.loads(FILE.read_text(encoding="utf-8"))
    out = []
    for feature in data["features"]:
        properties = feature["properties"]
        rings = [_unwrapped(part[0]) for part in feature["geometry"]["coordinates"]]
        out.append((properties["name"], properties["iso3"], rings))
    return out


def _unwrapped(ring: list[list[float]]) -> Ring:
    """A ring that crosses the 180th meridian, carried on beyond it instead of jumping."""
    out: Ring = []
    turn = 0.0
    for x, y in ring:
        if out and abs(x + turn - out[-1][0]) > 180:
            turn += 360 if x + turn < out[-1][0] else -360
        out.append((x + turn, y))
    return out


def from_topojson(topology: dict[str, Any]) -> dict[str, Any]:
    """Turn world-atlas TopoJSON into GeoJSON with MultiPolygons and ISO3 codes."""
    arcs = [_decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    features = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        polygons = [[_ring(ring, arcs) for ring in part] for part in parts]
        name = geometry["properties"]["name"]
        features.append(
            {
                "type": "Feature",
                "properties": {"name": name, "iso3": _iso3(geometry.get("id", ""), name)},
                "geometry": {"type": "MultiPolygon", "coordinates": polygons},
            }
        )
    features.sort(key=lambda f: f["properties"]["name"])
    return {"type": "FeatureCollection", "features": features}


def _decoded(arc: list[list[int]], transform: dict[str, list[float]]) -> Ring:
    x = y = 0
    points: Ring = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        point = tuple(
            round(value * scale + shift, 1)
            for value, scale, shift in zip(
                (x, y), transform["scale"], transform["translate"], strict=True
            )
        )
        if not points or points[-1] != point:
            points.append((point[0], point[1]))
    return points


def _ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    """Join arcs; a negative number means the arc backwards (TopoJSON, section 2.1.4)."""
    ring: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring


def _iso3(numeric: str, name: str) -> str:
    import pycountry  # only needed to make the file

    found = pycountry.countries.get(numeric=numeric) if numeric else None
    return found.alpha_3 if found else {"Kosovo": "XKX"}.get(name, "")


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:3])
    made = from_topojson(json.loads(source.read_text(encoding="utf-8")))
    target.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")), "utf-8")
