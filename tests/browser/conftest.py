"""The course in a real browser: JupyterLab as ``kmscourse lab`` opens it, and Chromium, which reaches no other machine.

Screenshots are kept in ``build/screenshots/``.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from kmscourse.sandbox import client as sandbox_client
from tests.browser.lab import Jupyter
from tests.browser.pages import Pages

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 60
ANSWER_MS = 20_000  # to wait for what a page will say, on a busy machine


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window. Names other than this machine's lead nowhere."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(
            "no Chromium here: install it (Debian and Ubuntu: apt-get install chromium), then run this again"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        expect.set_options(timeout=ANSWER_MS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of what the browser showed are kept."""
    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """JupyterLab with a student's fresh copy of the course, on a fresh practice account."""
    home = tmp_path_factory.mktemp("home")
    with _running(home) as jupyter:
        yield jupyter
    sandbox_client.stop(jupyter.home)


@contextmanager
def _running(folder: Path) -> Iterator[Jupyter]:
    token, home = secrets.token_hex(16), folder / "kmscourse"
    environment = {
        **os.environ,
        "HOME": str(folder),
        "JUPYTER_TOKEN": token,
        "KMSCOURSE_HOME": str(home),
        "KMSCOURSE_TARGET": "sandbox",
    }
    command = [sys.executable, "-m", "kmscourse.cli", "lab", "--no-browser"]
    said = folder / "jupyter.log"
    with (
        open(said, "wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True) as process,
    ):
        try:
            yield Jupyter(_address(said, process), token, home)
        finally:
            os.killpg(process.pid, 15)
            process.wait(30)


def _address(said: Path, process: subprocess.Popen[bytes]) -> str:
    """Where JupyterLab answers, once it does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        words = said.read_text("utf-8", "replace").split()
        found = next((word for word in words if word.startswith("http://127.0.0.1:")), None)
        if found is not None:
            address = found.partition("/lab")[0]
            try:
                with urllib.request.urlopen(f"{address}/api", timeout=5):  # noqa: S310 (our own server)
                    return address
            except urllib.error.URLError:
                pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start; it said:\n{said.read_text('utf-8', 'replace')[-2000:]}")


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What the pages of a module share: JupyterLab's scripts, loaded once."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, jupyter: Jupyter) -> Iterator[Page]:
    """A page of its own for each test. Whatever it asks of another machine fails the test."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    context.on("request", note)
    made = context.new_page()
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    yield made
    made.close()
    context.remove_listener("request", note)
    elsewhere = [
        url for url in asked if not url.startswith((jupyter.address, "data:", "blob:", jupyter.socket))
    ]
    assert not elsewhere, f"the page asked another machine: {elsewhere}"
    assert not faults, f"scripts of the page failed: {faults}"


@pytest.fixture
def pages(page: Page, jupyter: Jupyter, screenshots: Path) -> Iterator[Pages]:
    """The console's pages. ipywidgets logs what goes wrong behind a button, and goes on: here the test fails."""
    pages = Pages(page, jupyter, screenshots)
    yield pages
    pages.close()
    assert not pages.failures, pages.failures[0]
