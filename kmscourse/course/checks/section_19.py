"""Section 19, Incident: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kmscourse import access, audit, kms
from kmscourse.account import Account
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.requests import (
    YOU,
    ExpectedRequest,
    all_of,
    nobody_else_let_in,
    refused_beside,
    requests_answered,
)
from kmscourse.course.incident import (
    APP,
    BACKUP_ROLE,
    INTERN,
    INTRUDERS_ADDRESS,
    KEY_ALIAS,
    OUTSIDE,
    READER,
    STOLEN_KEY_OF,
    TABLE,
    USERS,
)
from kmscourse.course.notes import Notes
from kmscourse.policy import parse_principal

NOTE = "timeline"
_NO_INCIDENT = Observation(False, "there is no incident in the account: run the cell with lab.incident first")

READERS_IN = (
    ExpectedRequest(APP, "kms:Decrypt", KEY_ALIAS, allowed=True, via_table=TABLE),
    ExpectedRequest(APP, "kms:GenerateDataKey", KEY_ALIAS, allowed=True),
    ExpectedRequest(READER, "kms:Decrypt", KEY_ALIAS, allowed=True, via_table=TABLE),
    ExpectedRequest(BACKUP_ROLE, "kms:Decrypt", KEY_ALIAS, allowed=True),
    ExpectedRequest(YOU, "kms:PutKeyPolicy", KEY_ALIAS, allowed=True),
)
INTERN_OUT = (
    *refused_beside([], who=[INTERN], aliases=[KEY_ALIAS]),
    ExpectedRequest(INTERN, "kms:Decrypt", KEY_ALIAS, allowed=False, via_table=TABLE),
    ExpectedRequest(INTERN, "kms:DescribeKey", KEY_ALIAS, allowed=False),
    ExpectedRequest(STOLEN_KEY_OF, "kms:Decrypt", KEY_ALIAS, allowed=False),
)
"""Who still has to be let in, and who must not be."""


def _by_intruder(account: Account, *users: str) -> list[dict[str, Any]]:
    """What was called from the intruder's address as one of these users: user by user, the newest first."""
    cloudtrail = account.client("cloudtrail")
    events = (event for user in users for event in audit.events(cloudtrail, user_name=user))
    return [event for event in events if event["sourceIPAddress"] == INTRUDERS_ADDRESS]


def _access_key_of(event: Mapping[str, Any]) -> str:
    return str(event["userIdentity"].get("accessKeyId"))


def _active_access_keys(account: Account, user: str) -> set[str]:
    """The ids of a user's active access keys; none where there is no such user."""
    iam = account.client("iam")
    try:
        keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    except iam.exceptions.NoSuchEntityException:
        return set()
    return {key["AccessKeyId"] for key in keys if key["Status"] == "Active"}


def _held_by_intruder(account: Account, users: tuple[str, ...]) -> Observation:
    """Is none of these users' access keys, which the intruder has used, still active?"""
    used = {_access_key_of(event) for event in _by_intruder(account, *users)}
    if not used:
        return _NO_INCIDENT
    held = [user for user in users if _active_access_keys(account, user) & used]
    if held:
        return Observation(
            False, f"an access key that was used from {INTRUDERS_ADDRESS} is active: {', '.join(held)}"
        )
    return Observation(True, f"no active access key was used from {INTRUDERS_ADDRESS}")


def stolen_key_gone(account: Account, _: Notes) -> Observation:
    """Is the access key that was stolen gone or inactive?"""
    return _held_by_intruder(account, (STOLEN_KEY_OF,))


def no_key_in_wrong_hands(account: Account, _: Notes) -> Observation:
    """Is none of the access keys that the intruder has used still active?"""
    return _held_by_intruder(account, USERS)


def own_keys_stay(account: Account, _: Notes) -> Observation:
    """Has each of the others an active access key that the intruder has not used?"""
    users = (APP, READER, INTERN)
    used = {_access_key_of(event) for event in _by_intruder(account, *users)}
    if not used:
        return _NO_INCIDENT
    without = [user for user in users if not _active_access_keys(account, user) - used]
    if without:
        return Observation(False, f"no active access key of their own: {', '.join(without)}")
    return Observation(True, f"{APP}, {READER} and {INTERN} have their own access keys")


