"""The sandbox's process, seen from outside: find it, start it, call it, stop it.

One sandbox belongs to one KMSCOURSE_HOME. While it runs it holds ``sandbox.lock`` there, and ``sandbox.json``
says where it answers. The lock is the truth: the operating system lets go of it however the process ends, so
a ``sandbox.json`` that nobody answers for is only a leftover. Nothing here imports moto.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kmscourse.errors import KmsCourseError, SandboxError, SignInRefused
from kmscourse.home import files, lock
from kmscourse.sandbox.auth import sigv4
from kmscourse.sandbox.call import HttpRequest

MAX_START_SECONDS = 60.0
MAX_ANSWER_SECONDS = 30.0
ROOM_TO_START = 64 * 1024  # bytes; what it writes before it answers is less
EXIT_LOCK_TAKEN = 3  # the exit status of a process that found the sandbox running already
MAX_ENDPOINT_BYTES = 64 * 1024

ENDPOINT_FILE, LOCK_FILE, LOG_FILE = "sandbox.json", "sandbox.lock", "sandbox.log"
START_FILE = "sandbox.start.lock"

# glibc keeps what was freed at the end of the heap, in the end up to 64 MiB, and to hash one password takes 16. With
# this it keeps one MiB. Other systems ignore it. Source: mallopt(3), M_TRIM_THRESHOLD and M_MMAP_THRESHOLD.
_GIVING_MEMORY_BACK = {"MALLOC_TRIM_THRESHOLD_": str(1 << 20)}


@dataclass(frozen=True)
class Endpoint:
    """Where a running sandbox answers, and the access key of its main user.

    ``instance`` is a random word that only this process and the owner of ``sandbox.json`` know: a sandbox
    that answers with it is the one that wrote the file.
    """

    url: str
    account: str
    region: str
    user: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    pid: int
    instance: str = field(repr=False, default="")

    def environment(self) -> dict[str, str]:
        """The variables with which AWS's tools and SDKs reach it, as the main user."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }


class NoSandboxError(SandboxError):
    """Nobody answers there, or somebody else does."""


def find(home: Path) -> Endpoint | None:
    """The sandbox of this home if it runs and answers, else None. Its ``user`` has the name that it has now.

    Raises SandboxError where the sandbox answers with a failure: to start another one would not help.
    """
    endpoint = _read_endpoint(home / ENDPOINT_FILE)
    if endpoint is None:
        return None
    try:
        status = call(endpoint, "Status", {}, timeout=5.0)
    except NoSandboxError:
        return None
    if status.get("Instance") != endpoint.instance:
        return None
    return replace(endpoint, user=status["User"])


def is_running(home: Path) -> bool:
    """True while some process is this home's sandbox. Raises SandboxError where that can't be told."""
    path = home / LOCK_FILE
    try:
        return path.exists() and lock.is_held(path)
    except OSError as error:
        raise SandboxError(
            f"The file {path} can't be used ({error.strerror or error}). Move it away."
        ) from None


def find_or_start(home: Path) -> Endpoint:
    """The sandbox of this home, started in a process of its own where none runs.

    Of several processes that ask at once one starts it, the others wait for it. Raises SandboxError, with the
    last line of the log, where it does not come up.
    """
    endpoint = find(home)
    if endpoint is not None:
        return endpoint
    with _hold_start_lock(home):
        return find(home) or _start_and_wait(home)


def stop(home: Path) -> bool:
    """End the sandbox of this home and wait until it has; False where none was running.

    Raises SandboxError where a process holds the sandbox's lock but neither answers nor ends.
    """
    running = False
    deadline = time.monotonic() + MAX_ANSWER_SECONDS
    while is_running(home):
        running = True
        endpoint = find(home)
        if endpoint is not None:
            with contextlib.suppress(SandboxError):  # It may end by itself just now.
                call(endpoint, "Stop", {})
        if time.monotonic() > deadline:
            raise SandboxError(
                f"The sandbox of {home} neither answers nor ends. End its process by hand, then try again."
            )
        time.sleep(0.02)
    return running


def read_status(endpoint: Endpoint) -> dict[str, Any]:
    """What the sandbox says of itself. Raises SandboxError, also where it was started by an earlier version."""
    status = call(endpoint, "Status", {})
    if "GrantDelay" not in status:
        raise SandboxError(
            "The practice account was started by an earlier version of the course. "
            "End it with: kmscourse sandbox stop. Then try again: what is in it stays."
        )
    return status


