"""The pages agree with the code: links, the architecture's names, what mkdocs.yml asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "models/README.md")),
]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    targets = [target for target, _ in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_page_stands_in_the_index():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    linked = {target for target, _ in LINK.findall(index)}
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages - linked == set()


def test_the_readme_leads_to_every_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = {target for target, _ in LINK.findall(readme)}
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} - linked == set()


def test_the_picture_names_what_there_is():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = page.split("```mermaid")[1].split("```")[0]
    drawn = set(re.findall(r"\[\(?\"(\w+)/", picture))
    around = set(re.findall(r"`(\w+)/`", page))
    packages = {
        path.name
        for path in (ROOT / "pipeline").iterdir()
        if path.is_dir() and not path.name.startswith("__") and list(path.iterdir())
    }
    assert drawn | around == packages
    modules = {path.name for path in (ROOT / "pipeline").glob("*.py")} - {"__init__.py"}
    assert modules <= set(re.findall(r"`(?:\w+/)?(\w+\.py)`", page))


def test_writing_rules_tells_every_slot():
    from pipeline.components.events.rules import SLOTS, load_rules

    page = (ROOT / "docs" / "writing-rules.md").read_text(encoding="utf-8")
    rows = page[page.index("| slot |") :].split("\n\n")[0].splitlines()[2:]
    told = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(told) == sorted(set(told)), "told twice"
    assert set(told) - load_rules().classes["particle"] == SLOTS


def test_the_table_has_the_components_in_order(reading_nlp):
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(pacta_\w+)` \|", page, re.MULTILINE)
    assert told == [name for name in reading_nlp.pipe_names if name.startswith("pacta_")]


def test_the_site_is_made_of_the_pages():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    source = yaml.safe_load(re.sub(r"!!python/name:\S+", "fence", text))
    assert (ROOT / source["docs_dir"] / "index.md").is_file()
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[([^]]+)\]\((\S+)\)", index, re.MULTILINE)
    assert [next(iter(page.items())) for page in source["nav"]] == [("Pacta", "index.md"), *rows]
