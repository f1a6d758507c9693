"""Section 2, Generate a data key: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse import audit
from kmscourse.account import Account
from kmscourse.course import artifacts
from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes

WITHOUT_PLAINTEXT = "GenerateDataKeyWithoutPlaintext"
LOGS = {"purpose": "logs"}
HMAC_KEY_BYTES = 64
ANOTHER_KEY = "that was another key. Take the ARN of myKey as KeyId."


def has_one_without_plaintext(account: Account, notes: Notes) -> Observation:
    """Has KMS made a data key under myKey, and given out no plaintext of it?"""
    found = trail_shows(WITHOUT_PLAINTEXT)(account, notes)
    if not found.passed or any(
        _is_under_my_key(event, account) for event in _answered(account, WITHOUT_PLAINTEXT)
    ):
        return found
    return Observation(False, f"{found.text}, under another key", ANOTHER_KEY)


def has_one_for_logs(account: Account, _: Notes) -> Observation:
    """Has KMS made a data key of 512 bits under myKey that the audit trail shows to be for logs?"""
    misses = []
    for event in [*_answered(account, "GenerateDataKey"), *_answered(account, WITHOUT_PLAINTEXT)]:
        parameters = event["requestParameters"]
        context = parameters.get("encryptionContext") or {}
        size = parameters.get("numberOfBytes") or parameters.get("keySpec")
        pairs = ", ".join(f"{name}={value}" for name, value in context.items()) or "no encryption context"
        text = f"in the audit trail: {event['eventName']}, {size}, {pairs}"
        hint = _why_not_for_logs(size, context) or ("" if _is_under_my_key(event, account) else ANOTHER_KEY)
        if not hint:
            return Observation(True, text)
        if size == HMAC_KEY_BYTES or "logs" in context.values():
            misses.append(Observation(False, text, hint))
    return misses[0] if misses else Observation(False, "no such data key in the audit trail")


def _why_not_for_logs(size: object, context: Mapping[str, str]) -> str:
    """What a data key lacks to be the one asked for; nothing: an empty text."""
    if size == HMAC_KEY_BYTES * 8:
        return "NumberOfBytes counts bytes. How many bytes are 512 bits?"
    if size != HMAC_KEY_BYTES:
        return "the label is right, the length is not. KeySpec has no 512 bits."
    if not context:
        return "the length is right. But nothing in the event tells the auditor what the data key is for."
    if not LOGS.items() <= context.items():
        return "an auditor searches letter by letter: the name is purpose, and the value is logs."
    return ""


def _answered(account: Account, name: str) -> list[dict[str, Any]]:
    """The calls of this name that the main user made, and that KMS answered, the newest first."""
    return [
        event
        for event in audit.events(account.client("cloudtrail"), event_name=name)
        if event["userIdentity"].get("arn") == account.user_arn
        and "invokedBy" not in event["userIdentity"]
        and "errorCode" not in event
    ]


def _is_under_my_key(event: Mapping[str, Any], account: Account) -> bool:
    return artifacts.find_key(account) in [resource["ARN"] for resource in event["resources"]]


CHECKS = (
    Check(
        "an encrypted data key is written down, and KMS can open it",
        state.data_key_kept,
        "Which form to keep",
        (
            "the course's notes have no encrypted data key yet.",
            'run the cell that sets lab.notes["encrypted_data_key"].',
            'set lab.notes["encrypted_data_key"] to the CiphertextBlob of generate_data_key, in hexadecimal.',
        ),
        artifact="data key",
    ),
    Check(
        "a data key was bound to an encryption context",
        trail_shows("GenerateDataKey", encryptionContext={"purpose": "letters", "team": "archive"}),
        "A label on the data key",
        (
            "no data key has the label of the lesson yet.",
            "run the cell that passes an EncryptionContext to generate_data_key.",
            "call kms.generate_data_key with EncryptionContext=purpose.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "KMS has made a data key under myKey, and you never had its plaintext",
            has_one_without_plaintext,
            "Your turn",
            (
                "it is not enough to delete the plaintext: the answer must not contain it.",
                "another call of KMS has the name of the one above, and two words more.",
                'call kms.generate_data_key_without_plaintext(KeyId=arn, KeySpec="AES_256").',
            ),
        ),
    ),
    (
        Check(
            "a data key of 512 bits under myKey is there, and the audit trail shows that it is for logs",
            has_one_for_logs,
            "Your turn again",
            (
                "the length and the label are two parameters of one call.",
                "NumberOfBytes sets the length, and EncryptionContext is in the audit trail.",
                'call kms.generate_data_key(KeyId=arn, NumberOfBytes=64, EncryptionContext={"purpose": "logs"}).',
            ),
        ),
    ),
)
