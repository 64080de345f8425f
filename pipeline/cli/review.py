"""``pacta review``: open the review page, and write what a review led to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

OPEN = "open"


class OpenByDefault(TyperGroup):
    """``pacta review OUTPUT`` is ``pacta review open OUTPUT``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``open`` in front unless a command or ``--help`` comes first."""
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = [OPEN, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the commands and then the options of ``open``, which needs not be named."""
        super().format_help(ctx, formatter)
        opened = self.commands[OPEN]
        opened.format_help(type(ctx)(opened, info_name=OPEN, parent=ctx), formatter)


app = typer.Typer(
    cls=OpenByDefault,
    no_args_is_help=True,
    help="Check and correct the extracted tables in the browser, beside the text.\n\n"
    "pacta review OUTPUT opens the page; decisions are kept in OUTPUT/review.sqlite and survive "
    "a re-run.",
)

Output = Annotated[
    Path,
    typer.Argument(
        metavar="OUTPUT",
        help="The output folder of a run.",
        exists=True,
        file_okay=False,
        show_default=False,
    ),
]
Articles = Annotated[
    Path | None,
    typer.Option(
        help="Where the articles are, if they have moved since the run.",
        exists=True,
        file_okay=False,
        show_default=False,
    ),
]
Reviewer = Annotated[str, typer.Option(help="Count the decisions of this reviewer alone.")]


@app.command(OPEN)
def serve(
    output: Output,
    articles: Articles = None,
    reviewer: Annotated[str, typer.Option(help="Your name in the history.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8321,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other machines then need the token.")
    ] = "127.0.0.1",
    token: Annotated[
        str, typer.Option(help="Access token (16 characters or more); made if none is given.")
    ] = "",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="A name under which the page may be asked for (reverse proxy)."),
    ] = None,
    double_coding: Annotated[
        bool | None,
        typer.Option(
            "--double-coding/--shared",
            help="Whether reviewers see their own decisions only; kept for this output folder.",
            show_default=False,
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Open the review page over an output folder."""
    from pipeline.review import launch

    launch.run(
        output,
        articles=articles,
        reviewer=reviewer,
        host=host,
        port=port,
        token=token,
        allowed=tuple(allow_host or ()),
        double_coding=double_coding,
        browser=browser,
    )


@app.command()
def export(
    output: Output,
    to: Annotated[
        Path | None,
        typer.Option("--to", "-o", help="Folder to write into; else OUTPUT.", show_default=False),
    ] = None,
    articles: Articles = None,
    reviewer: Reviewer = "",
    partial: Annotated[
        bool, typer.Option(help="Write gold of documents with undecided events too.")
    ] = False,
) -> None:
    """Write events_reviewed.csv and, for each reviewed document, gold JSON into gold/.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front;
    pacta evaluate and pacta retrain take it off again.
    """
    from pipeline.review import launch

    launch.export(output, to or output, articles=articles, reviewer=reviewer, partial=partial)


@app.command()
def agreement(output: Output) -> None:
    """Say how far the reviewers agree (Cohen's kappa)."""
    from pipeline.review import launch

    launch.agreement(output)
