"""The call of a ticket, as its caller makes it: with their session, in their Region, with their parameters."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.account.denials import unremembered
from kmscourse.course.artifacts import WOULD_SUCCEED
from kmscourse.course.notes import Notes
from kmscourse.course.tickets.set_up import sealed_of
from kmscourse.course.tickets.tickets import Ticket


class TicketCall:
    """What a caller does, in an account in which the tickets are set up."""

    def __init__(self, account: Account, notes: Notes, ticket: Ticket) -> None:
        self._account, self.ticket = account, ticket
        self.parameters = dict(ticket.parameters)
        if ticket.sealed:
            self.parameters[ticket.sealed] = sealed_of(notes, ticket)

    @cached_property
    def session(self) -> boto3.Session:
        """A session of the caller."""
        return self._account.session_for(self.ticket.user)

    @property
    def region(self) -> str:
        """The Region that the caller's program calls."""
        home = self._account.region
        if not self.ticket.elsewhere:
            return home
        return "us-west-2" if home != "us-west-2" else "us-east-1"

    @cached_property
    def client(self) -> Any:
        """A client as the caller's program has it."""
        session: Any = self.session
        return session.client(self.ticket.service, region_name=self.region)

    def make(self, **more: Any) -> Any:
        """Make the call, with ``more`` parameters, and give AWS's answer. Raises ClientError where AWS refuses it."""
        method = getattr(self.client, re.sub(r"(?<!^)(?=[A-Z])", "_", self.ticket.operation).lower())
        return method(**self.parameters | more)

    def error(self) -> ClientError | None:
        """The error that the call meets now, None where it is answered. KMS is asked with ``DryRun``."""
        dry = {"DryRun": True} if self.ticket.service == "kms" else {}
        with unremembered(self._account.denials):
            try:
                self.make(**dry)
            except ClientError as error:
                return None if error.response["Error"]["Code"] == WOULD_SUCCEED else error
        return None
