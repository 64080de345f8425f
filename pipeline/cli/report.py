"""``pacta report``: what a run found, as one HTML page and as figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import reason

if TYPE_CHECKING:
    from pipeline.report.outputs import Outputs


def report(
    output: Annotated[
        Path,
        typer.Argument(
            help="The output folder of a run (CSV).",
            metavar="DIR",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", "-o", help="The page; else DIR/report.html.", show_default=False),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(help="Write the charts as PNG and SVG into this folder, too."),
    ] = None,
    reviewed: Annotated[
        bool,
        typer.Option(
            "--reviewed",
            help="As reviewers left it: corrected values, without what they rejected.",
            show_default=False,
        ),
    ] = False,
) -> None:
    """Write what a run found as one HTML page that opens offline."""
    from pipeline.report import figures as drawings
    from pipeline.report import outputs, page
    from pipeline.tables.reading import OutputError
    from pipeline.tables.writing import write_whole

    target = to or output / "report.html"
    try:
        found = outputs.read(output)
        if reviewed:
            found = _as_reviewed(found, output)
        write_whole(target, page.render(found))
        written = drawings.write(found, figures) if figures else []
    except ModuleNotFoundError as error:
        if error.name != "vl_convert":
            raise
        _fail("the report needs vl-convert-python: pip install 'pacta[report]'", 1)
    except (OutputError, OSError) as error:
        _fail(reason(error), 2)
    typer.echo(str(target))
    for path in written:
        typer.echo(str(path))


def _as_reviewed(found: Outputs, folder: Path) -> Outputs:
    from pipeline.report.reviewed import reviewed
    from pipeline.review import export, store
    from pipeline.review.desk import Desk

    if not (folder / store.NAME).exists():
        _fail(f"{folder} was not reviewed yet: pacta review {folder} begins", 2)
    return reviewed(found, export.reviewed_rows(Desk(folder)))


def _fail(message: str, code: int) -> None:
    typer.echo(f"pacta report: {message}", err=True)
    raise typer.Exit(code)
