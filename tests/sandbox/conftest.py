"""Accounts to test against: ``practice`` performs operations unchecked, ``gate`` asks all stages but the signature."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kmscourse.sandbox.account import Account
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.auth.authorize import permission_checks
from kmscourse.sandbox.call import AwsError, Call, Caller, HttpRequest, HttpResponse
from kmscourse.sandbox.offered import SERVICES, not_offered
from kmscourse.sandbox.operation import PermissionCheck

OFFERED = {name: service.operations for name, service in SERVICES.items()}
"""By service, the table of its operations."""

BOOKS: dict[str, Any] = {
    "TableName": "Books",
    "KeySchema": [
        {"AttributeName": "Author", "KeyType": "HASH"},
        {"AttributeName": "Title", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "Author", "AttributeType": "S"},
        {"AttributeName": "Title", "AttributeType": "S"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
"""A table of books with a partition and a sort key, as CreateTable takes it."""


class Practice:
    """An account with a way to call it: ``practice("kms:CreateKey", Description="…")``."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.account = Account(path)

    def __call__(self, action: str, /, *, region: str = "us-east-1", **parameters: Any) -> Any:
        """The answer, committed: a dict, IAM's XML as text. Raises AwsError."""
        service_name, operation_name = action.split(":")
        caller = self.account.main_user.credentials().caller
        http = HttpRequest("POST", "/", {}, b"")
        call = Call(service_name, operation_name, region, parameters, caller.access_key_id, "11-22", http)
        service = SERVICES[service_name]
        with self.account.lock:
            operation = service.operations.get(operation_name)
            if operation is None:
                raise not_offered(call)
            try:
                now = self.account.now()
                resolved = service.resolve(call, caller, self.account, now, operation.changes)
                answer = operation.perform(resolved)
                self.account.commit()
            except BaseException:
                self.account.rollback()
                raise
        return answer.body.decode() if isinstance(answer, HttpResponse) else answer

    def restart(self) -> None:
        """The process ends and another one opens the account."""
        self.account.close()
        self.account = Account(self.path)

    def key(self, **parameters: Any) -> str:
        """The ARN of a new key."""
        return str(self("kms:CreateKey", **parameters)["KeyMetadata"]["Arn"])

    def books(self, **parameters: Any) -> None:
        """A table Books with a partition and a sort key."""
        self("dynamodb:CreateTable", **BOOKS | parameters)

    def put(self, title: str, **attributes: Any) -> None:
        """A book by Seth Godin."""
        self("dynamodb:PutItem", TableName="Books", Item=book(title) | attributes)

    def titles(self) -> list[str]:
        """Of all books."""
        return sorted(item["Title"]["S"] for item in self("dynamodb:Scan", TableName="Books")["Items"])


def book(title: str) -> dict[str, dict[str, str]]:
    """The keys of a book."""
    return {"Author": {"S": "Seth Godin"}, "Title": {"S": title}}


@pytest.fixture
def practice() -> Iterator[Practice]:
    """An account in memory."""
    made = Practice()
    yield made
    made.account.close()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Practice]:
    """An account in a file."""
    made = Practice(tmp_path / "account.db")
    yield made
    made.account.close()


@pytest.fixture
def new_account() -> Callable[[], Practice]:
    """Makes accounts in memory, side by side."""
    return Practice


@pytest.fixture
def open_account() -> Iterator[Callable[[Path], Practice]]:
    """Opens accounts in files, and closes them in the end."""
    opened: list[Practice] = []

    def opener(path: Path) -> Practice:
        opened.append(Practice(path))
        return opened[-1]

    yield opener
    for made in opened:
        made.account.close()


