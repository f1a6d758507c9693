"""The incident in the account and in its trail: they agree, every way in is open, and each can be closed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse import kms
from kmscourse.account import Account
from kmscourse.course.incident import (
    ACTORS,
    ACTS,
    FIRST_BAD,
    INTRUDERS_ADDRESS,
    KEY_ALIAS,
    STOLEN_KEY_OF,
    TABLE,
    WAYS_IN,
    Incident,
    is_set_up,
    set_up,
)
from kmscourse.course.incident.story import APP, BACKUP_ROLE, INTERN, OUTSIDE, READER
from kmscourse.errors import CourseError


@pytest.fixture
def incident(account: Account) -> Incident:
    return set_up(account)


def records(account: Account) -> list[dict[str, Any]]:
    """All events of the trail, newest first."""
    pages = account.client("cloudtrail").get_paginator("lookup_events").paginate()
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def moment(record: dict[str, Any]) -> datetime:
    return datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def may_scan(account: Account, user: str) -> bool:
    dynamodb: Any = account.session_for(user)
    try:
        dynamodb.client("dynamodb").scan(TableName=TABLE)
    except ClientError:
        return False
    return True


def test_the_story_is_in_its_order_and_nothing_of_it_is_today() -> None:
    times = [(-act.days_ago, act.at) for act in ACTS]
    assert times == sorted(times)
    assert min(act.days_ago for act in ACTS) >= 1
    assert {act.actor for act in ACTS} == set(ACTORS)


def test_every_act_that_is_no_data_event_is_in_the_trail_as_it_was(
    account: Account, incident: Incident
) -> None:
    """CloudTrail's history has no data events; of a Scan it has the Decrypt that DynamoDB made for the caller."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    by_time = {(moment(record), record["eventName"]): record for record in records(account)}
    for act in ACTS:
        service, _, operation = act.action.partition(":")
        at = datetime.combine(today - timedelta(act.days_ago), act.at, UTC)
        is_data = operation in ("Scan", "PutItem")
        record = by_time.get((at, "Decrypt" if is_data else operation))
        assert record is not None, f"{act} is not in the trail"
        if is_data:
            assert record["userIdentity"]["invokedBy"] == "dynamodb.amazonaws.com"
            continue
        actor = ACTORS[act.actor]
        assert record["eventSource"] == f"{service}.amazonaws.com"
        assert (record["sourceIPAddress"], record["userAgent"]) == (actor.source_ip, actor.user_agent)
        assert record["userIdentity"]["userName"] == actor.user or account.user_name
        assert record.get("errorCode", "") == act.refused.removesuffix("Exception")


def test_the_history_is_newest_first_also_where_it_was_written_later(
    account: Account, incident: Incident
) -> None:
    account.client("kms").list_keys()
    times = [moment(record) for record in records(account)]
    assert times == sorted(times, reverse=True)
    assert times[0] > datetime.now(UTC) - timedelta(minutes=5)


def test_the_first_bad_event_is_the_oldest_from_the_intruders_address(
    account: Account, incident: Incident
) -> None:
    oldest = [record for record in records(account) if record["sourceIPAddress"] == INTRUDERS_ADDRESS][-1]
    assert oldest["eventName"] == FIRST_BAD.action.partition(":")[2]
    assert moment(oldest).time() == FIRST_BAD.at
    assert oldest["userIdentity"]["accessKeyId"] == incident.stolen_access_key_id
    assert oldest["userIdentity"]["userName"] == STOLEN_KEY_OF


def test_the_intruder_holds_two_access_keys(account: Account, incident: Incident) -> None:
    by_it = [
        record["eventName"]
        for record in records(account)
        if record["userIdentity"].get("accessKeyId") == incident.second_access_key_id
    ]
    assert set(by_it) >= {"Decrypt", "GetCallerIdentity"}
    keys = account.client("iam").list_access_keys(UserName=INTERN)["AccessKeyMetadata"]
    assert len(keys) == 2
    made = next(key for key in keys if key["AccessKeyId"] == incident.second_access_key_id)["CreateDate"]
    assert (datetime.now(UTC).date() - made.date()).days == 1


