"""What is forked from a warm process is the process that was asked for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from tests.warm import CAN_START_WARM, KERNEL_STEPS, Warmth

LAUNCHER = Path(__file__).with_name("launcher.py")

pytestmark = pytest.mark.skipif(not CAN_START_WARM, reason="this system can't fork, or TMPDIR is too long")

ASKED = """
import json, os, sys
print(json.dumps([__name__, sys.argv[1:], dict(os.environ), os.getcwd(), sorted(sys.modules), os.getpid()]))
sys.exit(7)
"""
NOTED = "open('pid', 'w').write(str(os.getpid()))"
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


def test_what_was_started_ends_with_the_warm_process(tmp_path: Path) -> None:
    warmth = Warmth()
    (tmp_path / "asked.py").write_text(ASLEEP.replace("print(os.getpid(), flush=True)", NOTED), "utf-8")
    warmth.start("asked", [], {}, tmp_path / "log")
    noted = tmp_path / "pid"
    wait_until(lambda: noted.exists() and noted.read_text("utf-8") != "", "the fork does not run")
    warmth.close()
    wait_until(lambda: has_ended(int(noted.read_text("utf-8"))), "the fork lives on without the warm process")


def test_a_kernel_ends_with_the_warm_process_even_when_that_is_killed(tmp_path: Path) -> None:
    """As with a worker of the tests that is killed: nobody is left to end the kernel."""
    warmth = Warmth(*KERNEL_STEPS)
    warmth.add_kernel(tmp_path)
    kernel = KernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(tmp_path / "kernels")]),
        connection_file=str(tmp_path / "connection.json"),
    )
    kernel.start_kernel()
    client = kernel.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    launcher = kernel.provisioner.process
    os.kill(warmth.pid, signal.SIGKILL)
    assert launcher.wait(20) == 1, "the kernel lives on"
    client.stop_channels()
    kernel.cleanup_resources()
    warmth.close()
