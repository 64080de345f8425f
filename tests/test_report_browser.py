"""The report in a real Chromium without a network: no complaint, nothing asked for, readable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import test_report

from pipeline.report import outputs, page


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
    tab.goto(path.as_uri())
    tab.wait_for_selector("html[data-ready]", timeout=20_000)
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
