"""Section 5, Decrypt the data: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.account import Account
from kmscourse.audit import events
from kmscourse.course import artifacts
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER

LETTER = {"file": "letter.txt"}
CAMERA = {"camera": "door"}
NO_PICTURE = Observation(False, f"{LAB_USER} has sealed no picture")

CHECKS = (
    Check(
        "the data key of the message was decrypted",
        trail_shows("Decrypt", encryptionContext=artifacts.MESSAGE_CONTEXT),
        "Step one: the data key",
        (
            "ask KMS for the data key of the message.",
            "run the two cells under this heading.",
            "call kms.decrypt with the envelope's encrypted data key and its context.",
        ),
    ),
    Check(
        "a big file was sealed and opened",
        trail_shows("Decrypt", encryptionContext={"file": "book.txt"}),
        "Files of any size",
        (
            "seal a file, and open it.",
            "run the cells under this heading, one after the other.",
            'call unseal_file(kms, "book.sealed", "book.opened", {"file": "book.txt"}).',
        ),
    ),
)


def _camera_is_refused(account: Account, _: Notes) -> Observation:
    """Was IAMLabUser refused, and never answered, when it asked for a data key after it last sealed a picture?"""
    sealed = _pictures_sealed(account)
    if not sealed:
        return NO_PICTURE
    asked = [
        event
        for event in events(account.client("cloudtrail"), event_name="Decrypt")
        if _is_cameras(event) and event["eventTime"] >= max(sealed)
    ]
    if any("errorCode" not in event and _has_context(event) for event in asked):
        return Observation(
            False,
            f"KMS opened the picture's data key for {LAB_USER}",
            hint="the camera may do too much. Take that away, let it seal again, and let it try again.",
        )
    if any(event.get("errorCode") == "AccessDenied" for event in asked):
        return Observation(True, f"KMS refused {LAB_USER}")
    return Observation(False, f"{LAB_USER} has not tried to open a picture since it last sealed one")


def _pictures_sealed(account: Account) -> list[str]:
    """When IAMLabUser got a data key for a picture."""
    return [
        event["eventTime"]
        for event in events(account.client("cloudtrail"), event_name="GenerateDataKey")
        if _is_cameras(event) and _has_context(event) and "errorCode" not in event
    ]


def _is_cameras(event: Mapping[str, Any]) -> bool:
    """Did IAMLabUser ask for it, and no service in its name?"""
    identity = event["userIdentity"]
    return identity.get("userName") == LAB_USER and "invokedBy" not in identity


def _has_context(event: Mapping[str, Any]) -> bool:
    return (event.get("requestParameters") or {}).get("encryptionContext") == CAMERA


def _camera_has_no_permission(account: Account, _: Notes) -> Observation:
    """Does no policy and no grant let IAMLabUser use myKey, after one did?"""
    if not _pictures_sealed(account):
        return NO_PICTURE
    left = artifacts.places_of_permission(account) if artifacts.find_key(account) is not None else []
    found = f"left for {LAB_USER}: {', '.join(left)}" if left else f"nothing is left for {LAB_USER}"
    return Observation(not left, found)


EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            'a data key was generated for {"file": "letter.txt"}',
            trail_shows("GenerateDataKey", encryptionContext=LETTER),
            "Your turn",
            (
                "seal the letter.",
                "look at the cell that seals book.txt, and change the names and the context.",
                'seal_file(kms, lab.key_arn, "letter.txt", "letter.sealed", {"file": "letter.txt"}).',
            ),
        ),
        Check(
            'KMS has opened a data key for {"file": "letter.txt"}',
            trail_shows("Decrypt", encryptionContext=LETTER),
            "Your turn",
            (
                "open the sealed letter.",
                "look at the cell that opens book.sealed. The context has to be the letter's.",
                'unseal_file(kms, "letter.sealed", "letter.opened", {"file": "letter.txt"}).',
            ),
        ),
    ),
    (
        Check(
            'IAMLabUser has sealed a picture for {"camera": "door"}',
            trail_shows("GenerateDataKey", by=LAB_USER, encryptionContext=CAMERA),
            "Your turn again",
            (
                "the camera asks KMS itself, and it needs a permission for this.",
                "which row of the table under “Who did what” is the camera? Seal with its own client.",
                (
                    'create_grant(…, Operations=["GenerateDataKey"]), then '
                    'seal(camera, lab.key_arn, b"…", {"camera": "door"}).'
                ),
            ),
        ),
        Check(
            "KMS has refused to open the picture for IAMLabUser",
            _camera_is_refused,
            "Your turn again",
            (
                "let the camera try to open what it sealed.",
                "the camera's client calls unseal, and KMS has to refuse.",
                'unseal(camera, picture, {"camera": "door"}) is meant to fail.',
            ),
        ),
        Check(
            "you have opened the picture",
            trail_shows("Decrypt", encryptionContext=CAMERA),
            "Your turn again",
            (
                "you may open what the camera sealed.",
                "use your own client, and the camera's context.",
                'unseal(kms, picture, {"camera": "door"}).',
            ),
        ),
        Check(
            "IAMLabUser's permission is taken back",
            _camera_has_no_permission,
            "Your turn again",
            (
                "undo what you did in step 1.",
                "a grant is in kms.list_grants, a policy of the user in iam.list_user_policies.",
                'kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant["GrantId"]), if you made a grant.',
            ),
        ),
    ),
)
