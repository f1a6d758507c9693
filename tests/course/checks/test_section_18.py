"""The exercises of section 18: an old message written anew, and a shop's own orders among others."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aws_encryption_sdk import (
    AWSEncryptionSDKClientError,
    CommitmentPolicy,
    EncryptionSDKClient,
    StrictAwsKmsMasterKeyProvider,
)
from cryptography.exceptions import InvalidSignature, InvalidTag

from kmscourse.account import Account
from kmscourse.course.checks import CHECKS, EXERCISES, Report, run
from kmscourse.course.checks.section_18 import OLD_TEXT
from kmscourse.course.notes import Notes
from kmscourse.course.orders import SHOP, is_own, opened, receive_orders
from kmscourse.errors import CourseError
from kmscourse.kms import create_key, find_key

Way = Callable[[Account, Notes], None]
MIGRATING = CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT
OLDER = CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
OWN = ("orders", "orders-backup")


@pytest.fixture
def shop(account: Account) -> Account:
    """An account with the keys of the section."""
    for name in (*OWN, "stranger"):
        create_key(account.client("kms"), name)
    return account


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[18][number - 1], account, notes)


def provider(account: Account, *names: str) -> Any:
    arns = [find_key(account.client("kms"), name) for name in names]
    return StrictAwsKmsMasterKeyProvider(key_ids=arns, botocore_session=account.session._session)


def encrypt(
    account: Account,
    text: bytes = OLD_TEXT,
    names: tuple[str, ...] = OWN,
    context: Mapping[str, str] = SHOP,
    **config: Any,
) -> bytes:
    client = EncryptionSDKClient(**config)
    message, _ = client.encrypt(
        source=text, key_provider=provider(account, *names), encryption_context=dict(context)
    )
    return bytes(message)


# --- the old order, written anew ------------------------------------------------------------------------------


def with_the_default(account: Account, notes: Notes) -> None:
    notes["rewritten"] = encrypt(account).hex()


def with_the_policy_of_a_migration(account: Account, notes: Notes) -> None:
    old = encrypt(account, commitment_policy=OLDER)
    text, _ = EncryptionSDKClient(commitment_policy=MIGRATING).decrypt(
        source=old, key_provider=provider(account, "orders")
    )
    notes["rewritten"] = encrypt(account, text, commitment_policy=MIGRATING).hex()


def with_the_keys_the_other_way_round(account: Account, notes: Notes) -> None:
    notes["rewritten"] = encrypt(account, names=("orders-backup", "orders")).hex()


@pytest.mark.parametrize(
    "way", [with_the_default, with_the_policy_of_a_migration, with_the_keys_the_other_way_round]
)
def test_an_old_message_written_anew(shop: Account, notes: Notes, way: Way) -> None:
    way(shop, notes)
    report = report_of(1, shop, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"names": ("orders",)}, "orders-backup alone does not open it"),
        ({"names": ("orders-backup",)}, "orders alone does not open it"),
        ({"commitment_policy": OLDER}, "orders alone does not open it, with commitment"),
        ({"text": b"1 x Old News"}, "it has another text"),
        ({"context": {}}, "its context is empty"),
        ({"context": {**SHOP, "note": "rewritten"}}, "its context is {"),
        ({"names": ("stranger",)}, "your keys do not open it"),
    ],
)
def test_what_is_not_the_old_message_written_anew(
    shop: Account, notes: Notes, fault: dict[str, Any], said: str
) -> None:
    notes["rewritten"] = encrypt(shop, **fault).hex()
    report = report_of(1, shop, notes)
    assert not report.passed
    assert said in repr(report)


# --- the shop's own orders ------------------------------------------------------------------------------------


def decrypted(account: Account, message: str, *names: str, **config: Any) -> tuple[bytes, Any] | None:
    """The text and the header of a message, by the library alone."""
    try:
        return EncryptionSDKClient(**config).decrypt(
            source=bytes.fromhex(message), key_provider=provider(account, *names)
        )
    except (AWSEncryptionSDKClientError, InvalidSignature, InvalidTag):
        return None


def keep(account: Account, notes: Notes, is_right: Callable[[str], bool]) -> None:
    incoming = receive_orders(account, notes)
    notes["opened"] = json.dumps([order["name"] for order in incoming if is_right(order["message"])])


def by_the_library(account: Account, notes: Notes) -> None:
    def is_right(message: str) -> bool:
        found = decrypted(account, message, *OWN)
        return found is not None and found[1].encryption_context.get("shop") == "books"

    keep(account, notes, is_right)


def by_the_backup_alone(account: Account, notes: Notes) -> None:
    """All of the shop's own orders are under this key too."""

    def is_right(message: str) -> bool:
        found = decrypted(account, message, "orders-backup")
        return found is not None and SHOP.items() <= found[1].encryption_context.items()

    keep(account, notes, is_right)


def by_the_package(account: Account, notes: Notes) -> None:
    def is_right(message: str) -> bool:
        found = opened(account, bytes.fromhex(message), ["alias/orders", "alias/orders-backup"])
        return found is not None and is_own(found[1])

    keep(account, notes, is_right)


