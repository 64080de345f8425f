"""``pacta rules``: check rule files, list rules, explain what fires on a text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.components.events.rules import Rule

app = typer.Typer(help="Check, list and explain event rules.", no_args_is_help=True)

Rules = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        help="Folder with your own rule files (YAML).",
        exists=True,
        file_okay=False,
        show_default=False,
    ),
]


@app.command()
def check(rules: Rules = None) -> None:
    """Read all rule files and run their examples."""
    from pipeline.components.events.check import failing_examples
    from pipeline.components.events.rules import load_rules
    from pipeline.language import load
    from pipeline.resources import KnowledgeError

    try:
        book = load_rules(rules)
    except KnowledgeError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    failures = failing_examples(load(rules=rules, reader=False), book)
    for failure in failures:
        typer.echo(failure, err=True)
    count = sum(len(r.examples) + len(r.counterexamples) for r in book.rules.values())
    typer.echo(f"{len(book.rules)} rules, {count} examples, {len(failures)} failing")
    raise typer.Exit(1 if failures else 0)


@app.command("list")
def list_rules(rules: Rules = None) -> None:
    """List every rule with its category and trigger words.

    In a terminal as a table; piped as lines of id, type, mode, stage and words with tabs between.
    """
    from rich.console import Console
    from rich.table import Table

    from pipeline.components.events.rules import load_rules
    from pipeline.resources import KnowledgeError

    try:
        book = load_rules(rules)
    except KnowledgeError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    rows = [
        (rule.id, rule.type, rule.mode, rule.stage, ", ".join(_triggers(rule)))
        for rule in book.rules.values()
    ]
    console = Console()
    if not console.is_terminal:
        for row in rows:
            typer.echo("\t".join(row))
        return
    table = Table("rule", "type", "mode", "stage", "triggers")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _triggers(rule: Rule) -> list[str]:
    return rule.verbs + rule.nouns + rule.adjectives


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A text, or - for standard input.")],
    published: Annotated[str, typer.Option(help="Publication date (YYYY-MM-DD).")] = "",
    rules: Rules = None,
) -> None:
    """Show what the rules make of a text: each event, and of each other word why none came of it.

    Of a word that rules know: which of them fired and why no event came of it, or by which
    condition each failed and what stood in the slot; its tags and its place in the parse.
    """
    import datetime

    from pipeline.components.events.explain import explain_text
    from pipeline.language import load
    from pipeline.resources import KnowledgeError

    try:
        day = datetime.date.fromisoformat(published) if published else None
    except ValueError:
        raise typer.BadParameter(f"{published!r} is no date (YYYY-MM-DD)") from None
    if text == "-":
        text = sys.stdin.read()
    try:
        nlp = load(rules=rules)
    except KnowledgeError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    for line in explain_text(nlp, text, day):
        typer.echo(line)
