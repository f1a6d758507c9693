"""Every notebook in JupyterLab, one after the other on one account: opened, Run All, looked at in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kmscourse.course import SECTIONS, Section
from tests.browser.lab import Jupyter, Notebook, code_cells, faults

OURS = ".jp-OutputArea-output"


def look(notebook: Notebook, section: Section, theme: str, screenshots: Path) -> None:
    """Keep a picture of the notebook as far as it reaches, and let axe-core judge what the cells show."""
    page = notebook.page
    height = page.evaluate("document.querySelector('.jp-WindowedPanel-viewport').scrollHeight")
    page.set_viewport_size({"width": 1280, "height": min(int(height) + 120, 16_000)})
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
    page.wait_for_timeout(300)
    page.screenshot(path=screenshots / f"{section.number:02}-{theme}.png")
    page.set_viewport_size({"width": 1280, "height": 900})
    found = faults(page, OURS)
    assert not found, f"{section.notebook}, {theme}:\n" + "\n".join(found)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_it_runs_from_its_first_cell_to_its_last(
    page: Page, jupyter: Jupyter, screenshots: Path, section: Section
) -> None:
    notebook = jupyter.open(page, section.notebook)
    saved = notebook.run_all()
    cells = code_cells(saved)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        failed = any(output["output_type"] == "error" for output in cell["outputs"])
        assert failed == ("raises-exception" in cell["metadata"].get("tags", [])), "".join(cell["source"])
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    look(notebook, section, "light", screenshots)
    notebook.use_theme("Dark")
    look(notebook, section, "dark", screenshots)
