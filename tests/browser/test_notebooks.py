"""Every notebook in JupyterLab, one after the other on one account: opened, Run All, looked at in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from kmscourse.course import SECTIONS, Section
from tests.browser.lab import SIZE, Notebook, Window, code_cells, faults

OURS = ".jp-OutputArea-output"
HIGHEST = 16_000  # px: no picture is higher


def look(notebook: Notebook, name: str, theme: str, screenshots: Path) -> None:
    """Keep a picture of the notebook as far as it reaches, and let axe-core judge what the cells show."""
    page = notebook.page
    height = page.evaluate("document.querySelector('.jp-WindowedPanel-viewport').scrollHeight")
    page.set_viewport_size({**SIZE, "height": min(int(height) + 120, HIGHEST)})
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
    page.screenshot(path=screenshots / f"{name}-{theme.lower()}.jpeg", type="jpeg")
    page.set_viewport_size(SIZE)
    found = faults(page, OURS)
    assert not found, f"{name}, {theme}:\n" + "\n".join(found)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_it_runs_from_its_first_cell_to_its_last(window: Window, screenshots: Path, section: Section) -> None:
    notebook = window.open(section.notebook)
    saved = notebook.run_all()
    cells = code_cells(saved)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        failed = any(output["output_type"] == "error" for output in cell["outputs"])
        assert failed == ("raises-exception" in cell["metadata"].get("tags", [])), "".join(cell["source"])
    expect(window.page.locator(".jp-Dialog")).to_have_count(0)
    for theme in window.themes():
        look(notebook, f"{section.number:02}", theme, screenshots)


def test_a_saved_notebook_can_be_read_when_it_is_opened_again(window: Window, screenshots: Path) -> None:
    """In the dark theme: what its cells showed was saved in the light one, and no kernel holds its pages any more."""
    section = SECTIONS[8]
    notebook = window.open(section.notebook)
    if not any(cell["outputs"] for cell in code_cells(notebook.save())):
        notebook.run_all()
    window.close_notebook()
    window.use_theme("Dark")
    notebook = window.open(section.notebook)
    expect(window.page.get_by_text("Error displaying widget")).to_have_count(0)
    look(notebook, f"{section.number:02}-opened-again", "Dark", screenshots)
