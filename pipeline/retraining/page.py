"""The report of a retraining as one HTML page that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from pipeline.evaluation.calibration import brier, reliability
from pipeline.retraining.repairs import Repair
from pipeline.retraining.retrain import Retrained
from pipeline.retraining.writing import precision


def render(result: Retrained, folder: Path) -> str:
    """Render the page; everything from articles and rules is escaped.

    Parameters
    ----------
    result : Retrained
        What was found.
    folder : Path
        Where the rule files stand, which the page shows as they were written.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("pipeline.retraining"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = lambda value: "" if value is None else f"{value:.3f}"
    files = {
        name: (folder / "rules" / name).read_text(encoding="utf-8")
        for name in ("learnt.yaml", "repaired.yaml")
        if (folder / "rules" / name).is_file()
    }
    return environment.get_template("report.html").render(
        result=result,
        rows=figure_rows(result),
        files=files,
        precision=precision,
        repaired=[repair for repair in result.repairs if not repair.rule.off],
        retired=[repair for repair in result.repairs if repair.rule.off],
        reliability=_reliability(result),
        reader_reliability=_reader_reliability(result),
    )


def figure_rows(result: Retrained) -> list[tuple]:
    """Figures before and after: name, value and precision and recall of each, gain and interval."""
    gains = {(measure.layer, measure.name): gain for measure, gain in result.gains}
    after = {(f.layer, f.name): f for f in result.after}
    rows = []
    for figure in result.before:
        key = (figure.layer, figure.name)
        if figure.layer not in ("rules", "spans", "documents") and key in after:
            rows.append((figure, after[key], gains.get(key)))
    return rows


def _reliability(result: Retrained) -> list[tuple]:
    """Reliability before and after: name, Brier score, bins."""
    calibrated = result.calibrated
    if calibrated is None:
        return []
    return [
        (name, brier(shares, calibrated.labels), reliability(shares, calibrated.labels))
        for name, shares in (("before", calibrated.before), ("after", calibrated.after))
        if shares
    ]


def _reader_reliability(result: Retrained) -> list[tuple]:
    """The same of the decision about each word in question."""
    if result.reader is None:
        return []
    return [
        (name, brier(*columns), reliability(*columns))
        for name, told in (
            ("before", result.reader.told_before),
            ("after", result.reader.told_after),
        )
        for columns in [tuple(zip(*told, strict=True))]
    ]


def repair_words(repair: Repair) -> str:
    """A repair in a line."""
    return (
        f"{repair.rule.id}: {repair.what}; takes away {repair.spared.false} false alarms and "
        f"{repair.spared.hits} right events on articles left out"
    )
