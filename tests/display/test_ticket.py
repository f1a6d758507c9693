"""A ticket's card says who asks for what, and AWS's answer now; it never shows the bytes."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course.notes import Notes
from kmscourse.course.tickets import TICKETS, TicketCall, set_up
from kmscourse.display.ticket import TicketCard, TicketsCard


@pytest.fixture
def calls(account: Account, notes: Notes) -> list[TicketCall]:
    set_up(account, notes)
    return [TicketCall(account, notes, ticket) for ticket in TICKETS]


def test_it_says_who_wrote_what_and_what_is_answered(calls: list[TicketCall], account: Account) -> None:
    card = TicketCard(calls[1])
    for said in ("Jona", TICKETS[1].wrote, "kms:Decrypt, in us-east-1", "✗ KMSInvalidStateException"):
        assert said in repr(card)
        assert said in card.html()
    key = card.client.describe_key  # the caller's own client: it may not look at the key
    with pytest.raises(ClientError):
        key(KeyId="alias/returns")
    with pytest.raises(ClientError, match="pending deletion"):
        card.call()
    arn = account.client("kms").describe_key(KeyId="alias/returns")["KeyMetadata"]["Arn"]
    account.client("kms").cancel_key_deletion(KeyId=arn)
    account.client("kms").enable_key(KeyId=arn)
    assert card.call()["Plaintext"] == b"for Jona"
    assert "✓ Answered." in repr(TicketCard(calls[1]))


def test_what_is_changed_in_its_parameters_changes_no_ticket(calls: list[TicketCall]) -> None:
    card = TicketCard(calls[2])
    card.parameters["EncryptionContext"] = {}
    assert card.parameters["EncryptionContext"] == {"Purpose": "coupon"}


def test_no_bytes_are_shown(calls: list[TicketCall]) -> None:
    for call in calls:
        assert "b'" not in repr(TicketCard(call))
        assert "\\x" not in repr(TicketCard(call))


def test_the_list_has_a_row_for_each(calls: list[TicketCall]) -> None:
    lines = repr(TicketsCard(calls)).splitlines()
    assert [line.split()[1] for line in lines[2:]] == [ticket.user for ticket in TICKETS]
    assert all("✗" in line for line in lines[2:])