@pytest.mark.parametrize("way", [by_the_library, by_the_backup_alone, by_the_package])
def test_the_orders_of_the_shop(shop: Account, notes: Notes, way: Way) -> None:
    way(shop, notes)
    report = report_of(2, shop, notes)
    assert report.passed, report
    assert "3 opened, 7 refused" in repr(report)


def whatever_came(account: Account, notes: Notes) -> None:
    keep(account, notes, lambda _: True)


def nothing(account: Account, notes: Notes) -> None:
    keep(account, notes, lambda _: False)


def without_a_look_at_the_context(account: Account, notes: Notes) -> None:
    keep(account, notes, lambda message: decrypted(account, message, *OWN) is not None)


def with_any_key(account: Account, notes: Notes) -> None:
    def is_right(message: str) -> bool:
        found = decrypted(account, message, *OWN, "stranger")
        return found is not None and found[1].encryption_context.get("shop") == "books"

    keep(account, notes, is_right)


def without_commitment(account: Account, notes: Notes) -> None:
    def is_right(message: str) -> bool:
        found = decrypted(account, message, *OWN, commitment_policy=MIGRATING)
        return found is not None and found[1].encryption_context.get("shop") == "books"

    keep(account, notes, is_right)


def by_the_first_key_alone(account: Account, notes: Notes) -> None:
    def is_right(message: str) -> bool:
        found = decrypted(account, message, "orders")
        return found is not None and found[1].encryption_context.get("shop") == "books"

    keep(account, notes, is_right)


def without_capitals(account: Account, notes: Notes) -> None:
    def is_right(message: str) -> bool:
        found = decrypted(account, message, *OWN)
        return found is not None and found[1].encryption_context.get("shop", "").lower() == "books"

    keep(account, notes, is_right)


def by_the_header_alone(account: Account, notes: Notes) -> None:
    """The context can be read, and changed, by everybody."""
    keep(account, notes, lambda message: b"books" in bytes.fromhex(message))


def a_name_that_did_not_come(account: Account, notes: Notes) -> None:
    by_the_library(account, notes)
    notes["opened"] = json.dumps([*json.loads(notes["opened"]), "order-99"])


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (whatever_came, "is opened, and"),
        (nothing, "is missing, and it is the shop's own"),
        (without_a_look_at_the_context, "is opened, and its context is"),
        (with_any_key, "is opened, and your keys do not open it"),
        (without_commitment, "is opened, and your keys do not open it as a committed message"),
        (by_the_first_key_alone, "is missing, and it is the shop's own"),
        (without_capitals, "is opened, and its context is {'shop': 'Books'}"),
        (by_the_header_alone, "is opened, and your keys do not open it"),
        (a_name_that_did_not_come, "no order has the name order-99"),
    ],
)
def test_what_are_not_the_orders_of_the_shop(shop: Account, notes: Notes, way: Way, said: str) -> None:
    way(shop, notes)
    report = report_of(2, shop, notes)
    assert not report.passed
    assert said in repr(report)


# --- what comes in, and the section itself --------------------------------------------------------------------


def test_the_orders_stay_until_others_are_asked_for(shop: Account, notes: Notes) -> None:
    by_the_library(shop, notes)
    before = receive_orders(shop, notes)
    assert before == receive_orders(shop, notes)
    after = receive_orders(shop, notes, again=True)
    assert not {order["message"] for order in before} & {order["message"] for order in after}
    assert "opened" not in notes, "it was about the orders before"


@pytest.mark.parametrize(("names", "missing"), [((), "orders"), (OWN, "stranger")])
def test_no_order_comes_in_without_the_keys(
    account: Account, notes: Notes, names: tuple[str, ...], missing: str
) -> None:
    for name in names:
        create_key(account.client("kms"), name)
    with pytest.raises(CourseError, match=f"No key has the alias {missing}: run the cells"):
        receive_orders(account, notes)


def test_a_stranger_is_refused_without_a_call(shop: Account) -> None:
    """The library compares the ARN in the message with its own keys first."""
    message = encrypt(shop, names=("stranger",))
    trail = shop.client("cloudtrail")
    asked = [{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
    assert decrypted(shop, message.hex(), *OWN) is None
    assert not trail.lookup_events(LookupAttributes=asked)["Events"]


def test_what_the_library_logs_of_a_refusal_is_not_shown(
    shop: Account, caplog: pytest.LogCaptureFixture
) -> None:
    assert opened(shop, encrypt(shop, names=("stranger",)), ["alias/orders"]) is None
    assert not caplog.records


def test_the_second_key_and_the_stranger_have_to_be_used(shop: Account, notes: Notes) -> None:
    def passed() -> list[bool]:
        return [result.passed for result in run(CHECKS[18], shop, notes).results]

    assert passed() == [False, False, True]
    decrypted(shop, encrypt(shop).hex(), "orders-backup")
    assert passed() == [True, False, True]
    decrypted(shop, encrypt(shop, names=("stranger",)).hex(), "stranger")
    assert passed() == [True, True, True]
    shop.client("kms").disable_key(KeyId=find_key(shop.client("kms"), "orders"))
    assert passed() == [True, True, False]
