"""The review page in a real Chromium: by keyboard, by mouse, cut off, re-run, hostile, narrow.

Needs Playwright's Python package and a Chromium (Debian: ``apt-get install chromium``; another
place is named by ``PACTA_CHROMIUM``). Without them the tests are skipped, saying so; where ``CI``
is set they fail instead.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
import review_tables

from pipeline.evaluation.gold import check_texts, read_standoff
from pipeline.review import export, tables
from pipeline.review.desk import Desk
from pipeline.review.store import Store

ROOT = Path(__file__).parents[1]
GOLD, ARTICLES = ROOT / "corpus" / "gold", ROOT / "corpus" / "articles"
DOCUMENT = "pistorius-proposes-raa-yokosuka"
NO_MONTH = "h.textContent.includes('no month 13')"
START = "from pipeline.cli.review import app; app()"


class Server:
    """``pacta review`` in a process of its own."""

    def __init__(self, output: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-c", START, str(output), "--port", str(self.port)]
        self._command += ["--no-browser", "--reviewer", "Ana", *options]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server does not start")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stderr
        self.process.stderr.close()


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return review_tables.from_gold(GOLD, ARTICLES, tmp_path / "out")


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(output: Path, *options: str) -> Server:
        servers.append(Server(output, *options))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open a page; at the end no page may have complained or asked for anything elsewhere."""
    complaints: list[str] = []
    contexts = []

    def open_page(server: Server, path: str = "/", width: int = 1280, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 860}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("console", lambda m: complaints.append(m.text) if _grave(m) else None)
        page.on("request", lambda r: complaints.append(r.url) if _elsewhere(r, server) else None)
        page.goto(server.address + path)
        if path.startswith("/?") or path == "/":
            page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _grave(message: Any) -> bool:
    # A server that was killed on purpose shows as a failed request.
    return message.type in ("error", "warning") and "ERR_CONNECTION" not in message.text


def _elsewhere(request: Any, server: Server) -> bool:
    return not request.url.startswith(server.address)


def current(page: Any) -> str:
    return page.evaluate("new URLSearchParams(location.search).get('uid')")


def until(page: Any, script: str, arg: Any = None) -> None:
    """Wait until a script is true (Playwright's own way needs eval, which the policy forbids)."""
    for _ in range(1000):
        if page.evaluate(script, arg):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"never true: {script} {arg or ''}")


def settle(page: Any) -> None:
    """Wait until everything decided has been saved and drawn."""
    until(page, "document.getElementById('saved').textContent === 'Saved'")
    until(page, "document.getElementById('main').getAttribute('aria-busy') === 'false'")


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        settle(page)


def select_words(page: Any, words: str) -> None:
    """Drag the mouse over some words of the article."""
    box = page.evaluate(
        """(words) => {
          for (const piece of document.querySelectorAll("#text [data-start]")) {
            const at = piece.firstChild.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(piece.firstChild, at);
            range.setEnd(piece.firstChild, at + words.length);
            piece.scrollIntoView({block: "center"});
            const {left, right, top, bottom} = range.getBoundingClientRect();
            return {left, right, y: (top + bottom) / 2};
          }
        }""",
        words,
    )
    page.mouse.move(box["left"] + 1, box["y"])
    page.mouse.down()
    page.mouse.move(box["right"] - 1, box["y"], steps=4)
    page.mouse.up()
    assert page.evaluate("getSelection().toString().trim()") == words