class Gate:
    """An account behind all its stages but the signature: ``gate("kms:Decrypt", by="IAMLabUser", …)``.

    Everything is asked by the main user unless ``by`` says otherwise. Refusals are raised as AwsError.
    """

    def __init__(self, **options: Any) -> None:
        self._ahead = timedelta()
        self.application = Application.open(now=lambda: datetime.now(UTC) + self._ahead, **options)
        self.account = self.application.account
        self.account_id = self.account.account_id
        self.main = self.account.main_user.name
        self._key_ids = {self.main: self.account.main_user.credentials().caller.access_key_id}

    def caller(self, name: str) -> Caller:
        """The identity of a user, signed in, or of whatever session has got this name (``assume``)."""
        if name not in self._key_ids:
            credentials = self.account.identities.session_for(name)
            self.account.commit()
            self._key_ids[name] = credentials.caller.access_key_id
        found = self.account.identities.credentials(self._key_ids[name])
        assert found is not None
        return found.caller

    def call(self, action: str, by: str = "", region: str = "us-east-1", **parameters: Any) -> Call:
        """A call as ``protocol.read`` would have made it."""
        service, operation = action.split(":")
        key_id = self.caller(by or self.main).access_key_id
        http = HttpRequest("POST", "/", {}, b"")
        return Call(service, operation, region, parameters, key_id, "1234-5678", http, user_agent="tests")

    def __call__(
        self, action: str, /, by: str = "", region: str = "us-east-1", **parameters: Any
    ) -> dict[str, Any]:
        """The answer of the stages, in the application's own order."""
        call = self.call(action, by, region, **parameters)
        known = self.caller(by or self.main)
        with self.account.lock:
            now = self.application._let_time_pass()
            answer = self.application._answer(call, known, now)
        return {"Xml": answer.body.decode()} if isinstance(answer, HttpResponse) else dict(answer)

    def checks(
        self, action: str, /, by: str = "", region: str = "us-east-1", **parameters: Any
    ) -> list[PermissionCheck]:
        """The permission checks that a call needs."""
        call = self.call(action, by, region, **parameters)
        service = SERVICES[call.service]
        operation = service.operations[call.operation]
        caller = self.caller(by or self.main)
        resolved = service.resolve(call, caller, self.account, self.account.now(), operation.changes)
        return permission_checks(resolved, operation.permissions)

    def later(self, **span: float) -> None:
        """Let time pass for the account: ``later(days=8)``."""
        self._ahead += timedelta(**span)

    def refused(self, action: str, /, **details: Any) -> AwsError:
        """The refusal of a call that must be refused."""
        with pytest.raises(AwsError) as refusal:
            self(action, **details)
        return refusal.value

    def arn(self, user: str) -> str:
        """A user's ARN."""
        return f"arn:aws:iam::{self.account_id}:user/{user}"

    def user(self, name: str, *statements: dict[str, Any]) -> str:
        """A new user with these statements in an inline policy; its name."""
        self("iam:CreateUser", UserName=name)
        if statements:
            document = {"Version": "2012-10-17", "Statement": list(statements)}
            self("iam:PutUserPolicy", UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))
        return name

    def role(self, name: str, *statements: dict[str, Any], trusts: str = "", **parameters: Any) -> str:
        """The ARN of a new role with these statements. It trusts the account, or the ARN ``trusts``."""
        trust = {"Effect": "Allow", "Principal": {"AWS": trusts or self.account_id}, "Action": "sts:*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self("iam:CreateRole", RoleName=name, AssumeRolePolicyDocument=document, **parameters)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            self("iam:PutRolePolicy", RoleName=name, PolicyName="own", PolicyDocument=document)
        return f"arn:aws:iam::{self.account_id}:role{parameters.get('Path', '/')}{name}"

    def assume(self, role: str, by: str = "", **parameters: Any) -> str:
        """A session of a role, by its ARN; what is returned can be handed on as ``by``."""
        asked = {"RoleArn": role, "RoleSessionName": "work", **parameters}
        return self.signed_in(self("sts:AssumeRole", by=by, **asked)["Credentials"])

    def signed_in(self, credentials: dict[str, Any]) -> str:
        """Credentials that STS gave out, to be handed on as ``by``."""
        key_id = str(credentials["AccessKeyId"])
        self._key_ids[key_id] = key_id
        return key_id

    def key(self, **parameters: Any) -> str:
        """The ARN of a new key."""
        return str(self("kms:CreateKey", **parameters)["KeyMetadata"]["Arn"])

    def wrapped_for(self, key: str, given: bytes, wrapping: str = "RSAES_OAEP_SHA_256") -> dict[str, Any]:
        """Key material as ImportKeyMaterial takes it, with its token."""
        parameters = self(
            "kms:GetParametersForImport", KeyId=key, WrappingAlgorithm=wrapping, WrappingKeySpec="RSA_2048"
        )
        return wrapped(parameters, given, wrapping)

    def import_into(self, key: str, given: bytes, **more: Any) -> dict[str, Any]:
        """The answer of ImportKeyMaterial."""
        return self("kms:ImportKeyMaterial", KeyId=key, **self.wrapped_for(key, given), **more)

    def allow(self, key: str, user: str, *actions: str) -> None:
        """Add a statement for a user, or for whom an ARN names, to a key's policy."""
        policy = json.loads(self("kms:GetKeyPolicy", KeyId=key)["Policy"])
        policy["Statement"].append(
            {
                "Effect": "Allow",
                "Principal": {"AWS": user if ":" in user else self.arn(user)},
                "Action": list(actions),
                "Resource": "*",
            }
        )
        self("kms:PutKeyPolicy", KeyId=key, Policy=json.dumps(policy))

    def books(self, key: str | None = None, name: str = "Books") -> None:
        """A table of books, under ``key`` if one is given."""
        encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        under = {"SSESpecification": encryption} if key else {}
        self("dynamodb:CreateTable", **BOOKS | {"TableName": name} | under)
        self("dynamodb:PutItem", TableName=name, Item=book("The Dip"))

    def events(self, **attribute: str) -> list[dict[str, Any]]:
        """CloudTrail's events, newest first, as records; ``EventName="Decrypt"`` searches."""
        wanted = [{"AttributeKey": key, "AttributeValue": value} for key, value in attribute.items()]
        found = self("cloudtrail:LookupEvents", LookupAttributes=wanted)["Events"]
        return [json.loads(event["CloudTrailEvent"]) for event in found]


def wrapped(parameters: dict[str, Any], given: bytes, wrapping: str = "RSAES_OAEP_SHA_256") -> dict[str, Any]:
    """Key material as ImportKeyMaterial takes it; ``parameters`` are GetParametersForImport's answer."""
    public = load_der_public_key(base64.b64decode(parameters["PublicKey"]))
    assert isinstance(public, RSAPublicKey)
    algorithm = hashes.SHA256() if wrapping.endswith("256") else hashes.SHA1()  # noqa: S303
    encrypted = public.encrypt(given, padding.OAEP(padding.MGF1(algorithm), algorithm, None))
    return {
        "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": base64.b64encode(encrypted).decode(),
    }


@pytest.fixture
def wrapped_with() -> Callable[[dict[str, Any], bytes], dict[str, Any]]:
    """Wraps key material for an import."""
    return wrapped


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A new account behind its stages."""
    made = Gate()
    yield made
    made.application.close()
