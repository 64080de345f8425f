"""The review page as an ASGI application.

Nothing in a request becomes a path: templates and static files are read once when the
application is made, articles are found through documents.csv. All answers are made under one
lock, for the state in memory is small and fast.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from pipeline.review import agreement, edtf, export, pictures, present, suggestions, verbs
from pipeline.review.choices import choices
from pipeline.review.desk import Desk
from pipeline.review.edits import EditError, RequestError
from pipeline.review.entries import View
from pipeline.review.guard import Guard
from pipeline.review.query import SORTS, Query
from pipeline.review.tables import is_offset
from pipeline.review.validation import is_unicode

HERE = Path(__file__).parent
PAGE = 60
MAX_PAGE = 200
NAME_COOKIE = "pacta_reviewer"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

Handler = Callable[["Review", Request], Response]


class Review:
    """The page over one desk.

    Parameters
    ----------
    desk : Desk
        The events under review.
    reviewer : str
        The name that decisions get until the reviewer gives another.
    """

    def __init__(self, desk: Desk, reviewer: str) -> None:
        self.desk = desk
        self.reviewer = reviewer
        self._lock = threading.Lock()
        self._names: suggestions.Names | None = None
        self._named_tables: object = None
        self.static = {
            path.name: (path.read_bytes(), KINDS[path.suffix])
            for path in sorted((HERE / "static").iterdir())
            if path.suffix in KINDS
        }
        self._pages = Environment(
            loader=DictLoader(
                {
                    path.name: path.read_text(encoding="utf-8")
                    for path in sorted((HERE / "templates").glob("*.html"))
                }
            ),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.build = hashlib.blake2s(
            b"".join(content for content, _ in self.static.values()), digest_size=6
        ).hexdigest()

    def answer(self, handler: Handler) -> Callable[[Request], Any]:
        """Make an endpoint of a handler that runs in a thread, one at a time."""

        def locked(request: Request) -> Response:
            with self._lock:
                try:
                    return handler(self, request)
                except EditError as error:
                    return _problem(str(error), error.status)

        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(locked, request)

        return endpoint

    def who(self, request: Request) -> str:
        """The reviewer's name, as they gave it."""
        return unquote(request.cookies.get(NAME_COOKIE, "")) or self.reviewer

    def view(self, request: Request) -> View:
        """What this reviewer sees."""
        return self.desk.view(self.who(request))

    @property
    def names(self) -> suggestions.Names:
        """The names of the run, made anew after a re-run."""
        if self._names is None or self._named_tables is not self.desk.tables:
            self._names = suggestions.Names(self.desk.tables)
            self._named_tables = self.desk.tables
        return self._names

    def page(self, request: Request, template: str, **values: Any) -> HTMLResponse:
        """Render a template; every value is escaped."""
        content = self._pages.get_template(template).render(
            build=self.build,
            csrf=request.state.csrf,
            reviewer=self.who(request),
            folder=self.desk.tables.folder.resolve().name,
            double_coding=self.desk.double_coding,
            **values,
        )
        return HTMLResponse(content)


def workspace(review: Review, request: Request) -> Response:
    """The page itself."""
    lists = {
        "columns": list(suggestions.CLOSED),
        "assigned": review.who(request) in review.desk.assignees,
        "types": {
            name: {
                "hint": kind.hint,
                "modes": kind.modes,
                "quad_class": kind.quad_class,
                "notes": kind.notes,
            }
            for name, kind in choices().types.items()
        },
        **choices().lists,
    }
    return review.page(request, "workspace.html", lists=lists, sorts=list(SORTS))


def state(review: Review, request: Request) -> Response:
    """Who and what the page is about; where the review stands."""
    view = review.view(request)
    return JSONResponse(
        {
            "csrf": request.state.csrf,
            "reviewer": review.who(request),
            "review_id": review.desk.store.setting("review_id"),
            "version": review.desk.version,
            "progress": review.desk.progress(view),
            "pace": review.desk.pace(view, review.who(request)),
            "double_coding": review.desk.double_coding,
        }
    )


