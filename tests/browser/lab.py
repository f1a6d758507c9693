"""JupyterLab through the eyes and hands of a student: open a notebook, run it, look at it, save it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

RUN_MS = 90_000


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

    def open(self, page: Page, notebook: str) -> Notebook:
        """The notebook in the page, alone in the window, its kernel ready, in the light theme."""
        self.set(page, "apputils-extension:themes", theme="JupyterLab Light")
        self.set(
            page, "notebook-extension:tracker", windowingMode="none"
        )  # every cell is on the page, to be looked at
        page.goto(f"{self.address}/doc/tree/{notebook}?token={self.token}")
        opened = Notebook(page, self.home / "notebooks" / notebook)
        expect(opened.cells.first).to_be_visible(timeout=RUN_MS)
        opened.wait_until_idle()
        return opened

    def set(self, page: Page, plugin: str, **settings: str) -> None:
        """Change settings of JupyterLab, as its settings editor would."""
        response = page.request.put(
            f"{self.address}/lab/api/settings/@jupyterlab/{plugin}",
            headers={"Authorization": f"token {self.token}"},
            data=json.dumps({"raw": json.dumps(settings)}),
        )
        assert response.ok, response.text()


class Notebook:
    """A notebook in the browser. ``file`` is where JupyterLab saves it."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.file = file

    @property
    def cells(self) -> Locator:
        """All cells on the page."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    def wait_until_idle(self) -> None:
        """Wait until there is a kernel, and it has nothing to do."""
        status = self.page.locator(".jp-StatusBar-TextItem", has_text="(ipykernel)")
        expect(status).to_contain_text("| Idle", timeout=RUN_MS)

    def menu(self, *names: str) -> None:
        """Choose from the menu bar, as in ``menu("Run", "Run All Cells")``."""
        self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{names[0]}$")).click()
        for name in names[1:]:
            self.page.locator(".lm-Menu-item", has_text=re.compile(f"^{re.escape(name)}")).first.click()

    def restart_kernel(self) -> None:
        """Kernel → Restart Kernel…"""
        self.menu("Kernel", "Restart Kernel…")
        self.page.locator(".jp-Dialog button", has_text="Restart").last.click()
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)
        self.wait_until_idle()

    def use_theme(self, theme: str) -> None:
        """Settings → Theme: ``Light`` or ``Dark``."""
        self.menu("Settings", "Theme", f"JupyterLab {theme}")
        light = str(theme == "Light").lower()
        expect(self.page.locator(f"body[data-jp-theme-light={light}]")).to_be_attached()

    def run_all(self) -> dict[str, Any]:
        """Run → Run All Cells, and save; the notebook as it was saved after its last cell has run."""
        self.menu("Run", "Run All Cells")
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
            self.menu("Run", "Run Selected Cell")
            self.wait_until_idle()

    def save(self) -> dict[str, Any]:
        """File → Save Notebook; what was saved is returned."""
        before = self.file.stat().st_mtime_ns
        self.menu("File", "Save Notebook")
        for _ in range(100):
            self.page.wait_for_timeout(50)
            with suppress(ValueError):  # it is being written just now
                if self.file.stat().st_mtime_ns != before:
                    saved: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
                    return saved
        raise AssertionError(f"{self.file.name}: not saved")


def faults(page: Page, selector: str) -> list[str]:
    """What axe-core finds in these parts of a page that is serious or critical: rule, place, and what to do."""
    found = Axe().run(page, {"include": [[selector]]}, {"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']} at {node['target'][-1]}: {node['failureSummary']}\n{node['html'][:300]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """A notebook's cells of code."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
