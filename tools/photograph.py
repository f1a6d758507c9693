"""Take the pictures of the README: ``python -m tools.photograph``.

They are of the course itself, in Chromium without a window: section 7 in JupyterLab as a student has run it, a decision
as its notebook shows it, and the overview of its slides. The drawing of what the course builds is one already.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, sync_playwright

from kmscourse import slides
from kmscourse.sandbox import client as sandbox_client
from tools.record import NOTEBOOKS

IMAGES = Path(__file__).parents[1] / "docs" / "images"
MAX_BYTES = 150_000
SECTION = 7
PATIENCE = 120_000  # milliseconds
PORT = 8790


def main() -> None:
    """Take each picture. Raises ValueError for one that is too large to be loaded with a README."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, take in PICTURES.items():
            file = IMAGES / f"{name}.png"
            take(chromium, file)
            size = file.stat().st_size
            if size > MAX_BYTES:
                raise ValueError(f"{file.name} has {size} bytes: show less of it")
            print(f"took {file.name}, {size} bytes")


def take_notebook(chromium: Browser, file: Path) -> None:
    """JupyterLab, where the Scan of section 7 is refused and its page stands below."""
    with tempfile.TemporaryDirectory(prefix="kmscourse-") as home, _jupyter(Path(home)) as (address, token):
        page = chromium.new_page(viewport={"width": 1180, "height": 860})
        page.request.put(  # every cell is on the page, seen or not
            f"{address}/lab/api/settings/@jupyterlab/notebook-extension:tracker",
            headers={"Authorization": f"token {token}"},
            data=json.dumps({"raw": json.dumps({"windowingMode": "none"})}),
        )
        page.goto(f"{address}/doc/tree/{NOTEBOOKS[SECTION].name}?token={token}")
        page.locator(".jp-StatusBar-TextItem", has_text="| Idle").wait_for(timeout=PATIENCE)
        page.locator(".lm-MenuBar-item", has_text="Run").click()
        page.locator(".lm-Menu-item", has_text="Run All Cells").first.click()
        page.locator(".kms-report").last.wait_for(timeout=PATIENCE)
        page.locator(".jp-OutputArea-output", has_text="KMS key access denied error").first.evaluate(
            "output => output.closest('.jp-Cell').scrollIntoView()"
        )
        page.wait_for_timeout(1000)
        page.screenshot(path=file)
        page.close()


def take_decision(chromium: Browser, file: Path) -> None:
    """The decision behind that refusal, step by step, as it was recorded."""
    cells = nbformat.read(NOTEBOOKS[SECTION], as_version=4).cells
    cell = next(cell for cell in cells if cell.source == "lab.explain_last_denial()")
    html = cell.outputs[0].data["text/html"]
    page = chromium.new_page(viewport={"width": 980, "height": 700})
    page.set_content(f'<body style="font: 14px/1.45 system-ui, sans-serif; margin: 20px">{html}')
    bottom = page.locator(".kms-banner").evaluate("banner => banner.getBoundingClientRect().bottom")
    page.screenshot(path=file, clip={"x": 0, "y": 0, "width": 980, "height": bottom + 6})
    page.close()


def take_slides(chromium: Browser, file: Path) -> None:
    """The slides of the same section, all at once."""
    with tempfile.TemporaryDirectory(prefix="kmscourse-") as folder:
        _, made = slides.make([NOTEBOOKS[SECTION]], Path(folder))
        page = chromium.new_page(viewport={"width": 980, "height": 560})
        page.goto(made.as_uri())
        page.wait_for_selector("html.ready")
        page.keyboard.press("o")
        page.screenshot(path=file)
        page.close()


PICTURES = {"notebook": take_notebook, "decision": take_decision, "slides": take_slides}


@contextlib.contextmanager
def _jupyter(home: Path) -> Iterator[tuple[str, str]]:
    """JupyterLab as ``kmscourse lab`` opens it, in the folder ``home``: its address, and its token."""
    token = secrets.token_hex(16)
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_TOKEN": token,
        "KMSCOURSE_HOME": str(home / "kmscourse"),
        "KMSCOURSE_TARGET": "sandbox",
    }
    command = [sys.executable, "-m", "kmscourse.cli", "lab", "--no-browser", "--port", str(PORT)]
    address = f"http://127.0.0.1:{PORT}"
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            _wait_until_it_answers(f"{address}/api")
            yield address, token
        finally:
            os.killpg(process.pid, 15)
            process.wait(30)
            sandbox_client.stop(home / "kmscourse")


def _wait_until_it_answers(url: str) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own)
            return
        time.sleep(0.2)
    raise RuntimeError(f"Nothing answers at {url}: is port {PORT} taken?")


if __name__ == "__main__":
    main()