def test_what_is_there_is_as_old_as_the_trail_says(account: Account, incident: Incident) -> None:
    key = account.client("kms").describe_key(KeyId=incident.key_arn)["KeyMetadata"]
    assert (datetime.now(UTC).date() - key["CreationDate"].date()).days == 9
    ages = Counter(
        (datetime.now(UTC).date() - grant["CreationDate"].date()).days
        for grant in kms.grants(account.client("kms"), incident.key_arn)
        if grant["GranteePrincipal"].startswith("arn:")
    )
    assert ages == {9: 1, 1: 1}


def test_every_way_in_is_open(account: Account, incident: Incident) -> None:
    iam = account.client("iam")
    policy = kms.key_policy(account.client("kms"), incident.key_arn)
    grantees = [grant["GranteePrincipal"] for grant in kms.grants(account.client("kms"), incident.key_arn)]
    trust = iam.get_role(RoleName=BACKUP_ROLE)["Role"]["AssumeRolePolicyDocument"]
    active = iam.list_access_keys(UserName=STOLEN_KEY_OF)["AccessKeyMetadata"]
    open_ways = {
        "access key": [key["Status"] for key in active] == ["Active"],
        "second access key": len(iam.list_access_keys(UserName=INTERN)["AccessKeyMetadata"]) == 2,
        "grant": f"arn:aws:iam::{account.id}:user/{INTERN}" in grantees,
        "key policy statement": OUTSIDE in json.dumps(policy),
        "role trust policy": OUTSIDE in json.dumps(trust),
    }
    assert set(open_ways) == {way.kind for way in WAYS_IN}
    assert all(open_ways.values()), open_ways
    assert all(way.since.is_intruders for way in WAYS_IN)


def test_the_legitimate_readers_read_and_go_on_once_all_is_closed(
    account: Account, incident: Incident
) -> None:
    assert may_scan(account, APP)
    assert may_scan(account, READER)
    assert may_scan(account, INTERN), "the intruder reads by the grant"
    iam, keys = account.client("iam"), account.client("kms")
    for grant in kms.grants(keys, incident.key_arn):
        if grant["GranteePrincipal"].endswith(INTERN):
            keys.revoke_grant(KeyId=incident.key_arn, GrantId=grant["GrantId"])
    policy = kms.key_policy(keys, incident.key_arn)
    policy["Statement"] = [
        statement for statement in policy["Statement"] if OUTSIDE not in json.dumps(statement)
    ]
    kms.put_key_policy(keys, incident.key_arn, policy)
    iam.delete_access_key(UserName=INTERN, AccessKeyId=incident.second_access_key_id)
    iam.delete_access_key(UserName=STOLEN_KEY_OF, AccessKeyId=incident.stolen_access_key_id)
    assert may_scan(account, APP)
    assert may_scan(account, READER)
    assert not may_scan(account, INTERN)


def test_it_starts_over(account: Account, incident: Incident) -> None:
    assert is_set_up(account)
    account.client("kms").disable_key(KeyId=incident.key_arn)
    again = set_up(account)
    assert again.key_arn != incident.key_arn
    assert account.client("kms").describe_key(KeyId=KEY_ALIAS)["KeyMetadata"]["Arn"] == again.key_arn
    assert may_scan(account, APP)


def test_its_refusals_are_not_the_learners(account: Account) -> None:
    assert not is_set_up(account)
    set_up(account)
    assert account.denials == []


def test_it_is_in_no_other_account(real_account: Account, main: boto3.Session) -> None:
    with pytest.raises(CourseError, match="in the practice account only"):
        set_up(real_account)
    assert not is_set_up(real_account)
