"""Toponym resolution against GeoVirus (Gritta et al. 2018): gold spans in, places out.

    python -m pipeline.evaluation.toponyms geovirus.jsonl [--errors]

Each line of the file is an article: ``text`` and ``places`` (``start``, ``end``, ``name``,
``lat``, ``lon``, ``iso3`` where a country could be derived from the point). The last rows are the
baseline that takes the most populous place of a name without looking at the article.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.components.places.candidates import Gazetteer, gazetteer, kilometres
from pipeline.components.places.resolve import Resolver, Words
from pipeline.records import Place

WITHIN_KM = 161.0
# The file's countries are derived from the coordinates of the Wikipedia article. That puts areas
# of many states into the one that holds their middle; the annotation guideline gives them none.
# The rest are slips of the derivation (a point at sea or over a border).
MANY_STATES = {
    "Africa", "Americas", "Asia", "Eastern_Mediterranean", "Europe", "European_Union",
    "Indian_Ocean", "Kashmir", "Lake_Titicaca", "Mediterranean_Sea", "Middle_East", "South_Asia",
    "West_Africa",
}  # fmt: skip
CORRECTED = {
    "Cape_Verde": "CPV", "Democratic_Republic_of_the_Congo": "COD", "French_Guiana": "FRA",
    "Gaza_Strip": "PSE", "Hong_Kong": "HKG", "Maldives": "MDV", "Mauritius": "MUS",
    "Mayotte": "FRA", "Republic_of_the_Congo": "COD", "R%C3%A9union": "FRA", "Seychelles": "SYC",
    "Vatican_City": "VAT", "St._Peter%27s_Square": "VAT", "Zanzibar": "TZA",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--errors", action="store_true", help="print every wrong place")
    options = parser.parse_args(arguments)
    articles = [json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines()]
    places = gazetteer()
    resolver = Resolver(places, Words.read())
    print(f"{'':28}{'country':>9}{'as derived':>12}{'161 km':>9}{'known':>8}{'places':>8}")
    report("Pacta", articles, resolver_of(resolver), options.errors)
    report("most populous", articles, baseline_of(places), False)


def resolver_of(resolver: Resolver) -> Callable[[dict], list[Place]]:
    def resolve(article: dict) -> list[Place]:
        spans = [(p["start"], p["end"], "GPE") for p in article["places"]]
        return resolver.resolve(article["text"], spans)

    return resolve


def baseline_of(places: Gazetteer) -> Callable[[dict], list[Place]]:
    def resolve(article: dict) -> list[Place]:
        found = []
        for place in article["places"]:
            text = article["text"][place["start"] : place["end"]]
            best = max(places.find(text), key=lambda c: c.weight, default=None)
            found.append(
                Place(best.name, best.country, best.latitude, best.longitude)
                if best
                else Place(text)
            )
        return found

    return resolve


def report(
    name: str, articles: list[dict], resolve: Callable[[dict], list[Place]], errors: bool
) -> dict[str, float]:
    """Print one row of figures and return them."""
    right = derived = derived_all = near = known = total = 0
    for article in articles:
        gold_places = sorted(article["places"], key=lambda p: p["start"])
        for gold, got in zip(gold_places, resolve(article | {"places": gold_places}), strict=True):
            want = expected(gold)
            off = (
                kilometres(gold["lat"], gold["lon"], got.latitude, got.longitude)
                if got.latitude is not None and got.longitude is not None
                else None
            )
            total += 1
            known += off is not None
            right += got.country == want
            if "iso3" in gold:
                derived_all += 1
                derived += got.country == gold["iso3"]
            near += off is not None and off <= WITHIN_KM
            if errors and (got.country != want or off is None or off > WITHIN_KM):
                print(
                    f"  {article['doc_id']:14} {gold['name']:24} want {want or '-':4}"
                    f" got {got.country or '-':4} {got.name} ({got.kind}),"
                    f" {'no point' if off is None else f'{off:.0f} km off'}"
                )
    figures = {
        "country": right / total,
        "derived": derived / derived_all,
        "near": near / total,
        "known": known / total,
    }
    print(
        f"{name:28}{figures['country']:9.3f}{figures['derived']:12.3f}{figures['near']:9.3f}"
        f"{figures['known']:8.3f}{total:8}"
    )
    return figures


def expected(gold: dict) -> str:
    """The gold country by the annotation guideline."""
    title = gold["wiki"].rsplit("/", 1)[-1]
    if title in MANY_STATES:
        return ""
    return CORRECTED.get(title, gold.get("iso3", ""))


if __name__ == "__main__":
    main()
