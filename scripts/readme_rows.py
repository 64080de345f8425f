"""Write rows of ``outputs/events.csv`` into README.md, between its two marks."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).parent.parent
START, END = "<!-- rows: python scripts/readme_rows.py -->\n", "<!-- /rows -->"
ROWS = 8
COLUMNS = {
    "event": ("event_type", "agreement_stage"),
    "who": ("actors",),
    "to whom": ("recipients",),
    "when": ("date",),
    "agreement": ("agreement_id",),
    "evidence": ("evidence",),
}


def main() -> None:
    """Take one event of each type and agreement that tells something, the most certain first."""
    with (ROOT / "outputs" / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: -float(row["confidence"] or 0))
    kinds: dict[tuple[str, ...], dict[str, str]] = {}
    for row in filter(tells, rows):
        kinds.setdefault((row["event_type"], row["agreement_id"]), row)
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    for row in list(kinds.values())[:ROWS]:
        cells = [" ".join(filter(None, (row[c] for c in columns))) for columns in COLUMNS.values()]
        lines.append("| " + " | ".join(shortened(cell) for cell in cells) + " |")
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    head, rest = text.split(START)
    readme.write_text(head + START + "\n".join(lines) + "\n" + END + rest.split(END)[1], "utf-8")


def tells(row: dict[str, str]) -> bool:
    """Whether a row has something to show and a reader finds its actors in its evidence."""
    shown = bool(row["date"] or row["agreement_id"])
    return shown and all(actor in row["evidence"] for actor in row["actors"].split("; "))


def shortened(cell: str) -> str:
    """Put a cell on one line of at most 110 characters."""
    line = " ".join(cell.replace("|", "/").split())
    return line if len(line) <= 110 else line[:109].rsplit(" ", 1)[0] + " …"


if __name__ == "__main__":
    main()
