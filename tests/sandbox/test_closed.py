"""Who does not belong gets nothing: files for their owner alone, no secret in them, no way in with another's keys."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.errors import SandboxError, SignInRefused
from kmscourse.home import home as course_home
from kmscourse.sandbox import client as sandbox_client
from tests.sandbox.loopback import client
from tests.sandbox.storage.test_durability import traces

LAB_USER = "IAMLabUser"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a running sandbox, which the sandbox has made itself under a careless umask."""
    home = tmp_path_factory.mktemp("parent") / "home"
    before = os.umask(0)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KMSCOURSE_HOME", str(home))
            sandbox_client.find_or_start(course_home())
    finally:
        os.umask(before)
    yield home
    sandbox_client.stop(home)


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sandbox_client.Endpoint]:
    """Another student's running sandbox."""
    home = tmp_path_factory.mktemp("neighbour")
    yield sandbox_client.find_or_start(home)
    sandbox_client.stop(home)


def files_of(home: Path) -> dict[str, bytes]:
    """Every file below a home, with what is in it."""
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's: run this on Linux or macOS")
def test_everything_in_the_home_is_for_its_owner_alone(home: Path) -> None:
    client(sandbox_client.find_or_start(home)).create_key()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.rglob("*")}
    assert {"account.db", "account.db-wal", "sandbox.json", "sandbox.lock", "sandbox.log"} <= set(modes)
    assert {name: f"{mode:o}" for name, mode in modes.items() if mode & 0o077} == {}


class Marks:
    """Secrets that can be found again, by what they are."""

    def __init__(self) -> None:
        self.made: dict[str, bytes] = {}

    def new(self, what: str) -> bytes:
        self.made[what] = os.urandom(24).hex().encode()
        return self.made[what]

    def keep(self, what: str, secret: bytes) -> bytes:
        self.made[what] = secret
        return secret

    def found_in(self, files: dict[str, bytes]) -> set[tuple[str, str]]:
        """Which secret lies in which file."""
        return {
            (what, name)
            for name, content in files.items()
            for what, secret in self.made.items()
            if any(trace in content for trace in traces(secret))
        }


