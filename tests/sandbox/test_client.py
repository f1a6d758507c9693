"""The sandbox as a process: found, started once, stopped, started again where it was, and what is in the way of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.errors import SandboxError, SignInRefused
from kmscourse.home.account_file import AccountFile
from kmscourse.sandbox import client as sandbox_client
from tests.sandbox.loopback import client

POSIX = os.name == "posix"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose sandbox, if any was started, is stopped afterwards."""
    yield tmp_path
    sandbox_client.stop(tmp_path)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of one running sandbox, for tests that leave it running."""
    home = tmp_path_factory.mktemp("running")
    sandbox_client.find_or_start(home)
    yield home
    sandbox_client.stop(home)


def eventually(true: Any, seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_nothing_runs_in_an_empty_home(tmp_path: Path) -> None:
    assert sandbox_client.find(tmp_path) is None
    assert sandbox_client.stop(tmp_path) is False


def test_a_started_sandbox_is_found_again_and_again(running: Path) -> None:
    first = sandbox_client.find_or_start(running)
    assert sandbox_client.find(running) == first
    assert sandbox_client.find_or_start(running) == first
    assert first.user.startswith("ed-user-")
    assert client(first).list_keys()["Keys"] == []


def test_who_looks_for_it_imports_neither_moto_nor_botocore(running: Path) -> None:
    program = """if True:
        import pathlib, sys
        from kmscourse.sandbox import client as sandbox_client
        assert sandbox_client.find(pathlib.Path(sys.argv[1]))
        print([name for name in ("moto", "botocore") if name in sys.modules])
    """
    command = [sys.executable, "-c", program, str(running)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_many_that_ask_at_once_get_the_same_one(home: Path) -> None:
    endpoints: list[sandbox_client.Endpoint] = []
    threads = [
        threading.Thread(target=lambda: endpoints.append(sandbox_client.find_or_start(home)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(endpoints) == 4
    assert len(set(endpoints)) == 1


def test_two_homes_have_two_accounts(running: Path, home: Path) -> None:
    one, other = sandbox_client.find_or_start(running), sandbox_client.find_or_start(home)
    assert one.url != other.url
    stranger = sandbox_client.Endpoint(**{**vars(one), "url": other.url})
    with pytest.raises(sandbox_client.NoSandboxError, match="another sandbox"):
        sandbox_client.call(stranger, "Status", {})


def test_what_was_acknowledged_survives_a_stop(home: Path) -> None:
    endpoint = sandbox_client.find_or_start(home)
    kms = client(endpoint)
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key_id, Plaintext=b"still here")["CiphertextBlob"]
    assert sandbox_client.stop(home) is True
    assert sandbox_client.find(home) is None
    assert not (home / "sandbox.json").exists()
    again = sandbox_client.find_or_start(home)
    assert (again.user, again.access_key_id) == (endpoint.user, endpoint.access_key_id)
    assert client(again).decrypt(CiphertextBlob=sealed)["Plaintext"] == b"still here"


@pytest.mark.skipif(not POSIX, reason="signals are POSIX's: run this on Linux or macOS")
def test_what_was_acknowledged_survives_a_kill(home: Path) -> None:
    endpoint = sandbox_client.find_or_start(home)
    key_id = client(endpoint).create_key()["KeyMetadata"]["KeyId"]
    os.kill(endpoint.pid, signal.SIGKILL)
    assert eventually(lambda: sandbox_client.find(home) is None)
    assert (home / "sandbox.json").exists(), "a killed process can't have tidied up"
    again = sandbox_client.find_or_start(home)
    assert again.pid != endpoint.pid
    assert client(again).describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id


@pytest.mark.skipif(not POSIX, reason="signals are POSIX's: run this on Linux or macOS")
def test_it_ends_in_good_order_when_the_system_asks(home: Path) -> None:
    endpoint = sandbox_client.find_or_start(home)
    os.kill(endpoint.pid, signal.SIGTERM)
    assert eventually(lambda: not (home / "sandbox.json").exists())


GOOD = {
    "url": "http://127.0.0.1:1",
    **dict.fromkeys(("account", "region", "user", "access_key_id", "secret_access_key", "instance"), "x"),
    "pid": 1,
}
WRONG = {
    "empty": "",
    "cut short": "{",
    "a list": "[]",
    "null": "null",
    "deep": "[" * 100_000,
    "without most": '{"url": "http://127.0.0.1:1"}',
    "NaN": "NaN",
    "too large": " " * 100_000 + json.dumps(GOOD),
    "a word too many": json.dumps({**GOOD, "color": "red"}),
    "no UTF-8": "\udcff",
} | {
    f"{name} {value!r}": json.dumps({**GOOD, name: value})
    for name, values in {
        "url": (
            *(5, None, [], "", "http://127.0.0.1:", "http://127.0.0.1:0", "http://127.0.0.1:65536"),
            *(
                "http://127.0.0.1:-1",
                "http://127.0.0.1:x",
                "http://127.0.0.1:80/x",
                "http://127.0.0.1:80\r\nHost: x",
            ),
            *(
                "http://127.0.0.1:1@example.com",
                "https://127.0.0.1:1",
                "http://example.com:1",
                "http://127.0.0.1:¹",
            ),
        ),
        "pid": ("1", None, True, 1.5),
        "region": (5, None, [], {}, True),
        "secret_access_key": (5, None, "\ud800"),
        "access_key_id": ("a\nb", "\ud800", 5),
        "instance": (5, None),
    }.items()
    for value in values
}


@pytest.mark.parametrize("left", WRONG.values(), ids=[ascii(name) for name in WRONG])
def test_a_damaged_endpoint_file_is_no_sandbox(tmp_path: Path, left: str) -> None:
    (tmp_path / "sandbox.json").write_bytes(left.encode("utf-8", "surrogateescape"))
    assert sandbox_client.find(tmp_path) is None


@given(
    values=st.dictionaries(st.sampled_from(list(GOOD)), st.none() | st.integers() | st.text() | st.floats())
)
def test_no_values_in_the_endpoint_file_are_a_raw_error(values: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "sandbox.json").write_text(json.dumps({**GOOD, **values}))
        assert sandbox_client.find(Path(home)) is None


@pytest.mark.skipif(not POSIX, reason="pipes, links and modes are POSIX's: run this on Linux or macOS")
@pytest.mark.parametrize("what", ["folder", "full folder", "pipe", "link", "unreadable", "deep", "huge"])
def test_whatever_lies_in_place_of_its_files_makes_way(home: Path, what: str) -> None:
    (home / "elsewhere").write_text("{}")
    for file in (home / "sandbox.json", home / "sandbox.port"):
        if what.endswith("folder"):
            file.mkdir()
            if what == "full folder":
                (file / "work").touch()
        elif what == "pipe":
            os.mkfifo(file)
        elif what == "link":
            file.symlink_to(home / "elsewhere")
        else:
            file.write_text(WRONG["deep"])
        if what == "huge":
            os.truncate(file, 1 << 31)
        if what == "unreadable":
            file.chmod(0)
    endpoint = sandbox_client.find_or_start(home)
    assert sandbox_client.find(home) == endpoint
    assert stat.S_IMODE((home / "sandbox.json").lstat().st_mode) == 0o600
    assert (home / "sandbox.port").read_text() == endpoint.url.rpartition(":")[2]
    assert (home / "elsewhere").read_text() == "{}"
    assert len(list(home.glob("*-set-aside-*"))) == 2 * what.endswith("folder")


@pytest.mark.parametrize("left", ["deep", "cut short"])
def test_an_endpoint_file_that_is_damaged_while_it_runs_heals(home: Path, left: str) -> None:
    first = sandbox_client.find_or_start(home)
    (home / "sandbox.json").write_text(WRONG[left])
    assert sandbox_client.find_or_start(home).url == first.url


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
@pytest.mark.parametrize("kind", ["pipe", "folder", "broken link"])
def test_what_is_no_file_in_the_logs_place_makes_way(home: Path, kind: str) -> None:
    log = home / "sandbox.log"
    if kind == "pipe":
        os.mkfifo(log)
    elif kind == "folder":
        log.mkdir()
    else:
        log.symlink_to(home / "gone" / "sandbox.log")
    # In a process of its own, which can be ended where it waits for ever for the pipe's other end.
    start = "import sys, pathlib, kmscourse.sandbox.client as s; s.find_or_start(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", start, str(home)], timeout=60, check=True)
    assert "Listening" in log.read_text()


def test_a_lock_that_cannot_be_had_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "sandbox.lock").mkdir()
    with pytest.raises(SandboxError, match=r"sandbox\.lock can't be used .*Move it away"):
        sandbox_client.stop(tmp_path)
    with pytest.raises(SandboxError, match=r"could not start.*sandbox\.lock can't be used"):
        sandbox_client.find_or_start(tmp_path)


def test_another_server_at_the_old_address_is_not_taken_for_the_sandbox(
    running: Path, tmp_path: Path
) -> None:
    """A file left by a killed process, whose port another student's sandbox has by now."""
    endpoint = sandbox_client.find_or_start(running)
    stale = {**vars(endpoint), "instance": "0" * 32}
    (tmp_path / "sandbox.json").write_text(json.dumps(stale))
    assert sandbox_client.find(tmp_path) is None


