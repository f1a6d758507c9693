"""The exercises of section 19: a timeline, however it was read, and an account without the intruder's ways in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kmscourse import audit
from kmscourse.account import Account
from kmscourse.course import incident
from kmscourse.course.checks import CHECKS, EXERCISES, Report, run
from kmscourse.course.incident import (
    APP,
    BACKUP_ROLE,
    INTERN,
    INTRUDERS_ADDRESS,
    OUTSIDE,
    READER,
    STOLEN_KEY_OF,
)
from kmscourse.course.notes import Notes
from kmscourse.iam import delete_user
from kmscourse.kms import grants, key_policy, put_key_policy
from kmscourse.policy import trust_policy, use_statement, with_statement, without_principal

Way = Callable[[Account, incident.Incident], None]
Lister = Callable[[Account, incident.Incident], list[str]]


@pytest.fixture
def happened(account: Account) -> incident.Incident:
    """The incident, and what the section's text does about it."""
    happened = incident.set_up(account)
    account.client("iam").delete_access_key(UserName=STOLEN_KEY_OF, AccessKeyId=happened.stolen_access_key_id)
    revoke_grants_of(account, happened, INTERN)
    return happened


def revoke_grants_of(account: Account, happened: incident.Incident, user: str) -> None:
    kms = account.client("kms")
    for grant in grants(kms, happened.key_arn):
        if grant["GranteePrincipal"].endswith(f":user/{user}"):
            kms.revoke_grant(KeyId=happened.key_arn, GrantId=grant["GrantId"])


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[19][number - 1], account, notes)


def test_what_the_text_does_passes_the_section(
    account: Account, notes: Notes, happened: incident.Incident
) -> None:
    report = run(CHECKS[19], account, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("undone", "said"),
    [
        (
            lambda account, it: account.client("kms").create_grant(
                KeyId=it.key_arn,
                GranteePrincipal=f"arn:aws:iam::{account.id}:user/{INTERN}",
                Operations=["Encrypt"],
            ),
            "a grant on alias/loans still names loans-intern",
        ),
        (lambda account, it: revoke_grants_of(account, it, READER), "kms:Decrypt by loans-librarian through"),
        (lambda account, it: delete_user(account.client("iam"), APP), "there is no user or role loans-app"),
    ],
)
def test_a_section_that_is_half_done_says_what_is_missing(
    account: Account, notes: Notes, happened: incident.Incident, undone: Way, said: str
) -> None:
    undone(account, happened)
    assert said in repr(run(CHECKS[19], account, notes))


# --- the timeline ---------------------------------------------------------------------------------------------


def with_stolen_key(account: Account, happened: incident.Incident) -> list[dict[str, Any]]:
    events = account.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "AccessKeyId", "AttributeValue": happened.stolen_access_key_id}]
    )["Events"]
    return [json.loads(event["CloudTrailEvent"]) for event in events]


def by_access_key(account: Account, happened: incident.Incident) -> list[str]:
    calls = [e for e in with_stolen_key(account, happened) if e["sourceIPAddress"] == INTRUDERS_ADDRESS]
    return [e["eventID"] for e in reversed(calls) if not e["readOnly"] or e is calls[-1]]


def by_user(account: Account, happened: incident.Incident) -> list[str]:
    events = audit.events(account.client("cloudtrail"), user_name=STOLEN_KEY_OF)
    names = ("CreateGrant", "PutKeyPolicy", "CreateAccessKey", "UpdateAssumeRolePolicy", "GetCallerIdentity")
    return sorted((e["eventID"] for e in events if e["eventName"] in names), key=_order(events))


def by_client(account: Account, happened: incident.Incident) -> list[str]:
    events = audit.events(account.client("cloudtrail"))
    thief = [
        e for e in events if "kali" in e["userAgent"] and e["userIdentity"].get("userName") == STOLEN_KEY_OF
    ]
    first = min(thief, key=lambda e: str(e["eventTime"]))
    changes = [e for e in thief if not e["eventName"].startswith(("Get", "List", "Describe", "Decrypt"))]
    return [first["eventID"], *sorted((e["eventID"] for e in changes), key=_order(events))]


