"""The warm process: ``python -m tests.warm.server LISTENING_DESCRIPTOR STEP …``. Ends when its stdin does."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
from typing import Any

MAX_REQUEST_BYTES = 1 << 20


def main() -> None:
    """Take the steps, then serve requests; in a fork, run what was asked for."""
    listening = socket.socket(fileno=int(sys.argv[1]))
    for step in sys.argv[2:]:
        name, _, function = step.partition(":")
        module = importlib.import_module(name)
        if function:
            getattr(module, function)()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets forks that have ended
    while True:
        ready, _, _ = select.select([listening, sys.stdin], [], [])
        if listening not in ready:
            return
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            run(connection)
        connection.close()


def run(connection: socket.socket) -> None:
    """In the fork: be the process that was asked for, and end with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    request, files = receive(connection)
    asker = connection.detach()  # which sees by its end that this process has ended
    for standard, given in enumerate(files):
        os.dup2(given, standard)
        os.close(given)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv = request["argv"]
    sys.path[0] = ""  # as ``python -m`` has it
    threading.Thread(target=end_with, args=(asker,), daemon=True).start()
    status = 1
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        with contextlib.suppress(OSError):  # who asked may have gone
            os.write(asker, bytes([status]))
    sys.exit(status)


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The request, a line of JSON, and the three descriptors that came with it."""
    data, files, _, _ = socket.recv_fds(connection, MAX_REQUEST_BYTES, 3)
    while not data.endswith(b"\n"):
        data += connection.recv(MAX_REQUEST_BYTES)
    request: dict[str, Any] = json.loads(data)
    return request, files


def end_with(asker: int) -> None:
    """End this process once whoever asked for it has."""
    os.read(asker, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
