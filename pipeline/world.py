"""Country outlines for maps: Natural Earth 1:110m, a GeoJSON of ours in ``knowledge/map``.

``scripts/build_map.py`` makes it. Coordinates are WGS 84 degrees, rounded to a tenth (11 km),
which at this scale is less than a pixel.
"""

from __future__ import annotations

import json
from functools import lru_cache

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
