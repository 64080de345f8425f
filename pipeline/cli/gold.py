"""``pacta gold``: gold from one annotation tool's format into another's."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.errors import reason


class Format(StrEnum):
    """The formats that gold can be written in."""

    STANDOFF = "standoff"
    BRAT = "brat"
    REVIEWED = "reviewed"
    DOCCANO = "doccano"
    LABELSTUDIO = "labelstudio"
    DOCBIN = "docbin"


def convert(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="GOLD",
            help="Gold: a folder of stand-off JSON or brat, a reviewed events.csv, or a doccano "
            "(.jsonl) or Label Studio (.json) export.",
        ),
    ],
    to: Annotated[Format, typer.Option(help="Format to write.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File or folder to write.")],
    articles: Annotated[
        Path | None,
        typer.Option(help="Folder of the articles; by default `articles` beside the gold."),
    ] = None,
) -> None:
    """Check gold against its articles and write it for another annotation tool."""
    from pipeline.evaluation import formats
    from pipeline.evaluation.gold import GoldError

    try:
        documents, texts = formats.read_gold(sources, articles)
        if to is not Format.STANDOFF:
            formats.need_texts(documents, texts)
        formats.write_gold(documents, texts, output, to.value)
    except (GoldError, OSError) as error:
        typer.echo(f"pacta gold: {reason(error)}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{len(documents)} documents written to {output}", err=True)
