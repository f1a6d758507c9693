"""Tickets as cards: one with what its caller wrote and AWS's answer now, and all of them in a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import boto3

from kmscourse.course.tickets import TicketCall
from kmscourse.display.card import Banner, Card, Facts, Grid


class TicketCard(Card):
    """A ticket: who asks, what they wrote, their call, and AWS's answer to it now.

    ``session`` is a session of the caller, ``client`` their program's client, ``parameters`` what it sends: to make the
    call as they do, or in another way. KMS is asked with ``DryRun`` for the answer.
    """

    def __init__(self, call: TicketCall) -> None:
        self._call = call
        self.ticket = call.ticket
        super().__init__(Facts(f"Ticket {self.ticket.number}", _rows(call)), _answer(call))

    @property
    def session(self) -> boto3.Session:
        """A session of the caller."""
        return self._call.session

    @property
    def client(self) -> Any:
        """A client as the caller's program has it, in its Region."""
        return self._call.client

    @property
    def parameters(self) -> dict[str, Any]:
        """What the caller's program sends."""
        return dict(self._call.parameters)

    def call(self) -> Any:
        """Make the call as the caller does, and give AWS's answer. Raises ClientError where AWS refuses it."""
        return self._call.make()


class TicketsCard(Card):
    """All tickets, a row for each, with AWS's answer now."""

    def __init__(self, calls: Iterable[TicketCall]) -> None:
        rows = [
            (str(call.ticket.number), call.ticket.user, call.ticket.operation, _code(call)) for call in calls
        ]
        super().__init__(Grid("Ten tickets", ("ticket", "who", "call", "AWS's answer now"), rows))


def _rows(call: TicketCall) -> list[tuple[str, str]]:
    ticket = call.ticket
    sent = {name: _shown(value) for name, value in call.parameters.items()}
    return [
        ("Who", ticket.user),
        ("Wrote", f"“{ticket.wrote}”"),
        ("Call", f"{ticket.action}, in {call.region}"),
        ("With", "\n".join(f"{name}: {value}" for name, value in sent.items())),
    ]


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return "(bytes)"
    if isinstance(value, dict):
        return ", ".join(f"{name}={part}" for name, part in value.items())
    return str(value)


def _answer(call: TicketCall) -> Banner:
    error = call.error()
    if error is None:
        return Banner("✓ Answered.", "")
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return Banner(f"✗ {code}", message)


def _code(call: TicketCall) -> str:
    error = call.error()
    return "✓ answered" if error is None else f"✗ {error.response['Error']['Code']}"
