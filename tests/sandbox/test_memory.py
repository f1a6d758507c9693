"""How much memory the practice account's process has of its own: a class of thirty has thirty of them on a machine."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmscourse.errors import SignInRefused
from kmscourse.sandbox import client as sandbox_client
from tests.sandbox.loopback import client

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="measured on Linux with glibc")

MAX_AT_START, MAX_IN_USE = 45, 55
"""MiB. It takes 30 at its start, 34 when each service has been asked."""
USER, PASSWORD = "IAMLabUser", "NewUs@r150"


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[sandbox_client.Endpoint]:
    """A practice account that has just started."""
    yield sandbox_client.find_or_start(tmp_path)
    sandbox_client.stop(tmp_path)


def own(process: int) -> float:
    """MiB that are in no other process: what the machine gets back when it ends."""
    rows = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()[1:]
    kib = {name: int(value.split()[0]) for name, value in (row.split(":") for row in rows)}
    return (kib["Private_Clean"] + kib["Private_Dirty"]) / 1024


def test_it_is_small_at_its_start_and_in_use(endpoint: sandbox_client.Endpoint) -> None:
    at_start = own(endpoint.pid)
    assert at_start <= MAX_AT_START, "see benchmarks/account_weight.py: which module is new at the start?"
    client(endpoint, "kms").create_key()
    client(endpoint, "dynamodb").create_table(
        TableName="Books",
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True},
    )
    client(endpoint, "dynamodb").scan(TableName="Books")
    client(endpoint, "iam").get_account_authorization_details()
    client(endpoint, "sts").get_caller_identity()
    client(endpoint, "cloudtrail").lookup_events()
    assert own(endpoint.pid) <= MAX_IN_USE, "see benchmarks/account_weight.py: what is read, and kept?"


def test_what_a_password_takes_is_given_back(endpoint: sandbox_client.Endpoint) -> None:
    """Each hash takes 16 MiB while it is computed (RFC 7914: 128 bytes, times N = 2**14, times r = 8)."""
    iam = client(endpoint, "iam")
    iam.create_login_profile(UserName=USER, Password=PASSWORD)
    before = own(endpoint.pid)
    for password in ("guess", PASSWORD, "guess", PASSWORD):
        with contextlib.suppress(SignInRefused):
            sandbox_client.call(endpoint, "SignIn", {"UserName": USER, "Password": password})
    assert own(endpoint.pid) - before < 4, (
        "the heap keeps what was freed: see the environment in sandbox/client.py"
    )
