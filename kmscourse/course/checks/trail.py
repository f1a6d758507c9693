"""Looks into the audit trail: was something asked of the account, by whom, and how was it answered?"""

from __future__ import annotations

import json
from typing import Any

from kmscourse import audit
from kmscourse.account import Account
from kmscourse.course.checks.check import Observation, Observer
from kmscourse.course.notes import Notes


def trail_shows(
    event_name: str, *, by: str | None = None, error: str | None = None, **expected: Any
) -> Observer:
    """Is there an event of this name, by this user (None: the main one), with this error code (None: no error)?

    ``expected`` are request parameters that it must have, as the trail spells them.
    """
    conditions = [
        event_name,
        f"by {by or 'you'}",
        *(f"{name} {_words(value)}" for name, value in expected.items()),
    ]
    described = f"{', '.join(conditions)}, {f'refused with {error}' if error else 'answered'}"

    def look(account: Account, _: Notes) -> Observation:
        for event in audit.events(account.client("cloudtrail"), event_name=event_name):
            identity = event["userIdentity"]
            # The main user can be a role's session, which has an ARN and no user name.
            its_own = identity.get("userName") == by if by else identity.get("arn") == account.user_arn
            if not its_own or event.get("errorCode") != error:
                continue
            parameters = event.get("requestParameters") or {}
            if all(parameters.get(name) == value for name, value in expected.items()):
                return Observation(True, f"in the audit trail: {described}")
        return Observation(False, f"nothing in the audit trail like: {described}")

    return look


def _words(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
