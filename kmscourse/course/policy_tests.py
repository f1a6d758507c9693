"""A key policy under test: the policy, a table of requests, and a pytest file that asks them, in the learner's folder.

They lie in ``policy-tests`` in KMSCOURSE_HOME, a folder for each account. The policy and the table are JSON. The pytest
file and pytest's settings are written once, and are the learner's own from then on. They need no account:
``kmscourse.policy`` decides.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kmscourse.account import Account
from kmscourse.errors import CourseError
from kmscourse.home import cannot_write, files
from kmscourse.policy import Request, evaluate, parse

FOLDER = "policy-tests"
ALLOWED, REFUSED = "allowed", "refused"
RUN_SECONDS = 60  # pytest itself takes one

_CHANGES_PYTEST = (
    "PYTEST_",
    "CI",
    "BUILD_NUMBER",
)  # names of variables; on a CI server pytest shortens nothing

Row = tuple[str, str, Mapping[str, str], str]
"""A request: who, which action, with which encryption context, and whether it is to be allowed or refused."""

_PYTEST_INI = "[pytest]\naddopts = -q --no-header --tb=no -p no:cacheprovider\n"
_TEST = '''\
"""Does the key policy in {name}.json answer each request as {name}-requests.json says? Run it with pytest."""

import json
from pathlib import Path

import pytest

from kmscourse.policy import Request, evaluate

FOLDER, ACCOUNT = Path(__file__).parent, "{account}"
POLICY = json.loads((FOLDER / "{name}.json").read_text(encoding="utf-8"))
REQUESTS = json.loads((FOLDER / "{name}-requests.json").read_text(encoding="utf-8"))
KEY = f"arn:aws:kms:us-east-1:{{ACCOUNT}}:key/any"  # a key policy is about its own key, whichever that is


def name_of(row):
    who, action, context, answer = row
    return " ".join([who, action, *(f"{{name}}={{value}}" for name, value in context.items()), "is", answer])


@pytest.mark.parametrize(("who", "action", "context", "answer"), REQUESTS, ids=map(name_of, REQUESTS))
def test_request(who, action, context, answer):
    user = f"arn:aws:iam::{{ACCOUNT}}:user/{{who}}"
    condition_keys = {{f"kms:EncryptionContext:{{name}}": value for name, value in context.items()}}
    request = Request(user, action, KEY, condition_keys)
    decision = evaluate(request, resource_policy=POLICY)
    assert decision.allowed == (answer == "allowed"), decision.reason
'''


class PolicyTests:
    """The tests of the key policy ``name`` of an account, below the folder ``home``.

    Raises CourseError for a name that is not made of small letters.
    """

    def __init__(self, home: Path, account: Account, name: str) -> None:
        if not (isinstance(name, str) and re.fullmatch(r"[a-z]{1,40}", name)):
            raise CourseError(f"{name!r} is no name for tests: take 1 to 40 small letters, as in reports.")
        self.name, self.account_id = name, account.id
        self.folder = home / FOLDER / re.sub(r"[^\w.-]+", "-", account.file_key)
        self.policy_file = self.folder / f"{name}.json"
        self.requests_file = self.folder / f"{name}-requests.json"
        self.test_file = self.folder / f"test_{name}.py"

    def keep(self, policy: Mapping[str, Any] | str, requests: Sequence[Row] | None = None) -> None:
        """Write the policy down, and the table of requests if there is a new one.

        The pytest file and pytest's settings are written if there are none yet.

        Raises PolicyError for a policy that can't be read, CourseError for a table that can't be one.
        """
        document = parse(policy)
        if requests is None:
            requests = self.requests
        _require_table(requests)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.write(self.policy_file, _as_json(document))
            files.write(self.requests_file, _as_json([list(row) for row in requests]))
            for file, content in ((self.folder / "pytest.ini", _PYTEST_INI), (self.test_file, self._test)):
                if not file.exists():
                    files.write(file, content.encode())
        except OSError as error:
            raise CourseError(cannot_write(self.folder, error)) from None

    @property
    def is_as_written(self) -> bool:
        """Is the pytest file the course's, and not changed? Raises CourseError if there is none."""
        return self._read(self.test_file).splitlines() == self._test.splitlines()

    @property
    def policy(self) -> dict[str, Any]:
        """The policy that is kept. Raises CourseError if there is none, PolicyError if it can't be read."""
        return parse(self._read(self.policy_file))

    @property
    def requests(self) -> list[Row]:
        """The table that is kept. Raises CourseError if there is none, or if it can't be read."""
        try:
            rows = json.loads(self._read(self.requests_file))
        except ValueError:
            raise CourseError(f"The table in {self.requests_file.name} is not JSON.") from None
        _require_table(rows)
        return [(who, action, context, answer) for who, action, context, answer in rows]

    def wrong(self, requests: Sequence[Row]) -> list[Row]:
        """Those of these requests that the policy that is kept answers otherwise than they say."""
        policy = self.policy
        return [row for row in requests if _answer(self.account_id, policy, row) != row[3]]

    def run(self) -> None:
        """Run the pytest file, and show what pytest says. Raises CourseError if a test fails, or none is there."""
        self._read(self.test_file)
        said, is_green = _run(self.test_file)
        print(said)
        if not is_green:
            raise CourseError(f"The tests of {self.name} are red: {said.splitlines()[-1]}")

    def is_green(self, policy: Mapping[str, Any] | None = None) -> bool:
        """Does pytest pass, for the policy that is kept or, in a copy, for this one?

        Raises CourseError if none is kept.
        """
        with tempfile.TemporaryDirectory(prefix="kmscourse-") as folder:
            copies = {file: Path(folder, file.name) for file in (self.requests_file, self.test_file)}
            for file, copy in copies.items():
                copy.write_text(self._read(file), encoding="utf-8")
            Path(folder, self.policy_file.name).write_bytes(
                _as_json(self.policy if policy is None else policy)
            )
            Path(folder, "pytest.ini").write_text(_PYTEST_INI, encoding="utf-8")
            return _run(copies[self.test_file])[1]

    @property
    def _test(self) -> str:
        """The pytest file as it is written once."""
        return _TEST.format(name=self.name, account=self.account_id)

    def _read(self, file: Path) -> str:
        try:
            return files.read(file).decode()
        except FileNotFoundError:
            raise CourseError(f"There is no {file.name} yet: keep a policy and its requests first.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise CourseError(f"{file} can't be read: {error}") from None


def _answer(account_id: str, policy: Mapping[str, Any], row: Row) -> str:
    who, action, context, _ = row
    key = f"arn:aws:kms:us-east-1:{account_id}:key/any"
    condition_keys = {f"kms:EncryptionContext:{name}": value for name, value in context.items()}
    request = Request(f"arn:aws:iam::{account_id}:user/{who}", action, key, condition_keys)
    return ALLOWED if evaluate(request, resource_policy=dict(policy)).allowed else REFUSED


def _require_table(rows: Any) -> None:
    if not isinstance(rows, list | tuple) or not rows:
        raise CourseError(
            "The table is a list of requests, and has one at least: without any, nothing is tested."
        )
    for row in rows:
        _require_row(row)


def _require_row(row: Any) -> None:
    match row:
        case [str(), str() as action, dict() as context, "allowed" | "refused"] if ":" in action and all(
            isinstance(text, str) for pair in context.items() for text in pair
        ):
            return
    raise CourseError(
        f'{row!r} is no request: it is written as ("Rolf", "kms:Decrypt", {{"topic": "news"}}, "allowed" or "refused").'
    )


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _run(test_file: Path) -> tuple[str, bool]:
    """What pytest says of the file, without its time, and whether every test passed."""
    own = {
        "COLUMNS": "100",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",  # on Windows a pipe has another one
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith(_CHANGES_PYTEST)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--color=no", test_file.name],
            cwd=test_file.parent,
            env=others | own,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=RUN_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"pytest has not ended within {RUN_SECONDS} seconds", False
    said = re.sub(r" in \d+\.\d+s\b.*$", "", (done.stdout or done.stderr).strip(), flags=re.MULTILINE)
    return said, done.returncode == 0 and " passed" in said  # where all are skipped, nothing was tested
