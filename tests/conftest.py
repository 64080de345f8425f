"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def nlp():
    """The pipeline with the rules alone, loaded once: a rule's test sees what the rule does."""
    from pipeline.language import load

    return load(reader=False)


@pytest.fixture(scope="session")
def reading_nlp():
    """The whole pipeline with the learned reader, as users run it, loaded once."""
    from pipeline.language import load

    return load()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of the five articles and their gold."""
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the reference scorer and the development data, where there is one."""
    folder = os.environ.get("PACTA_SHARED")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PACTA_SHARED does not name a folder")
    return Path(folder)


def _missing(what: str) -> None:
    message = f"{what}: the browser tests cannot run"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, or that of ``PACTA_CHROMIUM``; without one the tests say so."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("no Playwright (pip install playwright)")
    path = os.environ.get("PACTA_CHROMIUM") or shutil.which("chromium")
    if not path or not Path(path).exists():
        _missing("no Chromium (apt-get install chromium, or set PACTA_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
