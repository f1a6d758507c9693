"""The wheel is the whole course: installed where no checkout is near, it opens, runs, checks and makes slides.

What it depends on comes from this environment, and nothing else does: no test needs the network, and what only the
tests have is missing there.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kmscourse.course import SECTIONS, find_section

ROOT = Path(__file__).parents[1]
SECONDS = 120
CLI = "from kmscourse.cli import main; raise SystemExit(main())"
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\S*token=(\w+)")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (file,) = built.glob("*.whl")
    return file


def dependencies(distribution: Distribution) -> list[Distribution]:
    """What pip brings with a distribution: all that it requires, and what that requires, once each."""
    brought: dict[tuple[str, frozenset[str]], Distribution] = {}
    waiting: list[tuple[Distribution, frozenset[str]]] = [(distribution, frozenset())]
    while waiting:
        requiring, extras = waiting.pop()
        for requirement in map(Requirement, requiring.requires or ()):
            marker, wanted = requirement.marker, frozenset(requirement.extras)
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
                found = (canonicalize_name(requirement.name), wanted)
                if found not in brought:
                    brought[found] = Distribution.from_name(requirement.name)
                    waiting.append((brought[found], wanted))
    return list(brought.values())


class Installed:
    """An environment that has the wheel and what it depends on, and a home and a working folder of its own."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        venv.create(folder / "venv", with_pip=False)
        self.python = folder / "venv" / "bin" / "python"
        (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(packages)  # noqa: S202  our own wheel
        (metadata,) = packages.glob("kmscourse-*.dist-info")
        for distribution in dependencies(PathDistribution(metadata)):
            for file in distribution.files or ():
                place = packages / file.parts[0]
                if file.parts[0] != ".." and not os.path.lexists(place):
                    place.symlink_to(str(distribution.locate_file(file.parts[0])))
        self.packages, self.folder = packages, folder / "elsewhere"
        self.folder.mkdir()
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "KMSCOURSE_HOME": str(folder / "home"),
            "KMSCOURSE_TARGET": "sandbox",
            "JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter"),
            "JUPYTERLAB_DIR": str(Path(sys.prefix) / "share" / "jupyter" / "lab"),
        }

    def command(self, *words: str) -> list[str]:
        return [str(self.python), "-c", CLI, *words]

    def run(self, *words: str, status: int = 0) -> str:
        """What ``kmscourse`` says, called with these words."""
        done = subprocess.run(
            self.command(*words),
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment,
            timeout=SECONDS,
        )
        assert done.returncode == status, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    installed = Installed(tmp_path_factory.mktemp("installed"), wheel)
    yield installed
    installed.run("sandbox", "stop")


def test_the_sdist_has_all_that_make_needs(built: Path) -> None:
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    needed = {"Makefile", "pyproject.toml", "environment.yml", "conftest.py", "README.md", "LICENSE"}
    assert needed <= names
    assert {f"notebooks/{section.notebook}" for section in SECTIONS} <= names


def test_the_wheel_carries_each_notebook_and_picture(wheel: Path) -> None:
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("kmscourse/notebooks/")}
    beside = {
        f"kmscourse/{file.relative_to(ROOT)}"
        for file in (ROOT / "notebooks").rglob("*")
        if file.is_file() and file.suffix in (".ipynb", ".svg", ".md")
    }
    assert carried >= beside


def test_its_metadata_is_complete(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = archive.read(name).decode()
    for field in (
        "Name: kmscourse",
        "License-Expression: MIT",
        "Requires-Python: >=3.11",
        "Classifier: Typing",
    ):
        assert f"\n{field}" in metadata, f"{field} is missing in pyproject.toml"
    assert "\nProject-URL:" not in metadata, "the project has no address to name"


def test_the_version_is_the_changelogs_newest(installed: Installed) -> None:
    version = installed.run("--version").split()[-1]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert version == newest[1], "pyproject.toml and CHANGELOG.md name different versions"


def test_it_is_the_wheel_that_is_tried(installed: Installed) -> None:
    where = subprocess.check_output(
        [installed.python, "-c", "import kmscourse; print(kmscourse.__file__)"],
        cwd=installed.folder,
        env=installed.environment,
        text=True,
    )
    assert Path(where.strip()).is_relative_to(installed.packages)


def test_jupyterlab_opens_with_the_notebooks(installed: Installed) -> None:
    process = subprocess.Popen(
        installed.command("lab", "--no-browser"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=installed.folder,
        env=installed.environment,
        start_new_session=True,
    )
    try:
        address = next(found for line in process.stdout or [] if (found := ADDRESS.search(line)))
        url = f"http://127.0.0.1:{address[1]}/api/contents?token={address[2]}"
        names = {entry["name"] for entry in _answer(url)["content"]}
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(SECONDS)
    assert {section.notebook for section in SECTIONS} <= names


def _answer(url: str) -> Any:
    """What a server says that may need a moment more until it listens."""
    latest = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310  our own server
                return json.load(answer)
        except urllib.error.URLError:
            if time.monotonic() > latest:
                raise
            time.sleep(0.1)


@pytest.mark.parametrize(
    "module", ["docker", "hypothesis", "mypy", "nbval", "playwright", "py_partiql_parser"]
)
def test_it_brings_nothing_that_only_the_tests_need(installed: Installed, module: str) -> None:
    command = [
        str(installed.python),
        "-c",
        f"import importlib.util; print(importlib.util.find_spec({module!r}))",
    ]
    said = subprocess.check_output(command, cwd=installed.folder, env=installed.environment, text=True)
    assert said == "None\n", f"{module} belongs to the extra 'test' in pyproject.toml"


@pytest.mark.parametrize("number", [0, 6, 15])
def test_a_section_runs(installed: Installed, number: int) -> None:
    """The first one, the one with a table, and the one that runs pytest."""
    notebook = installed.packages / "kmscourse" / "notebooks" / find_section(number).notebook
    command = [
        str(installed.python),
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--stdout",
        str(notebook),
    ]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=installed.folder,
        env=installed.environment,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert "Practice account" in done.stdout


def test_it_checks_asks_and_makes_slides(installed: Installed) -> None:
    assert "0 · Welcome" in installed.run("check", "0")
    assert "1 slide show" in installed.run("slides", "0", "--out", "slides")
    assert (installed.folder / "slides" / "00-welcome.html").is_file()
