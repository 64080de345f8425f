"""Events as PLOVER records (PLOVER manual, Open Event Data Alliance, draft of 2021)."""

from __future__ import annotations

from typing import Any

from pipeline.tables.schema import EVENTS, Row, typed


def plover_event(row: Row) -> dict[str, Any]:
    """Turn a row of events.csv into a PLOVER record.

    Returns
    -------
    dict
        ``source`` and ``target`` list actors with ``country`` and ``sector``. Acts done together
        have all parties in ``source`` and ``reciprocal`` true. What PLOVER has no place for
        (factuality, agreement, exact date) keeps our column name.
    """
    event = typed(EVENTS, row)
    day = event["date_start"] if event["date_precision"] == "day" else event["published"]
    return {
        "id": event["event_id"],
        "date": day,
        "event": event["event_type"],
        "mode": event["mode"],
        "quad": event["quad_class"],
        "context": event["context"],
        "source": _actors(event["actors"], event["actor_codes"]),
        "target": _actors(event["recipients"], event["recipient_codes"]),
        "reciprocal": len(event["actors"]) > 1 and not event["recipients"],
        "location": {
            "name": event["place"],
            "country": event["place_country"],
            "latitude": event["latitude"],
            "longitude": event["longitude"],
            "geonames_id": event["geonames_id"],
        },
        "text": event["evidence"],
        "event_text": event["trigger"],
        "doc_id": event["doc_id"],
        "published": event["published"],
        "factuality": event["factuality"],
        "event_date": event["date"],
        "agreement_id": event["agreement_id"],
        "agreement_stage": event["agreement_stage"],
        "cluster_id": event["cluster_id"],
        "confidence": event["confidence"],
    }


def _actors(names: list[str], codes: list[str]) -> list[dict[str, str | None]]:
    actors = []
    for name, code in zip(names, codes, strict=False):
        country, _, sector = code.partition(".")
        actors.append({"name": name, "country": country or None, "sector": sector or None})
    return actors
