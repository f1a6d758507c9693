"""What many tests begin with: a fresh practice account in memory, and sessions of the people in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import settings

from kmscourse.account import Account
from kmscourse.account.ownership import Guard, Ledger, Owners
from kmscourse.course.notes import Notes
from kmscourse.errors import SandboxError
from kmscourse.iam import LAB_USER, delete_user
from kmscourse.sandbox import client as sandbox_client
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import HttpRequest
from kmscourse.sandbox.iam import passwords
from tests import models
from tests.misleading import Astray, astray
from tests.places import Place, place

# A busy machine takes its time over an example; that is no fault of what is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


models.share()


@contextmanager
def environment_of_ones_own() -> Iterator[None]:
    """Undo whatever is done to the environment meanwhile.

    Opening an account points AWS's variables at it, and gives plain ``boto3.client`` a session of its own.
    """
    before = dict(os.environ)
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = None
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """Each test has an environment of its own; so has a fixture that says it, where tests share it."""
    with environment_of_ones_own():
        yield


@pytest.fixture(scope="module")
def practice() -> Iterator[Place]:
    """What stands for the practice account, where requests alone count."""
    with place() as there:
        yield there


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Astray]:
    """Where no request may arrive."""
    with astray(tmp_path_factory.mktemp("home")) as places:
        yield places


@pytest.fixture
def sandbox() -> Iterator[Application]:
    """A fresh practice account."""
    application = Application.open()
    yield application
    application.close()


@pytest.fixture
def main(sandbox: Application) -> boto3.Session:
    """A session of the account's main user."""
    return inprocess.session(sandbox)


@pytest.fixture
def lab_user(sandbox: Application) -> boto3.Session:
    """A session of IAMLabUser."""
    return session_of(sandbox, LAB_USER)


def session_of(sandbox: Application, user_name: str, password: str | None = None) -> boto3.Session:
    """A session of a user, as the account's main user can make one, or with the user's password."""
    identities = sandbox.account.identities
    if password is None:
        given = identities.session_for(user_name)
    else:
        given = passwords.sign_in(identities, user_name, password)
    sandbox.account.commit()
    return inprocess.session(sandbox, given)


@pytest.fixture
def kms(main: boto3.Session) -> Any:
    """The main user's KMS client."""
    return main.client("kms")


@pytest.fixture
def key_id(kms: Any) -> str:
    """The ARN of a fresh symmetric key under the default policy."""
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def account(sandbox: Application, main: boto3.Session) -> Account:
    """The practice account as a notebook's Lab holds it, with its clients."""
    return account_of(sandbox, main)


def account_of(sandbox: Application, main: boto3.Session) -> Account:
    """The account that an application serves, seen by its main user."""
    caller = sandbox.main_access_key.caller
    return Account(
        *("sandbox", caller.account, sandbox.home_region, caller.arn, main),
        partial(session_of, sandbox),
        partial(session_with, sandbox),
        console=partial(console_of, sandbox),
    )


def session_with(sandbox: Application, *credentials: str) -> boto3.Session:
    """A session on temporary credentials that STS gave out."""
    made = boto3.Session(*credentials, region_name=sandbox.home_region)
    inprocess.attach(made, sandbox)
    return made


def console_of(sandbox: Application, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The answer of the account's console, through every stage. Raises SandboxError."""
    main = sandbox.main_access_key
    endpoint = sandbox_client.Endpoint(
        "http://127.0.0.1:1", main.caller.account, "us-east-1", "", main.caller.access_key_id, main.secret, 1
    )
    body = json.dumps(parameters).encode()
    headers = sandbox_client.signed_headers(endpoint, "127.0.0.1:1", operation, body)
    answer = sandbox.handle(HttpRequest("POST", "/", headers, body))
    said: dict[str, Any] = json.loads(answer.body)
    if answer.status != 200:
        raise SandboxError(said["message"])
    return said


@pytest.fixture
def real_account(sandbox: Application, main: boto3.Session, tmp_path: Path) -> Account:
    """The same account as a notebook holds one that is real: guarded. What is there already is not the course's.

    ``sandbox`` has an IAMLabUser, ``main`` reaches it unguarded.
    """
    guarded = inprocess.session(sandbox)
    account = account_of(sandbox, guarded)
    account.kind, account.console = "aws", None
    owners = Owners(
        lambda service, region: main.client(service, region_name=region), account.id, "aws", account.region
    )
    account.guard = Guard(owners, Ledger(tmp_path, account.file_key))
    account.guard.watch(guarded)
    return account


@pytest.fixture
def empty_account(real_account: Account, main: boto3.Session) -> Account:
    """The same without IAMLabUser: none of the course's names is taken."""
    delete_user(main.client("iam"), LAB_USER)
    return real_account


@pytest.fixture
def notes(tmp_path: Path, account: Account) -> Notes:
    """The notes of that account."""
    return Notes(tmp_path, account.id)


class PocketKms:
    """The two calls that envelopes make, over one key in memory: for tests that need them ten thousand times."""

    key_id = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"

    def __init__(self) -> None:
        self._key = AESGCM(bytes(32))
        self.plaintexts: list[bytes] = []  # every data key handed out
        self.decrypted = 0

    def generate_data_key(self, **request: Any) -> dict[str, Any]:
        assert (request["KeyId"], request["KeySpec"]) == (self.key_id, "AES_256")
        plaintext, nonce = os.urandom(32), os.urandom(12)
        self.plaintexts.append(plaintext)
        blob = nonce + self._key.encrypt(nonce, plaintext, _context(request["EncryptionContext"]))
        return {"KeyId": self.key_id, "Plaintext": plaintext, "CiphertextBlob": blob}

    def decrypt(self, **request: Any) -> dict[str, Any]:
        self.decrypted += 1
        if request.get("KeyId", self.key_id) != self.key_id:
            raise _refusal("IncorrectKeyException")
        nonce, sealed = request["CiphertextBlob"][:12], request["CiphertextBlob"][12:]
        try:
            plaintext = self._key.decrypt(
                nonce.ljust(12, b"\0"), sealed, _context(request["EncryptionContext"])
            )
        except InvalidTag:
            raise _refusal("InvalidCiphertextException") from None
        return {"KeyId": self.key_id, "Plaintext": plaintext}


def _context(pairs: Mapping[str, str]) -> bytes:
    return repr(sorted(pairs.items())).encode()


def _refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Decrypt")


@pytest.fixture
def pocket_kms() -> PocketKms:
    """A KMS with one key that answers at once."""
    return PocketKms()
