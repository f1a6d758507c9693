"""What was acknowledged outlives ``kill -9``; what must not be written is nowhere in the files."""

from __future__ import annotations

import base64
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kmscourse.sandbox.iam import passwords

WRITER = """if True:
    import sys, pathlib
    sys.path.insert(0, sys.argv[2])
    from conftest import Practice
    practice = Practice(pathlib.Path(sys.argv[1]))
    practice.books()
    for number in range(100_000):
        practice.put(str(number))
        arn = practice.key(Description=str(number))
        practice.account.storage.append_event({"key": arn})
        practice.account.commit()
        print(number, arn, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 25, 60])
def test_nothing_acknowledged_is_lost_to_kill_9(
    tmp_path: Path, open_account: Callable[[Path], Any], lines: int
) -> None:
    path = tmp_path / "account.db"
    command = [sys.executable, "-c", WRITER, str(path), str(Path(__file__).parents[1])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline().split() for _ in range(lines)]
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged += [line.split() for line in writer.stdout if line.endswith("\n")]
    account = open_account(path)
    assert account.account.notices == []
    titles = set(account.titles())
    keys = {key.arn for key in account.account.keys.of_region("us-east-1")}
    told = [event["key"] for _, event in account.account.storage.events()]
    for title, arn in acknowledged:
        assert title in titles, f"item {title} is lost"
        assert arn in keys, f"key {title} is lost"
        assert arn in told, f"the event of key {title} is lost"
    assert len(titles) - len(acknowledged) in (0, 1), "at most the call that was under way is there besides"
    blob = account("kms:Encrypt", KeyId=acknowledged[-1][1], Plaintext="eA==")["CiphertextBlob"]
    assert account("kms:Decrypt", CiphertextBlob=blob)["Plaintext"] == "eA==", "the account goes on"


def traces(secret: bytes) -> Iterator[bytes]:
    """The forms in which a secret might lie about: raw, hex, and base64 at each of its three alignments."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + secret)
        yield encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]


def test_no_plaintext_and_no_password_is_written_or_logged(
    kept: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    arn, password = kept.key(), "correct-horse-battery"
    secrets = [password.encode()]
    for _ in range(5):
        made = kept("kms:GenerateDataKey", KeyId=arn, KeySpec="AES_256", EncryptionContext={"a": "b"})
        opened = kept("kms:Decrypt", CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"a": "b"})
        secrets.append(base64.b64decode(opened["Plaintext"]))
        sent = os.urandom(24)
        kept("kms:Encrypt", KeyId=arn, Plaintext=base64.b64encode(sent).decode())
        secrets.append(sent)
    kept("iam:CreateLoginProfile", UserName="IAMLabUser", Password=password)
    kept("iam:UpdateLoginProfile", UserName="IAMLabUser", Password=password)
    passwords.sign_in(kept.account.identities, "IAMLabUser", password)
    kept.account.commit()

    def search(moment: str) -> None:
        files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert any(b"IAMLabUser" in content for content in files.values()), "the search finds what is there"
        for name, content in [*files.items(), ("the log", caplog.text.encode())]:
            for secret in secrets:
                assert not any(trace in content for trace in traces(secret)), (
                    f"a secret is in {name} {moment}"
                )

    search("while the account is open")
    kept.restart()
    search("after a restart")
    assert passwords.sign_in(kept.account.identities, "IAMLabUser", password)


def test_the_search_would_find_a_secret() -> None:
    secret = os.urandom(32)
    for form in (
        secret,
        secret.hex().encode(),
        base64.b64encode(secret),
        base64.b64encode(b"xy" + secret + b"z"),
    ):
        assert any(trace in b"..." + form + b"..." for trace in traces(secret))
