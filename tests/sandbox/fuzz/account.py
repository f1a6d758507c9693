"""A furnished account to throw requests at, and what its things are called."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import urlencode

import botocore.credentials
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import HttpRequest, HttpResponse
from kmscourse.sandbox.protocol.services import PROTOCOLS
from tests.frozen.requests import flattened
from tests.sandbox.moto_adapter.test_rows import everything

ACCOUNT = "123456789012"
ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}'
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}],
    }
)


class Furnished:
    """An account with keys, an alias, a grant, a table under a key, users, a group, a role and a policy.

    ``names`` are the words by which drawn parameters mean its things: "$key" stands for the id of its key.
    """

    def __init__(self) -> None:
        self.application = Application.open()
        self.names: dict[str, str] = {}
        self._state: dict[Any, Any] = {}
        self._furnish()
        self.as_made = self.state()

    def close(self) -> None:
        self.application.close()

    def call(self, action: str, parameters: dict[str, Any]) -> HttpResponse:
        """The answer to a call of the main user, signed as a client would."""
        service, _, operation = action.partition(":")
        described = PROTOCOLS[service]
        meant = self.filled_in(parameters)
        if described.is_json:
            target = {"X-Amz-Target": f"{described.target}.{operation}"}
            return self.send(service, target, json.dumps(meant).encode())
        flat = {name: text for key, value in meant.items() for name, text in flattened(value, key).items()}
        form = {"Action": operation, "Version": described.version, **flat}
        return self.send(service, {}, urlencode(form, errors="surrogatepass").encode())

    def send(self, service: str, headers: dict[str, str], body: bytes) -> HttpResponse:
        """The answer to any bytes, rightly signed."""
        key = self.application.main_access_key
        request = AWSRequest("POST", "http://127.0.0.1/", {"Host": "127.0.0.1", **headers}, body)
        credentials = botocore.credentials.Credentials(key.caller.access_key_id, key.secret)
        SigV4Auth(credentials, service, "us-east-1").add_auth(request)
        sent = {name.lower(): str(value) for name, value in request.headers.items()}
        return self.application.handle(HttpRequest("POST", "/", sent, body))

    def state(self, afresh: bool = False) -> dict[Any, Any]:
        """All that the account holds, in a form that can be compared; as last looked at, unless ``afresh``."""
        if afresh or not self._state:
            held = everything(self.application.account)
            self._state = {row: json.loads(document) for row, document in held.items()}
        return self._state

    def filled_in(self, value: Any) -> Any:
        """``value`` with the account's own names in the places of the words that stand for them."""
        if isinstance(value, dict):
            return {self.filled_in(name): self.filled_in(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.filled_in(inner) for inner in value]
        return self.names.get(value, value) if isinstance(value, str) else value

    def _furnish(self) -> None:
        self.names["$main"] = self.application.main_access_key.caller.user_name
        self.names["$mainArn"] = self.application.main_access_key.caller.arn
        for name, asked in (("$key", {}), ("$off", {}), ("$mac", MAC), *PAIRS.items()):
            metadata = self._json("kms:CreateKey", asked)["KeyMetadata"]
            self.names |= {name: metadata["KeyId"], f"{name}Arn": metadata["Arn"]}
        self.names["$public"] = self._json("kms:GetPublicKey", {"KeyId": "$ECC_NIST_P256-KEY_AGREEMENT"})[
            "PublicKey"
        ]
        self._json("kms:DisableKey", {"KeyId": "$off"})
        self._json("kms:CreateAlias", {"AliasName": "alias/myKey", "TargetKeyId": "$key"})
        sealed = self._json("kms:Encrypt", {"KeyId": "$key", "Plaintext": "aGVsbG8="})
        self.names["$blob"] = sealed["CiphertextBlob"]
        grant = self._json(
            "kms:CreateGrant", {"KeyId": "$key", "GranteePrincipal": "$mainArn", "Operations": ["Decrypt"]}
        )
        self.names |= {"$grant": grant["GrantId"], "$token": grant["GrantToken"]}
        self._json("dynamodb:CreateTable", BOOKS)
        for number in range(3):
            self._json("dynamodb:PutItem", {"TableName": "Books", "Item": book(number)})
        for action, parameters in PEOPLE:
            answer = self.call(action, parameters)
            assert answer.status == 200, answer.body
            found = re.search(rb"<AccessKeyId>(\w+)</AccessKeyId>", answer.body)
            if found:
                self.names["$accessKey"] = found[1].decode()

    def _json(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer = self.call(action, parameters)
        assert answer.status == 200, answer.body
        return dict(json.loads(answer.body))


def book(number: int) -> dict[str, Any]:
    """An item of the table."""
    cover = base64.b64encode(bytes(number)).decode()
    return {
        "Author": {"S": f"a{number}"},
        "Title": {"S": "t"},
        "Sold": {"N": str(number)},
        "Cover": {"B": cover},
        "Tags": {"L": [{"S": "x"}]},
    }


MAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
PAIRS = {
    f"${spec}-{usage}": {"KeySpec": spec, "KeyUsage": usage}
    for spec, usage in (
        ("RSA_2048", "ENCRYPT_DECRYPT"),
        ("ECC_NIST_P256", "SIGN_VERIFY"),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY"),
        ("ML_DSA_44", "SIGN_VERIFY"),
        ("ECC_NIST_P256", "KEY_AGREEMENT"),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
    )
}
BOOKS = {
    "TableName": "Books",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "Author", "AttributeType": "S"},
        {"AttributeName": "Title", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "Author", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "ByTitle",
            "KeySchema": [{"AttributeName": "Title", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "$key"},
}
PEOPLE: list[tuple[str, dict[str, Any]]] = [
    ("iam:CreateLoginProfile", {"UserName": "IAMLabUser", "Password": "NewUs@r150"}),
    ("iam:CreateAccessKey", {"UserName": "IAMLabUser"}),
    ("iam:CreateGroup", {"GroupName": "readers"}),
    ("iam:AddUserToGroup", {"GroupName": "readers", "UserName": "IAMLabUser"}),
    ("iam:CreateRole", {"RoleName": "robot", "AssumeRolePolicyDocument": TRUST}),
    ("iam:CreatePolicy", {"PolicyName": "own", "PolicyDocument": ALLOW}),
    ("iam:AttachUserPolicy", {"UserName": "IAMLabUser", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/own"}),
    ("iam:PutUserPolicy", {"UserName": "IAMLabUser", "PolicyName": "inline", "PolicyDocument": ALLOW}),
]
