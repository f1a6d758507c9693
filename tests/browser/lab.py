"""JupyterLab through the eyes and hands of a student: open a notebook, run it, look at it, save it, close it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, ViewportSize, expect

RUN_MS = 90_000
SIZE: ViewportSize = {"width": 1280, "height": 900}


SETTINGS = {"LabApp": {"expose_app_in_browser": True}}
"""Of the JupyterLab that is tested: its application is ``window.jupyterapp``, which the lines below speak to."""
LOADED = "window.jupyterapp?.restored.then(() => true)"
OPEN = "async path => { await window.jupyterapp.commands.execute('docmanager:open', {path}); }"
USE_THEME = """async theme => {
    await window.jupyterapp.commands.execute('apputils:change-theme', {theme});
}"""
AXE = Axe().axe_script
FIND_FAULTS = """async selector => {
    const found = await axe.run({include: [[selector]]}, {resultTypes: ["violations"]});
    return found.violations;
}"""
CLOSE = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget;
    await notebook.sessionContext.shutdown();
    notebook.dispose();
}"""


@dataclass(frozen=True)
class Jupyter:
    """A running JupyterLab: its address, its token, and the KMSCOURSE_HOME that its kernels work in."""

    address: str
    token: str
    home: Path

    @property
    def socket(self) -> str:
        """The address of its kernels' messages."""
        return self.address.replace("http:", "ws:")

    @property
    def notebooks(self) -> Path:
        """Where the notebooks lie, and their kernels work."""
        return self.home / "notebooks"

    def load(self, page: Page) -> Window:
        """JupyterLab in the page, without a notebook, in the light theme."""
        self._set(page, "apputils-extension:themes", theme="JupyterLab Light")
        self._set(
            page, "notebook-extension:tracker", windowingMode="none"
        )  # every cell is on the page, to be looked at
        page.goto(f"{self.address}/doc?token={self.token}")
        page.wait_for_function(LOADED, timeout=RUN_MS)
        return Window(page, self)

    def _set(self, page: Page, plugin: str, **settings: str) -> None:
        """Change settings of JupyterLab, as its settings editor would."""
        response = page.request.put(
            f"{self.address}/lab/api/settings/@jupyterlab/{plugin}",
            headers=self._authorization,
            data=json.dumps({"raw": json.dumps(settings)}),
        )
        assert response.ok, response.text()

    def end_kernels(self, page: Page) -> None:
        """End every kernel."""
        sessions = f"{self.address}/api/sessions"
        for session in page.request.get(sessions, headers=self._authorization).json():
            page.request.delete(f"{sessions}/{session['id']}", headers=self._authorization)

    @property
    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}


@dataclass
class Window:
    """JupyterLab in the browser, with one notebook at a time, alone in it."""

    page: Page
    jupyter: Jupyter
    notebook: Notebook | None = None

    def open(self, name: str) -> Notebook:
        """Open a notebook, and wait until its kernel is ready."""
        self.page.evaluate(OPEN, name)
        self.notebook = notebook = Notebook(self, self.jupyter.notebooks / name)
        expect(notebook.cells.first).to_be_visible(timeout=RUN_MS)
        notebook.wait_until_idle()
        return notebook

    def close_notebook(self) -> None:
        """Close the notebook that is open, as it is, and end its kernel."""
        if self.notebook is not None:
            self.page.evaluate(CLOSE)
            self.notebook = None

    def close(self) -> None:
        """Close the window, whatever is in it, and end the kernels."""
        self.jupyter.end_kernels(self.page)
        self.page.close()

    def menu(self, *names: str) -> None:
        """Choose from the menu bar, as in ``menu("Run", "Run All Cells")``."""
        self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{names[0]}$")).click()
        for name in names[1:]:
            self.page.locator(".lm-Menu-item", has_text=re.compile(f"^{re.escape(name)}")).first.click()

    def themes(self) -> Iterator[str]:
        """``Light`` and ``Dark``, each while it is on: first the one that is on already, and then the other stays."""
        on = "Light" if self.page.locator("body").get_attribute("data-jp-theme-light") == "true" else "Dark"
        yield on
        other = "Dark" if on == "Light" else "Light"
        self.use_theme(other)
        yield other

    def use_theme(self, theme: str) -> None:
        """Settings → Theme: ``Light`` or ``Dark``."""
        self.page.evaluate(USE_THEME, f"JupyterLab {theme}")
        light = str(theme == "Light").lower()
        expect(self.page.locator(f"body[data-jp-theme-light={light}]")).to_be_attached()


@dataclass
class Notebook:
    """A notebook in a window. ``file`` is where JupyterLab saves it."""

    window: Window
    file: Path

    @property
    def page(self) -> Page:
        """The browser's page that it is in."""
        return self.window.page

    @property
    def cells(self) -> Locator:
        """All cells on the page."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    def wait_until_idle(self) -> None:
        """Wait until there is a kernel, and it has nothing to do."""
        status = self.page.locator(".jp-StatusBar-TextItem", has_text="(ipykernel)")
        expect(status).to_contain_text("| Idle", timeout=RUN_MS)

    def restart_kernel(self) -> None:
        """Kernel → Restart Kernel…"""
        self.window.menu("Kernel", "Restart Kernel…")
        self.page.locator(".jp-Dialog button", has_text="Restart").last.click()
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)
        self.wait_until_idle()

    def run_all(self) -> dict[str, Any]:
        """Run → Run All Cells, and save; the notebook as it was saved after its last cell has run."""
        self.window.menu("Run", "Run All Cells")
        waiting = self.page.locator(".jp-CodeCell .jp-InputPrompt").filter(
            has_not_text=re.compile(r"\[\d+\]")
        )
        expect(waiting).to_have_count(0, timeout=RUN_MS)
        self.wait_until_idle()
        return self.save()

    def run(self, *numbers: int) -> None:
        """Run these cells, counted from 0."""
        for number in numbers:
            self.cells.nth(number).locator(".jp-InputPrompt").click()
            self.window.menu("Run", "Run Selected Cell")
            self.wait_until_idle()

    def save(self) -> dict[str, Any]:
        """File → Save Notebook; what was saved is returned."""
        before = self.file.stat().st_mtime_ns
        deadline = time.monotonic() + RUN_MS / 1000
        while time.monotonic() < deadline:
            self.window.menu("File", "Save Notebook")  # does nothing while an earlier one is not over
            for _ in range(60):
                self.page.wait_for_timeout(50)
                with suppress(ValueError):  # it is being written just now
                    if self.file.stat().st_mtime_ns != before:
                        saved: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
                        return saved
        raise AssertionError(f"{self.file.name}: not saved")


def faults(page: Page, selector: str) -> list[str]:
    """What axe-core finds in these parts of a page that is serious or critical: rule, place, and what to do."""
    if not page.evaluate("'axe' in window"):  # half a megabyte, which stays in the page
        page.evaluate(AXE)
    found = page.evaluate(FIND_FAULTS, selector)
    return [
        f"{rule['id']} at {node['target'][-1]}: {node['failureSummary']}\n{node['html'][:300]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """A notebook's cells of code."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
