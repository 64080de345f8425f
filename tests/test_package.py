"""The package: a wheel in a clean virtual environment, at work outside the repository."""

from __future__ import annotations

import csv
import importlib.metadata
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
#: Megabytes that the wheel may have: package indexes take 100, and a slow line is patient for less.
LARGEST_WHEEL = 60
#: Megabytes that the core may take, without bytecode; docs/install.md says what for.
LARGEST = 500
ARTICLE = "Norway and Iceland signed a defence cooperation agreement in Oslo on 3 May 2024."
Pacta = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel built from the repository as it stands."""
    folder = tmp_path_factory.mktemp("wheel")
    _pip(Path(sys.executable), "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    [path] = folder.glob("pacta-*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory) -> Path:
    """A clean virtual environment with the wheel and what it asks for, no extras."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    _pip(folder / "bin" / "python", "install", "--no-compile", str(wheel))
    return folder


@pytest.fixture(scope="module")
def pacta(environment, tmp_path_factory) -> Pacta:
    """Runs a program of the clean environment in an empty folder with an empty HOME."""
    folder, home = tmp_path_factory.mktemp("elsewhere"), tmp_path_factory.mktemp("home")
    (folder / "articles").mkdir()
    (folder / "articles" / "a.txt").write_text(ARTICLE, encoding="utf-8")

    def call(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(environment / "bin" / program), *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
            timeout=300,
            check=False,
        )

    return call


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode and "connection" in done.stderr.lower() and not os.environ.get("CI"):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr


def test_the_wheel_holds_code_knowledge_pages_and_model(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "-z", "pipeline", "models/en_pacta"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    tracked = [name for name in listed.stdout.split("\0") if name]
    if not tracked:
        pytest.skip("not a Git checkout")
    wanted = {
        f"pipeline/{name}" if name.startswith("models/") else name
        for name in tracked
        if (ROOT / name).is_file()
    }
    assert sorted(wanted - inside) == []
    assert {".xz", ".yaml", ".csv", ".html", ".js", ".css", ".geojson", ".svg"} <= {
        Path(name).suffix for name in inside
    }
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert not any(name.startswith(("tests/", "corpus/", "outputs/")) for name in inside)


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size / 1e6 < LARGEST_WHEEL


def test_it_runs_outside_the_repository(pacta):
    where = pacta("python", "-c", "import pipeline; print(pipeline.__file__)").stdout
    assert "site-packages" in where
    result = pacta("pacta", "run", "articles", "-o", "out")
    assert (result.returncode, result.stderr) == (0, "1 article without a date of publication\n")
    rows = pacta("python", "-c", "print(open('out/events.csv', encoding='utf-8').read())").stdout
    [event] = csv.DictReader(rows.strip().splitlines())
    assert (event["event_type"], event["actors"]) == ("SUPPORT", "Norway; Iceland")
    assert (event["date"], event["place"]) == ("2024-05-03", "Oslo")
    assert event["agreement_id"] == "ISL-NOR:DCA"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--version",), "pacta"),
        (("rules", "check"), "0 failing"),
        (("rules", "explain", ARTICLE), "support"),
    ],
)
def test_commands_work_without_extras(pacta, arguments, said):
    pacta("pacta", "run", "articles", "-o", "out")
    result = pacta("pacta", *arguments)
    assert result.returncode == 0, result.stderr
    assert said in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("review", "out"), "review"),
        (("report", "out"), "report"),
        (("run", "articles", "-o", "parquet", "--format", "parquet"), "store"),
        (("run", "articles", "-o", "ray", "--engine", "ray"), "cluster"),
    ],
)
def test_a_missing_extra_is_named(pacta, arguments, extra):
    pacta("pacta", "run", "articles", "-o", "out")
    result = pacta("pacta", *arguments)
    assert result.returncode != 0
    assert f"pacta[{extra}]" in result.stderr
    assert "Traceback" not in result.stderr


def test_each_component_is_known_to_spacy(pacta):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    factories = sorted(project["entry-points"]["spacy_factories"])
    code = (
        "import spacy; nlp = spacy.blank('en');"
        f"[nlp.add_pipe(name) for name in {factories!r}]; print(*nlp.pipe_names)"
    )
    result = pacta("python", "-c", code)
    assert result.stdout.split() == factories, result.stderr


def test_the_core_is_as_small_as_the_page_says(environment):
    [packages] = environment.glob("lib/python*/site-packages")
    files = (path for path in packages.rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in files if path.parent.name != "__pycache__")
    assert size / 1e6 < LARGEST


def test_the_html_extra_reads_web_pages(wheel, environment, pacta):
    _pip(environment / "bin" / "python", "install", "--no-compile", f"{wheel}[html]")
    page = f"<html><body><article><h1>A pact</h1><p>{ARTICLE}</p></article></body></html>"
    code = f"open('page.html', 'w', encoding='utf-8').write({page!r})"
    pacta("python", "-c", code)
    result = pacta("pacta", "run", "page.html", "-o", "pages")
    assert result.returncode == 0, result.stderr
    assert "1 event, " in result.stdout


def test_the_lock_pins_what_the_project_asks_for():
    locks = ("requirements.lock", "requirements-extras.lock")
    lock = [line for name in locks for line in (ROOT / name).read_text("utf-8").splitlines()]
    pinned = {_name(line).replace("_", "-") for line in lock if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {_name(requirement) for group in asked for requirement in group} - {"pacta"}
    assert sorted(names - pinned) == []
    for line in lock:
        name, _, version = line.partition("==")
        if version and name.lower() in names:
            assert importlib.metadata.version(name) == version, name


def _name(requirement: str) -> str:
    return "".join(c if c.isalnum() or c in "-._" else " " for c in requirement).split()[0].lower()
