"""Full disks, read-only folders, kills at any moment, two runs at once: in processes of their own.

Full and read-only disks are real ones, mounted for one process only (``unshare``); where a machine
forbids that, a limit on the size of files stands in for the full disk.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path

import pytest
from running_fakes import ENGLISH, pacta

ROOT = Path(__file__).parent.parent
TABLES = ("events.csv", "mentions.csv", "agreements.csv", "clusters.csv", "documents.csv")
UNDATED = "40 articles without a date of publication\n"


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(40):
        signed = (
            f"Both governments signed the text number {number * 40 + n} in the capital on Monday."
            for n in range(40)
        )
        (folder / f"a{number:02d}.txt").write_text(ENGLISH + "\n\n".join(signed))
    return folder


def command(tmp_path, articles, out):
    """Return the command line of a run with the tiny pipeline."""
    return pacta(tmp_path, "run", articles, "-o", out, "--workers", 2)


def start(words, **settings):
    """Start a process."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    return subprocess.Popen(words, **(pipes | settings))


def outcome(words, **settings):
    """Run a process to its end; return its exit code and what it said."""
    process = start(words, **settings)
    said, problem = process.communicate(timeout=120)
    return process.returncode, said, problem


def assert_refused(code, problem, *messages):
    """A run ended as it should: with exit code 1 and one line."""
    assert code == 1
    [line] = problem.strip().splitlines()
    assert line.startswith("pacta: ")
    assert any(message in line for message in messages), line


def tables(folder):
    return {name: (folder / name).read_bytes() for name in TABLES}


@cache
def may_mount():
    """Tell whether this machine lets a process mount a disk of its own."""
    if shutil.which("unshare") is None:
        return False
    words = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/tmp"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def on_disk(options, folder, words):
    """Return the words that run a command with a disk of its own in a folder."""
    script = f'mount -t tmpfs -o {options} none "$1" && shift && "$@"; code=$?; '
    # What the command left on its disk is gone with it, so look before.
    script += 'ls "$PACTA_OUT" >&2 2>/dev/null | sed "s/^/left: /" >&2; exit $code'
    return ["unshare", "-rm", "bash", "-c", script, "bash", str(folder), *words]


@pytest.mark.parametrize("room", [4, 200, 600])
def test_disk_full(tmp_path, articles, room):
    """Whatever a run was writing when the disk was full, it ends in one line."""
    if not may_mount():
        pytest.skip("this machine does not let a test mount a disk")
    out = tmp_path / "out"
    out.mkdir()
    words = on_disk(f"size={room}k", out, command(tmp_path, articles, out))
    code, said, problem = outcome(words, env=os.environ | {"PACTA_OUT": str(out)})
    lines = problem.strip().splitlines()
    left = {line.removeprefix("left: ") for line in lines if line.startswith("left: ")}
    rest = "\n".join(line for line in lines if not line.startswith("left: "))
    assert_refused(code, rest, "No space left on device", "disk is full", "disk I/O error")
    assert not left
    assert "events" not in said
    code, said, _ = outcome(command(tmp_path, articles, out))
    assert (code, "40 articles" in said) == (0, True)


@pytest.mark.parametrize("room", [1_000, 100_000])
def test_file_too_large(tmp_path, articles, room):
    """The same where files may not grow; then there is room, and the run goes on."""
    resource = pytest.importorskip("resource")
    out = tmp_path / "out"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    code, _, problem = outcome(command(tmp_path, articles, out), preexec_fn=limit)
    assert_refused(code, problem, "File too large", "disk I/O error", "disk is full")
    assert not list(out.glob("*.csv"))
    assert outcome(command(tmp_path, articles, out))[0] == 0
    whole = tmp_path / "whole"
    assert outcome(command(tmp_path, articles, whole))[0] == 0
    assert tables(out) == tables(whole)


def test_read_only_disk(tmp_path, articles):
    if not may_mount():
        pytest.skip("this machine does not let a test mount a disk")
    out = tmp_path / "out"
    out.mkdir()
    words = on_disk("ro,size=1m", out, command(tmp_path, articles, out))
    code, _, problem = outcome(words, env=os.environ | {"PACTA_OUT": str(out)})
    assert_refused(code, problem, "Read-only file system")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the users of Unix")
def test_folder_of_somebody_else(tmp_path, articles):
    """A folder that this user may not write into, also where the tests run as root."""
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o555)
    (tmp_path / "model").mkdir(exist_ok=True)
    words = command(tmp_path, articles, out)
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may write anywhere, and there is no setpriv to become less")
        words = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--", *words]
    code, _, problem = outcome(words)
    assert_refused(code, problem, "Permission denied")
    assert list(out.iterdir()) == []


def test_killed_again_and_again(tmp_path, articles):
    """Killed at random moments until it gets through: the bytes of an undisturbed run."""
    for path in articles.iterdir():
        path.write_text(path.read_text() + "ZZSLOW " + "Padding. " * 300)
    whole, out = tmp_path / "whole", tmp_path / "out"
    began = time.monotonic()
    assert outcome(command(tmp_path, articles, whole))[0] == 0
    takes = time.monotonic() - began
    chance = random.Random(11)
    for _ in range(5):
        process = start(command(tmp_path, articles, out))
        try:
            process.communicate(timeout=chance.uniform(0.3, 1.0) * takes)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            assert not any((out / name).exists() for name in TABLES) or (out / "run.json").exists()
    code, said, problem = outcome(command(tmp_path, articles, out))
    assert (code, problem) == (0, UNDATED)
    assert "40 articles" in said
    assert tables(out) == tables(whole)


def test_two_runs_into_one_folder(tmp_path, articles):
    for path in articles.iterdir():
        path.write_text(path.read_text() + "ZZSLOW " + "Padding. " * 300)
    out = tmp_path / "out"
    first = start(command(tmp_path, articles, out))
    lock = out / ".pacta" / "lock"
    deadline = time.monotonic() + 60
    while not (lock.exists() and lock.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    code, _, problem = outcome(command(tmp_path, articles, out))
    assert_refused(code, problem, f"another run (process {first.pid}) is writing there")
    said, problem = first.communicate(timeout=120)
    assert (first.returncode, problem) == (0, UNDATED)
    assert "40 articles" in said
