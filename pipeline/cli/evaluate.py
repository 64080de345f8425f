"""``pacta evaluate``: an output, or a second annotation, against gold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from pipeline.evaluation.annotators import AnnotatorAgreement
    from pipeline.evaluation.figures import Figure
    from pipeline.evaluation.report import Comparison, Evaluation

WORST_RULES = 12


def evaluate(
    output: Annotated[
        Path,
        typer.Argument(metavar="OUTPUT", help="Output folder of a run, or a second gold folder."),
    ],
    gold: Annotated[
        list[Path],
        typer.Option(
            help="Gold: a folder of stand-off JSON or brat, a reviewed events.csv, or a doccano or "
            "Label Studio export. May be given more than once."
        ),
    ],
    articles: Annotated[
        Path | None,
        typer.Option(help="Folder of the articles; by default `articles` beside the gold."),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(help="Another output folder: show what OUTPUT wins and loses against it."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write errors.csv, figures.csv and errors.html here."),
    ] = None,
) -> None:
    """Score OUTPUT against gold: figures with 95 % intervals, and every error as a row.

    With a second gold folder in place of OUTPUT: the agreement of its annotators with the first.
    """
    from pipeline.evaluation import annotators, formats, report
    from pipeline.evaluation.found import read_output
    from pipeline.evaluation.gold import GoldError

    try:
        documents, texts = formats.read_gold(gold, articles)
        if formats.is_gold(output):
            others, more = formats.read_gold([output], articles)
            _print_annotators(annotators.agreement(documents, others, texts | more), _console())
            return
        evaluation = report.evaluate(documents, read_output(output), texts)
        comparison = None
        if compare is not None:
            other = report.evaluate(documents, read_output(compare), texts)
            comparison = report.compare(evaluation, other)
    except (GoldError, OSError) as error:
        typer.echo(f"pacta evaluate: {error}", err=True)
        raise typer.Exit(2) from None
    if folder is not None:
        _write(evaluation, comparison, folder)
    _print(evaluation, comparison, _console())


def _console() -> Console:
    """Standard output; wide where it is no terminal, so that no table is folded in a file."""
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=140, highlight=False)


def _write(evaluation: Evaluation, comparison: Comparison | None, folder: Path) -> None:
    from pipeline.evaluation import page, report
    from pipeline.tables.writing import write_whole

    files = {
        "errors.csv": report.errors_csv(evaluation.errors),
        "figures.csv": report.figures_csv(evaluation.figures),
        "errors.html": page.render(evaluation, comparison),
    }
    if comparison is not None:
        files["comparison.csv"] = report.comparison_csv(comparison)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(folder / name, content)
    typer.echo(f"{len(evaluation.errors)} errors written to {folder}", err=True)


def _print(evaluation: Evaluation, comparison: Comparison | None, console: Console) -> None:
    from pipeline.evaluation.report import MAIN

    figures = evaluation.figures
    console.print(_figures("Layers", [f for f in figures if _is_layer(f)]))
    console.print(_figures("Mentions by label", _of(figures, "mentions")))
    console.print(_figures("Events by type", _of(figures, "events")))
    console.print(_figures("Slots of matched events", _of(figures, "slots")))
    rules = [f for f in figures if f.layer == "rules" and f.found > f.hit]
    rules.sort(key=lambda f: (f.hit - f.found, f.name))
    if rules:
        console.print(_figures("Rules with the most false alarms", rules[:WORST_RULES]))
    console.print(
        _table(
            "Documents",
            ["document", *(m.layer for m in MAIN)],
            [[row[0], *map(_number, row[1:])] for row in evaluation.documents()],
        )
    )
    if comparison is not None:
        _print_comparison(comparison, console)


def _print_comparison(comparison: Comparison, console: Console) -> None:
    from pipeline.evaluation.page import describe

    gains = [
        [measure.layer, *([f"{x:+.3f}" for x in gain] if gain else ["", "", ""])]
        for measure, gain in comparison.gains
    ]
    console.print(_table("Against the other output", ["measure", "gain", "low", "high"], gains))
    for change, errors in (("won", comparison.won), ("lost", comparison.lost)):
        console.print(f"{change}: {len(errors)}")
        for error in errors:
            console.print(
                f"  {error.doc_id} {error.start} {error.text!r}: {describe(error)}",
                markup=False,
            )


def _print_annotators(agreement: AnnotatorAgreement, console: Console) -> None:
    rows = [[r.layer, r.measure, _number(r.value), str(r.items)] for r in agreement.rows]
    title = f"Agreement on {agreement.documents} articles annotated twice"
    console.print(_table(title, ["layer", "measure", "value", "items"], rows))


def _is_layer(figure: Figure) -> bool:
    in_parts = figure.layer in ("mentions", "events", "slots") and figure.name != "all"
    return not in_parts and figure.layer != "rules"


def _of(figures: Iterable[Figure], layer: str) -> list[Figure]:
    return [f for f in figures if f.layer == layer and f.name != "all"]


def _figures(title: str, figures: Sequence[Figure]) -> Table:
    rows = []
    for f in figures:
        name = (
            f.layer if f.name == "all" else f.name if title != "Layers" else f"{f.layer} {f.name}"
        )
        interval = f"{f.low:.3f}–{f.high:.3f}" if f.low is not None and f.high is not None else ""
        parts = [_number(f.precision), _number(f.recall)] if f.kind == "f1" else ["", ""]
        counts = [str(f.hit), str(f.found or ""), str(f.gold or "")]
        shown = str(f.hit) if f.kind == "count" else _number(f.value)
        rows.append([name, f.kind, shown, interval, *parts, *counts])
    header = ["", "measure", "value", "95 %", "precision", "recall", "right", "found", "gold"]
    return _table(title, header, rows)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for number, name in enumerate(header):
        text = number == 0 or name in ("measure", "layer")
        table.add_column(name, justify="left" if text else "right", no_wrap=not text)
    for row in rows:
        table.add_row(*row)
    return table
