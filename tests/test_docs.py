"""What the pages show runs: every fenced Python and Bash block of README.md and docs/, in order.

The blocks of a page share one folder, which holds a copy of ``corpus/``, and one namespace. Signs
that a page can give, none of which a reader sees:

``<!-- not run: REASON -->``
    before a block: it is not run, because it needs what a test has not got.
``<!-- output -->``
    before a block without a language or with ``text``: what the block before it prints.
```` ```yaml title="rules/own.yaml" ````
    a block with a title is a file of that name, written before the next block runs (MkDocs shows
    the title above the block).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)\n"
    r"(?P<body>.*?)^(?P=indent)(?P=fence) *$",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r"<!--(?P<text>(?:(?!-->).)*)-->\s*$", re.DOTALL)
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fenced block: where its first line stands, its language, its text, and its signs."""

    line: int
    language: str
    title: str
    sign: str
    text: str


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    found = []
    for match in _FENCE.finditer(page):
        comment = _COMMENT.search(page[: match.start()])
        info = match["info"].strip()
        title = _TITLE.search(info)
        indent = len(match["indent"])
        lines = [line[indent:] for line in match["body"].splitlines(keepends=True)]
        found.append(
            Block(
                page.count("\n", 0, match.start("body")) + 1,
                info.split()[0].lower() if info else "",
                title[1] if title else "",
                comment["text"].strip() if comment else "",
                "".join(lines),
            )
        )
    return found


def run_page(page: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """Run the blocks of a page in the current folder; return how many there were to run."""
    names: dict[str, Any] = {"__name__": "__main__"}
    count, printed = 0, ""
    for block in blocks(page.read_text(encoding="utf-8")):
        where = f"{page.name}, line {block.line}"
        if block.sign.startswith("not run"):
            assert block.sign.partition(":")[2].strip(), f"{where}: say why it is not run"
        elif block.sign == "output":
            assert printed.strip() == block.text.strip(), f"{where}: prints something else"
        elif block.title:
            Path(block.title).parent.mkdir(parents=True, exist_ok=True)
            Path(block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
            capsys.readouterr()
            exec(code, names)
            printed = capsys.readouterr().out
            count += 1
        elif block.language in ("bash", "sh"):
            printed = _bash(block.text, where)
            count += 1
    return count


def _bash(commands: str, where: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": path, "NO_COLOR": "1", "COLUMNS": "160"},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{where}: {done.stderr}"
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page, tmp_path, monkeypatch, capsys):
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    monkeypatch.chdir(tmp_path)
    run_page(page, capsys)


# The runner itself ---------------------------------------------------------------------------

FENCE = "```"
PAGE = f"""# A page

{FENCE}python
value = 20
{FENCE}

{FENCE}yaml title="sub/own.yaml"
- id: a
{FENCE}

{FENCE}python
print(value + 1, open("sub/own.yaml").read(), end="")
{FENCE}

<!-- output -->
{FENCE}text
21 - id: a
{FENCE}

{FENCE}bash
cat sub/own.yaml > copy
{FENCE}

<!-- not run: needs a cluster -->
{FENCE}python
raise SystemError
{FENCE}
"""


def test_blocks_run_in_order_in_one_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.md").write_text(PAGE)
    assert run_page(tmp_path / "page.md", capsys) == 3
    assert (tmp_path / "copy").read_text() == "- id: a\n"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("value + 1", "value / 0", "division by zero"),
        ("21 - id", "22 - id", "line 17: prints something else"),
        (": needs a cluster", "", "say why it is not run"),
        ("cat sub", "cat nothing", "line 21: .*No such file"),
    ],
)
def test_what_is_wrong_on_a_page_fails(tmp_path, monkeypatch, capsys, before, after, message):
    monkeypatch.chdir(tmp_path)
    assert before in PAGE
    (tmp_path / "page.md").write_text(PAGE.replace(before, after))
    with pytest.raises((AssertionError, ZeroDivisionError), match=message):
        run_page(tmp_path / "page.md", capsys)
