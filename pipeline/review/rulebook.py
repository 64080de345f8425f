"""What the event rules are for, in a few words each: shown as the reason for an event."""

from __future__ import annotations

from functools import cache

from pipeline import resources

FOLDER = resources.KNOWLEDGE / "events" / "rules"


@cache
def purposes() -> dict[str, str]:
    """Rule id -> the act it reads and its first example, of the packaged rules."""
    out = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for rule in resources.document(path.name, FOLDER):
            examples = rule.get("examples") or [{}]
            parts = [rule.get("act", ""), f"as in “{examples[0].get('text', '')}”"]
            out[rule["id"]] = ", ".join(part for part in parts if part and part != "as in “”")
    return out
