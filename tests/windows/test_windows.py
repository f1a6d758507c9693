"""The course on Windows: on Windows itself, and elsewhere in processes that pretend it (``pretended.py``).

Each program runs in a process of its own. The encoding of files and pipes for which none is named is ASCII there, so
that what counts on UTF-8 fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmscourse.sandbox import client
from kmscourse.sandbox.http import server

ROOT = Path(__file__).parents[2]
SECONDS = 120

IMPORT_ALL = """
import importlib, pkgutil, kmscourse
for module in pkgutil.walk_packages(kmscourse.__path__, "kmscourse."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""
SECTION = """
import json, pathlib, sys
from IPython.core.interactiveshell import InteractiveShell
from kmscourse import jupyter
from kmscourse.course import find_section

sys.stdout.reconfigure(encoding="utf-8")  # as a kernel's
shell = InteractiveShell.instance()
notebook = jupyter.notebooks() / find_section(int(sys.argv[1])).notebook
for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        ran = shell.run_cell("".join(cell["source"]), store_history=True)
        fails = "raises-exception" in cell["metadata"].get("tags", ())
        assert ran.success or fails, cell["source"]
"""
COMMAND = "import sys; from kmscourse.cli import main; sys.exit(main(sys.argv[1:]))"
LAY_NOTEBOOKS = """
from kmscourse import jupyter
from kmscourse.home import home
from kmscourse.jupyter.copy import bring_up_to_date
for _ in "twice":
    assert bring_up_to_date(home() / "notebooks", jupyter.notebooks()) == []
"""
REPLACE_UNDER_A_READER = """
import pathlib, sys, threading, time
from kmscourse.home import files

path = pathlib.Path(sys.argv[1], "notes.json")
files.write(path, b"before")
reader = open(path, "rb")
threading.Timer(float(sys.argv[2]), reader.close).start() if sys.argv[2] != "never" else None
try:
    files.write(path, b"after")
except PermissionError:
    print("refused")
reader.close()
print(files.read(path).decode(), len(list(path.parent.iterdir())))
"""
SEAL_UNDER_A_READER = """
import os, pathlib, sys, threading
from kmscourse.envelope import seal_file, unseal_file
from tests.conftest import PocketKms

kms, folder = PocketKms(), pathlib.Path(sys.argv[1])
plain, sealed, opened = (folder / name for name in ("plain", "sealed", "opened"))
plain.write_bytes(b"one\\ntwo\\r\\n" * 1000)
for target in (sealed, opened):
    target.write_bytes(b"before")
reader = open(opened, "rb")
threading.Timer(0.3, reader.close).start()
seal_file(kms, kms.key_id, plain, sealed)
unseal_file(kms, sealed, opened)
assert opened.read_bytes() == plain.read_bytes()
assert sorted(os.listdir(folder)) == ["opened", "plain", "sealed"]
"""
LOCK = """
import pathlib, sys
from kmscourse.home import lock

path = pathlib.Path(sys.argv[1])
with lock.held(path, 0):
    assert lock.is_held(path)
assert not lock.is_held(path)
"""


class Windows:
    """Where programs find themselves on Windows, with a home of their own."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        (folder / "sitecustomize.py").write_text(
            "from tests.windows.pretended import begin\nbegin()\n", encoding="utf-8"
        )
        self.environment = {
            **os.environ,
            "KMSCOURSE_HOME": str(self.home),
            "KMSCOURSE_TARGET": "sandbox",
            "LC_ALL": "C",
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONIOENCODING": "ascii",
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
            "PYTHONUTF8": "0",
        }

    def run(self, program: str, *arguments: str) -> str:
        """What the program says, which has to end well."""
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=self.environment,
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[Windows]:
    windows = Windows(tmp_path)
    yield windows
    client.stop(windows.home)


@pytest.mark.skipif(sys.platform == "win32", reason="this is Windows itself")
def test_the_pretence_holds(windows: Windows) -> None:
    """Else nothing below shows anything."""
    said = windows.run(
        "from kmscourse.home import files, lock; from kmscourse.sandbox import process;"
        "print(files.RETRY_SECONDS > 0, lock.msvcrt.__name__, hasattr(files.os, 'fork'), hasattr(lock, 'fcntl'),"
        "hasattr(process.signal, 'SIGHUP'), files.os.name, open(0).encoding.upper() != 'UTF-8')"
    )
    assert said.split() == ["True", "msvcrt", "False", "False", "False", "nt", "True"]


def test_every_module_is_imported(windows: Windows) -> None:
    windows.run(IMPORT_ALL)


@pytest.mark.parametrize("number", [1, 15])
def test_a_section_runs_from_its_first_cell_to_its_last(windows: Windows, number: int) -> None:
    """Section 15 has pytest run, in a process of its own."""
    assert "Practice account" in windows.run(SECTION, str(number))
    assert f"{number} - " in windows.run(COMMAND, "check", str(number))
    assert "has ended" in windows.run(COMMAND, "sandbox", "stop")
    assert not (windows.home / client.ENDPOINT_FILE).exists()
    assert (windows.home / client.LOG_FILE).read_text("utf-8").splitlines()[-1].endswith(" Ended")


def test_the_practice_account_ends_well_while_its_endpoint_is_read(windows: Windows) -> None:
    windows.run(COMMAND, "sandbox", "env")
    with open(windows.home / client.ENDPOINT_FILE, "rb"):
        assert "has ended" in windows.run(COMMAND, "sandbox", "stop")
        assert (windows.home / client.LOG_FILE).read_text("utf-8").splitlines()[-1].endswith(" Ended")
    assert "No sandbox was running" in windows.run(COMMAND, "sandbox", "stop")


def test_env_speaks_to_powershell_where_nobody_says_to_what(windows: Windows) -> None:
    lines = windows.run(COMMAND, "sandbox", "env").splitlines()
    endpoint = client.find(windows.home)
    assert endpoint is not None
    assert f"$env:AWS_ENDPOINT_URL = '{endpoint.url}'" in lines
    assert all(line.startswith(("$env:", "Remove-Item ")) for line in lines)


@pytest.mark.skipif(sys.platform != "win32", reason="there is neither PowerShell nor cmd")
@pytest.mark.parametrize("shell", ["powershell", "cmd"])
def test_a_shell_of_windows_reads_the_lines(windows: Windows, shell: str) -> None:
    env = f'"{sys.executable}" -m kmscourse.cli sandbox env --shell {shell}'
    tell = f"\"{sys.executable}\" -c \"import os; print(os.environ['AWS_ENDPOINT_URL'], 'AWS_PROFILE' in os.environ)\""
    if shell == "cmd":
        script = windows.home.parent / "read.bat"
        reading = f"""@echo off\nfor /f "delims=" %%i in ('"{env}"') do @set "%%i"\n{tell}\n"""
        command = ["cmd", "/d", "/c", str(script)]
    else:
        script = windows.home.parent / "read.ps1"
        reading = f"& {env} | Out-String | Invoke-Expression\n& {tell}\n"
        command = ["powershell", "-NoProfile", "-ExecutionPolicy", "Bypass", "-File", str(script)]
    script.write_text(reading, "utf-8")
    environment = {**windows.environment, "AWS_PROFILE": "left"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)
    endpoint = client.find(windows.home)
    assert endpoint is not None
    assert done.stdout.split() == [endpoint.url, "False"], done.stdout + done.stderr


def test_all_sockets_fit_into_one_select() -> None:
    """Windows' select() takes 512: https://docs.python.org/3/library/select.html"""
    own = 8  # the listening socket, the loop's own pair, and room to spare
    assert server.MAX_CONNECTIONS + server.MAX_BURST + own <= 512


def test_the_notebooks_are_laid(windows: Windows) -> None:
    windows.run(LAY_NOTEBOOKS)


@pytest.mark.parametrize(("seconds", "said"), [("0.3", "after 1"), ("never", "refused before 1")])
def test_a_file_is_replaced_as_soon_as_nobody_reads_it(windows: Windows, seconds: str, said: str) -> None:
    folder = windows.home / "files"
    folder.mkdir()
    assert windows.run(REPLACE_UNDER_A_READER, str(folder), seconds).split() == said.split()


def test_a_sealed_file_takes_its_place_as_soon_as_nobody_reads_that(windows: Windows) -> None:
    folder = windows.home / "files"
    folder.mkdir()
    windows.run(SEAL_UNDER_A_READER, str(folder))


def test_a_lock_keeps_others_out(windows: Windows) -> None:
    windows.run(LOCK, str(windows.home / "lock"))
