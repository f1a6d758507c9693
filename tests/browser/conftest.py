"""The course in a real browser: JupyterLab as ``kmscourse lab`` opens it, and Chromium, which reaches no other machine.

Screenshots are kept in ``build/screenshots/``.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, WebError, expect, sync_playwright

from kmscourse import cli
from kmscourse.sandbox import client as sandbox_client
from tests.browser.lab import SETTINGS, SIZE, Jupyter, Window
from tests.browser.pages import Pages
from tests.conftest import environment_of_ones_own
from tests.warm import CAN_START_WARM, KERNEL_STEPS, Warmth

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 60
ANSWER_MS = 20_000  # to wait for what a page will say, on a busy machine
UNANSWERED = (
    "Canceled future for "  # JupyterLab, of what a kernel had not answered when its notebook was closed
)


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


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """JupyterLab with a student's fresh copy of the course. Where the system can fork, its kernels start warm."""
    kernels = tmp_path_factory.mktemp("jupyter")
    with ExitStack() as opened:
        if CAN_START_WARM:
            warm = opened.enter_context(closing(Warmth(*KERNEL_STEPS)))
            warm.add_kernel(kernels)
        jupyter = opened.enter_context(_running(tmp_path_factory.mktemp("home"), kernels))
        yield jupyter
    sandbox_client.stop(jupyter.home)


@pytest.fixture(scope="module")
def fresh_account(jupyter: Jupyter) -> None:
    """Each module that opens a window begins on a fresh practice account: ``kmscourse sandbox reset --yes``."""
    with environment_of_ones_own():
        os.environ.update(KMSCOURSE_HOME=str(jupyter.home), KMSCOURSE_TARGET="sandbox")
        assert cli.main(["sandbox", "reset", "--yes"]) == 0


@contextmanager
def _running(folder: Path, kernels: Path) -> Iterator[Jupyter]:
    token, home, settings = secrets.token_hex(16), folder / "kmscourse", folder / ".jupyter"
    settings.mkdir()
    (settings / "jupyter_lab_config.json").write_text(json.dumps(SETTINGS))
    environment = {
        **os.environ,
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTER_PATH": str(kernels),
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


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Where windows are opened."""
    context = browser.new_context(viewport=SIZE)
    yield context
    context.close()


@pytest.fixture(scope="session")
def windows() -> list[Window]:
    """The window that is open, if any."""
    return []


@pytest.fixture
def window(
    request: pytest.FixtureRequest,
    context: BrowserContext,
    jupyter: Jupyter,
    fresh_account: None,
    windows: list[Window],
) -> Iterator[Window]:
    """JupyterLab without a notebook. To load it takes long: tests share a window until one of them fails in it.

    Whatever it asks of another machine fails the test.
    """
    asked: list[str] = []
    faults: list[str] = []

    def note_request(request: Request) -> None:
        asked.append(request.url)

    def note_fault(error: WebError) -> None:
        faults.append(str(error.error))

    context.on("request", note_request)
    context.on("weberror", note_fault)
    failed_before = request.session.testsfailed
    if not windows:
        windows.append(jupyter.load(context.new_page()))
    yield windows[0]
    if request.session.testsfailed == failed_before:
        windows[0].close_notebook()
    else:
        windows.pop().close()
    context.remove_listener("request", note_request)
    context.remove_listener("weberror", note_fault)
    elsewhere = [
        url for url in asked if not url.startswith((jupyter.address, "data:", "blob:", jupyter.socket))
    ]
    assert not elsewhere, f"the page asked another machine: {elsewhere}"
    faults = [fault for fault in faults if UNANSWERED not in fault]
    assert not faults, f"scripts of the page failed: {faults}"


@pytest.fixture
def page(window: Window) -> Page:
    """The browser's page that the window is."""
    return window.page


@pytest.fixture
def pages(window: Window, screenshots: Path) -> Iterator[Pages]:
    """The console's pages. ipywidgets logs what goes wrong behind a button, and goes on: here the test fails."""
    pages = Pages(window, screenshots)
    yield pages
    pages.close()
    assert not pages.failures, pages.failures[0]
