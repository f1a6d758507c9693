"""What JupyterLab's server does for the course: it keeps no page that lives in a kernel, and knows the course's styles.

A page of the console, a question and the quiz are widgets: their output names a model in the kernel, and the day after
there is no such model ("Error displaying widget: model not found"). So when a notebook is saved, such a widget is left
out, and what stands for it where no kernel is stays. On the screen nothing changes.

JupyterLab loads this as an extension of its server: ``jupyter_server_config.d/`` says so to the one that ``kmscourse
lab`` starts, and, where the package was installed with it, to a plain ``jupyter lab``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmscourse.look import AT_REST

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
STYLES = Path(__file__).with_name("custom")


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    contents_manager: Any = app.contents_manager  # it has no types
    contents_manager.register_pre_save_hook(leave_out_live_pages)
    app.web_app.settings["static_custom_path"].append(str(STYLES))


def leave_out_live_pages(model: Mapping[str, Any], **_: object) -> None:
    """Before a notebook is saved: leave the widget of each page out, so that what stands for it is shown.

    ``model`` is a file as Jupyter's server has it ("contents"); of other files, and of other people's widgets, nothing
    is touched.
    """
    if model.get("type") != "notebook" or not isinstance(model.get("content"), dict):
        return
    for data in _outputs(model["content"]):
        if AT_REST in "".join(data.get("text/html", "")):
            data.pop(WIDGET_VIEW, None)


def _outputs(notebook: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What each output of a notebook holds, by its MIME type."""
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            if "data" in output:
                yield output["data"]
