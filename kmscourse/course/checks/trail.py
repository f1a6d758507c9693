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
from kmscourse.kms import find_key


def trail_shows(
    event_name: str,
    *,
    by: str | None = None,
    error: str | None = None,
    times: int = 1,
    on_key: str = "",
    **expected: Any,
) -> Observer:
    """Is there an event of this name, by this user (None: the main one), with this error code (None: no error)?

    ``by`` may also be a role: its sessions are meant. ``expected`` are request parameters that it must have, as the
    trail spells them, and ``times`` is how many such events there must be. ``on_key``: the key of this alias is among
    its resources; of a ciphertext that no key made, none is
    (https://docs.aws.amazon.com/kms/latest/developerguide/ct-decrypt.html). Where there is no such event,
    the one that comes nearest is named, with what differs.
    """
    conditions = [
        event_name,
        f"by {by or 'you'}",
        *([f"on {on_key.removeprefix('alias/')}"] if on_key else []),
        *(f"{name} {_words(value)}" for name, value in expected.items()),
    ]
    described = f"{', '.join(conditions)}, {_outcome(error)}"

    def look(account: Account, _: Notes) -> Observation:
        nearest: list[str] | None = None
        found = 0
        for event in audit.events(account.client("cloudtrail"), event_name=event_name):
            if event.get("errorCode") == artifacts.WOULD_SUCCEED != error:
                continue  # a check has only tried it
            differences = [
                *_differences_of_caller(event, by, account),
                *_differences_of_outcome(event, error),
                *(_differences_of_key(event, account, on_key) if on_key else []),
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


def trail_shows_move(account: Account, _: Notes) -> Observation:
    """Has KMS put a ciphertext of myKey under another key for the main user, and does that key work?

    By ReEncrypt alone: between Decrypt and Encrypt the caller has the plaintext.
    """
    if (key := artifacts.find_key(account)) is None:
        return Observation(False, "no key has the alias myKey")
    call = "in the audit trail: ReEncrypt"
    missed = []
    for event in audit.events(account.client("cloudtrail"), event_name="ReEncrypt"):
        if _differences_of_caller(event, None, account):
            continue
        if (code := event.get("errorCode")) is not None:
            missed.append(Observation(False, f"{call}, but {_outcome(code)}"))
            continue
        arn, state = _key_named(event["requestParameters"]["destinationKeyId"], account)
        if arn == key:
            missed.append(Observation(False, f"{call}, but to myKey itself", "name the second key."))
        elif differences := _differences_of_key(event, account):
            missed.append(Observation(False, f"{call}, but {differences[0]}"))
        elif state != "Enabled":
            hint = "KMS must be able to open the sentence with the second key."
            missed.append(Observation(False, f"{call}, but to a key that is {state}", hint))
        else:
            return Observation(True, f"{call}, from myKey to another key, answered")
    for event in audit.events(account.client("cloudtrail"), event_name="Encrypt"):
        if not _differences_of_caller(event, None, account) and _differences_of_key(event, account):
            hint = "with Decrypt and Encrypt, the sentence comes to you. One call does both inside KMS."
            missed.append(Observation(False, "no ReEncrypt in the audit trail, but an Encrypt", hint))
    return next(
        iter(missed), Observation(False, "nothing in the audit trail like: ReEncrypt, by you, answered")
    )


def _key_named(name: str, account: Account) -> tuple[str, str]:
    """The ARN and the state of the key with this id, ARN or alias."""
    kms = account.client("kms")
    try:
        key = kms.describe_key(KeyId=name)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        return name, "gone"
    return key["Arn"], key["KeyState"]


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
    if code == error:
        return []
    return [
        f"refused with {code}, not with {error}"
        if code and error
        else f"{_outcome(code)}, not {_outcome(error)}"
    ]


def _differences_of_key(
    event: Mapping[str, Any], account: Account, alias: str = artifacts.KEY_ALIAS
) -> list[str]:
    on = [resource.get("ARN") for resource in event.get("resources") or ()]
    if find_key(account.client("kms"), alias) in on:
        return []
    return [f"on {'another' if on else 'no'} key, not on {alias.removeprefix('alias/')}"]


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
