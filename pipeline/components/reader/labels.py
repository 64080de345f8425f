"""What the reader tells apart, in the order of its outputs."""

from __future__ import annotations

NONE = "NONE"
CATEGORIES = (
    NONE,
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "CONCEDE",
    "COOPERATE",
    "AID",
    "RETREAT",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
)
"""No event, then the PLOVER categories."""
FACTUALITY = ("actual", "planned", "proposed", "hypothetical", "negated")
