"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def nlp():
    """The whole pipeline, loaded once."""
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