def _order(events: list[dict[str, Any]]) -> Callable[[str], str]:
    times = {e["eventID"]: str(e["eventTime"]) for e in events}
    return lambda event_id: times[event_id]


@pytest.mark.parametrize("way", [by_access_key, by_user, by_client])
def test_a_timeline(account: Account, notes: Notes, happened: incident.Incident, way: Lister) -> None:
    notes["timeline"] = json.dumps(way(account, happened))
    report = report_of(1, account, notes)
    assert report.passed, report


def test_after_an_incident_that_was_started_over_the_newest_counts(account: Account, notes: Notes) -> None:
    incident.set_up(account)
    notes["timeline"] = json.dumps(by_access_key(account, incident.set_up(account)))
    report = report_of(1, account, notes)
    assert report.passed, report


def newest_first(account: Account, happened: incident.Incident) -> list[str]:
    return by_access_key(account, happened)[::-1]


def with_the_owner(account: Account, happened: incident.Incident) -> list[str]:
    return [with_stolen_key(account, happened)[-1]["eventID"], *by_access_key(account, happened)[1:]]


def all_calls(account: Account, happened: incident.Incident) -> list[str]:
    calls = with_stolen_key(account, happened)
    return [e["eventID"] for e in reversed(calls) if e["sourceIPAddress"] == INTRUDERS_ADDRESS]


def one_change_less(account: Account, happened: incident.Incident) -> list[str]:
    return by_access_key(account, happened)[:-1]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (newest_first, "the oldest event comes first, and the trail is newest first."),
        (with_the_owner, "this is not the intruder's: look at the address."),
        (all_calls, "9 events changed nothing or are not the intruder's, as ListKeys"),
        (one_change_less, "1 of 4 changes are missing"),
        (lambda *_: [], "there is no note 'timeline' yet, or it has no event of this account"),
    ],
)
def test_what_is_not_a_timeline(
    account: Account, notes: Notes, happened: incident.Incident, way: Lister, said: str
) -> None:
    notes["timeline"] = json.dumps(way(account, happened))
    report = report_of(1, account, notes)
    assert not report.passed
    assert said in repr(report)


# --- no way in, and every reader in ---------------------------------------------------------------------------


def without_outside(account: Account, happened: incident.Incident) -> None:
    kms = account.client("kms")
    put_key_policy(kms, happened.key_arn, without_principal(key_policy(kms, happened.key_arn), OUTSIDE))


def trust_app_alone(account: Account, happened: incident.Incident) -> None:
    iam = account.client("iam")
    trust = iam.get_role(RoleName=BACKUP_ROLE)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(
        RoleName=BACKUP_ROLE, PolicyDocument=json.dumps(without_principal(trust, OUTSIDE))
    )


def delete_second_key(account: Account, happened: incident.Incident) -> None:
    account.client("iam").delete_access_key(UserName=INTERN, AccessKeyId=happened.second_access_key_id)


def take_it_all_out(account: Account, happened: incident.Incident) -> None:
    for close in (without_outside, trust_app_alone, delete_second_key):
        close(account, happened)


def make_inactive_and_write_anew(account: Account, happened: incident.Incident) -> None:
    kms, iam = account.client("kms"), account.client("iam")
    root = f"arn:aws:iam::{account.id}:root"
    put_key_policy(
        kms, happened.key_arn, {"Version": "2012-10-17", "Statement": [use_statement(root, ["kms:*"])]}
    )
    app = {"AWS": f"arn:aws:iam::{account.id}:user/{APP}"}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": app}
    iam.update_assume_role_policy(
        RoleName=BACKUP_ROLE, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust})
    )
    iam.update_access_key(UserName=INTERN, AccessKeyId=happened.second_access_key_id, Status="Inactive")


