"""What the ``pacta review`` commands do: open the desk, serve the page, write the exports."""

from __future__ import annotations

import contextlib
import getpass
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import typer

from pipeline.review.desk import Desk
from pipeline.review.store import StoreError
from pipeline.review.suggestions import warm
from pipeline.review.tables import OutputError

TOKEN_LENGTH = 16


def _stop(message: str) -> NoReturn:
    typer.secho(message, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)


def desk(folder: Path, articles: Path | None = None, double_coding: bool | None = None) -> Desk:
    """Open the desk over a folder, or end with a message that says why it cannot be opened."""
    try:
        opened = Desk(folder, articles, double_coding)
    except (OutputError, StoreError) as error:
        _stop(str(error))
    for number, why in opened.store.aside.items():
        typer.echo(
            f"{opened.store.path.name}: decision {number} cannot be read and counts for nothing: "
            f"{why}",
            err=True,
        )
    return opened


def run(
    folder: Path,
    *,
    articles: Path | None,
    reviewer: str,
    host: str,
    port: int,
    token: str,
    allowed: tuple[str, ...],
    double_coding: bool | None,
    browser: bool,
) -> None:
    """Serve the page until it is interrupted.

    Listening on anything but this machine needs a token, which is made if none is given; so does
    being asked for under another name (a reverse proxy lets others in).
    """
    try:
        import uvicorn

        from pipeline.review.guard import LOOPBACK
        from pipeline.review.patience import PatientProtocol
        from pipeline.review.server import application
    except ImportError as error:
        _stop(f"{error.name} is missing: pip install 'pacta[review]'")
    local = host in ("127.0.0.1", "localhost", "::1") and not allowed
    if token and len(token) < TOKEN_LENGTH:
        _stop(f"a token has {TOKEN_LENGTH} characters or more")
    if not local and not token:
        token = secrets.token_urlsafe(24)
    opened = desk(folder, articles, double_coding)
    listener = _listen(host, port)
    port = listener.getsockname()[1]
    names = tuple(allowed) if host in ("0.0.0.0", "::", *LOOPBACK) else (*allowed, host)
    # Where others can come in, or two are told apart, the page asks everyone for a name.
    alone = not token and not opened.double_coding
    app = application(opened, reviewer or (_user() if alone else ""), port, names, token)
    shown = (
        allowed[0] if allowed else f"{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"
    )
    address = f"http://{shown}/" + (f"?token={token}" if token else "")
    typer.echo(
        f"Reviewing {folder}: {len(opened.tables.events)} events of "
        f"{len(opened.tables.documents)} documents",
        err=True,
    )
    typer.echo(f"{address}\nCtrl-C ends; every decision is saved already.", err=True)
    _later(3, warm)
    if browser:
        _later(0.5, webbrowser.open, address)
    config = uvicorn.Config(
        app, http=PatientProtocol, log_level="warning", access_log=False, server_header=False
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    opened.store.close()


def _later(seconds: float, action: Callable, *arguments: object) -> None:
    timer = threading.Timer(seconds, action, arguments)
    timer.daemon = True
    timer.start()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        _stop(f"cannot listen on {host}:{port}: {error.strerror} (--port 0 takes a free port)")
    return listener


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "reviewer"


def export(
    folder: Path, target: Path, *, articles: Path | None, reviewer: str, partial: bool
) -> None:
    """Write the reviewed table and the gold of the reviewed documents; say what was left out."""
    from pipeline.review import export as out

    opened = desk(folder, articles)
    if opened.double_coding and not reviewer:
        names = sorted({decision.reviewer for decision in opened.store.since()})
        _stop(f"this review is double-coded: say whose decisions, --reviewer {'|'.join(names)}")
    try:
        count = out.write_reviewed(opened, target / out.NAME, reviewer)
        typer.echo(f"{target / out.NAME}: {count} events")
        written = out.write_gold(opened, target / "gold", reviewer, partial)
    except OSError as error:
        _stop(f"{error.filename or target}: {error.strerror or error}")
    typer.echo(f"{target / 'gold'}: {len(written)} reviewed documents")
    left = [] if partial else out.unfinished(opened, reviewer)
    if left:
        typer.echo(
            f"{len(left)} documents have undecided events and are no gold yet "
            f"(--partial writes them without these): {', '.join(left[:5])}"
            + (" …" if len(left) > 5 else ""),
            err=True,
        )


def agreement(folder: Path) -> None:
    """Print the agreement of every two reviewers."""
    from rich.console import Console
    from rich.table import Table

    from pipeline.review.agreement import between_all

    pairs = between_all(desk(folder))
    if not pairs:
        _stop("one reviewer alone has nobody to agree with")
    for pair in pairs:
        table = Table("question", "judged by both", "same", "agreement", "Cohen's kappa", "F1")
        table.title = f"{pair.first} and {pair.second}"
        for f in pair.figures:
            shown = ["–" if v is None else f"{v:.3f}" for v in (f.observed, f.kappa, f.f1)]
            table.add_row(f.question, str(f.judged), str(f.same), *shown)
        Console().print(table)