def intern_evicted(account: Account, notes: Notes) -> Observation:
    """Is the intern refused, with no grant left that names them?"""
    key = kms.find_key(account.client("kms"), KEY_ALIAS)
    if key is None:
        return _NO_INCIDENT
    grantees = (grant.get("GranteePrincipal", "") for grant in kms.grants(account.client("kms"), key))
    if any(parse_principal(grantee).name == INTERN for grantee in grantees):
        return Observation(False, f"a grant on {KEY_ALIAS} still names {INTERN}")
    return requests_answered(INTERN_OUT)(account, notes)


def timeline_begins_right(account: Account, notes: Notes) -> Observation:
    """Is the first event of the timeline the intruder's first call?"""
    timeline, expected = _timeline(account, notes), _expected_timeline(account)
    if not expected:
        return _NO_INCIDENT
    if not timeline:
        return Observation(False, f"there is no note {NOTE!r} yet, or it has no event of this account")
    first = timeline[0]
    what = f"it begins with {first['eventName']} from {first['sourceIPAddress']}, {first['eventTime']}"
    hint = ""
    if first["sourceIPAddress"] != INTRUDERS_ADDRESS:
        hint = "this is not the intruder's: look at the address."
    elif first["eventTime"] > timeline[-1]["eventTime"]:
        hint = "the oldest event comes first, and the trail is newest first."
    return Observation(first["eventID"] == expected[0]["eventID"], what, hint)


def timeline_has_each_change(account: Account, notes: Notes) -> Observation:
    """Are the others the calls that changed something, in their order, and nothing else?"""
    timeline, expected = _timeline(account, notes), _expected_timeline(account)
    if not expected:
        return _NO_INCIDENT
    ids, right = ([event["eventID"] for event in some] for some in (timeline, expected))
    missing = [event["eventName"] for event in expected[1:] if event["eventID"] not in ids]
    needless = [event["eventName"] for event in timeline if event["eventID"] not in right]
    if needless:
        return Observation(
            False, f"{len(needless)} events changed nothing or are not the intruder's, as {needless[0]}"
        )
    if missing:
        return Observation(False, f"{len(missing)} of {len(expected) - 1} changes are missing")
    return Observation(
        ids == right, f"all {len(expected) - 1} changes" + ("" if ids == right else ", in another order")
    )


def _timeline(account: Account, notes: Notes) -> list[dict[str, Any]]:
    """The events that the learner has written down, as the trail has them; other ids are left out."""
    if NOTE not in notes:
        return []
    by_id = {event["eventID"]: event for event in audit.events(account.client("cloudtrail"))}
    return [by_id[event_id] for event_id in json.loads(notes[NOTE]) if event_id in by_id]


def _expected_timeline(account: Account) -> list[dict[str, Any]]:
    """The first call with the stolen access key from the intruder's address, and all that changed something.

    An incident that was started over has left its events; the newest is asked about.
    """
    calls = _by_intruder(account, STOLEN_KEY_OF)
    made = next((event for event in calls if event["eventName"] == "CreateAccessKey"), None)
    if made is None:
        return []
    first, *others = [event for event in reversed(calls) if _access_key_of(event) == _access_key_of(made)]
    return [first, *(event for event in others if not event["readOnly"])]


def outside_has_no_use(account: Account, _: Notes) -> Observation:
    """Is the other account refused everything on the key?"""
    key = kms.find_key(account.client("kms"), KEY_ALIAS)
    if key is None:
        return _NO_INCIDENT
    snapshot = access.Snapshot(account)
    allowed = [action for action in access.KEY_ACTIONS if _outside_may(snapshot, action, key)]
    who = parse_principal(OUTSIDE).name
    return Observation(not allowed, f"{who} may call {', '.join(allowed) or 'nothing'} on the key")


def _outside_may(snapshot: access.Snapshot, action: str, key: str) -> bool:
    context = dict(access.context_of_call(snapshot.account, action, {}))
    context["kms:CallerAccount"] = str(parse_principal(OUTSIDE).account)
    return access.case(snapshot, OUTSIDE, action, key, context).decision.allowed