def deny_outside(account: Account, happened: incident.Incident) -> None:
    """A Deny is as good as no statement, as long as it stays."""
    kms = account.client("kms")
    deny = use_statement(OUTSIDE, ["kms:*"], sid="Nobody outside") | {"Effect": "Deny"}
    put_key_policy(kms, happened.key_arn, with_statement(key_policy(kms, happened.key_arn), deny))
    trust_app_alone(account, happened)
    delete_second_key(account, happened)


@pytest.mark.parametrize("way", [take_it_all_out, make_inactive_and_write_anew, deny_outside])
def test_no_way_in(account: Account, notes: Notes, happened: incident.Incident, way: Way) -> None:
    way(account, happened)
    report = report_of(2, account, notes)
    assert report.passed, report


def disable_key(account: Account, happened: incident.Incident) -> None:
    """It stops everybody, and the statement is still there."""
    account.client("kms").disable_key(KeyId=happened.key_arn)
    trust_app_alone(account, happened)
    delete_second_key(account, happened)


def leave_trust(account: Account, happened: incident.Incident) -> None:
    without_outside(account, happened)
    delete_second_key(account, happened)


def let_the_intern_assume(account: Account, happened: incident.Incident) -> None:
    take_it_all_out(account, happened)
    people = [f"arn:aws:iam::{account.id}:user/{name}" for name in (APP, INTERN)]
    account.client("iam").update_assume_role_policy(
        RoleName=BACKUP_ROLE, PolicyDocument=json.dumps(trust_policy(people))
    )


def let_the_intern_grant(account: Account, happened: incident.Incident) -> None:
    take_it_all_out(account, happened)
    allow = {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    account.client("iam").put_user_policy(UserName=INTERN, PolicyName="more", PolicyDocument=document)


def let_in_one_more(account: Account, happened: incident.Incident) -> None:
    take_it_all_out(account, happened)
    kms, key = account.client("kms"), happened.key_arn
    other = use_statement("arn:aws:iam::888888888888:root", ["kms:Decrypt"], sid="Other")
    put_key_policy(kms, key, with_statement(key_policy(kms, key), other))


def delete_role(account: Account, happened: incident.Incident) -> None:
    leave_trust(account, happened)
    iam = account.client("iam")
    iam.delete_role_policy(RoleName=BACKUP_ROLE, PolicyName="backup")
    iam.delete_role(RoleName=BACKUP_ROLE)


def delete_both_keys(account: Account, happened: incident.Incident) -> None:
    take_it_all_out(account, happened)
    iam = account.client("iam")
    for key in iam.list_access_keys(UserName=INTERN)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=INTERN, AccessKeyId=key["AccessKeyId"])


def delete_the_wrong_key(account: Account, happened: incident.Incident) -> None:
    without_outside(account, happened)
    trust_app_alone(account, happened)
    iam = account.client("iam")
    for key in iam.list_access_keys(UserName=INTERN)["AccessKeyMetadata"]:
        if key["AccessKeyId"] != happened.second_access_key_id:
            iam.delete_access_key(UserName=INTERN, AccessKeyId=key["AccessKeyId"])


def revoke_every_grant(account: Account, happened: incident.Incident) -> None:
    take_it_all_out(account, happened)
    revoke_grants_of(account, happened, READER)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (disable_key, "the account 999999999999 may call kms:Decrypt"),
        (leave_trust, "loans-app and the account 999999999999 may assume loans-backup"),
        (let_the_intern_assume, "loans-app and loans-intern may assume loans-backup"),
        (let_the_intern_grant, "kms:CreateGrant by loans-intern is allowed"),
        (let_in_one_more, "loans lets in more: the account 888888888888"),
        (delete_role, "there is no role loans-backup"),
        (delete_both_keys, "no active access key of their own: loans-intern"),
        (delete_the_wrong_key, "an access key that was used from 203.0.113.77 is active: loans-intern"),
        (revoke_every_grant, "kms:Decrypt by loans-librarian through the table Loans is refused"),
    ],
)
def test_what_leaves_a_way_in_or_stops_a_reader(
    account: Account, notes: Notes, happened: incident.Incident, way: Way, said: str
) -> None:
    way(account, happened)
    report = report_of(2, account, notes)
    assert not report.passed
    assert said in repr(report)
