"""What is forked from a warm process is the process that was asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.warm import CAN_FORK, Warmth

LAUNCHER = Path(__file__).with_name("launcher.py")

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="this system can't fork")

ASKED = """
import json, os, sys
print(json.dumps([__name__, sys.argv[1:], dict(os.environ), os.getcwd(), sorted(sys.modules), os.getpid()]))
sys.exit(7)
"""
ASLEEP = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n"


@pytest.fixture(scope="module")
def warm() -> Iterator[Warmth]:
    warmth = Warmth("colorsys")
    yield warmth
    warmth.close()


def launch(warm: Warmth, folder: Path, code: str, **environment: str) -> subprocess.Popen[str]:
    """Have a module of this code run in a fork."""
    (folder / "asked.py").write_text(code, "utf-8")
    command = [sys.executable, "-I", "-S", LAUNCHER, warm.path, "asked", "one", "two"]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)


def has_ended(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False


def wait_until(true: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)


def test_a_fork_runs_the_module_with_what_the_launcher_had(warm: Warmth, tmp_path: Path) -> None:
    with launch(warm, tmp_path, ASKED, COLOUR="red", LC_CTYPE="C.UTF-8") as process:
        said, _ = process.communicate(timeout=20)
    name, arguments, environment, folder, modules, _ = json.loads(said)
    assert (name, arguments, Path(folder)) == ("__main__", ["one", "two"], tmp_path)
    assert environment.pop("JPY_PARENT_PID")
    assert environment == {"COLOUR": "red", "LC_CTYPE": "C.UTF-8"}, (
        "nothing comes from the warm process's own environment"
    )
    assert "colorsys" in modules, "the fork has what the warm process has imported"
    assert process.returncode == 7


def test_a_fork_ends_with_the_launcher(warm: Warmth, tmp_path: Path) -> None:
    with launch(warm, tmp_path, ASLEEP) as process:
        assert process.stdout
        fork = int(process.stdout.readline())
        process.kill()
    wait_until(lambda: has_ended(fork), "the fork lives on without whoever asked for it")


def test_the_launcher_ends_with_the_fork(warm: Warmth, tmp_path: Path) -> None:
    with launch(warm, tmp_path, ASLEEP) as process:
        assert process.stdout
        os.kill(int(process.stdout.readline()), 9)
        assert process.wait(timeout=20) == 1


def test_a_fork_that_is_started_is_not_waited_for(warm: Warmth, tmp_path: Path) -> None:
    (tmp_path / "asked.py").write_text(
        "import pathlib\npathlib.Path('done').touch()\nraise ValueError('oh')\n", "utf-8"
    )
    warm.start("asked", [], {}, tmp_path / "log")
    log = tmp_path / "log"
    wait_until(
        lambda: "ValueError: oh" in log.read_text("utf-8"), "what it wrote to stderr is not in the log"
    )
    assert (tmp_path / "done").exists()
