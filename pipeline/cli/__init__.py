"""The command line: a thin front. Each command lives in its own module of this folder."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import evaluate, gold, report, retrain, review, rules, rules_report, run

app = typer.Typer(
    help="Read news articles and write who did what to whom, when, where, under which agreement.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _show_version(value: bool) -> None:
    if value:
        import pipeline

        typer.echo(f"pacta {pipeline.__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Read news articles and write event tables."""


app.command("run")(run.run)
app.command("report")(report.report)
app.command("evaluate")(evaluate.evaluate)
app.command("gold")(gold.convert)
app.command("retrain")(retrain.retrain)
app.add_typer(review.app, name="review")
rules.app.command("report")(rules_report.report)
app.add_typer(rules.app, name="rules")
