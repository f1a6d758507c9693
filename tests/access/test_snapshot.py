"""Who and what is in an account: the same policies that AWS's own calls show, and the same decisions."""

from __future__ import annotations

import json

import pytest

from kmscourse import access
from kmscourse.access import DIRECTLY, KEY_ACTIONS, TABLE_ACTIONS, Snapshot
from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.notes import Notes
from kmscourse.errors import KmsCourseError
from kmscourse.iam import LAB_USER
from kmscourse.policy import action_exists, evaluate
from kmscourse.sandbox.kms.operations import OPERATIONS

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture
def snapshot(account: Account, notes: Notes) -> Snapshot:
    prepare(account, notes, 8)
    return Snapshot(account)


def test_keys_and_tables_have_their_names(account: Account, snapshot: Snapshot) -> None:
    key, table = artifacts.key_arn(account), f"arn:aws:dynamodb:us-east-1:{account.id}:table/Books"
    assert dict(snapshot.keys) == {key: "myKey"}
    assert snapshot.tables[table].key_arn == key
    assert (snapshot.name_of(key), snapshot.name_of(table)) == ("myKey", "Books")


def test_a_key_with_two_aliases_has_the_first(account: Account, notes: Notes) -> None:
    prepare(account, notes, 2)
    kms, key = account.client("kms"), artifacts.key_arn(account)
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    unnamed = kms.create_key()["KeyMetadata"]["Arn"]
    snapshot = Snapshot(account)
    assert dict(snapshot.keys) == {key: "a"}
    assert snapshot.name_of(unnamed) == unnamed.rpartition("/")[2]


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
    person = Snapshot(account).people[artifacts.lab_user_arn(account)]
    assert list(person.policies) == [
        "BooksReader, inline",
        "OfAll, of the group Friends",
        "Managed, attached",
        "Managed, of the group Friends",
    ]
    assert person.policies["Managed, attached"] == other


def test_two_policies_of_one_name_are_both_there(account: Account) -> None:
    iam = account.client("iam")
    own = iam.create_policy(PolicyName="ReadOnlyAccess", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
    for arn in (own, "arn:aws:iam::aws:policy/ReadOnlyAccess"):
        iam.attach_user_policy(UserName=LAB_USER, PolicyArn=arn)
    iam.put_user_policy(UserName=LAB_USER, PolicyName="ReadOnlyAccess", PolicyDocument=json.dumps(ALLOW))
    person = Snapshot(account).people[artifacts.lab_user_arn(account)]
    assert sum(name.startswith("ReadOnlyAccess") for name in person.policies) == 3


def test_roles_are_people_too_but_those_of_aws(account: Account) -> None:
    iam = account.client("iam")
    for name, path in [("Reader", "/"), ("AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/")]:
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="Reader", PolicyName="P", PolicyDocument=json.dumps(ALLOW))
    people = {person.name: person for person in Snapshot(account).people.values()}
    assert list(people) == [LAB_USER, account.user_name, "Reader"]
    assert dict(people["Reader"].policies) == {"P, inline": ALLOW}


def test_it_decides_as_access_does(account: Account, snapshot: Snapshot) -> None:
    reader, key = artifacts.lab_user_arn(account), artifacts.key_arn(account)
    allowed = {
        (request.principal, way, request.action): evaluate(
            request, **snapshot.layers(request.principal, key)
        ).allowed
        for way, request in access.questions(snapshot, key)
    }
    assert set(access.ways(snapshot, key)) == {DIRECTLY, "through DynamoDB, for Books"}
    for who in (reader, account.user_arn):
        for action in ("kms:Decrypt", "kms:PutKeyPolicy"):
            decision = access.case(snapshot, who, action, key).decision
            assert allowed[who, DIRECTLY, action] == decision.allowed
    scanned = access.may_read_table(account, reader, "Books")
    assert allowed[reader, "through DynamoDB, for Books", "kms:Decrypt"] == scanned.allowed