def rewrite(output: Path, change: Callable[[dict], dict | None]) -> None:
    """Write events.csv anew, as a re-run with other rules would."""
    with (output / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = [new for row in csv.DictReader(file) if (new := change(row)) is not None]
    review_tables.write(output / "events.csv", tables.EVENT_COLUMNS, rows)


def test_a_review_from_first_key_to_gold(
    output: Path, serve: Callable[..., Server], visit: Callable[..., Any], tmp_path: Path
) -> None:
    server = serve(output)
    page = visit(server, f"/?doc={DOCUMENT}&sort=document")
    # Three events by keyboard alone: accept, reject, change the date of the third.
    first = current(page)
    press(page, "a")
    second = current(page)
    press(page, "x")
    third = current(page)
    assert len({first, second, third}) == 3
    page.keyboard.press("6")
    page.keyboard.press("Control+a")
    page.keyboard.type("2026-13")
    until(page, f"[...document.querySelectorAll('.hint')].some(h => {NO_MONTH})")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.type("03-23")
    page.keyboard.press("Enter")
    press(page, "a")  # at once: the verdict is on the date just typed
    press(page, "k")
    assert page.input_value("#cell-date") == "2026-03-23"
    assert page.inner_text(".form-head .status") == "corrected"
    press(page, "j")
    # Type-ahead: the recipients of the next event.
    fourth = current(page)
    page.keyboard.press("5")
    page.keyboard.press("Control+a")
    page.keyboard.type("Germ")
    press(page, "Enter")  # at once: the first name that begins so is taken
    assert page.input_value("#cell-recipients") == "Germany"
    press(page, "u")
    assert page.input_value("#cell-recipients") == "Japan"
    assert current(page) == fourth
    # A missed event: its trigger selected with the mouse, its type and actor by keyboard.
    select_words(page, "cleared")
    page.keyboard.press("+")
    page.keyboard.type("conc")
    press(page, "Enter")
    press(page, "Enter")
    assert "without an actor is no event" in page.inner_text("dialog .hint")
    page.wait_for_selector("dialog .options li >> nth=3")  # the nearest names are offered
    page.keyboard.type("Jap")
    press(page, "Enter")
    added = current(page)
    assert "CONCEDE" in added
    assert page.input_value("#cell-actors") == "Japan"
    assert page.inner_text(".form-head .status") == "added"
    # An actor from a mention of the text, walked to by keyboard.
    press(page, "Escape", "w", "ArrowLeft", "ArrowLeft")
    assert page.evaluate("getSelection().toString()") == "Japan"
    press(page, "5")
    assert page.input_value("#cell-recipients") == "Japan"

    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert current(page) == added
    assert page.input_value("#cell-actors") == "Japan"

    def other_rules(row: dict) -> dict | None:
        if row["doc_id"] == DOCUMENT and row["trigger"] == "tour":
            return None
        return row | {"rule_id": "rewritten", "event_id": "n" + row["event_id"], "date": "2000"}

    rewrite(output, other_rules)
    page.wait_for_selector("text=The tables were written anew", timeout=25_000)
    page.goto(f"{server.address}/?uid={third.replace('#', '%23')}")
    page.wait_for_selector("html[data-ready]")
    assert page.input_value("#cell-date") == "2026-03-23"
    assert page.inner_text(".form-head .status") == "corrected"
    page.goto(f"{server.address}/?doc={DOCUMENT}&status=undecided")
    page.wait_for_selector("html[data-ready]")
    for _ in range(14):
        press(page, "a")
    assert page.is_visible("text=All events here are decided")

    reviewed = tmp_path / "reviewed.csv"
    export.write_reviewed(Desk(output), reviewed)
    rows = {
        r["trigger_start"]: r for r in export.read_reviewed(reviewed) if r["doc_id"] == DOCUMENT
    }
    statuses = [r["status"] for r in rows.values()]
    assert (statuses.count("rejected"), statuses.count("added")) == (1, 1)
    assert rows[third.split(":")[1].split("-")[0]]["date"] == "2026-03-23"
    export.write_gold(Desk(output), tmp_path / "gold")
    (gold,) = read_standoff(tmp_path / "gold")
    check_texts([gold], ARTICLES)
    assert ("cleared", "CONCEDE", ("Japan",)) in {(e.text, e.type, e.actors) for e in gold.events}
    assert len(gold.rejected) == 1


def corrections(page: Any) -> int:
    """Correct type, actors and factuality of the current event and accept it; the keys it took."""
    burst = ["1", "t", "h", "r", "Enter", "4", "a", "u", "Enter", "3", "h", "Enter"]
    for key in burst:
        page.keyboard.press(key)  # as fast as one can: nothing waits for a list
    press(page, "a")
    return len(burst)


def test_three_slots_are_corrected_with_twelve_keys(
    output: Path, serve: Callable[..., Server], visit: Callable[..., Any]
) -> None:
    page = visit(serve(output), f"/?doc={DOCUMENT}")
    assert corrections(page) <= 12
    press(page, "k")
    cells = {c: page.input_value(f"#cell-{c}") for c in ("event_type", "actors", "factuality")}
    assert cells == {
        "event_type": "THREATEN", "actors": "Australia", "factuality": "hypothetical"
    }  # fmt: skip
    assert page.inner_text(".form-head .status") == "corrected"


def test_thirty_mixed_decisions_in_document_order(
    output: Path, serve: Callable[..., Server], visit: Callable[..., Any]
) -> None:
    """What a decision costs in keys and in the page's own time; ``pytest -s`` prints it."""
    page = visit(serve(output), "/?sort=document")
    each = {
        "accept": ("a",),
        "reject": ("x",),
        "unsure": ("q",),
        "one slot": (*"4au", "Enter", "a"),
        "two slots": (*"1thr", "Enter", *"3h", "Enter", "a"),
        "blanked": ("7", "Control+a", "Backspace", "Enter", "a"),
    }
    order = ["accept"] * 15 + ["reject"] * 6 + ["one slot"] * 4
    order += ["two slots", "two slots", "blanked", "blanked", "unsure"]
    # Mixed, not in blocks: 7 and 30 have no common divisor.
    order = [order[7 * i % 30] for i in range(30)]
    spent: dict[str, list[float]] = {name: [] for name in each}
    seen = []
    for name in order:
        seen.append(current(page))
        before = time.monotonic()
        for key in each[name]:
            page.keyboard.press(key)
        settle(page)
        until(page, "u => new URLSearchParams(location.search).get('uid') !== u", seen[-1])
        spent[name].append(time.monotonic() - before)
    assert len(set(seen)) == 30, "each decision went on to another event"
    documents = [uid.split(":")[0] for uid in seen]
    assert sum(a != b for a, b in itertools.pairwise(documents)) == len(set(documents)) - 1
    keys = sum(len(each[name]) for name in order)
    seconds = sum(map(sum, spent.values()))
    for name, times in spent.items():
        print(f"{name:10} {len(times):3} × {len(each[name]):2} keys {max(times):.2f} s at most")
    print(f"30 decisions: {keys / 30:.2f} keys, {seconds / 30:.2f} s of the page each")
    assert keys <= 75
    assert seconds / 30 < 1, "at 300 an hour a reviewer has 12 s: the page may take one"
    export.write_reviewed(Desk(output), output / "reviewed.csv")
    statuses = Counter(row["status"] for row in export.read_reviewed(output / "reviewed.csv"))
    del statuses["undecided"]
    assert statuses == {"accepted": 15, "rejected": 6, "corrected": 8, "unsure": 1}


def test_what_nothing_matches_is_said_at_the_field(
    output: Path, serve: Callable[..., Server], visit: Callable[..., Any]
) -> None:
    page = visit(serve(output), f"/?doc={DOCUMENT}")
    first = current(page)
    for key in ("1", "q", "q", "Enter", "a"):
        page.keyboard.press(key)
    settle(page)
    field = page.locator(".cell:has(#cell-event_type)")
    assert "Nothing here begins with “qq" in field.locator(".hint").inner_text()
    assert page.evaluate("document.activeElement.id") == "cell-event_type"
    assert current(page) == first
    press(page, "Escape")
    assert page.input_value("#cell-event_type") == page.inner_text(".form-head .type")
    assert page.inner_text(".form-head .status") == "undecided", "the verdict fell away with it"
    # A name that nobody knows is told of once; then it is kept.
    page.keyboard.press("5")
    page.keyboard.type("Ruritania")
    press(page, "Enter")
    assert "No known name" in page.inner_text(".cell:has(#cell-recipients) .hint")
    press(page, "Enter")
    assert page.input_value("#cell-recipients") == "Ruritania"
    # A list that was closed completes nothing.
    page.keyboard.press("5")
    page.keyboard.type("Jap")
    page.wait_for_selector(".options li[aria-selected=true]")
    page.keyboard.press("Escape")
    press(page, "Enter")
    assert page.input_value("#cell-recipients") == "Jap"


def test_an_article_stays_while_decisions_fall_in_it(
    output: Path, serve: Callable[..., Server], visit: Callable[..., Any]
) -> None:
    page = visit(serve(output))
    shown, tops = [], []
    for _ in range(12):
        press(page, "a")
        page.wait_for_timeout(350)  # the text glides
        shown.append(page.inner_text("#doc-facts .mono"))
        tops.append(page.evaluate("document.getElementById('text').scrollTop"))
    assert len(set(shown)) == 1
    assert tops == sorted(tops), "downwards, never back"
    here = page.evaluate("document.getElementById('text').scrollTop = 120")
    press(page, "6", "Backspace", "Enter")
    assert page.evaluate("document.getElementById('text').scrollTop") == here
    press(page, "l")
    assert page.locator("th[aria-sort]").inner_text().startswith("Sure")
    assert page.inner_text("#doc-facts .mono") == shown[0], "the event on the page stays"
    press(page, "l")
    assert page.locator("th[aria-sort]").inner_text().startswith("Document")


def test_a_killed_server_loses_nothing(
    output: Path, serve: Callable[..., Server], visit: Callable[..., Any]
) -> None:
    server = serve(output)
    page = visit(server)
    seen: list[str] = []

    def accept(times: int) -> None:
        for _ in range(times):
            seen.append(current(page))
            page.keyboard.press("a")
            until(page, "(uid) => !location.search.includes(uid)", _query(seen[-1]))

    accept(12)
    server.kill()
    assert {d.subject for d in Store(output).since()} == set(seen), "saved before it was shown"
    seen.append(current(page))
    page.keyboard.press("a")
    page.wait_for_selector("text=1 not saved yet")
    page.wait_for_timeout(300)
    server.start()
    until(page, "document.getElementById('saved').textContent === 'Saved'")
    settle(page)
    assert [d.subject for d in Store(output).since()] == seen, "sent again, once each"
    # A page that is closed while it waits sends its decision when it is opened again.
    server.kill()
    seen.append(current(page))
    page.keyboard.press("x")
    page.wait_for_selector("text=1 not saved yet")
    server.start()
    page.goto(server.address)
    page.wait_for_selector("html[data-ready]")
    settle(page)
    assert [d.subject for d in Store(output).since()] == seen


def _query(uid: str) -> str:
    from urllib.parse import quote_plus

    return quote_plus(uid)


def test_a_burst_is_killed_in_the_middle(output: Path, serve: Callable[..., Server]) -> None:
    """Whatever was answered with success is in the log, whenever the process dies."""
    server = serve(output)
    headers = {"origin": server.address, "content-type": "application/json"}

    def ask(line: HTTPConnection, method: str, path: str, body: str = "") -> tuple[int, dict]:
        line.request(method, path, body or None, headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())

    line = HTTPConnection("127.0.0.1", server.port)
    headers["x-pacta-csrf"] = ask(line, "GET", "/api/state")[1]["csrf"]
    uids = [row["uid"] for row in ask(line, "GET", "/api/events?limit=200")[1]["rows"]]
    saved: list[str] = []

    def burst(mine: list[str]) -> None:
        line = HTTPConnection("127.0.0.1", server.port)
        for uid in mine:
            body = {"id": f"burst {uid}"[:64], "reviewer": "B", "action": "accept", "uid": uid}
            try:
                if ask(line, "POST", "/api/decide", json.dumps(body))[0] == 200:
                    saved.append(uid)
            except (OSError, HTTPException, ValueError):
                return

    threads = [threading.Thread(target=burst, args=(uids[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    while len(saved) < 25:
        time.sleep(0.002)
    server.kill()
    for thread in threads:
        thread.join()
    assert 25 <= len(saved) < len(uids), "it was killed in the middle"
    logged = {d.subject for d in Store(output).since()}
    assert set(saved) <= logged
    assert Desk(output).progress(Desk(output).view("B"))["accepted"] == len(logged)


def test_markup_in_an_article_is_text(
    tmp_path: Path, serve: Callable[..., Server], visit: Callable[..., Any], chromium: Any
) -> None:
    server = serve(review_tables.hostile(tmp_path))
    page = visit(server)
    text = page.evaluate(
        "[...document.querySelectorAll('#text [data-start]')].map(e => e.textContent).join('')"
    )
    assert text == review_tables.HOSTILE
    assert page.inner_text("#doc-title") == '<script>alert("title")</script>'
    assert (
        page.evaluate("document.querySelectorAll('#main img, #main script, #main b').length") == 0
    )
    # Offsets behind a character beyond 16 bits are code points.
    select_words(page, "signed")
    page.keyboard.press("Escape")
    select_words(page, "2 May 2024")
    press(page, "6")
    assert page.input_value("#cell-date_text") == "2 May 2024"
    page.evaluate("document.querySelector('#text').focus()")
    for path in ("timeline", "agreements", "map", "charts", "history", "agreement"):
        visit(server, f"/{path}")
    # The policy itself holds: neither markup nor inline script can be smuggled in.
    bare = chromium.new_page()
    bare.goto(server.address)
    with pytest.raises(Exception, match="TrustedHTML"):
        bare.evaluate("document.body.innerHTML = '<img src=x onerror=alert(9)>'")
    bare.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (400, "light")])
def test_it_looks_right(
    output: Path,
    serve: Callable[..., Server],
    visit: Callable[..., Any],
    tmp_path: Path,
    width: int,
    scheme: str,
) -> None:
    server = serve(output)
    uid = f"{DOCUMENT}:214-218:CONSULT%231"
    page = visit(server, f"/?uid={uid}", width=width, color_scheme=scheme)
    shots = Path(os.environ.get("PACTA_SHOTS", tmp_path))
    page.screenshot(path=shots / f"review-{width}-{scheme}.png", full_page=width < 900)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    trigger = page.locator("#text .t.current")
    assert trigger.inner_text() == "meet"
    assert _contrast(trigger.evaluate(_COLOURS)) > 7
    assert page.locator("#text [data-role=actor][data-reach=sentence]").count() == 2
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, a")].filter((e) =>
          !(e.ariaLabel || e.labels?.length || e.textContent.trim() || e.title)).length"""
    )
    assert nameless == 0
    faint = page.evaluate(_FAINT)
    assert faint == [], "text that is too faint to read"
    for path in ("timeline", "agreements", "map", "charts"):
        other = visit(server, f"/{path}", width=width, color_scheme=scheme)
        assert other.evaluate("document.documentElement.scrollWidth") <= width
        assert other.locator(".picture svg a").count() > 1
        other.screenshot(path=shots / f"{path}-{width}-{scheme}.png")


_COLOURS = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
# Text of at least 12 px must have a contrast of 4.5 to its ground (WCAG 2.2, 1.4.3).
_FAINT = """() => {
  const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = ".why, .status, .facts span, td, th button, label, .sure, .top a, .saved";
  return [...document.querySelectorAll(texts)]
    .filter((e) => e.offsetParent && e.textContent.trim())
    .map((e) => {
      const a = light(getComputedStyle(e).color), b = light(ground(e));
      const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
      return [e.className || e.tagName, e.textContent.slice(0, 20), ratio];
    })
    .filter(([, , ratio]) => ratio < 4.5).slice(0, 5);
}"""


def _contrast(colours: list[str]) -> float:
    def light(colour: str) -> float:
        channels = [float(c) / 255 for c in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted(map(light, colours), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_help_filters_groups_and_two_at_once(
    output: Path, serve: Callable[..., Server], visit: Callable[..., Any]
) -> None:
    server = serve(output)
    page = visit(server)
    page.keyboard.press("?")
    assert page.is_visible("dialog >> text=Accept, on to the next undecided")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("yokosuka acsa")
    page.wait_for_selector("text=No event passes the filters")
    assert page.is_visible("text=Nothing left here")
    page.click("#clear")
    page.wait_for_selector("text=of 92")
    page.click("th.c-type button")
    until(page, "document.querySelector('#table tbody tr').textContent.includes('ACCUSE')")
    # Merge two events of a document, split one off again.
    page.goto(f"{server.address}/?doc={DOCUMENT}&sort=document")
    page.wait_for_selector("html[data-ready]")
    press(page, "j", "s", "j", "s", "m")
    assert page.input_value("#cell-same_as") == "visit"
    press(page, "b")
    assert page.input_value("#cell-same_as") == ""
    uid = current(page)
    # A second reviewer's verdict shows up without a reload.
    other = visit(server, f"/?uid={_query(uid)}")
    other.click("#who")
    other.keyboard.type("Ben")
    with other.expect_navigation():
        other.keyboard.press("Enter")
    other.wait_for_selector("html[data-ready]")
    press(other, "x")
    page.wait_for_selector(".form-head .status.rejected", timeout=25_000)
    assert "Ben" in page.inner_text(".history >> nth=-1") or page.locator("text=History").count()
    # Who decides without having seen that verdict is told of it.
    press(other, "u")
    page.wait_for_selector(".form-head .status.undecided", timeout=25_000)
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    other.goto(f"{server.address}/?uid={_query(uid)}")
    other.wait_for_selector("html[data-ready]")
    press(other, "x")
    press(page, "a")
    page.wait_for_selector("text=Ben was a moment before you: reject")
    page.goto(f"{server.address}/history")
    page.click("button[data-decision]:has-text('Undo') >> nth=0")
    page.wait_for_selector("tr.undone")