def test_a_silent_server_at_the_old_address_is_not_waited_for_long(running: Path, tmp_path: Path) -> None:
    endpoint = sandbox_client.find_or_start(running)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (tmp_path / "sandbox.json").write_text(json.dumps({**vars(endpoint), "url": url}))
        start = time.monotonic()
        assert sandbox_client.find(tmp_path) is None
        assert time.monotonic() - start < 10


class Answering:
    """A server that gives everybody the same answer."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(self.answer)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):  # what is left unread would break the connection
                        pass

    def close(self) -> None:
        self._listening.close()


def http(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


FAILURE = http("500 Error", b'{"__type": "InternalFailure", "message": "The practice account failed."}')


@pytest.mark.parametrize(
    ("answer", "sentence", "is_none"),
    [
        (FAILURE, r"fails at Status \(The practice account failed\.\)", False),
        (http("500 Error", b'{"__type": "InternalFailure"}'), r"fails at Status \(InternalFailure\)", False),
        (
            http("400 No", b'{"__type": "ValidationException", "message": "That is none."}'),
            "^That is none.$",
            False,
        ),
        (
            http("400 No", b'{"__type": "UnrecognizedClientException", "message": "no"}'),
            "another sandbox",
            True,
        ),
        (http("200 OK", b"<html>"), "is not a sandbox", True),
        (http("200 OK", b"[" * 100_000), "is not a sandbox", True),
        (http("200 OK", b"[]"), "is not a sandbox", True),
        (http("200 OK", b"\xff"), "is not a sandbox", True),
        (b"nonsense", "does not answer", True),
        (b"", "does not answer", True),
    ],
)
def test_each_failure_has_a_sentence_of_its_own(
    running: Path, tmp_path: Path, answer: bytes, sentence: str, is_none: bool
) -> None:
    """Only where no sandbox is, or another one, does it help to start one."""
    server_of_this = Answering(answer)
    endpoint = replace(sandbox_client.find_or_start(running), url=server_of_this.url)
    (tmp_path / "sandbox.json").write_text(json.dumps(vars(endpoint)))
    with pytest.raises(SandboxError, match=sentence) as failed:
        sandbox_client.call(endpoint, "Status", {})
    assert isinstance(failed.value, sandbox_client.NoSandboxError) is is_none
    if is_none:
        assert sandbox_client.find(tmp_path) is None
    else:
        with pytest.raises(SandboxError, match=sentence):
            sandbox_client.find_or_start(tmp_path)
    server_of_this.close()


def test_one_that_is_busy_is_not_said_to_have_ended(running: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        endpoint = replace(sandbox_client.find_or_start(running), url=url)
        with pytest.raises(
            SandboxError, match=r"has not answered Status within 0\.2 seconds. It may be busy"
        ):
            sandbox_client.call(endpoint, "Status", {}, timeout=0.2)


def test_a_main_user_without_an_access_key_still_manages_its_sandbox(home: Path) -> None:
    endpoint = sandbox_client.find_or_start(home)
    iam = client(endpoint, "iam")
    iam.update_user(UserName=endpoint.user, NewUserName="boss")
    renamed = sandbox_client.find(home)
    assert renamed is not None
    assert renamed.user == "boss"
    iam.delete_access_key(UserName="boss", AccessKeyId=endpoint.access_key_id)
    assert sandbox_client.find_or_start(home) == renamed
    assert sandbox_client.stop(home)
    again = sandbox_client.find_or_start(home)
    assert again.user == "boss"
    assert again.access_key_id != endpoint.access_key_id, "a deleted key opens nothing again"
    assert client(again).list_keys()["Keys"] == []


def test_neither_repr_nor_log_tells_the_secret(running: Path) -> None:
    endpoint = sandbox_client.find_or_start(running)
    assert endpoint.secret_access_key not in repr(endpoint)
    assert endpoint.instance not in repr(endpoint)
    assert endpoint.secret_access_key not in (running / "sandbox.log").read_text()


def test_it_says_why_it_could_not_start(tmp_path: Path) -> None:
    (tmp_path / "account.db").mkdir()
    with pytest.raises(SandboxError, match="could not start") as failed:
        sandbox_client.find_or_start(tmp_path)
    assert "account.db" in str(failed.value)
    assert "\n" not in str(failed.value)


WITHOUT_ROOM = """
import pathlib, resource, sys
from kmscourse.errors import SandboxError
from kmscourse.sandbox import client

resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # as on a full disk, no byte can be written to a file
try:
    client.find_or_start(pathlib.Path(sys.argv[1]))
except SandboxError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no process's files")
def test_where_there_is_no_room_for_its_log_it_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_ROOM, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert said.startswith(f"The sandbox could not start: nothing can be written to {tmp_path} (")
    assert "Make room there" in said


def test_a_home_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SandboxError, match="could not start"):
        sandbox_client.find_or_start(file)


def test_the_console_signs_users_in(running: Path) -> None:
    endpoint = sandbox_client.find_or_start(running)
    iam = client(endpoint, "iam")
    with pytest.raises(SignInRefused) as unknown:
        sandbox_client.call(endpoint, "SignIn", {"UserName": "IAMLabUser", "Password": "NewUs@r150"})
    iam.create_login_profile(UserName="IAMLabUser", Password="NewUs@r150")
    with pytest.raises(SignInRefused) as wrong:
        sandbox_client.call(endpoint, "SignIn", {"UserName": "IAMLabUser", "Password": "guess"})
    assert str(unknown.value) == str(wrong.value)
    given = sandbox_client.call(endpoint, "SignIn", {"UserName": "IAMLabUser", "Password": "NewUs@r150"})
    assert given["UserArn"].endswith(":user/IAMLabUser")


