"""Accounts that a learner may call their own, and a learner who comes to the course with one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kmscourse import cli
from tests.processes import Ended
from tests.real_account.inventory import Inventory, take_inventory
from tests.real_account.recorder import Recorder
from tests.real_account.targets import Target, moto_target, practice_target


@pytest.fixture(scope="session")
def practice_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Target, Recorder]]:
    """A second practice account, and the recorder before it."""
    with practice_target(tmp_path_factory.mktemp("practice")) as target, _recorded(target) as recorder:
        yield target, recorder


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Target, Recorder]]:
    """A moto_server, and the recorder before it."""
    with moto_target(tmp_path_factory.mktemp("moto")) as target, _recorded(target) as recorder:
        yield target, recorder


def _recorded(target: Target) -> AbstractContextManager[Recorder]:
    return Recorder(target.url).listening()


@pytest.fixture(params=["practice", "moto"])
def server(request: pytest.FixtureRequest) -> tuple[Target, Recorder]:
    """An account, and the recorder before it. Both accounts go on to the end of the run: ``learner`` empties them."""
    served: tuple[Target, Recorder] = request.getfixturevalue(f"{request.param}_server")
    return served


@dataclass
class Learner:
    """Somebody with an account of their own: what they have there, and what the course does to it."""

    target: Target
    recorder: Recorder
    home: Path
    _access_key: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """Their shell's variables."""
        variables = self.target.environment(self.home, self.recorder.url)
        if self._access_key:
            variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"] = self._access_key
        return variables

    def inventory(self) -> Inventory:
        """What is in their account."""
        return take_inventory(self.target)

    def become(self, key: Mapping[str, Any]) -> None:
        """Be somebody else in this account: the user of this access key, as IAM describes it."""
        self._access_key = (key["AccessKeyId"], key["SecretAccessKey"])
        self.recorder.know(*self._access_key)
        self.apply()

    def become_owner(self) -> None:
        """Be the account's owner again."""
        self._access_key = None
        self.apply()

    def apply(self) -> None:
        """Give their variables to this process."""
        os.environ.clear()
        os.environ.update(self.environment)

    def clean_up(self, capsys: pytest.CaptureFixture[str]) -> Ended:
        """``kmscourse aws cleanup --yes``."""
        return self.kmscourse(capsys, "aws", "cleanup", "--yes")

    def status(self, capsys: pytest.CaptureFixture[str]) -> Ended:
        """``kmscourse aws status``."""
        return self.kmscourse(capsys, "aws", "status")

    def kmscourse(self, capsys: pytest.CaptureFixture[str], *words: str) -> Ended:
        """A verb of the command line. What it does to the environment is undone, as at the end of a process."""
        capsys.readouterr()
        before = dict(os.environ)
        try:
            status = cli.main(words)
        except SystemExit as refused:
            status = int(refused.code or 0)
        finally:
            os.environ.clear()
            os.environ.update(before)
        said = capsys.readouterr()
        return Ended(status, said.out, said.err)


@pytest.fixture
def learner(server: tuple[Target, Recorder], tmp_path: Path) -> Learner:
    """Whoever has this account, empty but for themselves; this process has their variables."""
    target, recorder = server
    target.empty()
    recorder.start_over(target.access_key_id, target.secret_access_key)
    learner = Learner(target, recorder, tmp_path / "home")
    learner.apply()
    return learner
