"""The shop as it is set up: ten calls fail, in ten ways, and a permission for everything repairs four of them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from kmscourse import kms
from kmscourse.account import Account
from kmscourse.course.notes import Notes
from kmscourse.course.tickets import ALIASES, TICKETS, USERS, WAGES_ROLE, TicketCall, is_set_up, set_up
from kmscourse.errors import CourseError
from kmscourse.iam import delete_user

DENIED = "AccessDeniedException"
CODES = {
    1: DENIED,
    2: "KMSInvalidStateException",
    3: "InvalidCiphertextException",
    4: DENIED,
    5: "IncorrectKeyException",
    6: DENIED,
    7: "NotFoundException",
    8: DENIED,
    9: DENIED,
    10: "KMSInvalidSignatureException",
}


@pytest.fixture
def shop(account: Account, notes: Notes) -> Account:
    set_up(account, notes)
    return account


def codes(account: Account, notes: Notes) -> dict[int, str]:
    """Ticket -> the code that its call meets now, "" where it is answered."""
    errors = {ticket.number: TicketCall(account, notes, ticket).error() for ticket in TICKETS}
    return {number: error.response["Error"]["Code"] if error else "" for number, error in errors.items()}


def test_each_call_fails_in_its_own_way(shop: Account, notes: Notes) -> None:
    assert codes(shop, notes) == CODES
    sentences = [str(TicketCall(shop, notes, ticket).error()) for ticket in TICKETS]
    for sentence, told in (
        (sentences[0], "KMS key access denied error"),
        (sentences[3], "explicit deny in a resource-based policy"),
        (sentences[6], "us-west-2"),
        (sentences[8], "kms:ReEncryptFrom"),
    ):
        assert told in sentence


def test_the_call_itself_fails_as_the_dry_one(shop: Account, notes: Notes) -> None:
    for ticket in TICKETS:
        with pytest.raises(ClientError) as refused:
            TicketCall(shop, notes, ticket).make()
        assert refused.value.response["Error"]["Code"] == CODES[ticket.number]


def test_a_permission_for_everything_repairs_four_of_ten(shop: Account, notes: Notes) -> None:
    star = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
    for user in USERS:
        shop.client("iam").put_user_policy(UserName=user, PolicyName="Star", PolicyDocument=json.dumps(star))
    assert codes(shop, notes) == CODES | dict.fromkeys((1, 6, 8, 9), "")


def test_what_is_asked_for_an_answer_leaves_no_refusal_behind(shop: Account, notes: Notes) -> None:
    codes(shop, notes)
    assert shop.denials == []


def test_it_can_be_started_over_whatever_was_done(shop: Account, notes: Notes) -> None:
    assert is_set_up(shop, notes)
    first = {alias: kms.find_key(shop.client("kms"), alias) for alias in ALIASES}
    shop.client("iam").delete_role_policy(RoleName=WAGES_ROLE, PolicyName="work")
    shop.client("kms").disable_key(KeyId=first["alias/baskets"])
    set_up(shop, notes)
    assert codes(shop, notes) == CODES
    assert not {kms.find_key(shop.client("kms"), alias) for alias in ALIASES} & set(first.values())


def test_without_its_people_or_what_was_encrypted_it_is_not_set_up(shop: Account, notes: Notes) -> None:
    for user in USERS:
        delete_user(shop.client("iam"), user)
    assert not is_set_up(shop, notes)
    set_up(shop, notes)
    assert is_set_up(shop, notes)
    del notes["tickets"]
    assert not is_set_up(shop, notes)


def test_it_is_in_no_other_account(real_account: Account, notes: Notes) -> None:
    with pytest.raises(CourseError, match="in the practice account only: unset KMSCOURSE_TARGET"):
        set_up(real_account, notes)


def test_each_wrote_something_and_has_a_ticket_of_their_own() -> None:
    assert [ticket.number for ticket in TICKETS] == list(range(1, 11))
    assert len(set(USERS)) == len({ticket.key for ticket in TICKETS}) == len(TICKETS)
    assert all(ticket.wrote.endswith((".", "?")) for ticket in TICKETS)


def test_who_is_no_auditor_opens_no_payment_by_moving_it_either(shop: Account, notes: Notes) -> None:
    """ReEncrypt decrypts inside KMS: a Deny of Decrypt alone lets its result be read under another key."""
    client = shop.client("kms")
    payment = TicketCall(shop, notes, TICKETS[3]).parameters["CiphertextBlob"]
    mine = kms.create_key(client, "mine")
    for action in (
        lambda: client.decrypt(CiphertextBlob=payment),
        lambda: client.re_encrypt(CiphertextBlob=payment, DestinationKeyId=mine),
    ):
        with pytest.raises(ClientError, match="explicit deny"):
            action()
