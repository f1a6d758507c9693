"""A JupyterHub as ``deploy/`` sets it up, on loopback, with users of this machine who are made for it and removed."""

from __future__ import annotations

import grp
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hub.student import Student

ROOT = Path(__file__).parents[2]
HUB = ROOT / ".hub"
CONFIG = ROOT / "deploy" / "jupyterhub_config.py"
GROUP = "kmscourse"
START_SECONDS = 60


@dataclass(frozen=True)
class SystemUser:
    """A user of this machine, with a password."""

    name: str
    password: str

    @property
    def home(self) -> Path:
        return Path(pwd.getpwnam(self.name).pw_dir)


@pytest.fixture(scope="session")
def programs() -> None:
    """What the test needs is here, or it says what is missing."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("it makes users of this machine, and starts their servers as them: run it as root")
    if not (HUB / ".installed").exists():
        pytest.skip("JupyterHub is not in .hub: run make test-hub")
    tried = subprocess.run(
        [HUB / "bin" / "python", "-c", "import kmscourse"], user="nobody", capture_output=True, cwd="/"
    )
    if tried.returncode != 0:
        pytest.skip(
            f"other users can't run {HUB / 'bin' / 'python'}, or read {ROOT}: remove .hub, and run "
            "make test-hub PYTHON=/usr/bin/python3, in a folder that others can read"
        )


@pytest.fixture(scope="session")
def students(programs: None) -> Iterator[list[SystemUser]]:
    """Three members of the group whose members may log in."""
    with _made(GROUP, 3) as users:
        yield users


@pytest.fixture(scope="session")
def stranger(programs: None) -> Iterator[SystemUser]:
    """A user of this machine who is not in that group."""
    with _made(None, 1) as users:
        yield users[0]


@contextmanager
def _made(group: str | None, count: int) -> Iterator[list[SystemUser]]:
    """New users with new homes; they, their homes, processes and group are gone afterwards."""
    homes = Path(tempfile.mkdtemp(prefix="kms"))
    homes.chmod(0o711)
    users = [SystemUser(f"kms-{secrets.token_hex(4)}", secrets.token_urlsafe(12)) for _ in range(count)]
    made_group = group is not None and group not in {each.gr_name for each in grp.getgrall()}
    if group is not None and made_group:
        _run("groupadd", group)
    try:
        for user in users:
            options = ["--groups", group] if group else []
            _run("useradd", "--create-home", "--base-dir", str(homes), *options, user.name)
            user.home.chmod(0o755)  # as on many machines: it is the course's own folder that has to be closed
        _run("chpasswd", said="".join(f"{user.name}:{user.password}\n" for user in users))
        yield users
    finally:
        for user in users:
            _remove(user)
        if group is not None and made_group:
            _run("groupdel", group)
        shutil.rmtree(homes)


def _remove(user: SystemUser) -> None:
    uid = pwd.getpwnam(user.name).pw_uid
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and process.stat().st_uid == uid:
                os.kill(int(process.name), 9)
        except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            continue
    _run("userdel", "--force", "--remove", user.name)


def _run(*command: str, said: str = "") -> None:
    done = subprocess.run(command, input=said, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


@pytest.fixture(scope="session")
def hub(
    programs: None, students: list[SystemUser], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the Hub with its proxy."""
    folder = tmp_path_factory.mktemp("hub")
    address = f"http://127.0.0.1:{_free_port()}"
    path = os.pathsep.join((str(HUB / "bin"), str(HUB / "node_modules" / ".bin"), os.environ["PATH"]))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KMSCOURSE_")}
    command = [
        *(str(HUB / "bin" / "jupyterhub"), "-f", str(CONFIG)),
        f"--JupyterHub.bind_url={address}",
        f"--JupyterHub.hub_bind_url=http://127.0.0.1:{_free_port()}",
        f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{_free_port()}",
    ]
    log = folder / "hub.log"
    with (
        open(log, "wb") as written,
        subprocess.Popen(
            command, cwd=folder, env={**environment, "PATH": path}, stdout=written, stderr=written
        ) as process,
    ):
        try:
            _wait(f"{address}/hub/health", process, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
            sys.stdout.write(
                log.read_text("utf-8", "replace")[-20_000:]
            )  # pytest shows it where a test fails


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own server)
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"the Hub did not start; it said:\n{log.read_text('utf-8', 'replace')[-4000:]}")


@pytest.fixture(scope="session")
def class_of_three(hub: str, students: list[SystemUser]) -> Iterator[list[Student]]:
    """Three students who have logged in, whose servers run."""
    present = [Student(hub, user.name) for user in students]
    for student, user in zip(present, students, strict=True):
        student.log_in(user.password)
        student.start_server()
    yield present
    for student in present:
        student.stop_server()