def test_the_questions_about_a_table_are_dynamodbs(snapshot: Snapshot) -> None:
    table = next(iter(snapshot.tables))
    assert {request.action for _, request in access.questions(snapshot, table)} == set(TABLE_ACTIONS)
    assert snapshot.layers(next(iter(snapshot.people)), table).get("resource_policy") is None


@pytest.mark.parametrize("action", [*KEY_ACTIONS, *TABLE_ACTIONS])
def test_every_action_asked_about_is_one_of_aws(action: str) -> None:
    assert action_exists(action)


def test_nothing_is_read_twice(account: Account, snapshot: Snapshot) -> None:
    asked: list[str] = []
    key = artifacts.key_arn(account)
    for service in ("kms", "dynamodb", "iam"):
        account.client(service).meta.events.register(
            "before-call", lambda model, **_: asked.append(model.name)
        )
    for _ in range(2):
        list(access.questions(snapshot, key))
        snapshot.layers(account.user_arn, key)
    assert sorted(asked) == sorted(set(asked))


def test_who_may_not_look_is_told_so_by_aws(account: Account) -> None:
    session = account.session_for(LAB_USER)
    theirs = Account(
        *("sandbox", account.id, account.region, artifacts.lab_user_arn(account), session),
        account.make_session,
        account.session_of,
    )
    with pytest.raises(KmsCourseError, match=r"permission is missing.*iam:GetAccountAuthorizationDetails"):
        Snapshot(theirs)


def test_a_key_with_many_grants_is_read_whole(account: Account, key_id: str) -> None:
    user = artifacts.lab_user_arn(account)
    for _ in range(51):  # one more than ListGrants shows at once
        account.client("kms").create_grant(KeyId=key_id, GranteePrincipal=user, Operations=["Decrypt"])
    assert len(Snapshot(account).layers(user, key_id)["grants"]) == 51


def test_who_is_bounded_has_the_boundary_among_the_layers(account: Account) -> None:
    iam = account.client("iam")
    arn = iam.create_policy(PolicyName="Limit", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=LAB_USER, PermissionsBoundary=arn)
    layers = Snapshot(account).layers(artifacts.lab_user_arn(account), "*")
    assert layers["permissions_boundaries"] == [ALLOW]


def test_a_user_is_found_by_name_whatever_its_path(account: Account) -> None:
    arn = account.client("iam").create_user(UserName="anna", Path="/team/red/")["User"]["Arn"]
    known = Snapshot(account).identities
    assert access.find_identity(known, "anna").arn == arn
    assert access.find_identity(known, arn).name == "anna"
    with pytest.raises(KmsCourseError, match="There is no user or role berta"):
        access.find_identity(known, "berta")


def test_policies_of_awss_are_read_when_they_are_looked_at(account: Account) -> None:
    iam = account.client("iam")
    for name in ("ReadOnlyAccess", "AmazonDynamoDBReadOnlyAccess"):
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    asked: list[str] = []
    iam.meta.events.register("before-call", lambda model, **_: asked.append(model.name))
    snapshot = Snapshot(account)
    assert asked == ["GetAccountAuthorizationDetails"]
    for _ in range(2):
        snapshot.layers(f"arn:aws:iam::{account.id}:user/ReadOnlyAccess", "*")
    assert asked == ["GetAccountAuthorizationDetails", "GetPolicy", "GetPolicyVersion"]


def test_an_account_with_many_users_is_read_whole(account: Account) -> None:
    iam = account.client("iam")
    for number in range(101):  # one more than an answer of IAM has
        iam.create_user(UserName=f"u{number}")
    assert sum(found.name.startswith("u") for found in Snapshot(account).people.values()) == 101


def test_every_operation_on_a_key_can_be_asked_about() -> None:
    """All that KMS's table offers on one key, but for RetireGrant, of which the grant itself decides."""
    of_no_key = {
        "CreateKey",
        "ListKeys",
        "ListAliases",
        "GenerateRandom",
        "ListRetirableGrants",
        "RetireGrant",
    }
    asked = {action.removeprefix("kms:") for action in KEY_ACTIONS}
    assert asked - {"ReEncryptFrom", "ReEncryptTo"} == set(OPERATIONS) - of_no_key - {"ReEncrypt"}
