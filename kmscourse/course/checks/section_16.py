"""Section 16, A thousand records: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from kmscourse import audit
from kmscourse.account import Account
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.requests import YOU, ExpectedRequest, refused_beside, requests_answered
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.envelope import DataKeyCache, Envelope
from kmscourse.errors import EnvelopeError
from kmscourse.kms import find_key

ALIAS, READER, NOTE = "alias/records", "records-reader", "thousand_records"
RECORDS = tuple(f"record {number}".encode() for number in range(1_000))
ONE_BY_ONE, SHARED, BOUNDED = ({"records": how} for how in ("one by one", "shared", "bounded"))
MAX_CALLS, MAX_SHARED, MAX_SECONDS = 25, 50, 10
"""The bounds of the exercises: calls for all records, records under one data key, seconds until a reader is out."""

_TAKES_AWAY = (
    *("PutKeyPolicy", "RevokeGrant", "RetireGrant"),
    *("PutUserPolicy", "DeleteUserPolicy", "DetachUserPolicy", "RemoveUserFromGroup"),
)
_LETS_IN = ("PutKeyPolicy", "CreateGrant", "PutUserPolicy", "AttachUserPolicy", "AddUserToGroup")
_NO_NOTE = Observation(False, f"there is no note {NOTE!r} yet")

READER_OUT = (
    *refused_beside([], who=[READER], aliases=[ALIAS], contexts=[BOUNDED, SHARED]),
    ExpectedRequest(YOU, "kms:Decrypt", ALIAS, allowed=True, context=BOUNDED),
)
"""Who is locked out at the end, and who is not."""


def _envelopes(notes: Notes) -> dict[str, Envelope]:
    """The sealed records that the learner has written down, by their number."""
    if NOTE not in notes:
        return {}
    return {name: Envelope.from_json(text) for name, text in json.loads(notes[NOTE]).items()}


def _uses(notes: Notes) -> Counter[bytes]:
    """Encrypted data key -> how many records are under it."""
    return Counter(envelope.encrypted_data_key for envelope in _envelopes(notes).values())


def few_data_keys(_: Account, notes: Notes) -> Observation:
    """Are the records under at most 25 data keys, so that so many calls are enough?"""
    uses = _uses(notes)
    if not uses:
        return _NO_NOTE
    return Observation(len(uses) <= MAX_CALLS, f"{uses.total()} records are under {len(uses)} data keys")


def few_records_each(_: Account, notes: Notes) -> Observation:
    """Is no data key over more than 50 records, and does no nonce come twice under one?"""
    uses = _uses(notes)
    if not uses:
        return _NO_NOTE
    most = max(uses.values())
    if most > MAX_SHARED:
        return Observation(False, f"one data key is over {most} records")
    envelopes = _envelopes(notes).values()
    if len({(each.encrypted_data_key, each.nonce) for each in envelopes}) < uses.total():
        return Observation(False, "a nonce comes twice under one data key")
    return Observation(True, f"no data key is over more than {most} records, and no nonce comes twice")


def every_record_opens(account: Account, notes: Notes) -> Observation:
    """Do all 1,000 records open with the exercise's encryption context?"""
    envelopes, kms = _envelopes(notes), account.client("kms")
    key = find_key(kms, ALIAS)
    if not envelopes or key is None:
        return _NO_NOTE if key else Observation(False, f"there is no key {ALIAS}")
    missing = [number for number in range(len(RECORDS)) if str(number) not in envelopes]
    if missing:
        return Observation(False, f"{len(missing)} records are missing, record {missing[0]} among them")
    if len(_uses(notes)) > MAX_CALLS:
        return Observation(False, "they are under too many data keys to open them here")
    cache = DataKeyCache(kms, key, max_uses=1, max_age=600)
    for number, record in enumerate(RECORDS):
        try:
            opened = cache.unseal(envelopes[str(number)], BOUNDED)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            return Observation(False, f"KMS does not open the data key of record {number}: {code}")
        except EnvelopeError as error:
            return Observation(False, f"record {number}: {error}")
        if opened != record:
            return Observation(False, f"what opens as record {number} is another text")
    return Observation(True, f"all {len(RECORDS):,} open with {BOUNDED}")


def _is_of_reading(event: Mapping[str, Any]) -> bool:
    """Has the reader asked KMS here to decrypt for the exercise? A refused call has no context."""
    if event["eventName"] != "Decrypt" or event["userIdentity"].get("userName") != READER:
        return False
    return "errorCode" in event or (event["requestParameters"] or {}).get("encryptionContext") == BOUNDED


