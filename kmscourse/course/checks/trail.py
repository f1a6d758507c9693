"""Looks into the audit trail: was something asked of the account, by whom, and how was it answered?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kmscourse import audit
from kmscourse.account import Account
from kmscourse.course import artifacts
from kmscourse.course.checks.check import Observation, Observer
from kmscourse.course.notes import Notes


def trail_shows(
    event_name: str, *, by: str | None = None, error: str | None = None, times: int = 1, **expected: Any
) -> Observer:
    """Is there an event of this name, by this user (None: the main one), with this error code (None: no error)?

    ``by`` may also be a role: its sessions are meant. ``expected`` are request parameters that it must have, as the
    trail spells them, and ``times`` is how many such events there must be. Where there is none, the event that comes
    nearest is named, with what differs.
    """
    conditions = [
        event_name,
        f"by {by or 'you'}",
        *(f"{name} {_words(value)}" for name, value in expected.items()),
    ]
    described = f"{', '.join(conditions)}, {_outcome(error)}"

    def look(account: Account, _: Notes) -> Observation:
        nearest: list[str] | None = None
        found = 0
        for event in audit.events(account.client("cloudtrail"), event_name=event_name):
            differences = [
                *_differences_of_caller(event, by, account),
                *_differences_of_outcome(event, error),
                *_differences_of_parameters(event, expected),
            ]
            if not differences:
                found += 1
                if found == times:
                    return Observation(True, f"in the audit trail: {described}")
                continue
            if nearest is None or len(differences) < len(nearest):
                nearest = differences
        if found:
            return Observation(False, f"in the audit trail only {found} of {times}: {described}")
        if nearest is None:
            return Observation(False, f"nothing in the audit trail like: {described}")
        return Observation(False, f"in the audit trail: {event_name}, but {' and '.join(nearest)}")

    return look


def trail_shows_since(earlier: str, event_name: str) -> Observer:
    """Has the main user called this on myKey, with an answer, since their last answered ``earlier`` on it?"""

    def look(account: Account, _: Notes) -> Observation:
        if (key := artifacts.find_key(account)) is None:
            return Observation(False, "no key has the alias myKey")
        for event in audit.events(account.client("cloudtrail"), resource=key):
            if _differences_of_caller(event, None, account) or "errorCode" in event:
                continue
            if event["eventName"] == event_name:
                return Observation(True, f"in the audit trail: {event_name}, after {earlier}")
            if event["eventName"] == earlier:
                return Observation(False, f"no {event_name} in the audit trail after {earlier}")
        return Observation(False, f"no {earlier} in the audit trail")

    return look


def _differences_of_caller(event: Mapping[str, Any], by: str | None, account: Account) -> list[str]:
    identity = event["userIdentity"]
    # The main user can be a role's session, which has an ARN and no user name.
    its_own = _name(identity) == by if by else identity.get("arn") == account.user_arn
    if (
        its_own and "invokedBy" in identity
    ):  # what a service asks in somebody's name, that person has not asked
        return [f"through {identity['invokedBy']}, not by {by or 'you'} directly"]
    if its_own:
        return []
    who = "you" if identity.get("arn") == account.user_arn else _name(identity) or identity["type"]
    return [f"by {who}, not by {by or 'you'}"]


def _name(identity: Mapping[str, Any]) -> str:
    """The name of a user, or of the role whose session it is; "" for anybody else."""
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
    return str(identity.get("userName") or issuer.get("userName", ""))


def _differences_of_outcome(event: Mapping[str, Any], error: str | None) -> list[str]:
    code = event.get("errorCode")
    return [] if code == error else [f"{_outcome(code)}, not {_outcome(error)}"]


def _differences_of_parameters(event: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    parameters = event.get("requestParameters") or {}
    return [
        f"with {name} {_words(parameters[name]) if name in parameters else 'missing'}, not {_words(value)}"
        for name, value in expected.items()
        if parameters.get(name) != value
    ]


def _outcome(error: str | None) -> str:
    return f"refused with {error}" if error else "answered"


def _words(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
