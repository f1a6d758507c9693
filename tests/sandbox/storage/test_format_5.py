"""An account of format 5, whose keys were moto's, opens with every key as it was.

format5.sql is one as it was written then; format5.json is what it answered then, and what it had sealed.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from kmscourse.sandbox.application import ACCOUNT_FILE
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import earlier_rows
from kmscourse.sandbox.storage.file import Row
from tests.sandbox.conftest import Gate

THEN: dict[str, Any] = json.loads(Path(__file__).with_name("format5.json").read_text("utf-8"))
KEYS = THEN["keys"]
FIRST_MATERIAL = bytes(range(32))
FOR_EVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}


@pytest.fixture
def upgraded(tmp_path: Path) -> Iterator[Gate]:
    """The account, opened by this version at the moment at which the earlier one closed it."""
    write_file(tmp_path)
    gate = opened(tmp_path)
    assert gate.account.notices == [], "it was set aside"
    yield gate
    gate.application.close()


def write_file(home: Path) -> None:
    """The file of format5.sql."""
    script = Path(__file__).with_name("format5.sql").read_text("utf-8")
    with contextlib.closing(sqlite3.connect(home / ACCOUNT_FILE)) as database:
        database.executescript(script.replace("moto 5.2.5", f"moto {version('moto')}"))


def opened(home: Path) -> Gate:
    """The account in this home, at the moment at which it was written."""
    gate = Gate(home=home)
    gate.later(seconds=(datetime.fromisoformat(THEN["now"]) - datetime.now(UTC)).total_seconds())
    return gate


def answers(gate: Gate, arn: str) -> dict[str, Any]:
    """What the account answers about a key, to the operations of format5.json."""
    found: dict[str, Any] = {}
    for operation in THEN["answers"][arn]:
        more = {"IncludeKeyMaterial": "ALL_KEY_MATERIAL"} if operation == "ListKeyRotations" else {}
        try:
            found[operation] = gate(f"kms:{operation}", region=arn.split(":")[3], KeyId=arn, **more)
        except AwsError as error:
            found[operation] = {"refused": error.code, "message": error.message}
    return found


def opens(gate: Gate, name: str) -> bool:
    """Whether all that a key had sealed opens."""
    blobs = [blob for blob in THEN["blobs"] if blob["key"] == name]
    assert blobs
    for blob in blobs:
        answer = gate("kms:Decrypt", CiphertextBlob=blob["blob"], EncryptionContext=blob["context"])
        if (answer["Plaintext"], answer["KeyId"]) != (blob["plaintext"], KEYS[name]):
            return False
    return True


def test_every_key_answers_as_it_did_and_so_it_does_after_a_restart(upgraded: Gate, tmp_path: Path) -> None:
    for arn, then in THEN["answers"].items():
        assert answers(upgraded, arn) == then
    assert upgraded("kms:ListAliases", Limit=100) == THEN["aliases"]
    upgraded.application.close()
    again = opened(tmp_path)
    for arn, then in THEN["answers"].items():
        assert answers(again, arn) == then
    again.application.close()


@pytest.mark.parametrize("name", ["enabled", "rotated", "multi-region", "imported"])
def test_what_was_sealed_opens(upgraded: Gate, name: str) -> None:
    assert opens(upgraded, name)


def test_what_was_sealed_opens_once_the_key_can_be_used_again(upgraded: Gate) -> None:
    upgraded("kms:EnableKey", KeyId=KEYS["disabled"])
    upgraded("kms:CancelKeyDeletion", KeyId=KEYS["pending deletion"])
    upgraded("kms:EnableKey", KeyId=KEYS["pending deletion"])
    upgraded.import_into(KEYS["material deleted"], FIRST_MATERIAL, **FOR_EVER)
    for name in ("disabled", "pending deletion", "material deleted"):
        assert opens(upgraded, name)


def test_an_import_that_was_begun_is_ended(upgraded: Gate) -> None:
    upgraded("kms:ImportKeyMaterial", **THEN["import"])
    key = KEYS["waiting for material"]
    assert upgraded("kms:DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_grant_tokens_stand_for_their_grants(upgraded: Gate) -> None:
    for name, key in (("anns", "enabled"), ("bobs", "enabled"), ("roles", "rotated")):
        upgraded("kms:RetireGrant", GrantToken=THEN["tokens"][name])
        assert upgraded.refused("kms:RetireGrant", GrantToken=THEN["tokens"][name]).code == (
            "InvalidGrantTokenException"
        ), key


def test_tables_are_under_their_keys_as_they_were(upgraded: Gate) -> None:
    for name, then in THEN["tables"].items():
        table = upgraded("dynamodb:DescribeTable", TableName=name)["Table"]
        assert table["TableStatus"] == then["TableStatus"]
        assert table["SSEDescription"] == then["SSEDescription"]
    upgraded("kms:EnableKey", KeyId=KEYS["shut table"])
    assert len(upgraded("dynamodb:Scan", TableName="Shut")["Items"]) == 1
    upgraded("dynamodb:DeleteTable", TableName="Books")
    assert upgraded("kms:ListGrants", KeyId=KEYS["table"])["Grants"] == [], "its table's grant is retired"


def test_what_was_due_happens_at_its_time(upgraded: Gate) -> None:
    upgraded.later(days=110)
    upgraded("kms:ListKeys")
    events = {
        (event["eventName"], event["resources"][0]["ARN"])
        for event in upgraded.events()
        if event["eventType"] == "AwsServiceEvent"
    }
    assert ("DeleteKey", KEYS["pending deletion"]) in events
    assert ("RotateKey", KEYS["rotated"]) in events
    assert ("DeleteExpiredKeyMaterial", KEYS["expiring"]) in events
    assert not any(arn == KEYS["no longer rotating"] for _, arn in events)


def test_no_row_of_the_earlier_kind_is_left(upgraded: Gate) -> None:
    stored = dict(upgraded.account.storage.rows())
    assert not any(
        row.collection.endswith("/tagger.tags") for row in stored if row.collection.startswith("kms/")
    )
    for row, document in stored.items():
        if row.collection.startswith("kms/"):
            assert json.loads(document)["version"] == 1
            assert "private_key" not in document
    assert sum(row.collection.endswith("/keys") for row in stored) == len(KEYS)


@pytest.mark.parametrize(
    "document",
    [
        "3",
        "[]",
        '"x"',
        "{}",
        '{"$object": ["Popen", {"args": "touch owned"}]}',
        '{"$object": ["Key", {"id": "x"}]}',
        '{"id": "x"',
        "[" * 5000,
    ],
)
def test_a_row_that_can_not_be_read_sets_the_file_aside(tmp_path: Path, document: str) -> None:
    write_file(tmp_path)
    collection, key = "kms/us-east-1/keys", "x"
    checksum = zlib.crc32(f"{collection}\0{key}\0{document}".encode())
    with contextlib.closing(sqlite3.connect(tmp_path / ACCOUNT_FILE)) as database, database:
        database.execute(
            "INSERT INTO rows (collection, key, document, checksum) VALUES (?, ?, ?, ?)",
            (collection, key, document, checksum),
        )
    gate = opened(tmp_path)
    assert "is damaged" in gate.account.notices[0]
    assert gate("kms:ListKeys")["Keys"] == []
    gate.application.close()


def test_names_that_look_like_the_codecs_stay_names() -> None:
    grant = {
        "id": "1",
        "key_id": "x",
        "secret": {"$bytes": ""},
        "created": 1.0,
        "terms": {
            "Operations": ["Decrypt"],
            "Constraints": {"EncryptionContextSubset": {"$dict": [["$bytes", "eA=="]]}},
        },
        "holders": {},
    }
    rows = [(Row("kms/us-east-1/grants", "1"), json.dumps({"$object": ["Grant", grant]}))]
    [(_, document)] = earlier_rows.upgrade_key_rows(rows)
    assert json.loads(document)["terms"]["Constraints"] == {"EncryptionContextSubset": {"$bytes": "eA=="}}


def test_keys_that_could_nothing_then_sign_and_compute_codes(upgraded: Gate) -> None:
    """They had no private keys; each is given one, and keeps it."""
    message = {"Message": "aGVsbG8="}
    signed = {"KeyId": KEYS["ecc"], **message, "SigningAlgorithm": "ECDSA_SHA_384"}
    coded = {"KeyId": KEYS["hmac"], **message, "MacAlgorithm": "HMAC_SHA_256"}
    signature, mac = upgraded("kms:Sign", **signed)["Signature"], upgraded("kms:GenerateMac", **coded)["Mac"]
    assert upgraded("kms:Verify", **signed, Signature=signature)["SignatureValid"] is True
    assert upgraded("kms:VerifyMac", **coded, Mac=mac)["MacValid"] is True
    sealed = {"KeyId": KEYS["rsa"], "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    blob = upgraded("kms:Encrypt", **sealed, Plaintext="aGVsbG8=")["CiphertextBlob"]
    assert upgraded("kms:Decrypt", **sealed, CiphertextBlob=blob)["Plaintext"] == "aGVsbG8="
