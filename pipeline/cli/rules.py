"""``pacta rules``: check rule files, list rules, explain what fires on a text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check, list and explain event rules.", no_args_is_help=True)

Rules = Annotated[
    Path | None, typer.Option("--rules", help="Folder with your own rule files (YAML).")
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
    failures = failing_examples(load(rules=rules), book)
    for failure in failures:
        typer.echo(failure, err=True)
    count = sum(len(r.examples) + len(r.counterexamples) for r in book.rules.values())
    typer.echo(f"{len(book.rules)} rules, {count} examples, {len(failures)} failing")
    raise typer.Exit(1 if failures else 0)


@app.command("list")
def list_rules(rules: Rules = None) -> None:
    """List every rule with its category and trigger words."""
    from rich.console import Console
    from rich.table import Table

    from pipeline.components.events.rules import load_rules

    table = Table("rule", "type", "mode", "stage", "triggers")
    for rule in load_rules(rules).rules.values():
        words = ", ".join(rule.verbs + rule.nouns + rule.adjectives)
        table.add_row(rule.id, rule.type, rule.mode, rule.stage, words)
    Console().print(table)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A text, or - for standard input.")],
    published: Annotated[str, typer.Option(help="Publication date (YYYY-MM-DD).")] = "",
    rules: Rules = None,
) -> None:
    """Show which rule fired on which words of a text, and which nearly did."""
    import datetime

    from pipeline.components.events.explain import explain_text
    from pipeline.language import load

    try:
        day = datetime.date.fromisoformat(published) if published else None
    except ValueError:
        raise typer.BadParameter(f"{published!r} is no date (YYYY-MM-DD)") from None
    if text == "-":
        text = sys.stdin.read()
    for line in explain_text(load(rules=rules), text, day):
        typer.echo(line)
