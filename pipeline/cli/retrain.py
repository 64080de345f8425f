"""``pacta retrain``: from gold and reviews back into rules, confidence and the name model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.errors import reason

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.retraining.retrain import Parts, Retrained

SEED = 1


def retrain(
    gold: Annotated[
        list[Path],
        typer.Option(
            help="Gold or reviews, in any format that `pacta evaluate` reads. May be given more "
            "than once."
        ),
    ],
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into.")],
    articles: Annotated[
        Path | None,
        typer.Option(help="Folder of the articles; by default `articles` beside the gold."),
    ] = None,
    own_rules: Annotated[
        Path | None,
        typer.Option("--rules", help="Folder with your own rule files (YAML).", exists=True),
    ] = None,
    rules: Annotated[
        bool, typer.Option(" /--no-rules", help="Propose and repair no rules.", show_default=False)
    ] = True,
    confidence: Annotated[
        bool,
        typer.Option(
            " /--no-confidence", help="Leave the confidence as it is.", show_default=False
        ),
    ] = True,
    reader: Annotated[
        bool,
        typer.Option(
            " /--no-reader", help="Leave the reader and the decision.", show_default=False
        ),
    ] = True,
    names: Annotated[
        bool, typer.Option(" /--no-names", help="Leave the name model.", show_default=False)
    ] = True,
    terms: Annotated[
        bool,
        typer.Option(
            " /--no-terms", help="Propose no terms for the gazetteers.", show_default=False
        ),
    ] = True,
    apply: Annotated[
        bool, typer.Option("--apply", help="Take the result into the installed rules and model.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Decides which articles are left out.")] = SEED,
) -> None:
    """Learn from gold and reviews; nothing installed changes without --apply.

    Writes rules/learnt.yaml and rules/repaired.yaml to read, edit and strike from (use them with
    `pacta run --rules FOLDER/rules`), confidence.json, the reader's last layers and decision.json,
    the weights of the name model, terms.csv, events_diff.csv and report.html.
    """
    from pipeline.evaluation import formats
    from pipeline.evaluation.gold import GoldError
    from pipeline.language import load
    from pipeline.resources import KnowledgeError
    from pipeline.retraining import output
    from pipeline.retraining.retrain import Parts

    try:
        documents, texts = formats.read_gold(gold, articles)
        formats.need_texts(documents, texts)
        nlp = load(rules=own_rules, reader=reader)
        result = _retrain(
            nlp, documents, texts, Parts(rules, confidence, reader, names, terms), seed
        )
        output.write(result, nlp, folder)
    except (GoldError, KnowledgeError, OSError, ValueError) as error:
        typer.echo(f"pacta retrain: {reason(error)}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("pacta retrain: interrupted, nothing written", err=True)
        raise typer.Exit(130) from None
    _print(result, folder)
    if apply:
        _apply(folder)


def _apply(folder: Path) -> None:
    from pipeline.retraining import output

    try:
        for path in output.apply(folder):
            typer.echo(f"applied: {path}", err=True)
    except OSError as error:
        typer.echo(f"pacta retrain: not applied: {reason(error)}", err=True)
        raise typer.Exit(2) from None


def _retrain(nlp, documents: list, texts: dict[str, str], parts: Parts, seed: int) -> Retrained:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from pipeline.retraining.retrain import retrain as learn

    console = Console(stderr=True)
    columns = (TextColumn("retraining"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Progress(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=parts.steps)
        return learn(nlp, documents, texts, parts, seed, lambda: progress.advance(task))


def _print(result: Retrained, folder: Path) -> None:
    from rich.console import Console

    from pipeline.evaluation.calibration import reliability_table
    from pipeline.retraining.page import repair_words
    from pipeline.retraining.writing import precision

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=140)
    if result.before:
        _print_figures(result, console)
    for proposal in result.proposals:
        rule = proposal.rule
        words = ", ".join(rule.verbs + rule.nouns + rule.adjectives)
        console.print(f"+ {rule.id}: {words}; {precision(proposal.left_out)}", markup=False)
    for repair in result.repairs:
        console.print(f"~ {repair_words(repair)}", markup=False)
    if result.calibrated is not None:
        calibrated = result.calibrated
        if calibrated.before:
            console.print(
                reliability_table("Confidence before", calibrated.before, calibrated.labels)
            )
        console.print(reliability_table("Confidence after", calibrated.after, calibrated.labels))
    if result.names is not None:
        names = result.names
        verdict = "accepted" if names.accepted else "not accepted"
        console.print(
            f"names {verdict}: F1 {names.before:.3f} → {names.after:.3f} on articles left out, "
            f"{names.rehearsed_before:.3f} → {names.rehearsed_after:.3f} on rehearsal sentences"
        )
    for remark in result.remarks:
        console.print(remark, markup=False)
    kept = sum(term.kept for term in result.terms)
    console.print(
        f"{kept} terms kept, {len(result.terms) - kept} suggested: {folder / 'terms.csv'}"
    )
    console.print(f"report: {folder / 'report.html'}")


def _print_figures(result: Retrained, console: Console) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from pipeline.retraining.page import figure_rows

    title = "Articles left out of the learning"
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    table.add_column("")
    for column in ("before", "after", "gain", "95 %", "precision", "after", "recall", "after"):
        table.add_column(column, justify="right", no_wrap=True)
    for before, after, gain in figure_rows(result):
        if before.value is None or after.value is None:
            continue
        numbers = [f"{before.value:.3f}", f"{after.value:.3f}"]
        numbers += [f"{gain[0]:+.3f}", f"{gain[1]:+.3f} to {gain[2]:+.3f}"] if gain else ["", ""]
        if before.kind == "f1":
            pairs = (before.precision, after.precision, before.recall, after.recall)
            numbers += ["" if x is None else f"{x:.3f}" for x in pairs]
        table.add_row(f"{before.layer} {before.name}".removesuffix(" all"), *numbers)
    console.print(table)