def call(
    endpoint: Endpoint, operation: str, parameters: dict[str, Any], timeout: float = MAX_ANSWER_SECONDS
) -> dict[str, Any]:
    """One call of the private service ``kmscourse``, signed by the main user.

    Raises SignInRefused where a sign-in opens nothing, SandboxError for every other failure: NoSandboxError where this
    sandbox is not what answers.
    """
    import http.client  # Slow to import, and not needed by a caller who finds no sandbox.

    host = endpoint.url.removeprefix("http://")
    body = json.dumps(parameters).encode()
    connection = http.client.HTTPConnection(host, timeout=timeout)
    try:
        connection.request("POST", "/", body, signed_headers(endpoint, host, operation, body))
        response = connection.getresponse()
        answer = json.loads(response.read())
    except TimeoutError:
        raise NoSandboxError(
            f"The sandbox at {endpoint.url} has not answered {operation} within {timeout:g} seconds. It may be busy: "
            f"try again, or end its process, {endpoint.pid}."
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise NoSandboxError(
            f"The sandbox at {endpoint.url} does not answer ({error or type(error).__name__}). "
            "Start it again with: kmscourse sandbox serve"
        ) from None
    except (ValueError, RecursionError):
        answer = None
    finally:
        connection.close()
    if not isinstance(answer, dict):
        raise NoSandboxError(f"What answers at {endpoint.url} is not a sandbox.")
    if response.status != 200:
        raise _error_of(endpoint, operation, response.status, answer)
    return answer


def _error_of(endpoint: Endpoint, operation: str, status: int, answer: dict[str, Any]) -> KmsCourseError:
    """What a refusal means: an access key that isn't known there is another sandbox's."""
    code = answer.get("__type")
    message = answer.get("message", code)
    if code == "SignInRefused":
        return SignInRefused(str(message))
    if code in ("UnrecognizedClientException", "InvalidSignatureException"):
        return NoSandboxError(
            f"What answers at {endpoint.url} is another sandbox, or has another access key by now ({message}) "
            "Find it again: run the notebook's set-up cell."
        )
    if status >= 500:
        return SandboxError(f"The sandbox at {endpoint.url} fails at {operation} ({message})")
    return SandboxError(str(message))


def signed_headers(endpoint: Endpoint, host: str, operation: str, body: bytes) -> dict[str, str]:
    """The headers of a call, signed by the main user."""
    timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": host,
        "x-amz-date": timestamp,
        "x-amz-target": f"KmsCourse.{operation}",
    }
    request = HttpRequest("POST", "/", headers, body)
    signature = sigv4.signature(
        request, headers, endpoint.secret_access_key, timestamp, endpoint.region, "kmscourse"
    )
    scope = f"{timestamp[:8]}/{endpoint.region}/kmscourse/{sigv4.TERMINATOR}"
    return {
        **headers,
        "authorization": f"{sigv4.ALGORITHM} Credential={endpoint.access_key_id}/{scope}, "
        f"SignedHeaders={';'.join(sorted(headers))}, Signature={signature}",
    }


def _read_endpoint(path: Path) -> Endpoint | None:
    """What the file says, None where it is no sandbox's: not there, not readable, damaged or of another version."""
    try:
        endpoint = Endpoint(**json.loads(files.read(path, MAX_ENDPOINT_BYTES).decode()))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return endpoint if _is_valid(endpoint) else None


def _is_valid(endpoint: Endpoint) -> bool:
    """Has each value its type, and does the URL lead to a port of this machine?"""
    texts = {name: value for name, value in vars(endpoint).items() if name != "pid"}
    if type(endpoint.pid) is not int or not all(isinstance(value, str) for value in texts.values()):
        return False
    url = re.fullmatch(r"http://127\.0\.0\.1:([0-9]{1,5})", endpoint.url)
    return url is not None and 0 < int(url[1]) < 65536


@contextlib.contextmanager
def _hold_start_lock(home: Path) -> Iterator[None]:
    """One starter at a time for each home."""
    try:
        with lock.held(home / START_FILE, seconds=MAX_START_SECONDS):
            yield
    except lock.TakenError:
        raise SandboxError(f"The sandbox of {home} takes too long to start. Try again.") from None
    except OSError as error:
        raise SandboxError(f"The sandbox could not start: {error.strerror or error} ({home}).") from None


def _start_and_wait(home: Path) -> Endpoint:
    process = _start_process(home)
    deadline = time.monotonic() + MAX_START_SECONDS
    while time.monotonic() < deadline:
        if (endpoint := find(home)) is not None:
            _let_run(process)
            return endpoint
        status = process.poll()
        if status == EXIT_LOCK_TAKEN and not is_running(home):  # The one before was about to end, and has.
            process = _start_process(home)
        elif status not in (None, EXIT_LOCK_TAKEN):
            raise SandboxError(f"The sandbox could not start: {_why_it_ended(home)}")
        time.sleep(0.02)
    _let_run(process)
    raise SandboxError(
        f"The sandbox did not answer within {MAX_START_SECONDS:.0f} seconds. "
        f"Its log, {home / LOG_FILE}, ends with: {_read_last_line(home / LOG_FILE)}"
    )


def _start_process(home: Path) -> subprocess.Popen[bytes]:
    """The sandbox as a process that outlives this one; what it says before it has a log goes to the log."""
    log = home / LOG_FILE
    # -P: whatever lies in the home is data, never a module to import.
    command = [sys.executable, "-P", "-m", "kmscourse.sandbox.process", str(home)]
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    try:
        files.make_plain(log)
        with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as stderr:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                cwd=home,
                env=_GIVING_MEMORY_BACK | os.environ,
                **options,
            )
    except OSError as error:
        raise SandboxError(f"The sandbox could not start: {error.strerror or error} ({home}).") from None


def _let_run(process: subprocess.Popen[bytes]) -> None:
    """Let the process live on by itself: no warning when the object goes, as it is meant to run on."""
    if process.poll() is None:
        process.returncode = 0


def _why_it_ended(home: Path) -> str:
    """What it said last; where there is no room in its home, it could not say so there."""
    try:
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(bytes(ROOM_TO_START))
            probe.flush()
    except OSError as error:
        return (
            f"nothing can be written to {home} ({error.strerror or error}). Make room there, or set KMSCOURSE_HOME "
            "to a folder that you can write to."
        )
    return _read_last_line(home / LOG_FILE)


def _read_last_line(path: Path) -> str:
    try:
        lines = path.read_text("utf-8", "replace").split("\n")
    except OSError as error:
        return f"its log can't be read ({error.strerror})"
    return next((line.strip() for line in reversed(lines) if line.strip()), "its log is empty")
