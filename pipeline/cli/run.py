"""``pacta run``: articles in, tables out."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.running import Summary


def run(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, glob patterns, or - for standard input. Read: .txt .md .html "
            ".json .jsonl .csv .parquet, and .gz of these.",
            metavar="PATH...",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the tables.")],
    metadata: Annotated[
        Path | None,
        typer.Option(help="CSV with doc_id, published, title; goes before what articles say."),
    ] = None,
    published: Annotated[
        str, typer.Option(help="Publication date (YYYY-MM-DD) of articles without metadata.")
    ] = "",
    text_field: Annotated[
        str, typer.Option(help="Column with the text (JSON, CSV, Parquet).")
    ] = "",
    id_field: Annotated[str, typer.Option(help="Column with the id.")] = "",
    date_field: Annotated[str, typer.Option(help="Column with the publication date.")] = "",
    title_field: Annotated[str, typer.Option(help="Column with the title.")] = "",
    format: Annotated[str, typer.Option(help="csv, parquet, jsonl or plover.")] = "csv",
    workers: Annotated[int, typer.Option(help="Processes; 0 for one per core.", min=0)] = 0,
    time_limit: Annotated[
        float, typer.Option(help="Seconds for one article; 0 for no limit.", min=0)
    ] = 120.0,
    rules: Annotated[Path | None, typer.Option(help="Folder with event rules of your own.")] = None,
) -> None:
    """Extract events, mentions and agreements from articles into tables.

    Run again, the same command does only what is new or changed; after an interruption it goes on
    where it stopped.
    """
    from pipeline.articles import Fields, InputError
    from pipeline.resources import KnowledgeError
    from pipeline.running import Options, RunError
    from pipeline.running import run as execute

    options = Options(
        paths=tuple(paths),
        output=output,
        metadata=metadata,
        published=_date(published),
        fields=Fields(text_field, id_field, date_field, title_field),
        workers=workers,
        format=_format(format),
        time_limit=time_limit,
        rules=rules,
    )
    try:
        with _Progress() as progress:
            summary = execute(options, progress.advance)
    except (InputError, KnowledgeError) as error:
        _fail(str(error), 2)
    except RunError as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        _fail("interrupted; the same command goes on where it stopped", 130)
    _report(summary, output)
    if summary.ok + summary.skipped == 0:
        _fail(f"nothing could be read: {summary.first_failure}", 1)


def _date(value: str) -> datetime.date | None:
    if not value:
        return None
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        _fail(f"--published: {value!r} is no date (YYYY-MM-DD)", 2)
        raise


def _format(value: str) -> str:
    from pipeline.tables.writing import FORMATS

    if value not in FORMATS:
        _fail(f"--format: {value!r} is none of {', '.join(FORMATS)}", 2)
    return value


def _fail(message: str, code: int) -> None:
    typer.echo(f"pacta: {message}", err=True)
    raise typer.Exit(code)


class _Progress:
    """A progress line on standard error; says nothing where that is no terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        # Without the refreshing thread: the run forks, and threads do not survive a fork.
        self._bar = Progress(
            TextColumn("{task.description}"),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[failures]}"),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("articles", total=None, rate="", failures="")
        self._failures = 0

    def advance(self, done: int, failed: int) -> None:
        """Count articles."""
        self._failures += failed
        task = self._bar.tasks[0]
        rate = f"{task.speed:.1f}/s" if task.speed else ""
        failures = f"{self._failures} failed" if self._failures else ""
        self._bar.update(self._task, advance=done, rate=rate, failures=failures)
        self._bar.refresh()

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._bar.stop()


def _report(summary: Summary, output: Path) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    if summary.shown:
        console.print(_table(summary))
    state = "up to date: " if summary.up_to_date else ""
    counts = [f"{summary.articles} articles"]
    counts += [
        f"{number} {what}" for what in ("skipped", "failed") if (number := getattr(summary, what))
    ]
    line = f"{state}{', '.join(counts)}; {summary.events} events, {summary.mentions} mentions"
    console.print(f"{line} in {output}", markup=False)
    if summary.ignored:
        ignored = ", ".join(f"{count} {ending}" for ending, count in summary.ignored.items())
        typer.echo(f"not read (unknown kind): {ignored}", err=True)
    if summary.failed or summary.skipped:
        typer.echo("the column message of the documents table says why", err=True)


_PIPE_WIDTH, _CELL_WIDTH = 160, 30
_COLUMNS: dict[str, Callable[[dict[str, str]], str]] = {
    "date": lambda row: row["date"],
    "event": lambda row: " ".join(filter(None, [row["event_type"], row["mode"]])),
    "factuality": lambda row: row["factuality"],
    "actors": lambda row: row["actor_codes"].strip("; ") or row["actors"],
    "recipients": lambda row: row["recipient_codes"].strip("; ") or row["recipients"],
    "trigger": lambda row: row["trigger"],
    "agreement": lambda row: " ".join(filter(None, [row["agreement_id"], row["agreement_stage"]])),
}


def _table(summary: Summary) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, overflow="ellipsis", no_wrap=True, max_width=_CELL_WIDTH)
    for row in summary.shown:
        table.add_row(*(Text(value(row)) for value in _COLUMNS.values()))
    return table
