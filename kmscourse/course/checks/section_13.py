"""Section 13, Rotate, and what that does not do: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from kmscourse import access
from kmscourse.account import Account
from kmscourse.course.checks.check import Check, Exercise, Observation, Observer
from kmscourse.course.checks.requests import ExpectedRequest, refused_beside, requests_answered
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.envelope import Envelope, decrypt_data_key, unseal
from kmscourse.errors import EnvelopeError
from kmscourse.kms import find_key

ALIAS, OLD, NEW = "alias/letters-now", "alias/letters-2025", "alias/letters-2026"
READER, MOVER = "letters-reader", "letters-mover"
TO_READER, TO_MOVER = {"to": READER}, {"to": MOVER}
LEAKED = ("2", "4")
NO_MESSAGES = Observation(False, "there is no note of five messages")


def _rotates(account: Account, _: Notes) -> Observation:
    """Does KMS rotate the old key by itself?"""
    kms = account.client("kms")
    key = find_key(kms, OLD)
    if key is None:
        return Observation(False, f"there is no key {OLD}")
    rotates = kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    return Observation(rotates, f"the rotation of {OLD} is {'on' if rotates else 'off'}")


def _alias_moved(account: Account, _: Notes) -> Observation:
    """Does the alias of the programs lead to the new key?"""
    kms = account.client("kms")
    key, new = find_key(kms, ALIAS), find_key(kms, NEW)
    if key is None or new is None:
        return Observation(False, f"there is no key {ALIAS if key is None else NEW}")
    return Observation(key == new, f"{ALIAS} leads to {'the new' if key == new else 'another'} key")


def _nothing_readdressed(account: Account, _: Notes) -> Observation:
    """Would KMS refuse to write the mover's address on a letter of the reader, on one of the two keys at least?"""
    kms = account.client("kms")
    old, new = find_key(kms, OLD), find_key(kms, NEW)
    snapshot = access.Snapshot(account)
    mover = next((arn for arn, identity in snapshot.people.items() if identity.name == MOVER), None)
    if old is None or new is None or mover is None:
        return Observation(False, f"not all of {OLD}, {NEW} and {MOVER} are there")

    def may(action: str, key: str, side: str, context: dict[str, str]) -> bool:
        call = access.context_of_call(account, action, {f"{side}EncryptionContext": context})
        return access.case(snapshot, mover, action, key, call).decision.allowed

    takes_away = may("kms:ReEncryptFrom", old, "Source", TO_READER)
    for key, name in ((new, NEW), (old, OLD)):
        if takes_away and may("kms:ReEncryptTo", key, "Destination", TO_MOVER):
            return Observation(
                False, f"{MOVER} can address a letter of {READER} to themselves, and move it to {name}"
            )
    return Observation(True, f"{MOVER} can address no letter to themselves")


def _messages(notes: Notes, name: str) -> dict[str, Envelope]:
    """The messages of a note; none, where there is no such note."""
    if name not in notes:
        return {}
    return {number: Envelope.from_json(text) for number, text in json.loads(notes[name]).items()}


def _of_each_leaked(
    look: Callable[[Any, str, Envelope, Envelope], Observation | None], done: str
) -> Observer:
    """A look at each message whose data key leaked, as it was and as it is; None where there is nothing to say."""

    def look_at_all(account: Account, notes: Notes) -> Observation:
        before, after = _messages(notes, "messages_as_leaked"), _messages(notes, "messages")
        if not set(LEAKED) <= before.keys() & after.keys():
            return NO_MESSAGES
        for number in LEAKED:
            try:
                fault = look(account.client("kms"), number, before[number], after[number])
            except ClientError as error:
                fault = Observation(
                    False, f"message {number} does not open: {error.response['Error']['Code']}"
                )
            if fault is not None:
                return fault
        return Observation(True, done)

    return look_at_all


def _moved(kms: Any, number: str, before: Envelope, after: Envelope) -> Observation | None:
    """Does it open with the new key, and say what it said?"""
    context = {"message": number}
    try:
        opened = unseal(kms, after, context, key_id=NEW)
    except EnvelopeError:
        hint = (
            "an envelope is sealed together with its encrypted data key. ReEncrypt makes another one of this."
        )
        return Observation(False, f"message {number} does not open", hint)
    except kms.exceptions.IncorrectKeyException:
        return Observation(False, f"message {number} is not under the new key")
    if opened != unseal(kms, before, context):
        return Observation(False, f"message {number} says something else than before")
    return None


def _data_key_renewed(kms: Any, number: str, before: Envelope, after: Envelope) -> Observation | None:
    """Has it another data key than the one that leaked?"""
    context = {"message": number}
    old, new = (decrypt_data_key(kms, each.encrypted_data_key, context) for each in (before, after))
    if old.plaintext != new.plaintext:
        return None
    hint = "a data key that leaked stays known, also under another KMS key."
    return Observation(False, f"message {number} still has the data key that leaked", hint)


def _others_unchanged(_: Account, notes: Notes) -> Observation:
    """Are the three other messages as they were?"""
    before, after = _messages(notes, "messages_as_leaked"), _messages(notes, "messages")
    if not before:
        return NO_MESSAGES
    others = [number for number in before if number not in LEAKED]
    changed = [number for number in others if after.get(number) != before[number]]
    if changed:
        return Observation(False, f"not as they were: {', '.join(changed)}", "what did not leak can stay.")
    return Observation(True, f"as they were: {', '.join(others)}")


