"""Take the pictures of the README from the output of a run: the review page, an agreement's life.

``python scripts/build_pictures.py [OUTPUT]`` (default: the folder ``outputs/``, needs its texts
beside it). Needs Playwright and a Chromium, as the browser tests do.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = os.environ.get("PACTA_CHROMIUM") or shutil.which("chromium")
PACTA = [sys.executable, "-c", "from pipeline.cli import app; app()"]
AGREEMENT = "DEU-JPN:ACSA"


def main() -> None:
    """Write ``review.png`` and ``agreement.png``."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        output = Path(folder) / "outputs"
        pacta("run", "corpus/articles", "--metadata", "corpus/documents.csv", "-o", str(output))
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        review(browser, output)
        agreement(browser, output)
        browser.close()


def pacta(*arguments: str) -> None:
    """Run the command of this checkout."""
    subprocess.run([*PACTA, *arguments], cwd=ROOT, check=True)


def review(browser: Browser, output: Path) -> None:
    """Picture the review page over a fresh run."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*PACTA, "review", str(output), "--port", str(port)]
    server = subprocess.Popen([*command, "--no-browser", "--reviewer", "Ana"], cwd=ROOT)
    try:
        wait_for(port)
        tab = browser.new_page(viewport={"width": 1200, "height": 760})
        tab.goto(f"http://127.0.0.1:{port}/")
        tab.wait_for_load_state("networkidle")
        tab.screenshot(path=PICTURES / "review.png")
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    """Wait until the server answers, 20 seconds at most."""
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the review server does not start")


def agreement(browser: Browser, output: Path) -> None:
    """Picture the life of one agreement in the report."""
    page = output / "report.html"
    pacta("report", str(output), "-o", str(page))
    tab = browser.new_page(viewport={"width": 1000, "height": 700})
    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-ready]")
    life = tab.locator("article.life").filter(has_text=AGREEMENT)
    life.locator("button, summary").first.click()
    life.scroll_into_view_if_needed()
    box = life.bounding_box()
    card = life.locator(".card").first.bounding_box()
    assert box
    assert card
    height = card["y"] + card["height"] - box["y"] + 16
    clip = {"x": box["x"] - 8, "y": box["y"], "width": box["width"], "height": height}
    tab.screenshot(path=PICTURES / "agreement.png", clip=clip)


if __name__ == "__main__":
    main()
