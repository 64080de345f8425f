"""``pacta run``: articles in, tables out."""

from __future__ import annotations

import datetime
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.running import Options, State, Summary


def run(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, glob patterns, URLs (s3://, gs://), or - for standard input. "
            "Read: .txt .md .html .json .jsonl .csv .parquet, and .gz of these.",
            metavar="PATH",
        ),
    ],
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="Folder for the tables; with --engine ray also a URL."),
    ],
    metadata: Annotated[
        Path | None,
        typer.Option(help="CSV with doc_id, published, title; goes before what articles say."),
    ] = None,
    published: Annotated[
        str, typer.Option(help="Publication date (YYYY-MM-DD) of articles without metadata.")
    ] = "",
    date_order: Annotated[
        str, typer.Option(help="DMY or MDY: how 8/5/2024 is meant where other dates do not tell.")
    ] = "",
    text_field: Annotated[
        str, typer.Option(help="Column with the text (JSON, CSV, Parquet).")
    ] = "",
    id_field: Annotated[str, typer.Option(help="Column with the id.")] = "",
    date_field: Annotated[str, typer.Option(help="Column with the publication date.")] = "",
    title_field: Annotated[str, typer.Option(help="Column with the title.")] = "",
    format: Annotated[
        str, typer.Option(help="csv (default), parquet, jsonl or plover; --engine ray: parquet.")
    ] = "",
    spreadsheet: Annotated[
        bool,
        typer.Option(
            "--spreadsheet",
            help="Write copies in which a spreadsheet runs no cell as a formula, too (CSV).",
        ),
    ] = False,
    workers: Annotated[int, typer.Option(help="Processes; 0 for one per core.", min=0)] = 0,
    time_limit: Annotated[
        float, typer.Option(help="Seconds for one article; 0 for no limit.", min=0)
    ] = 120.0,
    rules: Annotated[Path | None, typer.Option(help="Folder with event rules of your own.")] = None,
    model: Annotated[
        Path | None, typer.Option(help="Folder of a trained pipeline in place of the packaged one.")
    ] = None,
    reader: Annotated[
        bool,
        typer.Option(
            "--reader/--no-reader", help="Read with the learned reader too, or by rules alone."
        ),
    ] = True,
    min_confidence: Annotated[
        float, typer.Option(help="Leave out events less likely than this.", min=0, max=1)
    ] = 0.0,
    engine: Annotated[str, typer.Option(help="local, or ray for a cluster.")] = "local",
    address: Annotated[
        str,
        typer.Option(help="Ray cluster to join: auto or HOST:PORT; by default this machine's own."),
    ] = "",
) -> None:
    """Extract events, mentions and agreements from articles into tables.

    Run again, the same command does only what is new or changed; after an interruption it goes on
    where it stopped.
    """
    from pipeline.articles import Fields, InputError
    from pipeline.resources import KnowledgeError
    from pipeline.running import Options, RunError

    options = Options(
        paths=tuple(paths),
        output=output,
        metadata=_file("--metadata", metadata),
        published=_date(published),
        fields=Fields(text_field, id_field, date_field, title_field),
        workers=workers,
        format=_format(format, engine),
        time_limit=time_limit,
        rules=_folder("--rules", rules, "*.yaml"),
        model=_folder("--model", model, "config.cfg"),
        reader=reader,
        min_confidence=min_confidence,
        date_order=_order(date_order),
    )
    if spreadsheet and (engine, options.format) != ("local", "csv"):
        _fail("--spreadsheet: copies are made of CSV tables of --engine local", 2)
    try:
        with _Progress() as progress:
            summary = _execute(options, engine, address, progress)
    except (InputError, KnowledgeError) as error:
        _fail(str(error), 2)
    except RunError as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        _fail("interrupted; the same command goes on where it stopped", 130)
    if spreadsheet:
        _copy_for_spreadsheets(Path(output))
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


def _order(value: str) -> str:
    from pipeline.articles.published import ORDERS

    if value and value.upper() not in ORDERS:
        _fail(f"--date-order: {value!r} is none of {', '.join(ORDERS)}", 2)
    return value.upper()


def _folder(option: str, path: Path | None, files: str) -> Path | None:
    """Return a folder that holds such files, or None where the user names none."""
    if path is not None and not any(path.glob(files)):
        problem = f"holds no {files}" if path.is_dir() else "is no folder"
        _fail(f"{option}: {path} {problem}", 2)
    return path


def _file(option: str, path: Path | None) -> Path | None:
    """Return a file that can be read to an end, or None where the user names none."""
    if path is not None and not path.is_file():
        problem = "no such file" if not path.exists() else "no regular file"
        _fail(f"{option}: {path} cannot be read: {problem}", 2)
    return path


def _format(value: str, engine: str) -> str:
    from pipeline.tables.writing import FORMATS

    formats = ("parquet",) if engine == "ray" else FORMATS
    if value and value not in formats:
        _fail(f"--format: {value!r} is none of {', '.join(formats)}", 2)
    format = value or formats[0]
    if engine == "ray":
        _need("--engine ray", "cluster", "ray", "fsspec", "pyarrow")
    elif format == "parquet":
        _need("--format parquet", "store", "pyarrow")
    return format


def _need(option: str, extra: str, *modules: str) -> None:
    """End the command before any work is done if what an option needs is not installed."""
    from importlib.util import find_spec

    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        _fail(f"{option} needs {', '.join(missing)}: pip install 'pacta[{extra}]'", 1)


