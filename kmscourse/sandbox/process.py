"""The sandbox's own process: takes the home's lock, opens the account, serves it until nobody needs it.

Run by ``client.find_or_start`` in the background and by ``kmscourse sandbox serve`` in the foreground. Heavy
imports wait until the lock and the port are taken, so that a second start, or a busy port, fails at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import json
import logging
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from kmscourse.errors import KmsCourseError, SandboxError
from kmscourse.home import cannot_write, files, lock
from kmscourse.home.account_file import NOTES_FILE, AccountFile
from kmscourse.sandbox.client import ENDPOINT_FILE, EXIT_LOCK_TAKEN, LOCK_FILE, LOG_FILE, Endpoint
from kmscourse.sandbox.dynamodb.table_key_cache import VARIABLE, seconds
from kmscourse.sandbox.http import descriptors
from kmscourse.sandbox.log import log_to, where
from kmscourse.sandbox.moto_adapter.deferred_imports import defer_imports
from kmscourse.sandbox.settings import DEFAULTS, Settings

DEFAULT_IDLE_HOURS = 8.0
PORT_FILE = "sandbox.port"
MAX_BACKLOG = 1024  # clients that wait to be accepted: more than come at once

Announce = Callable[[Endpoint, Sequence[str]], None]
"""Is told where the sandbox answers, and what there is to say about the account."""

log = logging.getLogger("kmscourse.sandbox")


class AlreadyRunningError(SandboxError):
    """Another process is this home's sandbox."""


def run(
    home: Path,
    port: int = 0,
    idle_hours: float = DEFAULT_IDLE_HOURS,
    announce: Announce | None = None,
    settings: Settings = DEFAULTS,
) -> None:
    """Serve the account kept in ``home`` on 127.0.0.1 until it is stopped or has been idle.

    Port 0 lets the system choose. ``announce`` is told where it answers as soon as it does. Raises AlreadyRunningError,
    or SandboxError where the port is taken, the account can't be opened, too few files may be open, or a fault ends it.
    """
    descriptors.require_enough()
    os.umask(0o077)  # whatever this process writes is for its owner's eyes only
    with _hold_lock(home), _listen(home, port) as listening:
        with _as_sandbox_error(home / ENDPOINT_FILE):
            files.make_way(home / ENDPOINT_FILE)
        with _as_sandbox_error(home / LOG_FILE):
            files.make_plain(home / LOG_FILE)
            log_to(home / LOG_FILE)
        try:
            # On Windows asyncio would choose a loop that reads sockets by other means than all that is tested here.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(_serve(home, listening, idle_hours * 3600, announce, settings))
        except SandboxError:
            raise
        except Exception as error:
            log.error("Ended by a fault: %s", where(error))
            raise SandboxError(
                f"The sandbox of {home} has ended by a fault: {where(error)}. Its state is kept. Start it again with: "
                "kmscourse sandbox serve"
            ) from error


async def _serve(
    home: Path,
    listening: socket.socket,
    idle_seconds: float,
    announce: Announce | None,
    settings: Settings,
) -> None:
    gc.disable()  # what is imported stays: looking for garbage in it takes a tenth of the start
    defer_imports()
    from kmscourse.sandbox.application import Application
    from kmscourse.sandbox.http import server as http_server

    stop = asyncio.Event()
    instance = secrets.token_hex(16)
    started = time.time()
    application = Application.open(
        home,
        instance=instance,
        on_stop=stop.set,
        on_reset=partial(_clear_notes, home),
        settings=settings,
        later=asyncio.get_running_loop().call_soon,
    )
    with contextlib.closing(application):
        main = application.main_access_key
        if application.account.since >= started:  # A new account: there was none, or it was set aside.
            _clear_notes(home, main.caller.account)
        endpoint = Endpoint(
            url=f"http://127.0.0.1:{listening.getsockname()[1]}",
            account=main.caller.account,
            region=application.home_region,
            user=main.caller.user_name,
            access_key_id=main.caller.access_key_id,
            secret_access_key=main.secret,
            pid=os.getpid(),
            instance=instance,
        )
        _stop_on_signals(stop)
        with _publish_endpoint(home / ENDPOINT_FILE, endpoint) as is_still_ours:
            log.info("Listening at %s", endpoint.url)
            if announce is not None:
                announce(endpoint, application.notices)
            gc.freeze()
            gc.enable()
            await http_server.serve(listening, application.handle, stop, idle_seconds, is_still_ours)
    log.info("Ended")


