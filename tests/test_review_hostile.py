"""The review page under requests and logs that nobody means well with.

Whatever is sent, the answer is a status below 500, and the review goes on: for the others, and
after a new start.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the review extra is not installed")
import review_tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_review import ARTICLES, DOCUMENT, GOLD, HERE, Reviewer

from pipeline.review import export
from pipeline.review.desk import Desk
from pipeline.review.store import Store, StoreError

ROUNDS = 60 if not os.environ.get("PACTA_FUZZ_SECONDS") else 10_000
"""What is tried with each page; ``make fuzz`` tries more."""
PAGES = ("/", "/history", "/timeline", "/agreements", "/map", "/charts", "/export", "/agreement")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return review_tables.from_gold(GOLD, ARTICLES, tmp_path / "out")


@pytest.fixture
def ana(output: Path) -> Reviewer:
    return Reviewer(Desk(output))


def works(output: Path) -> None:
    """Whether a new start of the review still shows, takes and exports everything."""
    reviewer = Reviewer(Desk(output), "Zoe")
    for path in PAGES:
        assert reviewer.client.get(path).status_code == 200, path
    assert len(reviewer.rows()) >= 92
    reviewer.do("accept", uid=reviewer.uid("visited", 182))
    export.write_reviewed(Desk(output), output / export.NAME)
    export.write_gold(Desk(output), output / "gold", partial=True)


# Changes of the row that was seen, and what the answer says.
SEEN = {
    "superscript": ({"trigger_start": "²"}, "trigger_start cannot hold '²'"),
    "arabic digits": ({"trigger_end": "٣"}, "trigger_end cannot hold"),
    "negative": ({"trigger_start": "-1"}, "trigger_start cannot hold '-1'"),
    "huge": ({"trigger_end": "9" * 5000}, "trigger_end cannot hold"),
    "no number": ({"evidence_start": "x"}, "evidence_start cannot hold 'x'"),
    "no longitude": ({"longitude": "east"}, "longitude cannot hold 'east'"),
    "infinite": ({"latitude": "inf"}, "latitude cannot hold 'inf'"),
    "no day": ({"date_start": "soon"}, "date_start cannot hold 'soon'"),
    "other document": ({"doc_id": "japan-germany-sign-acsa"}, "stands elsewhere"),
    "no document": ({"doc_id": "../../x"}, "stands elsewhere"),
    "moved": ({"trigger_start": "0", "trigger_end": "4"}, "stands elsewhere"),
    "other evidence": ({"evidence": "Something else."}, "stands elsewhere"),
    "other trigger": ({"trigger": "married"}, "stands elsewhere"),
    "no place": ({"trigger_start": ""}, "stands elsewhere"),
    "no type": ({"event_type": "PARTY"}, "PARTY is no event type"),
    "column": ({"__proto__": "x"}, "there is no column '__proto__'"),
    "number": ({"actors": 5}, "no texts by column"),
    "list": ({"actors": ["a"]}, "no texts by column"),
    "null": ({"actors": None}, "no texts by column"),
    "object": ({"actors": {"a": "b"}}, "no texts by column"),
    "surrogate": ({"actors": "\ud800"}, "surrogate"),
    "surrogate column": ({"\udc00": "x"}, "surrogate"),
}


@pytest.mark.parametrize(("change", "message"), SEEN.values(), ids=SEEN)
@pytest.mark.parametrize("action", ["accept", "reject"])
def test_a_row_that_was_never_shown_is_refused(
    ana: Reviewer, output: Path, action: str, change: dict, message: str, record_property: Any
) -> None:
    uid = ana.uid("meet", 214)
    seen = ana.get("/api/event", uid=uid)["cells"] | change
    body = {"id": "12345678", "reviewer": "Eve", "action": action, "uid": uid, "seen": seen}
    answer = post(ana, json.dumps(body))
    record_property("result", f"{answer.status_code}: {answer.json()['problem']}")
    assert answer.status_code == 400
    assert message in answer.json()["problem"]
    assert ana.get("/api/event", uid=uid)["history"] == []


def test_what_only_the_run_can_say_stays_its_own(ana: Reviewer) -> None:
    uid = ana.uid("meet", 214)
    cells = ana.get("/api/event", uid=uid)["cells"]
    seen = cells | {
        "confidence": "1",
        "rule_id": "mine",
        "event_id": "x",
        "published": "",
    }
    answer = ana.do("accept", uid=uid, seen=seen)["event"]
    assert (answer["cells"], answer["status"]) == (cells, "accepted")


def test_an_event_that_is_gone_is_taken_as_seen_but_not_as_anything(
    ana: Reviewer, output: Path
) -> None:
    seen = ana.get("/api/event", uid=ana.uid("tour", 2139))["cells"]
    for change in ({"doc_id": "elsewhere"}, {"trigger_start": "²"}, {"trigger_start": ""}):
        uid = f"{DOCUMENT}:1-2:CONSULT#1"
        assert "row that was seen" in ana.refused("accept", 400, uid=uid, seen=seen | change)
    works(output)


def post(reviewer: Reviewer, content: str | bytes, **headers: str) -> Any:
    sent = {"origin": HERE, "x-pacta-csrf": reviewer.app.csrf, "content-type": "application/json"}
    return reviewer.client.post("/api/decide", content=content, headers=sent | headers)


# Bodies that are no decision: the fields besides id and reviewer.
BODIES = [
    {"action": "accept", "uid": "\ud800"},
    {"action": "comment", "uid": "U", "text": "half \udfff"},
    {"action": "comment", "uid": "U", "text": 5},
    {"action": "comment", "uid": "U", "text": "x" * 5_000},
    {"action": ["accept"]},
    {"action": "accept", "uid": {}},
    {"action": "accept", "uid": "no such event"},
    {"action": "accept", "uid": "U", "seen": []},
    {"action": "accept", "uid": "U", "seen": "row"},
    {"action": "edit", "uid": "U", "column": "doc_id", "value": "x"},
    {"action": "edit", "uid": "U", "column": "trigger_start", "value": "0"},
    {"action": "edit", "uid": "U", "column": "date", "value": "²"},
    {"action": "edit", "uid": "U", "column": "date", "value": "1" * 5000},
    {"action": "select", "uid": "U", "role": "actor", "start": True, "end": 9},
    {"action": "select", "uid": "U", "role": "actor", "start": 1.5, "end": 9},
    {"action": "select", "uid": "U", "role": "actor", "start": 10**30, "end": 10**31},
    {"action": "select", "uid": "U", "role": "boss", "start": 0, "end": 9},
    {"action": "add_event", "doc_id": "../../etc/passwd", "start": 0, "end": 4},
    {"action": "add_event", "doc_id": DOCUMENT, "start": 0, "end": 4, "event_type": "X"},
    {"action": "merge", "column": "doc_id", "uids": ["U", "U"]},
    {"action": "merge", "column": "same_as", "uids": [{}, []]},
    {"action": "merge", "column": "same_as", "uids": "U"},
    {"action": "split", "column": "same_as", "uids": []},
    {"action": "mention", "doc_id": DOCUMENT, "cells": {"label": "GOD"}, "start": 0, "end": 4},
    {"action": "mention", "doc_id": DOCUMENT, "cells": {"start": "²"}, "key": "166-181:PERSON"},
    {"action": "mention", "doc_id": DOCUMENT, "cells": {"sense": "x"}, "key": "166-181:PERSON"},
    {"action": "mention", "doc_id": DOCUMENT, "cells": {"x": "y"}, "key": "166-181:PERSON"},
    {"action": "mention", "doc_id": DOCUMENT, "cells": [], "key": "166-181:PERSON"},
    {"action": "document", "doc_id": "\x00"},
    {"action": "undo", "decision": True},
    {"action": "undo", "decision": "1"},
    {"action": "undo", "decision": -1},
    {"action": "redo", "decision": 10**40},
    {"action": "undo", "decision": 0.5},
    {},
]


@pytest.mark.parametrize("body", BODIES, ids=[json.dumps(body)[:60] for body in BODIES])
def test_a_body_that_is_no_decision_changes_nothing(
    ana: Reviewer, output: Path, body: dict, record_property: Any
) -> None:
    uid = ana.uid("meet", 214)
    body = {"id": "12345678", "reviewer": "Eve"} | body
    body = {k: uid if v == "U" else v for k, v in body.items()}
    answer = post(ana, json.dumps(body))
    record_property("result", f"{answer.status_code}: {answer.json().get('problem')}")
    assert answer.status_code in (400, 422)
    assert answer.json()["problem"]
    assert Store(output).since() == []


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\nb", "\x1b[31m", "a\u202eb", 5, None, []])
def test_a_name_that_cannot_be_one_is_refused(ana: Reviewer, name: Any) -> None:
    body = {"id": "12345678", "reviewer": name, "action": "accept", "uid": ana.uid("meet", 214)}
    assert post(ana, json.dumps(body)).status_code == 422
    sent = {"origin": HERE, "x-pacta-csrf": ana.app.csrf}
    answer = ana.client.post("/api/reviewer", json={"name": name}, headers=sent)
    assert answer.status_code == 422


@pytest.mark.parametrize("value", ["²", "x", "-1", "1e3", "9" * 10, "9" * 5000, "0x1", "١", " 1"])
@pytest.mark.parametrize("field", ["offset", "limit"])
def test_a_number_in_an_address_that_is_none(ana: Reviewer, field: str, value: str) -> None:
    assert ana.client.get("/api/events", params={field: value}).status_code == 400
    if field == "offset":
        assert ana.client.get("/history", params={field: value}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://["},
        {"origin": "http://[::1"},
        {"origin": "://"},
        {"content-length": "9" * 400},
        {"content-length": "-1"},
        {"cookie": "pacta_reviewer=%ff%fe; =; ;;"},
        {"content-type": "application/json; charset=\xff"},
        {"x-pacta-csrf": "\xff"},
    ],
    ids=str,
)
def test_odd_headers(ana: Reviewer, headers: dict) -> None:
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    body = {"id": "12345678", "reviewer": "Eve", "action": "accept"}
    assert 200 <= post(ana, json.dumps(body), **encoded).status_code < 500


# Rows that stand in the log whoever wrote them: action, subject, payload; {row} is a good row.
LOG = {
    "no JSON": ("accept", "U", "{"),
    "a list": ("accept", "U", "[]"),
    "nested": ("accept", "U", "[" * 100_000),
    "no row": ("accept", "U", "{}"),
    "row of texts": ("accept", "U", '{"row": "x"}'),
    "empty row": ("accept", "U", '{"row": {}}'),
    "superscript": ("accept", "U", '{"row": ROW, "cells": {"trigger_start": "²"}}'),
    "empty offset": ("accept", "U", '{"row": ROW, "cells": {"trigger_start": ""}}'),
    "other document": ("accept", "U", '{"row": ROW, "cells": {"doc_id": "x"}}'),
    "column": ("edit", "U", '{"row": ROW, "cells": {"x": "y"}}'),
    "no cells": ("edit", "U", '{"row": ROW}'),
    "null cells": ("reject", "U", '{"row": ROW, "cells": null}'),
    "number": ("edit", "U", '{"row": ROW, "cells": {"actors": 5}}'),
    "longitude": ("edit", "U", '{"row": ROW, "cells": {"longitude": "x"}}'),
    "surrogate": ("comment", "U", '{"row": ROW, "text": "\\ud800"}'),
    "no text": ("comment", "U", '{"row": ROW}'),
    "no group": ("group", "U", '{"column": "doc_id", "value": {"U": "x"}, "rows": {"U": ROW}}'),
    "no members": ("group", "U", '{"column": "same_as", "value": {"V": "x"}, "rows": {}}'),
    "no done": ("document", "D", "{}"),
    "undo a word": ("undo", "x", "{}"),
    "undo a superscript": ("redo", "²", "{}"),
    "mention": ("mention", "1-2:ORG", '{"row": {}}'),
    "moved mention": ("mention", "K", '{"row": MENTION, "cells": {"start": "x"}}'),
    "no action": ("explode", "U", "{}"),
    "no text column": (b"\xff", "U", "{}"),
}


@pytest.mark.parametrize("row", LOG.values(), ids=LOG)
def test_a_bad_row_of_the_log_is_set_aside_and_named(output: Path, row: tuple) -> None:
    ana = Reviewer(Desk(output))
    uid = ana.uid("meet", 214)
    ana.do("comment", uid=uid, text="before")
    event = json.dumps(ana.get("/api/event", uid=uid)["machine"])
    mention = {"doc_id": DOCUMENT, "label": "ORG", "text": "x", "start": "1", "end": "2"}
    action, subject, payload = row
    payload = payload.replace("ROW", event).replace("MENTION", json.dumps(mention))
    with sqlite3.connect(output / "review.sqlite") as data:
        data.execute(
            "INSERT INTO decisions (client_id, at, reviewer, action, doc_id, subject, payload)"
            " VALUES ('bad', '2026-01-01T00:00:00.000Z', 'Eve', ?, ?, ?, ?)",
            (action, DOCUMENT, uid if subject == "U" else subject, payload),
        )
    ana.do("comment", uid=uid, text="after")
    assert ana.get("/api/event", uid=uid)["comment"] == "after"
    desk = Desk(output)
    assert list(desk.store.aside) == [2]
    assert "Decision 2 cannot be read" in Reviewer(desk).client.get("/history").text
    works(output)


def test_a_file_that_is_no_log_of_decisions(output: Path) -> None:
    with sqlite3.connect(output / "review.sqlite") as data:
        data.execute("CREATE TABLE decisions (id)")
        data.execute("PRAGMA user_version = 1")
    with pytest.raises(StoreError, match="no such column"):
        Desk(output)


ROW = st.dictionaries(
    st.sampled_from(["doc_id", "trigger_start", "event_type", "actors", "latitude", "x"]),
    st.text(max_size=8)
    | st.sampled_from(["0", "²", "AGREE", DOCUMENT])
    | st.none()
    | st.integers(),
    max_size=3,
)


@settings(max_examples=ROUNDS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_fuzz_what_was_seen(shared: tuple[Reviewer, Path, dict], data: st.DataObject) -> None:
    ana, output, event = shared
    change = data.draw(ROW)
    action = data.draw(st.sampled_from(["accept", "reject", "reopen", "comment"]))
    sent = {"id": f"fuzz-{time.monotonic_ns()}", "reviewer": "Eve", "action": action}
    body = sent | {"uid": event["uid"], "seen": event["cells"] | change, "text": "x"}
    answer = post(ana, json.dumps(body))
    assert answer.status_code in (200, 400, 422)
    assert Desk(output).store.aside == {}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Reviewer, Path, dict]]:
    output = review_tables.from_gold(GOLD, ARTICLES, tmp_path_factory.mktemp("shared") / "out")
    ana = Reviewer(Desk(output))
    yield ana, output, ana.get("/api/event", uid=ana.uid("meet", 214))
    works(output)


@settings(max_examples=ROUNDS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.sampled_from(["/api/events", "/api/step", "/history", "/api/suggest", "/api/values",
                          "/api/date", "/timeline", "/map", "/api/event", "/api/document"]),
    query=st.dictionaries(
        st.sampled_from(["offset", "limit", "around", "uid", "doc", "type", "low", "high", "sort",
                         "day", "q", "actor", "move", "column", "value", "status"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        max_size=5,
    ),
)  # fmt: skip
def test_fuzz_addresses(shared: tuple[Reviewer, Path, dict], path: str, query: dict) -> None:
    assert shared[0].client.get(path, params=query).status_code in (200, 400, 404)


def test_the_later_of_two_reviewers_sees_what_the_other_decided(output: Path) -> None:
    ana, ben = Reviewer(Desk(output), "Ana"), Reviewer(Desk(output), "Ben")
    uid = ana.uid("meet", 214)
    ana.do("comment", uid=uid, text="seen by both")
    seen = [reviewer.get("/api/event", uid=uid) for reviewer in (ana, ben)]
    after = [event["history"][-1]["id"] for event in seen]
    assert ana.do("reject", uid=uid, seen=seen[0]["cells"], after=after[0])["overtaken"] == []
    answer = ben.do("accept", uid=uid, seen=seen[1]["cells"], after=after[1])
    (other,) = answer["overtaken"]
    assert (other["reviewer"], other["action"]) == ("Ana", "reject")
    assert answer["event"]["status"] == "accepted", "and the decision is not lost"
    again = ben.do("comment", uid=uid, text="now it is known", after=answer["decision"])
    assert again["overtaken"] == []


# Beginnings of requests that never end, and one sent drop by drop.
SLOW = {
    "nothing": b"",
    "half a line": b"GET / HT",
    "no end of the headers": b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n",
    "no body": b"POST /api/decide HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{",
}


@pytest.mark.parametrize("start", SLOW.values(), ids=SLOW)
def test_a_request_that_never_ends_is_closed(serving: tuple[str, int], start: bytes) -> None:
    with socket.create_connection(serving, timeout=10) as connection:
        connection.sendall(start)
        started = time.monotonic()
        read_to_the_end(connection)
        assert 0.5 < time.monotonic() - started < 8


def test_a_request_sent_drop_by_drop_is_closed(serving: tuple[str, int]) -> None:
    drops = [b"GET / HTTP/1.1\r\n", *(b"x-a: b\r\n" for _ in range(80))]
    with socket.create_connection(serving, timeout=10) as connection:
        connection.settimeout(0.1)
        for drop in drops:
            try:
                connection.sendall(drop)
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:  # reset, or a broken pipe, as it happens
                return
    pytest.fail("still open after 8 seconds")


def test_a_connection_that_asks_now_and_then_stays_open(serving: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*serving, timeout=10)
    connection.connect()
    first = connection.sock
    for _ in range(4):
        connection.request("GET", "/", headers={"host": "nobody"})
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, connection.sock) == (421, first)
        time.sleep(0.4)
    connection.close()


def read_to_the_end(connection: socket.socket) -> bytes:
    try:
        found = b""
        while piece := connection.recv(4096):
            found += piece
    except ConnectionResetError:
        return b"reset"
    return found


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    uvicorn = pytest.importorskip("uvicorn", reason="the review extra is not installed")
    from pipeline.review.patience import PatientProtocol

    class Hasty(PatientProtocol):
        patience = 1.0

    output = review_tables.from_gold(GOLD, ARTICLES, tmp_path_factory.mktemp("served") / "out")
    app = Reviewer(Desk(output)).app
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http=Hasty, log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()
    server.should_exit = True
    thread.join(10)