def _execute(options: Options, engine: str, address: str, progress: _Progress) -> Summary:
    if engine == "local":
        from pipeline.running import run
        from pipeline.storage import is_url

        if is_url(str(options.output)):
            _fail(f"{options.output}: a URL for the tables needs --engine ray", 2)
        return run(options, progress.show)
    if engine == "ray":
        from pipeline.running.cluster import run_on_ray

        return run_on_ray(options, address, progress.show)
    _fail(f"--engine: {engine!r} is none of local, ray", 2)
    raise AssertionError


def _copy_for_spreadsheets(folder: Path) -> None:
    from pipeline.tables.spreadsheet import write_copies

    try:
        typer.echo(f"for spreadsheets: {write_copies(folder)}", err=True)
    except OSError as error:
        _fail(f"{error.filename or folder}: {error.strerror or error}", 1)


def _fail(message: str, code: int) -> None:
    typer.echo(f"pacta: {message}", err=True)
    raise typer.Exit(code)


class _Progress:
    """A progress bar on standard error; where that is no terminal, a line every minute."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        # Without the refreshing thread: the run forks, and threads do not survive a fork.
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[counts]}"),
            TimeRemainingColumn(),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )
        self._is_log = not console.is_terminal
        self._told = time.monotonic()
        # The bar is the share of the input read: how many articles there are is known at its end.
        self._task = self._bar.add_task("articles", total=None, counts="")
        self._done: deque[tuple[float, int]] = deque(maxlen=_RATE_STEPS)

    def show(self, state: State) -> None:
        """Show how far a run has come."""
        counts = [f"{state.articles:,}", self._rate(state)]
        counts.append(f"{state.failed:,} failed" if state.failed else "")
        self._bar.update(
            self._task,
            description=state.stage,
            total=None if state.share is None else 1.0,
            completed=state.share or 0.0,
            counts="  ".join(filter(None, counts)),
        )
        self._bar.refresh()
        if self._is_log and time.monotonic() - self._told >= _LOG_SECONDS:
            self._told = time.monotonic()
            share = "" if state.share is None else f"  {state.share:.0%}"
            typer.echo(f"{state.stage}{share}  {'  '.join(filter(None, counts))}", err=True)

    def _rate(self, state: State) -> str:
        """Return articles a second over the last steps; what was done before is no work."""
        self._done.append((time.monotonic(), state.articles - state.reused))
        (start, before), (now, done) = self._done[0], self._done[-1]
        return f"{(done - before) / (now - start):.1f}/s" if done > before else ""

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._bar.stop()


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _report(summary: Summary, output: str) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    if summary.shown:
        console.print(_table(summary))
    state = "up to date: " if summary.up_to_date else ""
    counts = [_counted(summary.articles, "article")]
    counts += [
        f"{number} {what}" for what in ("skipped", "failed") if (number := getattr(summary, what))
    ]
    found = f"{_counted(summary.events, 'event')}, {_counted(summary.mentions, 'mention')}"
    line = f"{state}{', '.join(counts)}; {found}"
    console.print(f"{line} in {output}", markup=False)
    if summary.ignored:
        ignored = ", ".join(f"{count} {ending}" for ending, count in summary.ignored.items())
        typer.echo(f"not read (unknown kind): {ignored}", err=True)
    for line in _warnings(summary):
        typer.echo(line, err=True)
    if summary.lost:
        typer.echo(f"{summary.lost} shards were done again after their worker died", err=True)
    if summary.failed or summary.skipped:
        typer.echo("the column message of the documents table says why", err=True)


def _warnings(summary: Summary) -> Iterator[str]:
    """Say what of the dates and of the metadata came to nothing."""
    if summary.unread_dates:
        of = _counted(summary.unread_dates, "article")
        yield f"the date given for {of} was not understood (column message)"
    if summary.undated:
        yield f"{_counted(summary.undated, 'article')} without a date of publication"
    if summary.unmatched:
        ids = ", ".join(summary.unmatched[:_NAMED])
        ids += ", …" if len(summary.unmatched) > _NAMED else ""
        none = len(summary.unmatched) == summary.metadata
        rows = "no row" if none else f"{len(summary.unmatched)} of {summary.metadata} rows"
        rest = "matches an article" if none else "match no article"
        yield f"{rows} of the metadata {rest}, by doc_id: {ids}"


_NAMED = 5
_PIPE_WIDTH, _CELL_WIDTH, _RATE_STEPS = 160, 30, 50
_LOG_SECONDS = 60.0
_COLUMNS: dict[str, Callable[[dict[str, str]], str]] = {
    "date": lambda row: row["date"],
    "event": lambda row: " ".join(filter(None, [row["event_type"], row["mode"]])),
    "factuality": lambda row: row["factuality"],
    "actors": lambda row: row["actor_codes"].strip("; ") or row["actors"],
    "recipients": lambda row: row["recipient_codes"].strip("; ") or row["recipients"],
    "trigger": lambda row: row["trigger"],
    "agreement": lambda row: " ".join(filter(None, [row["agreement_id"], row["agreement_stage"]])),
}


_TRIGGER = list(_COLUMNS).index("trigger")


def _table(summary: Summary) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, overflow="ellipsis", no_wrap=True, max_width=_CELL_WIDTH)
    lines = [tuple(value(row) for value in _COLUMNS.values()) for row in summary.shown]
    told = {line[:_TRIGGER] + line[_TRIGGER + 1 :]: line for line in reversed(lines)}
    for line in reversed(told.values()):  # an act once, by its first mention
        table.add_row(*map(Text, line))
    return table
