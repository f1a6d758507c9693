"""Section 17, Sign, verify, MAC: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from botocore.exceptions import ClientError

from kmscourse import access, audit, kms
from kmscourse.account import Account
from kmscourse.course import updates
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.requests import HARMFUL
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.course.received import received

SIGNER = "Rosa"
LOCK = "alias/lock"
_FREE_THE_NAME = 'A key keeps its spec: lab.make_key("lock", spec=…, usage=…, again=True) makes another one.'
IMAGE = b"firmware " * 100_000
"""The file of the first exercise, as the notebook makes it."""
MAX_PUBLIC_KEY, MAX_SIGNATURE = 200, 100  # bytes, for which the lock has room
OLDER_ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256"
_VERIFIED = (None, "KMSInvalidSignatureException")  # KMS has looked at the signature


# --- who signs, and how ---------------------------------------------------------------------------------------


def signs_in_one_way(account: Account, _: Notes) -> Observation:
    """May Rosa sign with releases by the agreed algorithm, by no other, and change nothing?"""
    key = kms.find_key(account.client("kms"), updates.ALIAS)
    snapshot = access.Snapshot(account)
    signer = f"arn:aws:iam::{account.id}:user/{SIGNER}"
    if key is None or signer not in snapshot.identities:
        return Observation(False, f"there is no key {updates.ALIAS}" if key is None else f"no user {SIGNER}")
    for action, parameters, expected in (
        ("kms:Sign", {"SigningAlgorithm": updates.ALGORITHM}, True),
        ("kms:Sign", {"SigningAlgorithm": OLDER_ALGORITHM}, False),
        ("kms:Sign", {"SigningAlgorithm": "RSASSA_PSS_SHA_512"}, False),
        *((action, {}, False) for action in HARMFUL),
    ):
        context = access.context_of_call(account, action, parameters)
        allowed = access.case(snapshot, signer, action, key, context).decision.allowed
        if allowed != expected:
            call = " ".join([action.removeprefix("kms:"), *parameters.values()])
            answer = "answered" if allowed else "refused"
            return Observation(False, f"{call} by {SIGNER} would be {answer}")
    return Observation(True, f"only {updates.ALGORITHM}")


def is_enabled(account: Account, _: Notes) -> Observation:
    """Is releases enabled?"""
    client = account.client("kms")
    if (key := kms.find_key(client, updates.ALIAS)) is None:
        return Observation(False, f"there is no key {updates.ALIAS}")
    state = client.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    return Observation(state == "Enabled", f"it is {state}")


# --- a signature that a small lock can verify -----------------------------------------------------------------


def key_fits(account: Account, _: Notes) -> Observation:
    """Is there a key lock to sign with, and is its public key small enough?"""
    client = account.client("kms")
    if (key := kms.find_key(client, LOCK)) is None:
        return Observation(False, f"there is no key {LOCK}")
    metadata = client.describe_key(KeyId=key)["KeyMetadata"]
    if metadata["KeyUsage"] != "SIGN_VERIFY":
        hint = "the lock has to verify, and must not be able to sign. Which keys have a public part?"
        return Observation(False, f"its usage is {metadata['KeyUsage']}", f"{hint} {_FREE_THE_NAME}")
    size = len(client.get_public_key(KeyId=key)["PublicKey"])
    fits = size <= MAX_PUBLIC_KEY
    hint = "" if fits else f"which spec has a shorter public key? {_FREE_THE_NAME}"
    return Observation(fits, f"{metadata['KeySpec']}: a public key of {size} bytes", hint)


def signature_is_for_the_lock(account: Account, notes: Notes) -> Observation:
    """Is the note a short signature of the image by the key lock?"""
    if "signature" not in notes:
        return Observation(False, "no note of a signature")
    client, signature = account.client("kms"), bytes.fromhex(notes["signature"])
    key = kms.find_key(client, LOCK)
    if key is None:
        return Observation(False, f"there is no key {LOCK}")
    metadata = client.describe_key(KeyId=key)["KeyMetadata"]
    for algorithm in metadata.get("SigningAlgorithms", ()):
        digest = hashlib.new(algorithm[-len("SHA_256") :].replace("_", ""), IMAGE).digest()
        if _verifies(client, key, algorithm, "DIGEST", digest, signature):
            size = len(signature)
            return Observation(size <= MAX_SIGNATURE, f"a signature of the image, of {size} bytes")
        if _verifies(client, key, algorithm, "RAW", digest, signature):
            hint = 'KMS has hashed your digest again. Say MessageType="DIGEST".'
            return Observation(False, "a signature of the digest as a message", hint)
    return Observation(False, f"a signature that is not one of the image by the key {LOCK}")


def _verifies(
    client: Any, key: str, algorithm: str, message_type: str, message: bytes, signature: bytes
) -> bool:
    """Does KMS take this signature? A key or an algorithm that can't be used so has not made it."""
    try:
        client.verify(
            KeyId=key,
            SigningAlgorithm=algorithm,
            MessageType=message_type,
            Message=message,
            Signature=signature,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in ("KMSInvalidSignatureException", "ValidationException"):
            return False
        raise
    return True


# --- genuine and newer, and nothing else ----------------------------------------------------------------------


def right_updates_accepted(account: Account, notes: Notes) -> Observation:
    """Are exactly those updates accepted that are genuine, and newer than what is installed?"""
    came = received(notes, updates.NOTE)
    if not came or updates.ANSWER not in notes:
        return Observation(False, "no note of what is accepted" if came else "no updates have come in")
    client = account.client("kms")
    if kms.find_key(client, updates.ALIAS) != came["key"]:
        return Observation(False, "the updates are of another key", "call receive_updates again.")
    public_key = client.get_public_key(KeyId=came["key"])["PublicKey"]
    accepted = set(json.loads(notes[updates.ANSWER]))
    for update in came["items"]:
        is_accepted = update["name"] in accepted
        fault = _fault(update, public_key)
        if is_accepted and fault:
            return Observation(False, f"{update['name']} is accepted, and {fault[0]}", fault[1])
        if not is_accepted and not fault:
            return Observation(False, f"{update['name']} is refused, and it is genuine and newer")
    if unknown := accepted - {update["name"] for update in came["items"]}:
        return Observation(False, f"no update has the name {min(unknown)}")
    return Observation(True, f"{len(accepted)} accepted, {len(came['items']) - len(accepted)} refused")


def _fault(update: dict[str, str], public_key: bytes) -> tuple[str, str] | None:
    """Why an update is to be refused, and a hint; None where it is not."""
    if update["algorithm"] != updates.ALGORITHM:
        hint = "you decide which algorithm counts. What a message says of itself, a forger has written."
        return f"its algorithm is {update['algorithm']}", hint
    if not updates.is_signed(update, public_key):
        return "its signature is not one of its text", "verify the signature over exactly the bytes of text."
    if not updates.is_newer(update):
        return "it is older than what is installed", "an old signature stays valid. What says how old it is?"
    return None


def kms_has_verified_none(account: Account, notes: Notes) -> Observation:
    """Has KMS verified no signature of the key since the updates came in?"""
    came = received(notes, updates.NOTE)
    if not came:
        return Observation(False, "no updates have come in")
    for event in audit.events(account.client("cloudtrail"), event_name="Verify"):
        on = [resource.get("ARN") for resource in event.get("resources") or ()]
        later = _moment(event["eventTime"]) >= _moment(came["since"])
        if later and came["key"] in on and event.get("errorCode") in _VERIFIED:
            hint = "start over: receive_updates(lab.account, lab.notes, again=True). Then use the public key alone."
            return Observation(False, "KMS has verified a signature since the updates came in", hint)
    return Observation(True, "the audit trail has no Verify since they came in")


def _moment(text: str) -> str:
    """A moment as the trail or a note has it, for a comparison: both are in UTC, to the second."""
    return text.removesuffix("Z").removesuffix("+00:00")


CHECKS = (
    Check(
        "KMS has refused to verify with a disabled key",
        trail_shows("Verify", error="DisabledException"),
        "A signature outlives its key",
        (
            "ask KMS while the key is disabled.",
            "look at the second cell under “A signature outlives its key”.",
            "call disable_key and then verify with the same key.",
        ),
    ),
    Check(
        "KMS has refused to encrypt with a signing key",
        trail_shows("Encrypt", error="InvalidKeyUsageException"),
        "Break it: encrypt with it",
        (
            "try the key for something else.",
            "look at the cell under “Break it: encrypt with it”.",
            "call encrypt with KeyId=releases.",
        ),
    ),
    Check(
        "Rosa can sign with releases by one algorithm, and by no other",
        signs_in_one_way,
        "Let somebody sign",
        (
            "which part of a statement limits a permission?",
            "look at the condition under “Let somebody sign”.",
            "put the key policy with the condition kms:SigningAlgorithm.",
        ),
    ),
    Check(
        "the key releases is enabled",
        is_enabled,
        "Break it: encrypt with it",
        (
            "you have disabled it yourself.",
            "look at the first cell under “Break it: encrypt with it”.",
            "call enable_key with KeyId=releases.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            f"the key lock signs, and its public key has at most {MAX_PUBLIC_KEY} bytes",
            key_fits,
            "Your turn",
            (
                "which of the key specs has short public keys?",
                "look at the table under “Which key?”.",
                'call create_key(kms, "lock", spec="ECC_NIST_P256", usage="SIGN_VERIFY").',
            ),
        ),
        Check(
            f"there is a note of a signature of the image by lock, of at most {MAX_SIGNATURE} bytes",
            signature_is_for_the_lock,
            "Your turn",
            (
                "the image is larger than the 4,096 bytes that Sign takes.",
                "look at the cell with hashlib under “A large file”.",
                'call sign with the digest, MessageType="DIGEST" and SigningAlgorithm="ECDSA_SHA_256".',
            ),
        ),
    ),
    (
        Check(
            "the genuine and newer updates are accepted, and no others",
            right_updates_accepted,
            "Your turn again",
            (
                "two questions for each update: who has signed it, and how old is it?",
                "is_genuine answers the first question. The text has the version.",
                'write lab.notes["accepted"] = json.dumps(names), the names of the updates that pass both.',
            ),
        ),
        Check(
            "KMS has verified none of them",
            kms_has_verified_none,
            "Your turn again",
            (
                "the device has no network.",
                "look at the cells under “Verify without KMS”.",
                "use is_genuine, which needs the public key alone.",
            ),
        ),
    ),
)
