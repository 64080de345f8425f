"""Acts across documents against judged pairs of press releases.

``data/act_pairs.csv`` names two triggers of different releases by document and offset, and says
whether they tell the same act; half of them and more are hard (the same parties another time, a
date without its year, no date at all). The releases themselves are not part of the project: the
test runs where ``PACTA_SHARED`` names the folder that has them. A pair counts if both triggers are
found as events of the type; how many are is printed, too.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

from spacy.language import Language

from pipeline.linking import link_run
from pipeline.tables.schema import Row

PAIRS = Path(__file__).parent / "data" / "act_pairs.csv"
RELEASES = Path("data") / "throughput" / "state-press-releases.jsonl"
PRECISION, RECALL, FOUND = 0.9, 0.75, 60


def pairs() -> list[Row]:
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_half_of_the_pairs_are_hard() -> None:
    judged = pairs()
    assert len({(p["doc_a"], p["start_a"], p["doc_b"], p["start_b"]) for p in judged}) >= 60
    assert all(p["doc_a"] != p["doc_b"] and p["reason"] for p in judged)
    for answer in ("yes", "no"):
        kinds = Counter(p["kind"] for p in judged if p["same"] == answer)
        assert sum(kinds.values()) >= 25
        assert kinds["hard"] >= kinds["easy"]


def test_judged_pairs_of_press_releases(shared: Path, nlp: Language, tmp_path: Path) -> None:
    judged = pairs()
    names = {pair[side] for pair in judged for side in ("doc_a", "doc_b")}
    clusters = _clusters(events(nlp, shared / RELEASES, names, tmp_path))
    counts: Counter[tuple[str, bool]] = Counter()
    for pair in judged:
        one, other = (
            clusters.get((pair[f"doc_{side}"], pair[f"start_{side}"], pair["event_type"]))
            for side in "ab"
        )
        if one and other:
            counts[pair["same"], one == other] += 1
            if (pair["same"] == "yes") != (one == other):
                print(f"pair {pair['pair']} wrongly {'merged' if one == other else 'parted'}")
    right, merged = counts["yes", True], counts["yes", True] + counts["no", True]
    same, found = counts["yes", True] + counts["yes", False], sum(counts.values())
    precision, recall = right / max(merged, 1), right / max(same, 1)
    print(
        f"{found} of {len(judged)} pairs found; precision {right}/{merged} = {precision:.2f}, "
        f"recall {right}/{same} = {recall:.2f}"
    )
    assert found >= FOUND
    assert precision >= PRECISION
    assert recall >= RECALL


def events(nlp: Language, releases: Path, names: set[str], folder: Path) -> list[Row]:
    """Read the releases of these names and link them."""
    from pipeline.articles import find, read
    from pipeline.running.shard import process_articles

    chosen = folder / "releases.jsonl"
    with releases.open(encoding="utf-8") as file:
        lines = [line for line in file if json.loads(line)["doc_id"] in names]
    chosen.write_text("".join(lines), encoding="utf-8")
    articles = [read(source) for source in find([chosen])]
    assert {article.doc_id for article in articles} == names
    found = [row for result in process_articles(nlp, articles) for row in result.events]
    return link_run(found).events


def _clusters(linked: list[Row]) -> dict[tuple[str, str, str], str]:
    return {(e["doc_id"], e["trigger_start"], e["event_type"]): e["cluster_id"] for e in linked}
