"""JupyterLab as the course opens it: on this machine alone, at the welcome page, without the news pop-up.

copy.py          the student's own copy of the notebooks
saving.py        what its server does when a notebook is saved
tracebacks.py    which errors a cell shows in one line
labconfig/ jupyter_server_config.d/ custom/     JupyterLab's settings, its server's extension, its style
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from kmscourse.errors import CourseError

FIRST_NOTEBOOK = "00-welcome.ipynb"
_FIRST_PAGE = f"/lab/tree/{FIRST_NOTEBOOK}"
IDLE_KERNEL_SECONDS = 1800
HIDDEN = ["__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~", "edition.json", "images"]
"""What the list of files doesn't show: what Jupyter leaves out by itself, and what lies beside the notebooks."""


def notebooks() -> Path:
    """The folder with the course's notebooks: beside the package in a copy of the repository, else within it.

    Raises CourseError where they are in neither place.
    """
    package = Path(__file__).parents[1]
    places = (package.parent / "notebooks", package / "notebooks")
    for folder in places:
        if (folder / FIRST_NOTEBOOK).is_file():
            return folder
    raise CourseError(
        f"The notebooks are neither at {places[0]} nor at {places[1]}. Install kmscourse again, or open the course "
        "from a copy of its repository with `make lab`."
    )


def command(folder: Path, *, browser: bool, port: int | None) -> list[str]:
    """The command line that opens the notebooks in ``folder``. ``port`` None: JupyterLab chooses a free one."""
    words = [
        *(sys.executable, "-m", "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--LabApp.default_url={_FIRST_PAGE}",
        *_options(folder),
    ]
    if not browser:
        words.append("--no-browser")
    if port is not None:
        words.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")  # in a container there is often no other user
    return words


def hub_command(folder: Path) -> list[str]:
    """The command line of a student's server in a JupyterHub, which opens the notebooks in ``folder``.

    Its address and its tokens are in its environment, where the Hub puts them. Its kernels listen at sockets that are
    files of the student's own: at a port of the machine, every user of it could read what a kernel prints. The kernel
    of a notebook that is closed ends after a while: else a student has one for each section by the evening.
    """
    return [
        *(sys.executable, "-m", "jupyterhub.singleuser"),
        f"--ServerApp.default_url={_FIRST_PAGE}",
        "--ConnectionFileMixin.transport=ipc",
        f"--MappingKernelManager.cull_idle_timeout={IDLE_KERNEL_SECONDS}",
        *_options(folder),
    ]


def hub_environment(home: Path) -> dict[str, str]:
    """The variables for it: the Hub's, the course's, and a folder for the sockets in ``home``.

    Where Jupyter would have them, a user with a long name has no kernel: a socket's path has 107 bytes at most.
    """
    return {**environment(), "JUPYTER_RUNTIME_DIR": str(home / "run")}


def _options(folder: Path) -> list[str]:
    return [
        f"--ServerApp.root_dir={folder}",
        "--LabApp.custom_css=True",
        f"--ContentsManager.hide_globs={json.dumps(HIDDEN)}",
    ]


def environment() -> dict[str, str]:
    """The variables for JupyterLab: this process's own, and where its course settings are (this folder)."""
    paths = [str(Path(__file__).parent), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(path for path in paths if path)}
