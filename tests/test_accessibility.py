"""Review pages and report, checked by axe: WCAG 2.2 AA, wide and narrow, light and dark."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from test_report_browser import open_page, report  # noqa: F401
from test_review_browser import DOCUMENT, output, serve, visit  # noqa: F401

pytest.importorskip("axe_playwright_python", reason="pip install 'pacta[dev]'")
AXE = files("axe_playwright_python") / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
EVENT = f"/?uid={DOCUMENT}:214-218:CONSULT%231"
PAGES = (EVENT, "/timeline", "/agreements", "/map", "/charts", "/history", "/agreement", "/exports")
SCREENS = [(1280, "light"), (1280, "dark"), (400, "light"), (400, "dark")]


def violations(page: Any) -> list[str]:
    """What axe finds wrong on a page: rule, element, reason."""
    # Through the debugger: the pages' policy allows no script but their own.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(rules) => axe.run(document, rules)", RULES)
    assert found["passes"], "axe has looked at something"
    return [
        f"{violation['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_review_pages(output: Path, serve: Any, visit: Any, width: int, scheme: str) -> None:  # noqa: F811
    server = serve(output)
    found = {
        path: told
        for path in PAGES
        if (told := violations(visit(server, path, width=width, color_scheme=scheme)))
    }
    assert found == {}


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_report(chromium: Any, report: Path, width: int, scheme: str) -> None:  # noqa: F811
    page, _ = open_page(chromium, report, width, scheme)
    assert violations(page) == []
    page.context.close()
