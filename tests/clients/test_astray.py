"""Behind a proxy, under every variable of AWS's, with files that lead elsewhere: clients reach the practice account."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox import client as sandbox_client
from tests.clients.cli import AWS
from tests.misleading import Astray, astray, environment

IDENTITY = f"""eval "$({sys.executable} -m kmscourse.cli sandbox env)" && {AWS} sts get-caller-identity --output json"""
NOTEBOOK = """
import boto3, sys
from kmscourse import Lab
if sys.argv[1] == "before":
    boto3.setup_default_session(aws_access_key_id="AKIAREAL", aws_secret_access_key="real")
lab = Lab.open(section=0)
for session in (boto3, boto3.Session(), lab.session_for("IAMLabUser"), lab.account):
    print(session.client("sts").get_caller_identity()["Arn"])
"""


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Astray]:
    """Where nothing may arrive."""
    with astray(tmp_path_factory.mktemp("astray")) as places:
        yield places


def run(wrong: Astray, variables: dict[str, str], home: Path, *command: str) -> str:
    with environment({**variables, "KMSCOURSE_HOME": str(home)}, wrong.home):
        done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    assert wrong.arrived() == [], f"something went to {wrong.arrived()}"
    assert done.returncode == 0, done.stderr
    return done.stdout


@given(data=st.data())
@settings(max_examples=4)
def test_the_cli_after_sandbox_env(home: Path, wrong: Astray, data: st.DataObject) -> None:
    said = run(wrong, data.draw(wrong.environments()), home, "sh", "-c", IDENTITY)
    assert ":user/ed-user-" in json.loads(said)["Arn"]


def test_the_cli_with_all_variables_at_once(home: Path, wrong: Astray) -> None:
    said = run(wrong, wrong.everything(), home, "sh", "-c", IDENTITY)
    assert ":user/ed-user-" in json.loads(said)["Arn"]


@pytest.mark.parametrize("default_session", ["before", "none"])
def test_a_notebook_with_all_variables_at_once(tmp_path: Path, wrong: Astray, default_session: str) -> None:
    """The practice account itself starts in that environment, too."""
    try:
        said = run(wrong, wrong.everything(), tmp_path, sys.executable, "-c", NOTEBOOK, default_session)
    finally:
        sandbox_client.stop(tmp_path)
    main, other, lab_user, own = (line.rpartition("/")[2] for line in said.splitlines()[-4:])
    assert main == other == own
    assert main.startswith("ed-user-")
    assert lab_user == "IAMLabUser"
