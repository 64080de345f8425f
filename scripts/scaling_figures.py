"""Write the figures of docs/scaling.md from the JSON file that ``make bench`` writes.

Between its two marks stand what was measured, and what follows from it for ten million articles.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MARK = "figures: python scripts/scaling_figures.py docs/bench.json"
START, END = f"<!-- {MARK} -->\n", "<!-- /figures -->"
ARTICLES = 10_000_000
CORES = (16, 64, 256)


def main() -> None:
    """Fill in the page."""
    figures = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    page = ROOT / "docs" / "scaling.md"
    head, rest = page.read_text(encoding="utf-8").split(START)
    tables = measured(figures) + "\n\n" + needed(figures)
    page.write_text(head + START + "\n" + tables + "\n\n" + END + rest.split(END)[1], "utf-8")


def measured(figures: dict[str, float]) -> str:
    """Return what one core and one article take."""
    memory = max(value for name, value in figures.items() if name.startswith("worker_at_"))
    length = figures["words"] / figures["articles"]
    return table(
        ("measured", "figure"),
        [
            ("articles a second, one core", f"{figures['articles_per_second']:.1f}"),
            ("words a second, one core", f"{figures['words_per_second']:,.0f}"),
            ("words an article", f"{length:,.0f}"),
            ("events an article", f"{figures['events_per_article']:.1f}"),
            ("two workers against one on two cores", f"{figures['two_workers_speedup']:.2f} ×"),
            ("peak memory of a worker", f"{memory:,.0f} MB"),
            ("tables (Parquet), an article", f"{figures['tables_kb_per_article']:.1f} kB"),
            ("checkpoints, an article", f"{figures['checkpoint_kb_per_article']:.1f} kB"),
            ("driver: articles found and hashed", a_second(figures, "driver_articles")),
            ("comparing, one core: articles", a_second(figures, "comparing_articles")),
            ("linking, one core: events", a_second(figures, "linking_events")),
            ("largest block of events", f"{figures['largest_block_share']:.1%} of all"),
        ],
    )


def needed(figures: dict[str, float]) -> str:
    """Return what ten million such articles take."""
    hours = ARTICLES / figures["articles_per_second"] / 3600
    memory = max(value for name, value in figures.items() if name.startswith("worker_at_")) / 1000
    events = ARTICLES * figures["events_per_article"]
    driver = ARTICLES / figures["driver_articles_per_second"] / 3600
    comparing = ARTICLES / figures["comparing_articles_per_second"] / 3600
    linking = events / figures["linking_events_per_second"] / 3600
    rows = [
        ("processor time of the first pass", f"{hours:,.0f} core hours"),
        *(
            (f"… on {cores} cores", f"{duration(hours / cores)}, {cores * memory:,.0f} GB memory")
            for cores in CORES
        ),
        ("linking, shared by the cores", f"{linking:.1f} core hours"),
        ("the driver, one core: finding and hashing (meanwhile)", f"{driver:.1f} hours"),
        ("comparing, shared by the cores", f"{comparing:.1f} core hours"),
        ("events", f"{events / 1e6:,.0f} million"),
        ("tables", f"{ARTICLES * figures['tables_kb_per_article'] / 1e6:,.0f} GB"),
        ("checkpoints", f"{ARTICLES * figures['checkpoint_kb_per_article'] / 1e6:,.0f} GB"),
    ]
    return table((f"for {ARTICLES:,} such articles", "needed"), rows)


def a_second(figures: dict[str, float], name: str) -> str:
    """Return a rate, rounded to two digits."""
    value = figures[f"{name}_per_second"]
    return f"{round(value, 1 - math.floor(math.log10(value))):,.0f} a second"


def duration(hours: float) -> str:
    """Return a time in days or hours."""
    return f"{hours / 24:.1f} days" if hours > 48 else f"{hours:.1f} hours"


def table(header: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    """Return a table in Markdown."""
    lines = [header, ("---", "---:"), *rows]
    return "\n".join(f"| {left} | {right} |" for left, right in lines)


if __name__ == "__main__":
    main()