def events(review: Review, request: Request) -> Response:
    """One page of the table: the ``offset``, or the page that holds the event ``around``."""
    view = review.view(request)
    found = review.desk.find(view, Query.of(request.query_params))
    limit = min(_number(request, "limit", PAGE) or PAGE, MAX_PAGE)
    offset = _number(request, "offset", 0)
    around = request.query_params.get("around", "")
    if around:
        here = next((i for i, entry in enumerate(found) if entry.uid == around), None)
        offset = offset if here is None else here // limit * limit
    return JSONResponse(
        {
            "total": len(found),
            "open": sum(entry.status == "undecided" for entry in found),
            "offset": offset,
            "rows": [present.line(entry) for entry in found[offset : offset + limit]],
            "version": review.desk.version,
            "progress": review.desk.progress(view),
            "pace": review.desk.pace(view, review.who(request)),
        }
    )


def _number(request: Request, name: str, default: int) -> int:
    value = request.query_params.get(name, "")
    if value and not is_offset(value):
        raise RequestError(f"{name} is no number")
    return int(value or default)


def event(review: Review, request: Request) -> Response:
    """One event with everything the form needs."""
    view = review.view(request)
    entry = view.entries.get(request.query_params.get("uid", ""))
    if entry is None:
        return _problem("this event is not in the tables any more", 404)
    return JSONResponse(present.event(review.desk, view, entry))


def step(review: Review, request: Request) -> Response:
    """The event that a move leads to, or null at the end."""
    view = review.view(request)
    query = Query.of(request.query_params)
    uid, move = (request.query_params.get(name, "") for name in ("uid", "move"))
    entry = review.desk.step(view, query, uid, move)
    return JSONResponse(present.event(review.desk, view, entry) if entry else None)


def document(review: Review, request: Request) -> Response:
    """One article in pieces, with its mentions and events."""
    view = review.view(request)
    return JSONResponse(present.document(review.desk, view, request.query_params.get("doc", "")))


def suggest(review: Review, request: Request) -> Response:
    """Type-ahead for a cell."""
    asked = request.query_params
    column, typed = asked.get("column", ""), asked.get("q", "")
    doc_id, event_type = asked.get("doc", ""), asked.get("type", "")
    near = _number(request, "near", 0)
    return JSONResponse(review.names.suggest(column, typed, doc_id, event_type, near))


def filter_values(review: Review, request: Request) -> Response:
    """Type-ahead for a filter: the values of a column, most frequent first."""
    column = request.query_params.get("column", "")
    columns = {
        "doc": "doc_id",
        "agreement": "agreement_id",
        "rule": "rule_id",
        "type": "event_type",
    }
    column = columns.get(column, column)
    if column not in (*columns.values(), "actor", "place", "cluster_id", "agreement_stage"):
        return _problem("no such filter", 400)
    titles = {}
    if column == "doc_id":
        titles = {doc_id: row["title"] for doc_id, row in review.desk.tables.documents.items()}
    rows = (entry.cells for entry in review.view(request).entries.values())
    return JSONResponse(suggestions.values(rows, column, request.query_params.get("q", ""), titles))


def check_date(review: Review, request: Request) -> Response:
    """Whether a string is a date, and which days it means."""
    try:
        reading = edtf.read(request.query_params.get("value", "").strip())
    except edtf.EdtfError as error:
        return JSONResponse({"ok": False, "message": str(error)})
    days = " to ".join(dict.fromkeys(day for day in (reading.start, reading.end) if day))
    message = f"{reading.precision}: {days or 'year not known'}"
    return JSONResponse({"ok": True, "message": message})


