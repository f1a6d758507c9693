"""An opened table key that is kept for a while: who goes on, for how long, and what closes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kmscourse.errors import SandboxError
from kmscourse.sandbox.call import Caller
from kmscourse.sandbox.dynamodb.table_key_cache import MAX_ENTRIES, TableKeyCache, seconds
from kmscourse.sandbox.operation import PermissionCheck
from kmscourse.sandbox.settings import Settings
from tests.sandbox.conftest import Gate

READER = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}


@pytest.fixture
def keeping() -> Iterator[Callable[[float], Gate]]:
    """Makes accounts that keep an opened table key for so many seconds."""
    made: list[Gate] = []

    def make(seconds: float) -> Gate:
        made.append(Gate(settings=Settings(table_key_cache=seconds)))
        return made[-1]

    yield make
    for gate in made:
        gate.application.close()


def scan(gate: Any, by: str = "", table: str = "Books") -> int:
    return int(gate("dynamodb:Scan", by=by, TableName=table)["Count"])


def decrypts(gate: Any) -> int:
    return len(gate.events(EventName="Decrypt"))


@pytest.fixture
def gate(keeping: Any) -> Any:
    """Five minutes, a table, and a reader who has read it."""
    made = keeping(300)
    key = made.key()
    made.books(key)
    made.user("Reader", READER)
    made.allow(key, "Reader", "kms:Decrypt")
    assert scan(made, by="Reader") == 1
    made.table_key = key
    return made


def test_by_default_nothing_is_kept(keeping: Any) -> None:
    made = keeping(0)
    made.books(made.key())
    before = decrypts(made)
    for _ in range(3):
        scan(made)
    assert decrypts(made) == before + 3


def test_within_its_time_kms_is_not_asked(gate: Any) -> None:
    before = decrypts(gate)
    for _ in range(3):
        scan(gate, by="Reader")
    assert decrypts(gate) == before
    gate.later(days=301 / 86_400)
    scan(gate, by="Reader")
    assert decrypts(gate) == before + 1


def test_a_reader_goes_on_after_the_permission_is_gone(gate: Any) -> None:
    policy = gate("kms:GetKeyPolicy", KeyId=gate.table_key)["Policy"].replace("Reader", gate.main)
    gate("kms:PutKeyPolicy", KeyId=gate.table_key, Policy=policy)
    assert scan(gate, by="Reader") == 1
    gate.later(days=301 / 86_400)
    refusal = gate.refused("dynamodb:Scan", by="Reader", TableName="Books")
    assert refusal.message.startswith("KMS key access denied error: ")


@pytest.mark.parametrize("ruin", ["DisableKey", "ScheduleKeyDeletion"])
def test_a_reader_goes_on_after_the_key_stops(gate: Any, ruin: str) -> None:
    gate(f"kms:{ruin}", KeyId=gate.table_key)
    assert scan(gate, by="Reader") == 1
    described = gate("dynamodb:DescribeTable", TableName="Books")["Table"]
    assert described["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    gate.later(days=301 / 86_400)
    assert gate.refused("dynamodb:Scan", by="Reader", TableName="Books").code == "ValidationException"


def test_each_principal_opens_for_himself(gate: Any) -> None:
    gate.user("Other", READER)
    assert gate.refused("dynamodb:Scan", by="Other", TableName="Books").code == "AccessDeniedException"
    gate.allow(gate.table_key, "Other", "kms:Decrypt")
    assert scan(gate, by="Other") == 1, "who was refused may try again at once"


def test_each_table_is_opened_for_itself(gate: Any) -> None:
    gate.books(gate.table_key, name="Films")
    before = decrypts(gate)
    scan(gate, by="Reader", table="Films")
    assert decrypts(gate) == before + 1


def test_permission_on_the_table_is_asked_every_time(gate: Any) -> None:
    gate("iam:DeleteUserPolicy", UserName="Reader", PolicyName="own")
    refusal = gate.refused("dynamodb:Scan", by="Reader", TableName="Books")
    assert "is not authorized to perform: dynamodb:Scan" in refusal.message


def test_a_condition_that_fails_has_opened_the_table(gate: Any) -> None:
    gate.later(days=301 / 86_400)
    item = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
    absent = {"Item": item, "ConditionExpression": "attribute_not_exists(Author)"}
    before = decrypts(gate)
    for _ in range(2):
        refusal = gate.refused("dynamodb:PutItem", by="Reader", TableName="Books", **absent)
        assert refusal.code == "ConditionalCheckFailedException"
    assert decrypts(gate) == before + 1


def test_a_new_table_of_the_same_name_is_closed(gate: Any) -> None:
    gate("dynamodb:DeleteTable", TableName="Books")
    gate.books(gate.table_key)
    before = decrypts(gate)
    scan(gate, by="Reader")
    assert decrypts(gate) == before + 1


def test_another_key_closes_the_table(gate: Any) -> None:
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": gate.key()}
    gate("dynamodb:UpdateTable", TableName="Books", SSESpecification=specification)
    assert gate.refused("dynamodb:Scan", by="Reader", TableName="Books").code == "AccessDeniedException"


def test_starting_over_closes_everything(gate: Any) -> None:
    assert gate.account.tables.opened_keys._until
    gate.application.reset()
    assert not gate.account.tables.opened_keys._until


def test_the_setting_is_shown(keeping: Any) -> None:
    assert keeping(300).application.status()["TableKeyCache"] == 300
    assert keeping(0).application.status()["TableKeyCache"] == 0


@pytest.mark.parametrize(
    ("text", "found"), [("", 0), ("0", 0), ("300", 300), ("2.5", 2.5), (" 60 ", 60), ("3600", 3600)]
)
def test_settings(text: str, found: float) -> None:
    assert seconds(text) == found


@pytest.mark.parametrize("text", ["-1", "3601", "five", "nan", "inf", "1e9", "0x10", "5 minutes"])
def test_settings_that_make_no_sense(text: str) -> None:
    with pytest.raises(SandboxError) as refusal:
        seconds(text, "--table-key-cache")
    assert str(refusal.value).startswith(f"--table-key-cache is {text!r}. Give the seconds")


def test_what_is_kept_is_bounded() -> None:
    cache, now = TableKeyCache(300), datetime.now(UTC)
    caller = Caller("arn:aws:iam::123456789012:user/Ann", "123456789012", "AIDA1", "Ann", "AKIA1")

    def opening(number: int) -> PermissionCheck:
        context = {"kms:EncryptionContext:aws:dynamodb:tableName": f"Table{number}"}
        return PermissionCheck(
            "kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/1", context, "dynamodb.amazonaws.com"
        )

    for number in range(MAX_ENTRIES + 5):
        cache.keep_open(caller, [opening(number)], now)
    assert len(cache._until) == MAX_ENTRIES
    assert not cache.is_open(caller, opening(0), now), "the oldest goes first"
    assert cache.is_open(caller, opening(MAX_ENTRIES), now)
    assert not cache.is_open(caller, opening(MAX_ENTRIES), now + timedelta(seconds=300))
