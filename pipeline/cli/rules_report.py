"""``pacta rules report``: what each event rule does on gold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import reason

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.evaluation.rules import RulesReport


def report(
    output: Annotated[
        Path | None,
        typer.Argument(
            metavar="[OUTPUT]",
            help="The output folder of a run whose events to judge; else the articles of the gold "
            "are read anew.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    gold: Annotated[
        list[Path],
        typer.Option(
            help="Gold, in any format that `pacta evaluate` reads. May be given more than once."
        ),
    ] = [],  # noqa: B006
    articles: Annotated[
        Path | None,
        typer.Option(help="Folder of the articles; by default `articles` beside the gold."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option("--rules", help="Folder with your own rule files (YAML).", exists=True),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Another spaCy pipeline to build on.")] = None,
    lines: Annotated[int, typer.Option(help="Groups of missed events to show.", min=0)] = 40,
) -> None:
    """Per rule: support, precision, what it alone catches, rivals; and events no rule reaches."""
    from rich.console import Console

    from pipeline.evaluation import formats, reading
    from pipeline.evaluation.found import read_output
    from pipeline.evaluation.gold import GoldError
    from pipeline.evaluation.rules import report as make_report
    from pipeline.language import load
    from pipeline.resources import KnowledgeError

    try:
        found = read_output(output) if output else None
        documents, texts = formats.read_gold(gold, articles)
        formats.need_texts(documents, texts)
        nlp = load(model, rules, reader=False)
    except (GoldError, KnowledgeError, OSError) as error:
        typer.echo(f"pacta rules report: {reason(error)}", err=True)
        raise typer.Exit(2) from None
    made = make_report(reading.read(nlp, documents, texts), *reading.rules_of(nlp), found)
    console = Console(highlight=False)
    _print(made, lines, console if console.is_terminal else Console(highlight=False, width=160))


def _print(made: RulesReport, lines: int, console: Console) -> None:
    from pipeline.evaluation.rules import groups

    table = _table(
        "Rules, most false alarms first",
        *("rule", "type", "events", "right", "precision", "95 %", "alone", "articles", "rivals"),
    )
    for rule in made.rules:
        if rule.precision is None:
            continue
        low, high = rule.interval
        rivals = ", ".join(f"{name} ({count})" for name, count in rule.rivals.most_common(3))
        counts = (str(rule.alone), str(len(rule.documents)), rivals)
        interval = f"{low:.2f}–{high:.2f}"
        share = f"{rule.precision:.2f}"
        table.add_row(rule.id, rule.type, str(rule.fired), str(rule.hits), share, interval, *counts)
    console.print(table)
    silent = ", ".join(sorted(rule.id for rule in made.silent))
    console.print(f"Rules that made no event ({len(made.silent)}): {silent}\n", markup=False)
    table = _table(
        f"Events that no rule reaches ({len(made.unreached)}), by trigger and frame",
        *("type", "trigger", "frame", "events", "why, for the first of them", "rule"),
    )
    for (kind, lemma, frame), events in groups(made.unreached)[:lines]:
        first = events[0]
        table.add_row(kind, lemma, frame, str(len(events)), first.why, first.rule)
    console.print(table)


def _table(title: str, *columns: str):
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        number = column in ("events", "right", "precision", "95 %", "alone", "articles")
        table.add_column(column, justify="right" if number else "left", no_wrap=number)
    return table
