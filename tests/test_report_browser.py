"""The report in a real Chromium without a network: no complaint, nothing asked for, readable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import test_report

from pipeline import gazetteers
from pipeline.report import outputs, page
from pipeline.tables.rows import quad_classes
from pipeline.tables.schema import TABLES


def open_page(chromium: Any, path: Path, width: int, scheme: str) -> tuple[Any, list[str]]:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("request", lambda r: complaints.append(r.url) if r.url != path.as_uri() else None)
    tab.set_default_timeout(90_000)
    tab.goto(path.as_uri())
    tab.wait_for_selector("html[data-ready]")
    return tab, complaints


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page.render(outputs.read(test_report.OUTPUTS)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (400, "light"), (1280, "dark"), (400, "dark")]
)
def test_it_opens_offline_and_looks_right(
    chromium: Any, report: Path, tmp_path: Path, width: int, scheme: str
) -> None:
    tab, complaints = open_page(chromium, report, width, scheme)
    shots = Path(os.environ.get("PACTA_SHOTS", tmp_path))
    tab.screenshot(path=shots / f"report-{width}-{scheme}.png", full_page=True)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    sizes = tab.evaluate(
        "[...document.querySelectorAll('.canvas svg')].map((e) => e.getBoundingClientRect().width)"
    )
    assert len(sizes) == len(page.CHARTS)
    assert all(200 < size <= width for size in sizes)
    ink = tab.evaluate("getComputedStyle(document.querySelector('.timeline text')).fill")
    assert ink == ("rgb(27, 31, 36)" if scheme == "light" else "rgb(228, 230, 232)")
    assert complaints == []
    tab.context.close()


@pytest.mark.parametrize("width", [1280, 400])
def test_evidence_opens_by_click_and_by_key(chromium: Any, report: Path, width: int) -> None:
    tab, complaints = open_page(chromium, report, width, "light")
    first, second = (tab.locator(".stage").nth(number) for number in (0, 1))
    assert not first.locator(".card").is_visible()
    first.locator("button").click()
    assert first.locator(".card blockquote mark").first.is_visible()
    second.locator("button").focus()
    tab.keyboard.press("Enter")
    tab.mouse.move(0, 0)
    assert second.locator(".card").is_visible()
    assert not first.locator(".card").is_visible()
    tab.keyboard.press("Escape")
    assert not second.locator(".card").is_visible()
    assert complaints == []
    tab.context.close()


def test_evidence_shows_under_the_pointer_and_in_print(chromium: Any, report: Path) -> None:
    tab, complaints = open_page(chromium, report, 1280, "dark")
    card = tab.locator(".stage .card").first
    tab.locator(".stage button").first.hover()
    assert card.is_visible()
    tab.mouse.move(0, 0)
    assert not card.is_visible()
    tab.emulate_media(media="print")
    assert all(
        tab.locator(".card").nth(n).is_visible() for n in range(tab.locator(".card").count())
    )
    white = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert white == "rgb(255, 255, 255)"
    assert complaints == []
    tab.context.close()


def test_a_dot_tells_its_acts(chromium: Any, report: Path) -> None:
    tab, complaints = open_page(chromium, report, 1280, "light")
    tab.locator(".timeline .mark-symbol.role-mark path").last.hover()  # No other lies upon it.
    tip = tab.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    rows = dict(line.split("\t") for line in tip.inner_text().splitlines() if "\t" in line)
    assert [key.rstrip(":") for key in rows] == ["who", "when", "class", "acts", "told"]
    assert "undefined" not in tip.inner_text()
    assert tip.evaluate("e => e.scrollHeight <= e.clientHeight"), "all of it is seen"
    assert complaints == []
    tab.context.close()


def test_markup_stays_text_in_charts_and_tooltips(chromium: Any, tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    path = tmp_path / "evil.html"
    folder = test_report.evil(tmp_path / "run")
    path.write_text(page.render(outputs.read(folder)), encoding="utf-8")
    tab, complaints = open_page(chromium, path, 1280, "light")
    tab.locator(".timeline .mark-symbol.role-mark path").last.hover()
    tab.locator("#vg-tooltip-element.visible").wait_for()
    for button in tab.locator(".stage button").all():
        button.click()
    assert tab.evaluate("document.querySelectorAll('img, body script[src]').length") == 0
    assert complaints == []
    # The policy of the page itself: what would be smuggled in does not run.
    tab.evaluate("document.body.append(Object.assign(document.createElement('script'),"
                 " {textContent: 'window.smuggled = 1'}))")  # fmt: skip
    assert tab.evaluate("window.smuggled") is None
    tab.context.close()


def test_dyads_sort_by_any_column(chromium: Any, report: Path) -> None:
    tab, complaints = open_page(chromium, report, 1280, "light")
    table = tab.locator("#dyads table")
    column = "[...document.querySelectorAll('#dyads tbody tr')].map(r => r.cells[{}].textContent)"
    acts = [int(cell) for cell in tab.evaluate(column.format(1))]
    assert acts == sorted(acts, reverse=True)
    table.locator("th button", has_text="who").click()
    names = tab.evaluate(column.format(0))
    assert names == sorted(names)
    assert table.locator("th[aria-sort=ascending]").inner_text().startswith("who")
    table.locator("th button", has_text="acts").click()
    table.locator("th button", has_text="acts").click()
    assert [int(cell) for cell in tab.evaluate(column.format(1))] == sorted(acts)
    assert complaints == []
    tab.context.close()


def test_twenty_thousand_events_open_in_two_seconds(chromium: Any, tmp_path: Path) -> None:
    """In time of the page's own thread, not the clock's: what else a machine does is not its."""
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    path = tmp_path / "large.html"
    path.write_text(page.render(outputs.read(large(tmp_path / "run"))), encoding="utf-8")
    tab = chromium.new_context(viewport={"width": 1280, "height": 900}, offline=True).new_page()
    tab.set_default_timeout(180_000)
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(path.as_uri())
    tab.wait_for_selector("html[data-ready]")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    assert metrics["TaskDuration"] < 2
    tab.context.close()


def large(folder: Path) -> Path:
    """An output folder with 20,000 events, each an act, in 2,000 documents."""
    countries = [country for country in gazetteers.countries() if country.iso3][:120]
    types = sorted(quad_classes())
    acts, events = [], []
    for number in range(20_000):
        one, other = (countries[number * step % len(countries)] for step in (7, 11))
        day = f"{2005 + number % 20}-{1 + number % 12:02}-{1 + number % 28:02}"
        acts.append(
            test_report.act(
                event_type=types[number % len(types)], actors=one.name, recipients=other.name,
                actor_codes=f"{one.iso3}.GOV", recipient_codes=f"{other.iso3}.GOV", date=day,
                date_start=day, place=other.name, latitude=str(number % 130 - 60),
                longitude=str(number % 340 - 170), event_ids=f"e{number}",
                factuality=("actual", "planned")[number % 2],
                agreement_id=f"{one.iso3}-{other.iso3}:RAA", agreement_stage="signed",
            )
        )  # fmt: skip
        event = dict.fromkeys(TABLES["events"].columns, "") | {"doc_id": f"d{number // 10}"}
        sentence = "Ministers met to speak of the treaty and of all of its parts."
        event |= {"event_id": f"e{number}", "factuality": "actual", "evidence": sentence}
        events.append(event | {"trigger": "met", "trigger_start": "10", "trigger_end": "13"})
    document = dict.fromkeys(TABLES["documents"].columns, "") | {"status": "ok", "mentions": "1"}
    documents = [document | {"doc_id": f"d{number}"} for number in range(2_000)]
    return test_report.write(folder, clusters=acts, events=events, documents=documents)
