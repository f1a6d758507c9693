"""Who and what is in an account: the same policies that AWS's own calls show, and the same decisions."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from kmscourse.census import DIRECTLY, KEY_ACTIONS, TABLE_ACTIONS, Census

from kmscourse import access, pieces
from kmscourse.account import Account
from kmscourse.course import prepare
from kmscourse.iam import LAB_USER
from kmscourse.notes import Notes
from kmscourse.policy import evaluate
from kmscourse.policy.actions import exists

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture
def census(account: Account, notes: Notes) -> Census:
    prepare(account, notes, 8)
    return Census(account)


def test_keys_and_tables_have_their_names(account: Account, census: Census) -> None:
    key, table = pieces.key_arn(account), f"arn:aws:dynamodb:us-east-1:{account.id}:table/Books"
    assert dict(census.keys) == {key: "myKey"}
    assert census.tables[table].key_arn == key
    assert (census.name_of(key), census.name_of(table)) == ("myKey", "Books")


def test_a_key_with_two_aliases_has_the_first(account: Account, notes: Notes) -> None:
    prepare(account, notes, 2)
    kms, key = account.client("kms"), pieces.key_arn(account)
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    unnamed = kms.create_key()["KeyMetadata"]["Arn"]
    census = Census(account)
    assert dict(census.keys) == {key: "a"}
    assert census.name_of(unnamed) == unnamed.rpartition("/")[2]


def test_a_persons_policies_are_those_that_iam_lists(account: Account) -> None:
    iam = account.client("iam")
    managed = iam.create_policy(PolicyName="Managed", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
    iam.create_group(GroupName="Friends")
    iam.put_group_policy(GroupName="Friends", PolicyName="OfAll", PolicyDocument=json.dumps(ALLOW))
    iam.attach_group_policy(GroupName="Friends", PolicyArn=managed)
    iam.add_user_to_group(GroupName="Friends", UserName=LAB_USER)
    iam.attach_user_policy(UserName=LAB_USER, PolicyArn=managed)
    other = ALLOW | {"Id": "the second version"}
    iam.create_policy_version(PolicyArn=managed, PolicyDocument=json.dumps(other), SetAsDefault=True)
    person = Census(account).people[pieces.lab_user_arn(account)]
    assert list(person.policies) == ["BooksReader", "Managed", "Friends/OfAll", "Friends/Managed"]
    assert person.policies["Managed"] == other
    listed = access.identity_policies(iam, LAB_USER)
    assert sorted(map(json.dumps, person.policies.values())) == sorted(map(json.dumps, listed))


def test_roles_are_people_too_but_those_of_aws(account: Account) -> None:
    iam = account.client("iam")
    for name, path in [("Reader", "/"), ("AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/")]:
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="Reader", PolicyName="P", PolicyDocument=json.dumps(ALLOW))
    people = {person.name: person for person in Census(account).people.values()}
    assert list(people) == [LAB_USER, account.user_name, "Reader"]
    assert dict(people["Reader"].policies) == {"P": ALLOW}


def test_it_decides_as_access_does(account: Account, census: Census) -> None:
    reader, key = pieces.lab_user_arn(account), pieces.key_arn(account)
    allowed = {
        (request.principal, way, request.action): evaluate(
            request, **census.layers(request.principal, key)
        ).allowed
        for way, request in census.questions(key)
    }
    assert set(census.ways(key)) == {DIRECTLY, "through DynamoDB, for Books"}
    for who in (reader, account.user_arn):
        for action in ("kms:Decrypt", "kms:PutKeyPolicy"):
            decision = access.case(account, who, action, key, {"kms:CallerAccount": account.id}).decision
            assert allowed[who, DIRECTLY, action] == decision.allowed
    scanned = access.may_read_table(account, reader, "Books")
    assert allowed[reader, "through DynamoDB, for Books", "kms:Decrypt"] == scanned.allowed


def test_the_questions_about_a_table_are_dynamodbs(census: Census) -> None:
    table = next(iter(census.tables))
    assert {request.action for _, request in census.questions(table)} == set(TABLE_ACTIONS)
    assert census.layers(next(iter(census.people)), table).get("resource_policy") is None


@pytest.mark.parametrize("action", [*KEY_ACTIONS, *TABLE_ACTIONS])
def test_every_action_asked_about_is_one_of_aws(action: str) -> None:
    assert exists(action)


def test_nothing_is_read_twice(account: Account, census: Census) -> None:
    asked: list[str] = []
    key = pieces.key_arn(account)
    for service in ("kms", "dynamodb", "iam"):
        account.client(service).meta.events.register(
            "before-call", lambda model, **_: asked.append(model.name)
        )
    for _ in range(2):
        list(census.questions(key))
        census.layers(account.user_arn, key)
    assert sorted(asked) == sorted(set(asked))


def test_who_may_not_look_is_told_so_by_aws(account: Account) -> None:
    session = account.session_for(LAB_USER)
    theirs = Account(
        "sandbox", account.id, account.region, pieces.lab_user_arn(account), session, account.make_session
    )
    with pytest.raises(ClientError, match="GetAccountAuthorizationDetails"):
        Census(theirs)