def _is_of_their_work(request: ExpectedRequest) -> bool:
    """Is it what the section gives to both or to the mover? The context of a move is looked at elsewhere."""
    if request.action == "kms:Decrypt":
        return request.context == {"to": request.who}
    move = {OLD: "kms:ReEncryptFrom", NEW: "kms:ReEncryptTo"}
    return (request.who, request.action) == (MOVER, move[request.alias])


_NOTHING_ELSE = [
    request
    for request in refused_beside([], who=[READER, MOVER], aliases=[OLD, NEW], contexts=[TO_READER, TO_MOVER])
    if not _is_of_their_work(request)
]

CHECKS = (
    Check(
        "you have rotated a key on demand",
        trail_shows("RotateKeyOnDemand"),
        "Rotate, and read the old letter",
        (
            "a rotation on demand is one call.",
            "look at the cells under “Rotate, and read the old letter”.",
            "call rotate_key_on_demand with KeyId=old.",
        ),
    ),
    Check(
        "KMS rotates the old key by itself",
        _rotates,
        "On a schedule",
        (
            "a schedule is another call than a rotation on demand.",
            "look at the cell under “On a schedule”.",
            "call enable_key_rotation with KeyId=old and RotationPeriodInDays=180.",
        ),
    ),
    Check(
        "the alias of the programs leads to the new key",
        _alias_moved,
        "Rotate by alias",
        (
            "the programs know only the alias.",
            "look at the cell that makes letters-2026.",
            'call update_alias with AliasName="alias/letters-now" and TargetKeyId=new.',
        ),
    ),
    Check(
        "KMS has refused letters-mover a ReEncrypt",
        trail_shows("ReEncrypt", by=MOVER, error="AccessDenied"),
        "Move a letter",
        (
            "what does the mover need on the old key?",
            "look at the cell under “Move a letter” that is meant to fail.",
            "call re_encrypt with mover_kms before the old key lets the mover in.",
        ),
    ),
    Check(
        "a letter has been moved in the name of letters-mover",
        trail_shows("ReEncrypt", by=MOVER),
        "Move a letter",
        (
            "one call needs two permissions.",
            "look at the cells under “Move a letter”.",
            "put the old key's policy with from_old, then call re_encrypt with mover_kms.",
        ),
    ),
    Check(
        "letters-mover can write their own address on no letter of others",
        _nothing_readdressed,
        "What else did that open?",
        (
            "the mover has two permissions. One of them is enough to close the gap.",
            "look at the last cell under “What else did that open?”.",
            "call put_key_policy(kms, old, policy).",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "letters-mover can move the letters of the reader to the new key, and nobody can do more",
            requests_answered(
                [
                    ExpectedRequest(MOVER, "kms:ReEncryptFrom", OLD, True, TO_READER),
                    ExpectedRequest(MOVER, "kms:ReEncryptTo", NEW, True, TO_READER),
                    *_NOTHING_ELSE,
                ]
            ),
            "Your turn",
            (
                "a move needs a permission on each of the two keys.",
                "look at from_old and to_new under “Move a letter”.",
                "call put_key_policy(kms, old, with_statement(policy, from_old)).",
            ),
        ),
        Check(
            "letters-mover can write their own address on no letter of others",
            _nothing_readdressed,
            "Your turn",
            (
                "one of the two permissions sees the new address.",
                "look at own_letters: its condition has a variable for the name of the caller.",
                "give to_new a StringNotEquals on kms:EncryptionContext:to with ${aws:username}.",
            ),
        ),
        Check(
            "everybody reads their own letters, and nobody reads more",
            requests_answered(
                [
                    ExpectedRequest(who, "kms:Decrypt", key, who == to, {"to": to})
                    for who in (READER, MOVER)
                    for key in (OLD, NEW)
                    for to in (READER, MOVER)
                ]
                + [ExpectedRequest(MOVER, "kms:Decrypt", key, False) for key in (OLD, NEW)]
            ),
            "Your turn",
            (
                "PutKeyPolicy replaces the whole policy.",
                "look at the variable policy: it has the statement for the readers.",
                "add your statement to policy, for both keys.",
            ),
        ),
    ),
    (
        Check(
            "messages 2 and 4 open with the new key",
            _of_each_leaked(_moved, "messages 2 and 4 open with the new key"),
            "Your turn again",
            (
                "which key seals them now?",
                "look at the functions seal and unseal, and at the variable new.",
                'messages[n] = seal(kms, new, unseal(kms, messages[n], {"message": n}), {"message": n}), then write '
                "the note.",
            ),
        ),
        Check(
            "messages 2 and 4 have other data keys than those that leaked",
            _of_each_leaked(_data_key_renewed, "messages 2 and 4 have new data keys"),
            "Your turn again",
            (
                "who has a data key needs no KMS any more.",
                "look at the prediction about a data key that leaked.",
                "seal generates a new data key: unseal each of the two messages, and seal it again.",
            ),
        ),
        Check(
            "the other three messages are unchanged",
            _others_unchanged,
            "Your turn again",
            (
                "move only what leaked.",
                "look at the numbers in your loop.",
                "run the cell that seals the messages again, and then only change messages 2 and 4.",
            ),
        ),
    ),
)