def decide(review: Review, request: Request, body: dict[str, Any]) -> Response:
    """Write one decision; answered only when it is on disk."""
    reviewer = _name(body.get("reviewer"))
    if not reviewer:
        return _problem("say who you are first", 422)
    client_id = body.get("id")
    if not isinstance(client_id, str) or not 8 <= len(client_id) <= 64:
        return _problem("the request has no id", 422)
    desk = review.desk
    view = desk.view(reviewer)
    known = desk.store.find(client_id)
    if known is None:
        record = verbs.decide(verbs.Request(desk, view, review.names, reviewer, body))
        desk.store.add(
            reviewer, record.action, record.doc_id, record.subject, record.payload, client_id
        )
    view = desk.view(reviewer)
    decision = desk.store.find(client_id)
    assert decision is not None
    return JSONResponse(_after(desk, view, decision, body))


def _after(desk: Desk, view: View, decision: Any, body: dict[str, Any]) -> dict[str, Any]:
    """What the page needs to know after a decision."""
    subject = decision.subject
    if decision.action in ("undo", "redo"):
        target = view.book.decision(int(subject))
        subject = target.subject if target else ""
    entry = view.entries.get(subject) or view.entries.get(str(body.get("uid", "")))
    return {
        "decision": decision.id,
        "doc_id": decision.doc_id,
        "subject": subject,
        "event": present.event(desk, view, entry) if entry else None,
        "overtaken": _overtaken(view, decision, body.get("after")),
        "version": desk.version,
        "progress": desk.progress(view),
        "pace": desk.pace(view, decision.reviewer),
    }


def _overtaken(view: View, decision: Any, after: object) -> list[dict[str, Any]]:
    """What others decided of the event between the decision ``after`` and this one.

    The later of two reviewers decides without having seen it, and so is told.
    """
    if not isinstance(after, int):
        return []
    return [
        present.decision_line(view.book, other)
        for other in view.book.history(decision.subject)
        if after < other.id < decision.id and other.reviewer != decision.reviewer
    ]


def rename(review: Review, request: Request, body: dict[str, Any]) -> Response:
    """Remember who is reviewing in this browser."""
    name = _name(body.get("name"))
    if not name:
        return _problem("a name has 1 to 80 characters", 422)
    answer = JSONResponse({"reviewer": name})
    answer.set_cookie(
        NAME_COOKIE,
        quote(name, safe=""),
        max_age=31_536_000,
        httponly=True,
        samesite="lax",
    )
    return answer


def _name(sent: object) -> str:
    """A reviewer's name without the blanks around it; empty where it cannot be one."""
    name = sent.strip() if isinstance(sent, str) else ""
    return name if len(name) <= 80 and name.isprintable() else ""


def history(review: Review, request: Request) -> Response:
    """Every decision, latest first."""
    view = review.view(request)
    log = view.book.history()[::-1]
    offset = _number(request, "offset", 0)
    shown = log[offset : offset + MAX_PAGE]
    return review.page(
        request,
        "history.html",
        total=len(log),
        offset=offset,
        size=MAX_PAGE,
        aside=review.desk.store.aside,
        lines=[
            {**present.decision_line(view.book, d), "event": d.subject in view.entries}
            for d in shown
        ],
    )


def agreement_page(review: Review, request: Request) -> Response:
    """How far the reviewers agree."""
    return review.page(request, "agreement.html", pairs=agreement.between_all(review.desk))


