"""Processes that start warm: forked from one that has imported already what each of them would import first.

Every notebook is compared in a kernel of its own, beside a practice account of its own, and most of what these cost
goes into imports. A ``Warmth`` is a process that has done the imports and waits at a Unix socket; whoever asks gets
a fork of it that runs a module as ``python -m`` would (``tests/processes.py`` forks what runs a test's own function).
Where a system can't fork (Windows), and for all that tests the start itself, processes are started as the course
starts them.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

CAN_START_WARM = (
    hasattr(os, "fork")
    and hasattr(socket, "AF_UNIX")
    and len(os.fsencode(tempfile.gettempdir())) <= 70  # the path of a Unix socket has 103 bytes at most
)
KERNEL_STEPS = ("ipykernel.ipkernel", "ipykernel.kernelapp", "tests.warm.models:read")
"""What a kernel of the course imports first, but for ipywidgets, which looks for its kernel when it is imported."""


class Warmth:
    """A process that has taken the steps, in their order: a module to import, or ``"module:function"`` to call.

    It ends with ``close``, and with the process that made it, and so does what was forked from it. ``path`` is the
    socket at which it takes requests, ``pid`` its process id.
    """

    def __init__(self, *steps: str) -> None:
        self._open = ExitStack()
        folder = self._open.enter_context(tempfile.TemporaryDirectory(prefix="kmscourse-warm-"))
        self.path = Path(folder, "socket")
        listening = self._open.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(str(self.path))
        listening.listen()
        command = [sys.executable, "-m", "tests.warm.server", str(listening.fileno()), *steps]
        process = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[2],
            pass_fds=[listening.fileno()],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdin
        self.pid = process.pid
        self._open.callback(process.wait)
        self._open.enter_context(process.stdin)

    def start(self, module: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """Run a module in a fork, in the log's folder, its stderr at the end of the log. It is not waited for."""
        connection = self._open.enter_context(socket.socket(socket.AF_UNIX))  # the fork ends with it
        connection.connect(str(self.path))
        request = {"argv": [module, *arguments], "env": dict(environment), "cwd": str(log.parent)}
        with open(os.devnull, "r+b") as nothing, log.open("ab") as errors:
            files = [nothing.fileno(), nothing.fileno(), errors.fileno()]
            socket.send_fds(connection, [json.dumps(request).encode() + b"\n"], files)

    def add_kernel(self, folder: Path) -> None:
        """Write the kernel that begins here into a folder of JUPYTER_PATH, as the usual one, ``python3``."""
        command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py")), str(self.path)]
        parent = (
            f"--IPKernelApp.parent_handle={self.pid}"  # without it, a kernel does not end with its parent
        )
        spec = {
            "argv": [*command, "ipykernel_launcher", "-f", "{connection_file}", parent],
            "display_name": "Python 3 (ipykernel)",
            "interrupt_mode": "message",  # a signal would reach the launcher alone
            "language": "python",
        }
        kernel = folder / "kernels" / "python3"
        kernel.mkdir(parents=True)
        (kernel / "kernel.json").write_text(json.dumps(spec), "utf-8")

    def close(self) -> None:
        """End it."""
        self._open.close()