def _is_change(account: Account, event: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Have you made one of these calls here, and was it answered?"""
    by_you = event["userIdentity"].get("arn") == account.user_arn
    return by_you and "errorCode" not in event and event["eventName"] in names


def _last_reading(account: Account) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The answered calls of the reader since you let it in, and the refusal after them (None: none yet).

    What it read before an earlier refusal, or before you let it in once more, was another try.
    """
    answered: list[dict[str, Any]] = []
    refusal = None
    for event in audit.events(account.client("cloudtrail")):
        if answered and (
            _is_change(account, event, _LETS_IN) or (_is_of_reading(event) and "errorCode" in event)
        ):
            break
        if _is_of_reading(event):
            if "errorCode" in event:
                refusal = event
            else:
                answered.append(event)
    return answered, refusal


def reader_asked_seldom(account: Account, notes: Notes) -> Observation:
    """Did the reader open the data keys of all records, by at most 25 calls?"""
    needed, (answered, _) = len(_uses(notes)), _last_reading(account)
    if not needed:
        return _NO_NOTE
    text = (
        f"{len(answered)} answered calls of Decrypt by {READER} since you let it in, and the records are under "
        f"{needed} data keys"
    )
    hint = ""
    if len(answered) > MAX_CALLS:
        hint = "put the reader's statement again: then the count starts over. Read all records with one DataKeyCache."
    return Observation(needed <= len(answered) <= MAX_CALLS, text, hint)


def locked_out_in_time(account: Account, _: Notes) -> Observation:
    """Was the reader refused at most ten seconds after you took the permission away?"""
    answered, refusal = _last_reading(account)
    if not answered or refusal is None:
        return Observation(False, f"no Decrypt by {READER} was answered, and then one refused")
    for event in audit.events(account.client("cloudtrail")):
        if _is_change(account, event, _TAKES_AWAY) and _moment(event) <= _moment(refusal):
            seconds = round((_moment(refusal) - _moment(event)).total_seconds())
            text = f"refused {seconds} seconds after your {event['eventName']}"
            return Observation(seconds <= MAX_SECONDS, text)
    return Observation(False, "nothing in the audit trail took the permission away before the refusal")


def _moment(event: Mapping[str, Any]) -> datetime:
    return datetime.strptime(event["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


CHECKS = (
    Check(
        "KMS has made a data key for each of 1,000 records",
        trail_shows("GenerateDataKey", times=len(RECORDS), encryptionContext=ONE_BY_ONE),
        "One call for each record",
        (
            "a record that has its own data key needs its own call.",
            "look at the cell under “One call for each record”.",
            'call seal for every record, with {"records": "one by one"}.',
        ),
    ),
    Check(
        "records-reader has opened a data key that several records share",
        trail_shows("Decrypt", by=READER, encryptionContext=SHARED),
        "What else did that open?",
        (
            "the reader needs a permission first.",
            "look at the cells under “What else did that open?”.",
            "put the key policy with the statement for records-reader, then unseal with the reader's cache.",
        ),
    ),
    Check(
        "KMS has refused records-reader after that",
        trail_shows("Decrypt", by=READER, error="AccessDenied"),
        "Close it: a bound in seconds",
        (
            "the reader has to ask KMS again.",
            "look at the cells under “Close it: a bound in seconds”.",
            "put the old key policy, wait longer than max_age, and unseal with the reader's cache.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "the 1,000 records are under at most 25 data keys",
            few_data_keys,
            "Your turn",
            (
                "each data key is one call.",
                "how many records have to share a data key, at least?",
                'use DataKeyCache with max_uses=40 or more, and note the envelopes as "thousand_records".',
            ),
        ),
        Check(
            "no data key is over more than 50 records, and no nonce comes twice under it",
            few_records_each,
            "Your turn",
            (
                "how much does somebody get who has one data key?",
                "which bound of the cache counts the records?",
                "use max_uses=50 or less.",
            ),
        ),
        Check(
            "all of them open, with the encryption context of the exercise",
            every_record_opens,
            "Your turn",
            (
                "the note needs every record under its number, from 0 to 999.",
                "the context is in the text of the exercise, letter by letter.",
                'seal each record with {"records": "bounded"}, and use enumerate(records) for the numbers.',
            ),
        ),
    ),
    (
        Check(
            "records-reader has opened the data keys of all records, by at most 25 calls",
            reader_asked_seldom,
            "Your turn again",
            (
                "the reader needs a cache too, and the permission.",
                "a new cache for each record keeps nothing: make one, and use it for all.",
                "put the policy with the statement for the reader, then unseal every envelope with one DataKeyCache.",
            ),
        ),
        Check(
            "ten seconds after you took the permission away, at most, the reader was refused",
            locked_out_in_time,
            "Your turn again",
            (
                "how long does the reader's cache keep a data key?",
                "look at max_age. The refusal has to be in the audit trail, so let the reader try.",
                "use max_age=2, put the old key policy, wait two seconds, and call unseal again.",
            ),
        ),
        Check(
            "the reader is out, and you are not",
            requests_answered(READER_OUT),
            "Your turn again",
            (
                "one statement has to go from the key policy, and no other.",
                "look at lab.who_may(“alias/records”).",
                "put the key policy from before the reader came: put_key_policy(kms, key, policy).",
            ),
        ),
    ),
)