def export_table(review: Review, request: Request) -> Response:
    """events_reviewed.csv as it stands, to download; in double coding one's own decisions."""
    table = export.reviewed_table(review.desk, review.desk.whose(review.who(request)))
    headers = {"content-disposition": f'attachment; filename="{export.NAME}"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


def exports(review: Review, request: Request) -> Response:
    """What can be downloaded, and what is not ready for it."""
    whose = review.desk.whose(review.who(request))
    view = review.view(request)
    return review.page(
        request,
        "exports.html",
        reviewed=len(export.gold(review.desk, whose)),
        unfinished=export.unfinished(review.desk, whose),
        unsure=review.desk.progress(view).get("unsure", 0),
        events=sum(entry.decided for entry in view.entries.values()),
    )


def export_gold(review: Review, request: Request) -> Response:
    """Gold of the reviewed documents in the format of an annotation tool."""
    form = request.path_params["form"]
    if form not in export.DOWNLOADS:
        return _missing(review, request)
    try:
        content = export.download(review.desk, form, review.desk.whose(review.who(request)))
    except export.ExportError as error:
        return _message(review, request, "Nothing to export", str(error), 409)
    name = "gold.zip" if form == "standoff" else export.DOWNLOADS[form]
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _message(
    review: Review, request: Request, title: str, message: str, status: int
) -> HTMLResponse:
    answer = review.page(request, "message.html", title=title, message=message)
    answer.status_code = status
    return answer


def _missing(review: Review, request: Request) -> Response:
    """A page for an address that is none, with the ways back."""
    if request.url.path.startswith("/api/"):
        return _problem("no such address", 404)
    return _message(review, request, "No such page", "Nothing is at this address.", 404)


def picture(name: str) -> Handler:
    """A page with a picture of the events that a query selects."""

    def handler(review: Review, request: Request) -> Response:
        view = review.view(request)
        query = Query.of(request.query_params)
        shown = [
            entry
            for entry in review.desk.find(view, query)
            if entry.status not in ("rejected", "withdrawn")
        ]
        title, drawing = pictures.PICTURES[name]
        return review.page(
            request,
            "picture.html",
            name=name,
            title=title,
            drawing=drawing(shown),
            pictures=[(key, label) for key, (label, _) in pictures.PICTURES.items()],
            query=request.url.query,
        )

    return handler


def static(review: Review, request: Request) -> Response:
    """A file of ours, from memory."""
    found = review.static.get(request.path_params["name"])
    if found is None:
        return _problem("no such file", 404)
    content, kind = found
    return Response(
        content, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"}
    )


def _problem(message: str, status: int) -> JSONResponse:
    return JSONResponse({"problem": message}, status)


def _posted(
    review: Review, handler: Callable[[Review, Request, dict[str, Any]], Response]
) -> Callable[[Request], Any]:
    """An endpoint that reads a JSON object before its handler is run."""

    async def endpoint(request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except (ValueError, RecursionError):
            return _problem("the request is no JSON", 400)
        if not isinstance(body, dict):
            return _problem("the request is no JSON object", 400)
        if not is_unicode(body):
            return _problem("the request holds half of a surrogate pair", 400)
        return await review.answer(lambda r, q: handler(r, q, body))(request)

    return endpoint


def application(
    desk: Desk,
    reviewer: str = "reviewer",
    port: int = 8321,
    hosts: tuple[str, ...] = (),
    token: str = "",
) -> Guard:
    """Make the review page.

    Parameters
    ----------
    desk : Desk
        The events under review.
    reviewer : str
        The name that decisions get until the reviewer gives another.
    port, hosts, token
        See :class:`pipeline.review.guard.Guard`.

    Returns
    -------
    Guard
        An ASGI application.
    """
    review = Review(desk, reviewer)
    gets: dict[str, Handler] = {
        "/": workspace,
        "/history": history,
        "/agreement": agreement_page,
        "/static/{build}/{name}": static,
        "/export": export_table,
        "/export/{form}": export_gold,
        "/exports": exports,
        "/api/state": state,
        "/api/events": events,
        "/api/event": event,
        "/api/step": step,
        "/api/document": document,
        "/api/suggest": suggest,
        "/api/values": filter_values,
        "/api/date": check_date,
        **{f"/{name}": picture(name) for name in pictures.PICTURES},
    }
    routes = [
        Route(path, review.answer(handler), methods=["GET"]) for path, handler in gets.items()
    ]
    routes += [
        Route("/api/decide", _posted(review, decide), methods=["POST"]),
        Route("/api/reviewer", _posted(review, rename), methods=["POST"]),
    ]
    routes.append(Route("/{path:path}", review.answer(_missing), methods=["GET"]))
    return Guard(Starlette(routes=routes), port, hosts, token)
