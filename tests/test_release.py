"""What a release is cited and archived by: CITATION.cff, the changelog, ``make archive``."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

import pipeline

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "tests" / "data" / "citation" / "schema.json"


@pytest.fixture(scope="module")
def citation():
    """CITATION.cff as JSON has it: days as text."""
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)


def test_the_citation_has_the_form_of_its_standard(citation):
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft7Validator(
        json.loads(SCHEMA.read_text(encoding="utf-8")),
        format_checker=jsonschema.FormatChecker(),
    )
    assert [error.message for error in validator.iter_errors(citation)] == []
    wrong = citation | {"date-released": "28 November"}
    assert list(validator.iter_errors(wrong))


def test_one_version_everywhere(citation):
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = next(line for line in changelog.splitlines() if line.startswith("## "))
    assert newest == f"## {pipeline.__version__}"
    assert citation["version"] == pipeline.__version__
    assert f"pacta:{pipeline.__version__}" in (ROOT / "docs" / "scaling.md").read_text("utf-8")


def test_the_archive_holds_what_is_committed(tmp_path):
    made = subprocess.run(
        ["git", "archive", "--format=zip", "--prefix=pacta/", f"--output={tmp_path}/a.zip", "HEAD"],
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    if made.returncode:
        pytest.skip("not a Git checkout")
    names = set(zipfile.ZipFile(tmp_path / "a.zip").namelist())
    wanted = {"README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md", "requirements.lock"}
    assert {f"pacta/{name}" for name in wanted} <= names
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("\narchive:")[1].split("\n\n")[0]
    assert "git archive --prefix=pacta-$(VERSION)/" in recipe
