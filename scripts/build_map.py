"""Build ``pipeline/knowledge/map/countries-110m.geojson``, the country outlines that ship.

Run by hand when they are to be renewed, with the development package ``pycountry``:

    python scripts/build_map.py countries-110m.json

The input is the TopoJSON of the npm package world-atlas 2 (Natural Earth 1:110m, public domain).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pycountry

from pipeline.world import FILE, Ring


def from_topojson(topology: dict[str, Any]) -> dict[str, Any]:
    """Turn world-atlas TopoJSON into GeoJSON with MultiPolygons and ISO3 codes."""
    arcs = [_decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    features = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = [[_ring(ring, arcs) for ring in part] for part in parts]
        # An island smaller than the rounding has shrunk to a point, which no map can draw.
        polygons = [part for part in rings if len(part[0]) > 3]
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
    found = pycountry.countries.get(numeric=numeric) if numeric else None
    return found.alpha_3 if found else {"Kosovo": "XKX"}.get(name, "")


if __name__ == "__main__":
    made = from_topojson(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    FILE.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")), "utf-8")