def role_trusts_app_alone(account: Account, _: Notes) -> Observation:
    """May the app assume the role, and nobody else but you?"""
    snapshot, role = access.Snapshot(account), f"arn:aws:iam::{account.id}:role/{BACKUP_ROLE}"
    if role not in snapshot.identities:
        return Observation(False, f"there is no role {BACKUP_ROLE}")
    may = [name for name in access.who_assumes(snapshot, role) if name != YOU]
    return Observation(may == [APP], f"{' and '.join(may) or 'nobody'} may assume {BACKUP_ROLE}")


CHECKS = (
    Check(
        "the stolen access key is deleted or inactive",
        stolen_key_gone,
        "Delete the access key",
        (
            "whoever has this access key can still sign with it.",
            "look at the cell under “Delete the access key”.",
            'call delete_access_key with UserName="loans-deployer" and the id of the access key.',
        ),
    ),
    Check(
        "loans-intern is refused, and no grant names this user",
        intern_evicted,
        "Evict the intern's grant",
        (
            "a permission that is in no policy has to go.",
            "look at the cells under “Evict the intern's grant”.",
            "call revoke_grant with KeyId and the GrantId of the grant whose grantee is loans-intern.",
        ),
    ),
    Check(
        "the app, the librarian and the backup role are let in, and you manage the key",
        requests_answered(READERS_IN),
        "What lets the intern in?",
        (
            "you stopped somebody who works here.",
            "look at lab.who_may: who has lost a use, and by what did they have it?",
            "run the cell with lab.incident again, and change only what names the intruder's ways in.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "the timeline begins with the intruder's first call",
            timeline_begins_right,
            "Your turn",
            (
                "two people signed with the stolen access key. Which address is the intruder's?",
                "look at with_stolen, and at the order in which the trail lists events.",
                'take the last event of with_stolen whose sourceIPAddress is "203.0.113.77".',
            ),
        ),
        Check(
            "it goes on with each call that changed something, in their order, and has no other",
            timeline_has_each_change,
            "Your turn",
            (
                "most of the calls only looked around.",
                "which field of an event says whether the call only read?",
                'keep the events with event["readOnly"] false, oldest first.',
            ),
        ),
    ),
    (
        Check(
            "no access key that the intruder used is active",
            no_key_in_wrong_hands,
            "Your turn again",
            (
                "a user can have two access keys.",
                "the events of loans-intern from 203.0.113.77 name the access key that signed them.",
                "call delete_access_key for the one of loans-intern that is in as_intern.",
            ),
        ),
        Check(
            "nobody in another account can use the key, and no key policy or grant lets in anybody new",
            all_of(outside_has_no_use, nobody_else_let_in(KEY_ALIAS, APP, READER, BACKUP_ROLE)),
            "Your turn again",
            (
                "read the key policy, statement by statement.",
                "which principal is not of your account?",
                "call put_key_policy with without_principal(key_policy(kms, loans), …).",
            ),
        ),
        Check(
            "loans-app can assume loans-backup, and nobody else can",
            role_trusts_app_alone,
            "Your turn again",
            (
                "who may become a user of the key, without being one now?",
                "look at the last change of your timeline: whose policy is it?",
                "call update_assume_role_policy with the trust policy without the other account.",
            ),
        ),
        Check(
            "the intern is refused, and no grant names this user",
            intern_evicted,
            "Your turn again",
            (
                "a way in that was closed is open again.",
                "look at the grants on the key.",
                "call revoke_grant for the grant to loans-intern.",
            ),
        ),
        Check(
            "the app, the librarian and the backup role are let in, and you manage the key",
            requests_answered(READERS_IN),
            "Your turn again",
            (
                "you closed more than the intruder's ways in.",
                "look at lab.who_may: who has lost a use?",
                "put back the first statement of the key policy, and the policies and grants of those who read.",
            ),
        ),
        Check(
            "the app, the librarian and the intern have their own access keys",
            own_keys_stay,
            "Your turn again",
            (
                "one of two access keys goes, not both.",
                "the older access key of loans-intern is the intern's own.",
                "start over with the cell that calls lab.incident, and delete only the access key in as_intern.",
            ),
        ),
    ),
)
