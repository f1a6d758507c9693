"""A sandbox in a process of its own for the clients from outside, and the environment that leads them to it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kmscourse.account.aws_session import session_bound_to
from kmscourse.sandbox import client as sandbox_client

Environment = dict[str, str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a running sandbox; each module's own."""
    home = tmp_path_factory.mktemp("home")
    sandbox_client.find_or_start(home)
    yield home
    sandbox_client.stop(home)


@pytest.fixture(scope="module")
def environment_of(home: Path) -> Callable[..., Environment]:
    """The environment of a shell that has read ``kmscourse sandbox env``, by user name; else the main user's."""

    def environment(user: str | None = None) -> Environment:
        said = subprocess.run(
            [sys.executable, "-m", "kmscourse.cli", "sandbox", "env", *(["--user", user] if user else [])],
            env={**os.environ, "KMSCOURSE_HOME": str(home)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        inherited = dict(os.environ)
        for verb, *names in (shlex.split(line) for line in said.splitlines()):
            if verb == "export":
                inherited.update(name.split("=", 1) for name in names)
            for name in names if verb == "unset" else ():
                inherited.pop(name, None)
        return inherited

    return environment


@pytest.fixture(scope="module")
def client(home: Path) -> Callable[[str], Any]:
    """Makes the main user's boto3 clients, which reach the running sandbox as a student's do."""
    endpoint = sandbox_client.find_or_start(home)
    return session_bound_to(
        endpoint.url, endpoint.region, endpoint.access_key_id, endpoint.secret_access_key
    ).client