def test_asking_a_sandbox_that_has_ended_is_one_sentence(home: Path) -> None:
    endpoint = sandbox_client.find_or_start(home)
    sandbox_client.stop(home)
    with pytest.raises(SandboxError, match="does not answer"):
        sandbox_client.call(endpoint, "Status", {})


def test_reset_starts_the_account_over_and_keeps_the_main_user(home: Path) -> None:
    endpoint = sandbox_client.find_or_start(home)
    client(endpoint).create_key()
    assert sandbox_client.call(endpoint, "Status", {})["Keys"] == 1
    sandbox_client.call(endpoint, "Reset", {})
    status = sandbox_client.call(endpoint, "Status", {})
    assert (status["Keys"], status["User"]) == (0, endpoint.user)


@pytest.fixture
def notes(home: Path) -> AccountFile:
    """The practice account's notes, with one in them; another account has one too."""
    for account in ("123456789012", "999999999999"):
        with AccountFile(home / "notes.json", account).update() as notes:
            notes["envelope"] = "sealed"
    return AccountFile(home / "notes.json", "123456789012")


def test_the_notes_of_an_account_that_starts_over_go(home: Path, notes: AccountFile) -> None:
    endpoint = sandbox_client.find_or_start(home)
    assert notes.read() == {}, "a new account has no key that opens them"
    with notes.update() as kept:
        kept["envelope"] = "sealed"
    sandbox_client.stop(home)
    sandbox_client.find_or_start(home)
    assert notes.read() == {"envelope": "sealed"}, "an account that only ended and came back is the same"
    sandbox_client.call(endpoint, "Reset", {})
    assert notes.read() == {}
    assert AccountFile(home / "notes.json", "999999999999").read() == {"envelope": "sealed"}


def test_notes_that_cannot_be_read_hinder_no_account(home: Path) -> None:
    (home / "notes.json").write_text("{nope")
    endpoint = sandbox_client.find_or_start(home)
    sandbox_client.call(endpoint, "Reset", {})
    assert (home / "notes.json").read_text() == "{nope"
    assert "notes.json can't be read" in (home / "sandbox.log").read_text()


def test_a_sandbox_whose_home_is_gone_ends_by_itself(home: Path) -> None:
    endpoint = sandbox_client.find_or_start(home)
    (home / "sandbox.json").unlink()

    def ended() -> bool:
        try:
            socket.create_connection(("127.0.0.1", int(endpoint.url.rpartition(":")[2])), timeout=1).close()
        except OSError:
            return True
        return False

    assert eventually(ended)


def test_after_a_restart_it_answers_where_it_did(home: Path) -> None:
    """A notebook's clients know only the address: they go on working once the set-up cell has run again."""
    first = sandbox_client.find_or_start(home)
    kms = client(first)
    sandbox_client.stop(home)
    assert sandbox_client.find_or_start(home).url == first.url
    assert kms.list_keys()["Keys"] == []


@pytest.mark.parametrize("remembered", ["taken", "nonsense", "-1", "99999"])
def test_a_port_that_cannot_be_had_again_is_no_obstacle(home: Path, remembered: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = str(stranger.getsockname()[1]) if remembered == "taken" else remembered
        (home / "sandbox.port").write_text(port)
        assert sandbox_client.find_or_start(home).url != f"http://127.0.0.1:{port}"


def test_a_sandbox_of_an_earlier_version_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows neither whose account it is by id nor what to tell of it, but it can be ended."""
    monkeypatch.setattr(sandbox_client, "call", lambda *_: {"User": "ed-user-1", "Instance": "x"})
    endpoint = sandbox_client.Endpoint("http://127.0.0.1:1", "1", "us-east-1", "ed-user-1", "AKIA", "s", 1)
    with pytest.raises(
        SandboxError, match=r"earlier version of the course\. End it with: kmscourse sandbox stop"
    ):
        sandbox_client.read_status(endpoint)