def the_lab(endpoint: sandbox_client.Endpoint, marks: Marks) -> None:
    """Everything that a student does with a secret, and the ways in which it goes wrong."""
    kms, iam, dynamodb = (client(endpoint, service) for service in ("kms", "iam", "dynamodb"))
    key_id = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=marks.new("plaintext"))["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=blob)
    made = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256", EncryptionContext={"purpose": "lab"})
    marks.keep("data key", made["Plaintext"])
    marks.keep("random bytes", kms.generate_random(NumberOfBytes=32)["Plaintext"])
    with contextlib.suppress(ClientError):
        kms.encrypt(KeyId="alias/none", Plaintext=marks.new("plaintext that was refused"))
    with contextlib.suppress(ClientError):
        kms.encrypt(KeyId=key_id, Plaintext=marks.new("plaintext too long") * 200)

    password = marks.new("password").decode()
    iam.create_login_profile(UserName=LAB_USER, Password=f"Aa1!{password}")
    iam.update_login_profile(UserName=LAB_USER, Password=f"Aa1!{marks.new('new password').decode()}")
    for what in ("new password", "wrong password"):
        known = marks.made.get(what) or marks.new(what)
        with contextlib.suppress(SignInRefused):
            sandbox_client.call(
                endpoint, "SignIn", {"UserName": LAB_USER, "Password": f"Aa1!{known.decode()}"}
            )
    in_name = {"UserName": marks.new("password typed as a name").decode(), "Password": "x"}
    with contextlib.suppress(SignInRefused):
        sandbox_client.call(endpoint, "SignIn", in_name)

    dynamodb.create_table(
        TableName="Books",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "Author", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Author", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id},
    )
    dynamodb.put_item(
        TableName="Books", Item={"Author": {"S": "a"}, "Note": {"B": marks.made["data key"][:0]}}
    )
    with contextlib.suppress(ClientError):
        values = {":x": {"S": marks.new("value").decode()}}
        dynamodb.scan(TableName="Books", FilterExpression="x = = :x", ExpressionAttributeValues=values)
    for body in (b'{"Plaintext": "%s"', b'{"Nonsense": {"%s": 1}}', b"\xff%s"):
        send(endpoint, body % marks.new(f"broken body {body!r}"), {"X-Amz-Target": "TrentService.Encrypt"})
    for header in ("Authorization", "X-Amz-Target", "X-Amz-Security-Token", "User-Agent", "X-Amz-Date"):
        send(endpoint, b"{}", {header: marks.new(f"header {header}").decode()})


def send(endpoint: sandbox_client.Endpoint, body: bytes, headers: dict[str, str]) -> None:
    """A request that nobody has signed."""
    connection = HTTPConnection(endpoint.url.removeprefix("http://"), timeout=10)
    connection.request("POST", "/", body, headers)
    assert 400 <= connection.getresponse().status < 500
    connection.close()


def test_a_whole_lab_leaves_no_secret_in_any_file(home: Path) -> None:
    endpoint = sandbox_client.find_or_start(home)
    marks = Marks()
    the_lab(endpoint, marks)
    assert len(marks.made) > 15
    assert marks.found_in(files_of(home)) == set(), "while it runs"
    sandbox_client.stop(home)
    assert marks.found_in(files_of(home)) == set(), "after it has ended"
    sandbox_client.find_or_start(home)
    assert marks.found_in(files_of(home)) == set(), "after it has started again"
    assert "Encrypt 200" in (home / "sandbox.log").read_text(), "the log has the calls"


def test_the_log_tells_no_access_key_and_no_session(home: Path) -> None:
    endpoint = sandbox_client.find_or_start(home)
    session = sandbox_client.call(endpoint, "SessionFor", {"UserName": LAB_USER})
    client(endpoint, "sts", **as_client(session)).get_caller_identity()
    access_key = client(endpoint, "iam").create_access_key(UserName=LAB_USER)["AccessKey"]
    said = (home / "sandbox.log").read_text()
    for secret in (
        endpoint.secret_access_key,
        endpoint.instance,
        session["SecretAccessKey"],
        session["SessionToken"],
        access_key["SecretAccessKey"],
    ):
        assert secret not in said


def as_client(session: dict[str, Any]) -> dict[str, str]:
    """A console's session as boto3 takes it."""
    return {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }


@pytest.mark.parametrize("service", ["kms", "dynamodb", "iam", "sts", "cloudtrail"])
def test_another_students_credentials_open_nothing(
    home: Path, neighbour: sandbox_client.Endpoint, service: str
) -> None:
    here = sandbox_client.find_or_start(home)
    call = {
        "kms": "list_keys",
        "dynamodb": "list_tables",
        "iam": "list_users",
        "sts": "get_caller_identity",
        "cloudtrail": "lookup_events",
    }[service]
    theirs = {
        "aws_access_key_id": neighbour.access_key_id,
        "aws_secret_access_key": neighbour.secret_access_key,
    }
    session = as_client(sandbox_client.call(neighbour, "SessionFor", {"UserName": LAB_USER}))
    mixed = {**theirs, "aws_access_key_id": here.access_key_id}
    for credentials in (theirs, session, mixed):
        with pytest.raises(ClientError) as refused:
            getattr(client(here, service, **credentials), call)()
        assert refused.value.response["Error"]["Code"] in (
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
        )


@pytest.mark.parametrize("operation", ["Status", "Stop", "Reset", "SessionFor", "SignIn"])
def test_another_students_main_user_does_not_manage_this_account(
    home: Path, neighbour: sandbox_client.Endpoint, operation: str
) -> None:
    here = sandbox_client.find_or_start(home)
    intruder = sandbox_client.Endpoint(**{**vars(neighbour), "url": here.url})
    with pytest.raises(SandboxError, match="security token included in the request is invalid"):
        sandbox_client.call(intruder, operation, {"UserName": LAB_USER, "Password": "guess"})


def test_it_listens_on_loopback_alone(home: Path) -> None:
    host, port = sandbox_client.find_or_start(home).url.removeprefix("http://").split(":")
    assert host == "127.0.0.1"
    for other in ("127.0.0.2", "::1"):
        family = socket.AF_INET6 if ":" in other else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as knocking:
            knocking.settimeout(5)
            assert knocking.connect_ex((other, int(port))) != 0, f"{other} answers"