@contextlib.contextmanager
def _hold_lock(home: Path) -> Iterator[None]:
    """This home's lock: whoever holds it is the sandbox."""
    with contextlib.ExitStack() as stack:
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Not at once: ``client.stop`` takes the lock for an instant to see whether it is free.
            stack.enter_context(lock.held(home / LOCK_FILE, seconds=0.3))
        except lock.TakenError:
            raise AlreadyRunningError(f"A sandbox is running already for {home}.") from None
        except OSError as error:
            raise SandboxError(
                f"{error.filename or home} can't be used ({error.strerror}). Move it away, or choose another folder."
            ) from None
        yield


@contextlib.contextmanager
def _listen(home: Path, port: int) -> Iterator[socket.socket]:
    """A listening socket on loopback alone: at ``port``, or (0) where this home's sandbox listened last, if it can.

    At the same port, a notebook's clients of before a restart go on working after it.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        # On Windows SO_REUSEADDR would let another process take the port; elsewhere it only skips a wait.
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
        listening.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        try:
            if port or not _bind(listening, _read_last_port(home)):
                listening.bind(("127.0.0.1", port))
            listening.listen(MAX_BACKLOG)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SandboxError(
                f"Port {port} of 127.0.0.1 can't be used ({reason}). "
                "Choose another one, or leave the choice to the system."
            ) from None
        with _as_sandbox_error(home / PORT_FILE):
            files.make_way(home / PORT_FILE)
            files.write(home / PORT_FILE, str(listening.getsockname()[1]).encode(), durable=False)
        yield listening


def _bind(listening: socket.socket, port: int) -> bool:
    """Bind to the port if it is free. Returns whether it was."""
    try:
        listening.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def _read_last_port(home: Path) -> int:
    """Where this home's sandbox listened last; 0 where that is not known."""
    try:
        port = int(files.read(home / PORT_FILE, max_bytes=100))
    except (OSError, ValueError):
        return 0
    return port if 0 < port < 65536 else 0


@contextlib.contextmanager
def _publish_endpoint(path: Path, endpoint: Endpoint) -> Iterator[Callable[[], bool]]:
    """``sandbox.json`` while the sandbox answers. Yields what tells whether it is still there and ours."""
    content = json.dumps(asdict(endpoint)).encode()
    with _as_sandbox_error(path):
        files.write(path, content, durable=False)

    def is_still_ours() -> bool:
        try:
            return files.read(path) == content
        except OSError as error:
            # Gone, or something else in its place; any other error (for lack of a descriptor, say) tells nothing.
            return error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EINVAL, errno.EFBIG)

    try:
        yield is_still_ours
    finally:
        if is_still_ours():
            with contextlib.suppress(OSError):  # A leftover is no harm: nobody answers for it.
                files.make_way(path)


@contextlib.contextmanager
def _as_sandbox_error(path: Path) -> Iterator[None]:
    """Turn what the system says of this file into a SandboxError."""
    try:
        yield
    except OSError as error:
        raise SandboxError(cannot_write(path, error)) from None


def _clear_notes(home: Path, account: str) -> None:
    """The notes of an account that starts over go: the keys that they need are gone."""
    try:
        with AccountFile(home / NOTES_FILE, account).update() as notes:
            notes.clear()
    except KmsCourseError as error:  # Who opens the notes is told; the account is usable without them.
        log.warning("The notes stay: %s", error)


def _stop_on_signals(stop: asyncio.Event) -> None:
    """End in good order when the system or Ctrl-C asks for it (on Windows Ctrl-C interrupts by itself)."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if sys.platform != "win32":
            loop.add_signal_handler(getattr(signal, name), stop.set)


def _release_stderr(*_: object) -> None:
    """In the background stderr is the log's file, for what goes wrong before there is a log."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def table_key_cache() -> float:
    """The seconds of ``table_key_cache.py`` that the environment says. Raises SandboxError where they make no sense."""
    return seconds(os.environ.get(VARIABLE, ""))


def main() -> int:
    """The sandbox in the background: ``python -m kmscourse.sandbox.process HOME``."""
    try:
        run(Path(sys.argv[1]), announce=_release_stderr, settings=Settings(table_key_cache()))
    except AlreadyRunningError:
        return EXIT_LOCK_TAKEN
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
