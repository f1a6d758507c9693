"""A page of the console is not saved as it lives, and everything else is saved as it is."""

from __future__ import annotations

import json
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kmscourse import jupyter
from kmscourse.jupyter.saving import WIDGET_VIEW, _load_jupyter_server_extension, leave_out_live_pages
from kmscourse.look import AT_REST

REST = f'<div class="{AT_REST}">Run this cell to use it.</div>'
VIEW = {"model_id": "0123", "version_major": 2, "version_minor": 0}
MIME = st.dictionaries(st.sampled_from(["text/plain", "text/html", "image/png", WIDGET_VIEW]), st.text())
OUTPUT = st.fixed_dictionaries({"output_type": st.just("display_data"), "data": MIME}) | st.just(
    {"output_type": "stream", "name": "stdout", "text": REST}
)
CELL = st.fixed_dictionaries(
    {"cell_type": st.just("code"), "outputs": st.lists(OUTPUT, max_size=3)}
) | st.just({"cell_type": "markdown", "source": REST})


def saved(*cells: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells as they are saved."""
    model = {"type": "notebook", "content": {"cells": deepcopy(list(cells))}}
    leave_out_live_pages(model, path="x.ipynb", contents_manager=None)
    content: Any = model["content"]
    return list(content["cells"])


def shown(**data: Any) -> dict[str, Any]:
    return {"cell_type": "code", "outputs": [{"output_type": "execute_result", "data": data}]}


def test_the_widget_of_a_page_is_left_out_and_what_stands_for_it_stays() -> None:
    for html in (REST, [REST[:9], REST[9:]]):  # a text or its lines: nbformat allows both
        page = shown(**{WIDGET_VIEW: VIEW, "text/html": html, "text/plain": "a page"})
        assert saved(page) == [shown(**{"text/html": html, "text/plain": "a page"})]


def test_other_peoples_widgets_stay() -> None:
    theirs = shown(**{WIDGET_VIEW: VIEW, "text/html": "<p>a slider</p>"}), shown(**{WIDGET_VIEW: VIEW})
    assert saved(*theirs) == list(theirs)


@given(st.lists(CELL, max_size=4))
def test_nothing_but_the_widgets_of_pages_is_touched(cells: list[dict[str, Any]]) -> None:
    for before, after in zip(cells, saved(*cells), strict=True):
        for was, now in zip(before.get("outputs", ()), after.get("outputs", ()), strict=True):
            if "data" in was and AT_REST not in was["data"].get("text/html", ""):
                assert now == was
            elif "data" in was:
                assert now["data"] == {
                    kind: what for kind, what in was["data"].items() if kind != WIDGET_VIEW
                }


def test_a_file_that_is_no_notebook_is_left_alone() -> None:
    for model in (
        {"type": "file", "content": "text"},
        {"type": "notebook", "content": None},
        {"type": "directory"},
    ):
        before = deepcopy(model)
        leave_out_live_pages(model)
        assert model == before


def test_the_servers_settings_name_an_extension_that_is_there() -> None:
    folder = Path(jupyter.__file__).parent / "jupyter_server_config.d"
    settings = json.loads((folder / "kmscourse.json").read_text("utf-8"))
    for name, enabled in settings["ServerApp"]["jpserver_extensions"].items():
        module = import_module(name)
        assert enabled
        assert module._jupyter_server_extension_points() == [{"module": name}]


def test_the_extension_has_each_notebook_pass_before_it_is_saved_and_knows_the_style() -> None:
    hooks: list[Any] = []
    app: Any = SimpleNamespace(
        contents_manager=SimpleNamespace(register_pre_save_hook=hooks.append),
        web_app=SimpleNamespace(settings={"static_custom_path": []}),
    )
    _load_jupyter_server_extension(app)
    assert hooks == [leave_out_live_pages]
    (folder,) = app.web_app.settings["static_custom_path"]
    assert (Path(folder) / "custom.css").is_file()
