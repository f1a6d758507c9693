"""Section 14, Bring your own key: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.account import Account
from kmscourse.audit import events
from kmscourse.course import artifacts
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.requests import ExpectedRequest, requests_answered
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER
from kmscourse.kms import find_key

VAULT, CELLAR = "vault", "cellar"
MINUTES, TEXT, ORDER = {"minutes": "1998"}, b"We buy the house.", b"100 books"
"""The encryption context of the minutes, their text, and the text of each order, as the notebook has them."""
REGIONS = ("north", "south", "west")
RUN_THE_CELLS = "run the cells under the heading of this exercise first."

LOOKS_AFTER_VAULT = (
    ExpectedRequest(LAB_USER, "kms:UpdateKeyDescription", VAULT, True),
    ExpectedRequest(LAB_USER, "kms:TagResource", VAULT, True),
    ExpectedRequest(LAB_USER, "kms:DeleteImportedKeyMaterial", VAULT, False),
    ExpectedRequest(LAB_USER, "kms:ScheduleKeyDeletion", VAULT, False),
)


def vault_has_material(account: Account, _: Notes) -> Observation:
    """Is there a vault for imported key material, and is it enabled?"""
    kms = account.client("kms")
    if (arn := find_key(kms, VAULT)) is None:
        return Observation(False, f"no key has the alias {VAULT}")
    key = kms.describe_key(KeyId=arn)["KeyMetadata"]
    is_right = (key["KeyState"], key["Origin"]) == ("Enabled", "EXTERNAL")
    return Observation(is_right, f"{VAULT} is {key['KeyState']}, of the origin {key['Origin']}")


CHECKS = (
    Check(
        "vault works, with key material that was imported",
        vault_has_material,
        "Bring it back",
        (
            "in which state is the key now, and what does it lack?",
            "look at the cell under “Bring it back”.",
            "call import_key_material(kms, vault, material).",
        ),
    ),
    Check(
        "KMS has refused other key material",
        trail_shows("ImportKeyMaterial", error="IncorrectKeyMaterialException"),
        "Predict",
        (
            "try to import other bytes than the first.",
            "run the cell after the prediction, while the key has no key material.",
            "call import_key_material(kms, vault, os.urandom(32)).",
        ),
    ),
    Check(
        "IAMLabUser can look after vault, and can delete neither the key nor its key material",
        requests_answered(LOOKS_AFTER_VAULT),
        "What else did that open?",
        (
            "which action with a star allows more than it seems to?",
            "look at the last cells under “What else did that open?”.",
            "put a key policy that has kms:DeleteAlias in the place of kms:Delete*.",
        ),
    ),
)


def record_was_opened(account: Account, _: Notes) -> Observation:
    """Has KMS opened the minutes under cellar after its key material had expired, the first time or a later one?"""
    if (arn := find_key(account.client("kms"), CELLAR)) is None:
        return Observation(False, f"no key has the alias {CELLAR}", RUN_THE_CELLS)
    opened = has_expired = False
    for event in events(account.client("cloudtrail"), resource=arn):  # the newest first
        opened = opened or _opens_minutes(event, arn)
        has_expired = has_expired or event["eventName"] == "DeleteExpiredKeyMaterial"
        if opened and event["eventName"] == "DeleteExpiredKeyMaterial":
            return Observation(True, f"KMS has opened the minutes since the key material of {CELLAR} expired")
    if not has_expired:
        return Observation(False, f"the key material of {CELLAR} has not expired", RUN_THE_CELLS)
    return Observation(False, f"KMS has not opened the minutes since the key material of {CELLAR} expired")


def _opens_minutes(event: Mapping[str, Any], arn: str) -> bool:
    """Was it an answered Decrypt of the minutes under this key, or a ReEncrypt from it?"""
    if "errorCode" in event:
        return False
    parameters = event.get("requestParameters") or {}
    if event["eventName"] == "Decrypt":
        return parameters.get("encryptionContext") == MINUTES
    is_from_it = event["eventName"] == "ReEncrypt" and parameters.get("sourceKeyId") in (None, arn)
    return is_from_it and parameters.get("sourceEncryptionContext") == MINUTES


def record_is_under_my_key(account: Account, notes: Notes) -> Observation:
    """Does myKey open the note cellar?"""
    if CELLAR not in notes:
        return Observation(False, f"there is no note {CELLAR}", RUN_THE_CELLS)
    if (my_key := artifacts.find_key(account)) is None:
        return Observation(False, f"no key has the alias {artifacts.KEY_ALIAS}")
    blob = bytes.fromhex(notes[CELLAR])
    if artifacts.can_decrypt(account, blob, MINUTES, my_key):
        opened = _text(account, blob, MINUTES) == TEXT
        told = "the minutes" if opened else "another text than the minutes"
        return Observation(opened, f"the note {CELLAR} has {told}, and myKey opens it")
    without = artifacts.can_decrypt(account, blob, {}, my_key)
    hint = "give the new ciphertext the same encryption context as the old one." if without else ""
    return Observation(False, f"myKey would not open the note {CELLAR} for minutes=1998", hint)


def _text(account: Account, blob: bytes, context: dict[str, str]) -> bytes:
    """What KMS opens; it has said that it would."""
    return bytes(account.client("kms").decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"])


def keys_of_somebody_else(account: Account) -> set[str]:
    """The ARNs of the keys into which IAMLabUser has imported key material."""
    return {
        resource["ARN"]
        for event in events(account.client("cloudtrail"), event_name="ImportKeyMaterial")
        if event["userIdentity"].get("userName") == LAB_USER and "errorCode" not in event
        for resource in event["resources"]
    }


def orders_are_safe(account: Account, notes: Notes) -> Observation:
    """Does KMS open each order, and under no key whose key material somebody else has?"""
    theirs = keys_of_somebody_else(account)
    if not theirs or any(region not in notes for region in REGIONS):
        return Observation(False, "the three orders are not there yet", RUN_THE_CELLS)
    orders = [(bytes.fromhex(notes[region]), {"region": region}) for region in REGIONS]
    closed = sum(not artifacts.can_decrypt(account, *order) for order in orders)
    others = sum(_text(account, *order) != ORDER for order in orders) if not closed else 0
    in_danger = sum(any(artifacts.can_decrypt(account, *order, key) for key in theirs) for order in orders)
    if closed:
        return Observation(
            False, f"KMS would not open {closed} of the {len(orders)} notes for the region of its shop"
        )
    if others:
        return Observation(False, f"{others} of the {len(orders)} notes have another text than their order")
    return Observation(
        not in_danger, f"{in_danger} of the {len(orders)} notes are under key material that {LAB_USER} has"
    )


def only_theirs_is_stopped(account: Account, _: Notes) -> Observation:
    """Is the key with their key material out of use, and are the two others enabled?"""
    kms, theirs = account.client("kms"), keys_of_somebody_else(account)
    arns = {region: arn for region in REGIONS if (arn := find_key(kms, region)) is not None}
    if len(arns) < len(REGIONS) or not theirs & set(arns.values()):
        return Observation(False, "the three keys are not there yet", RUN_THE_CELLS)
    states = {region: kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] for region, arn in arns.items()}
    is_right = all(
        state in (("Disabled", "PendingDeletion") if arns[region] in theirs else ("Enabled",))
        for region, state in states.items()
    )
    return Observation(is_right, ", ".join(f"{region} is {state}" for region, state in states.items()))


EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "KMS has opened the minutes after the key material of cellar had expired",
            record_was_opened,
            "Your turn",
            (
                "the key material is gone from KMS. Who still has a copy?",
                "look at “Bring it back”, and at the variable copy.",
                "call import_key_material(kms, cellar, copy), then re_encrypt.",
            ),
        ),
        Check(
            "the note cellar has the minutes under myKey",
            record_is_under_my_key,
            "Your turn",
            (
                "as long as the minutes are under cellar, they can close again.",
                "ReEncrypt moves a ciphertext to another key. It takes two encryption contexts.",
                'set lab.notes["cellar"] to the CiphertextBlob of re_encrypt(…, DestinationKeyId=lab.key_arn, …).',
            ),
        ),
    ),
    (
        Check(
            "all three orders open, and none needs key material that somebody else has",
            orders_are_safe,
            "Your turn again",
            (
                "who imported the key material of each key?",
                "the event ImportKeyMaterial in the trail has a user, and the ARN of a key in its resources.",
                "call re_encrypt for the order under that key, and replace its note.",
            ),
        ),
        Check(
            "the key with their key material is out of use, and the two others are enabled",
            only_theirs_is_stopped,
            "Your turn again",
            (
                "nobody should encrypt anything new under that key.",
                "section 9 has a call that puts a key out of use.",
                "call disable_key for that key, and for no other.",
            ),
        ),
    ),
)
