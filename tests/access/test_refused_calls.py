"""Whatever refuses a call, the decision taken again refuses it too: by the same kind of policy, in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kmscourse import access
from kmscourse.access import Case, Refusal, refused_case
from kmscourse.account import Account, practice_settings
from kmscourse.account.role_sessions import SESSION_NAME
from kmscourse.errors import KmsCourseError
from kmscourse.policy import Layer
from tests.access.conftest import World, allow, deny, document

ACCOUNT = "123456789012"
ANNA = f"arn:aws:iam::{ACCOUNT}:user/team/anna"
ROBOT = f"arn:aws:iam::{ACCOUNT}:role/team/robot"
NOBODY = "arn:aws:iam::999999999999:root"
DYNAMODB = "dynamodb.us-east-1.amazonaws.com"


def assert_explained(case: Case, text: str, *, seen: bool = True) -> None:
    """The decision refuses as the sentence says; ``seen``: everything that bears on it could be seen."""
    said, decision = Refusal.read(text), case.decision
    assert not decision.allowed, f"{text}\n{decision.request}\n{case.layers}"
    if said.policy_type is not None:
        found = (Layer(decision.layer or "").noun, decision.explicit)
        assert found == (said.policy_type, said.explicit), f"{text}\n{decision.request}\n{case.layers}"
    if seen:
        assert case.notes == (), f"{text}\n{case.notes}"


def assert_explained_or_said(case: Case, text: str) -> None:
    """The decision refuses as the sentence says, or the last note is that it does not."""
    if not case.notes[-1].startswith("AWS has refused the call as its sentence says."):
        assert_explained(case, text, seen=False)


# --- one after the other --------------------------------------------------------------------------------------


def test_a_scan_refused_by_a_boundary(world: World) -> None:
    limit = world.policy("Limit", allow("kms:*"))
    world.user("anna", allow("*"), Path="/team/", PermissionsBoundary=limit)
    world.table("Books")
    text = world.refused(world.with_access_key("anna"), "dynamodb", "scan", TableName="Books")
    assert "because no permissions boundary allows" in text
    assert_explained(refused_case(world.account, text), text)


def test_the_decrypt_behind_a_scan_refused_by_a_boundary(world: World) -> None:
    limit = world.policy("Limit", allow("dynamodb:*"))
    world.user("anna", allow("*"), Path="/team/", PermissionsBoundary=limit)
    world.table("Books", world.key())
    text = world.refused(world.signed_in("anna"), "dynamodb", "scan", TableName="Books")
    assert "because no permissions boundary allows the kms:Decrypt action" in text
    assert_explained(refused_case(world.account, text), text)


def test_a_role_with_a_path_and_a_boundary(world: World) -> None:
    limit = world.policy("Limit", allow("*"), deny("kms:Decrypt"))
    session = world.assume(world.role("robot", allow("*"), Path="/team/", PermissionsBoundary=limit))
    blob = world.kms.encrypt(KeyId=world.key(), Plaintext=b"x")["CiphertextBlob"]
    text = world.refused(session, "kms", "decrypt", CiphertextBlob=blob)
    assert "with an explicit deny in a permissions boundary" in text
    assert_explained(refused_case(world.account, text), text)


@pytest.mark.parametrize("statement", [allow("kms:ListKeys"), deny("kms:*")])
@pytest.mark.parametrize("managed", [True, False])
def test_a_session_policy_that_the_trail_shows(
    world: World, statement: dict[str, Any], managed: bool
) -> None:
    if managed:
        terms: dict[str, Any] = {"PolicyArns": [{"arn": world.policy("Terms", allow("iam:*"), statement)}]}
    else:
        terms = {"Policy": document(allow("iam:*"), statement)}
    session = world.assume(world.role("robot", allow("*")), **terms)
    world.assume(
        f"arn:aws:iam::{ACCOUNT}:role/robot"
    )  # another session of the same name, with another policy
    text = world.refused(session, "kms", "create_key")
    assert "session policy" in text
    assert_explained(refused_case(world.account, text), text)
    assert_explained(refused_case(world.account, str(text)), text)


@pytest.mark.parametrize(
    "terms", [{}, {"Policy": document(allow("kms:ListKeys"))}, {"Policy": document(deny("*"))}]
)
def test_a_federated_user(world: World, terms: dict[str, str]) -> None:
    world.user("anna", allow("*"))
    session = world.federated(world.with_access_key("anna"), **terms)
    text = world.refused(session, "kms", "create_key")
    assert f"User: arn:aws:sts::{ACCOUNT}:federated-user/Ann is not authorized" in text
    case = refused_case(world.account, text)
    assert_explained(case, text)
    assert list(case.layers["identity_policies"]), "those of anna, who vouches for Ann"


def test_a_session_that_the_trail_does_not_show_is_said_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = world.role("robot", allow("*"))
    texts = [
        world.refused(world.assume(role, Policy=document(statement)), "kms", "create_key")
        for statement in (allow("kms:ListKeys"), deny("*"))
    ]
    texts.append(world.refused(world.federated(Policy=document(deny("*"))), "kms", "create_key"))
    monkeypatch.setattr("kmscourse.access.trail.audit.events", lambda *_, **__: [])
    for text in texts:
        case = refused_case(world.account, text)
        assert_explained(case, text, seen=False)
        assert any("audit trail" in note for note in case.notes)


@pytest.mark.parametrize("is_shown", [True, False])
@pytest.mark.parametrize(
    "terms",
    [
        {"policy": {"Version": "2012-10-17", "Statement": [allow("kms:ListKeys")]}},
        {"policy": document(allow("*"), deny("kms:CreateKey"))},
        {"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]},
        {"DurationSeconds": 900, "Tags": [{"Key": "stage", "Value": "test"}]},
    ],
)
def test_a_session_that_the_course_made_is_known_before_the_trail_shows_it(
    world: World, monkeypatch: pytest.MonkeyPatch, terms: dict[str, Any], is_shown: bool
) -> None:
    """AWS takes up to fifteen minutes to show an event, and forgets it after ninety days."""
    tagged = {"StringEquals": {"aws:PrincipalTag/stage": "test"}}
    world.role("robot", allow("*"), deny("kms:CreateKey", Condition=tagged))
    text = world.refused(world.account.session_for_role("robot", **terms), "kms", "create_key")
    if not is_shown:
        monkeypatch.setattr("kmscourse.access.trail.audit.events", lambda *_, **__: [])
    case = refused_case(world.account, text)
    assert f":assumed-role/robot/{SESSION_NAME} is" in text
    assert_explained(case, text)


def test_a_role_assumed_by_a_role_keeps_the_tags_that_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tagged = {"StringEquals": {"aws:PrincipalTag/stage": "test"}}
    world.role("first", allow("*"))
    world.role("second", allow("*"), deny("kms:CreateKey", Condition=tagged))
    first = world.account.session_for_role(
        "first", Tags=[{"Key": "stage", "Value": "test"}], TransitiveTagKeys=["stage"]
    )
    text = world.refused(world.account.session_for_role("second", by=first), "kms", "create_key")
    assert "with an explicit deny in an identity-based policy" in text
    monkeypatch.setattr("kmscourse.access.trail.audit.events", lambda *_, **__: [])
    assert_explained(refused_case(world.account, text), text)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [("list_keys", {}), ("list_aliases", {}), ("generate_random", {"NumberOfBytes": 1}), ("create_key", {})],
)
def test_a_call_on_no_key_has_the_condition_keys_that_it_had(
    world: World, operation: str, parameters: dict[str, Any]
) -> None:
    of_account = {"StringEquals": {"kms:CallerAccount": ACCOUNT}}
    robot = world.role("robot", allow("*"), deny("kms:*", Condition=of_account))
    session = world.assume(robot, Policy=document(allow("iam:*")))
    text = world.refused(session, "kms", operation, **parameters)
    assert_explained(refused_case(world.account, text), text)


@pytest.mark.parametrize("is_null", ["true", "false"])
def test_a_sign_in_that_no_event_tells_of_was_made_at_some_time(world: World, is_null: str) -> None:
    world.table("Books")
    limit = world.policy("Limit", allow("iam:*"))
    condition = {"Null": {"aws:TokenIssueTime": is_null}}
    world.user("anna", allow("dynamodb:*", Condition=condition), PermissionsBoundary=limit)
    text = world.refused(world.signed_in("anna"), "dynamodb", "scan", TableName="Books")
    assert_explained(refused_case(world.account, text), text)


def test_sessions_of_old_are_refused_as_they_were(world: World) -> None:
    world.table("Books")
    of_old = {"DateLessThan": {"aws:TokenIssueTime": "2100-01-01T00:00:00Z"}}
    world.user("anna", allow("*"), deny("*", Condition=of_old))
    text = world.refused(world.signed_in("anna"), "dynamodb", "scan", TableName="Books")
    assert_explained(refused_case(world.account, text), text)


def test_a_group_and_a_policy_of_awss(world: World) -> None:
    world.user("anna")
    world.iam.create_group(GroupName="readers")
    world.iam.add_user_to_group(GroupName="readers", UserName="anna")
    world.iam.attach_group_policy(GroupName="readers", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    world.iam.put_group_policy(
        GroupName="readers", PolicyName="No", PolicyDocument=document(deny("iam:ListUsers"))
    )
    session = world.signed_in("anna")
    text = world.refused(session, "iam", "list_users")
    assert_explained(refused_case(world.account, text), text)
    text = world.refused(session, "iam", "create_user", UserName="berta")
    assert_explained(refused_case(world.account, text), text)


def test_the_table_of_the_call_is_the_one_that_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for_books = {
        "StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": "Books"},
        "StringLike": {"aws:PrincipalArn": "*/anna"},
    }
    key = world.key(deny("kms:Decrypt", Principal={"AWS": "*"}, Condition=for_books))
    world.user("anna", allow("dynamodb:*"))
    world.table("Books", key)
    world.table("Films", key)
    session = world.signed_in("anna")
    two = {"Books": {"Keys": [{"Id": {"S": "1"}}]}, "Films": {"Keys": [{"Id": {"S": "1"}}]}}
    calls = [
        ("scan", {"TableName": "Films"}, "no identity-based policy", ["Films"]),
        (
            "scan",
            {"TableName": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Books"},
            "explicit deny",
            ["Books"],
        ),
        (
            "query",
            {
                "TableName": "Films",
                "KeyConditionExpression": "Id = :id",
                "ExpressionAttributeValues": {":id": {"S": "from Books"}},
            },
            "no identity",
            ["Films"],
        ),
        ("batch_get_item", {"RequestItems": two}, "explicit deny", ["Books"]),
    ]
    texts = [
        (world.refused(session, "dynamodb", name, **given), said, tables)
        for name, given, said, tables in calls
    ]

    def check() -> None:
        for text, said, tables in texts:
            assert said in text
            case = refused_case(world.account, text)
            assert_explained(case, text)
            assert case.request.context["kms:EncryptionContext:aws:dynamodb:tableName"] in tables

    check()
    monkeypatch.setattr("kmscourse.access.trail.audit.events", lambda *_, **__: [])
    check()


@pytest.mark.parametrize("shown", [True, False])
def test_a_table_in_another_region(world: World, monkeypatch: pytest.MonkeyPatch, shown: bool) -> None:
    world.account.client("kms")
    monkeypatch.setitem(world.account._clients, "kms", None)  # the home Region has nothing to do with it
    here: Any = world.account.session.client("kms", region_name="eu-west-1")
    only_there = {"StringEquals": {"kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"}}
    closed = deny("kms:Decrypt", Principal={"AWS": world.user("anna", allow("*"))}, Condition=only_there)
    key = here.create_key(Policy=document(world.root(), closed))["KeyMetadata"]["Arn"]
    world.dynamodb = world.account.session.client("dynamodb", region_name="eu-west-1")
    world.table("Books", key)
    if not shown:
        monkeypatch.setattr("kmscourse.access.trail.audit.events", lambda *_, **__: [])
    session = world.signed_in("anna")
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("dynamodb", region_name="eu-west-1").scan(TableName="Books")
    text = world.account.denials[-1]
    assert "with an explicit deny in a resource-based policy" in text
    assert_explained(refused_case(world.account, text), text)


def test_a_call_on_another_accounts_key(world: World) -> None:
    world.user("anna", allow("*"))
    key = "arn:aws:kms:us-east-1:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    text = world.refused(world.signed_in("anna"), "kms", "describe_key", KeyId=key)
    assert "on this resource because the resource does not exist" in text
    case = refused_case(world.account, text)
    assert_explained(case, text, seen=False)
    assert case.request.resource == key
    assert "can't be read" in case.notes[0]


def test_a_role_that_does_not_trust_the_caller(world: World) -> None:
    world.user("anna", allow("sts:AssumeRole"))
    trust = document({"Effect": "Allow", "Principal": {"AWS": NOBODY}, "Action": "sts:AssumeRole"})
    role = world.iam.create_role(RoleName="closed", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    text = world.refused(
        world.with_access_key("anna"), "sts", "assume_role", RoleArn=role, RoleSessionName="work"
    )
    assert_explained(refused_case(world.account, text), text)


@pytest.mark.parametrize(
    "statement", [deny("kms:*", Principal="*"), allow("kms:Decrypt", Principal={"AWS": NOBODY})]
)
def test_a_key_policy_that_the_main_user_may_not_read(world: World, statement: dict[str, Any]) -> None:
    world.user("anna", allow("*"))
    key = world.kms.create_key(Policy=document(statement), BypassPolicyLockoutSafetyCheck=True)[
        "KeyMetadata"
    ]["Arn"]
    text = world.refused(world.signed_in("anna"), "kms", "describe_key", KeyId=key)
    case = refused_case(world.account, text)
    assert_explained(case, text, seen=False)
    assert "can't be read" in case.notes[0]


ALL = {"AWS": "*"}  # the main user, too
OF_ALIAS = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/k"}}
OF_TAG = {"StringEquals": {"aws:ResourceTag/stage": "test"}}
OF_SPEC = {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}


def refused_to_describe(world: World, condition: dict[str, Any]) -> str:
    """The refusal of a DescribeKey that nobody may make of a key with that condition, and this key meets it."""
    world.user("anna", allow("*"))
    key = world.key(deny("kms:DescribeKey", Principal=ALL, Condition=condition))
    world.kms.tag_resource(KeyId=key, Tags=[{"TagKey": "stage", "TagValue": "test"}])
    world.kms.create_alias(AliasName="alias/k", TargetKeyId=key)
    text = world.refused(world.signed_in("anna"), "kms", "describe_key", KeyId=key)
    assert "with an explicit deny in a resource-based policy" in text
    return text


@pytest.mark.parametrize("condition", [OF_ALIAS, OF_TAG])
def test_what_else_tells_of_a_key_is_read_where_describe_key_is_refused(
    world: World, condition: dict[str, Any]
) -> None:
    text = refused_to_describe(world, condition)
    assert_explained(refused_case(world.account, text), text)


@pytest.mark.parametrize("action", ["kms:DisableKey", "kms:*"])
def test_how_long_a_key_is_unused_counts_where_aws_counts_it(world: World, action: str) -> None:
    anna = world.user("anna", allow("kms:*"))
    unused = {"NumericLessThan": {"kms:TrailingDaysWithoutKeyUsage": "30"}}
    key = world.key(deny(action, Principal={"AWS": anna}, Condition=unused))
    text = world.refused(world.signed_in("anna"), "kms", "disable_key", KeyId=key)
    assert_explained(refused_case(world.account, text), text)
    assert access.case(access.Snapshot(world.account), anna, "kms:Decrypt", key).decision.allowed


def test_what_cannot_be_read_of_a_key_is_said(world: World) -> None:
    case = refused_case(world.account, refused_to_describe(world, OF_SPEC))
    unread, difference = case.notes
    assert unread == (
        "The policies ask about kms:KeySpec. Of this key that can't be read, as AWS doesn't answer your "
        "DescribeKey. The request is decided without it here, and AWS may decide otherwise."
    )
    assert difference.startswith("AWS has refused the call as its sentence says.")
    assert case.decision.allowed


def test_what_cannot_be_read_of_a_key_is_no_ground_for_a_forecast(world: World) -> None:
    anna, key = world.user("anna", allow("*")), world.key()
    world.table("Books", key)
    assert access.may_read_table(world.account, anna, "Books").allowed
    closed = [
        deny("kms:DescribeKey", Principal=ALL),
        deny("kms:Decrypt", Principal={"AWS": anna}, Condition=OF_SPEC),
    ]
    world.kms.put_key_policy(
        KeyId=key, Policy=document(world.root(), *closed), BypassPolicyLockoutSafetyCheck=True
    )
    case = access.case(access.Snapshot(world.account), anna, "kms:Decrypt", key)
    assert [note.partition(".")[0] for note in case.notes] == ["The policies ask about kms:KeySpec"]
    with pytest.raises(ClientError, match="kms:DescribeKey"):
        access.may_read_table(world.account, anna, "Books")


def test_what_has_changed_since_is_not_passed_off_as_allowed(world: World) -> None:
    world.user("anna")
    text = world.refused(world.signed_in("anna"), "kms", "list_keys")
    world.iam.put_user_policy(UserName="anna", PolicyName="own", PolicyDocument=document(allow("kms:*")))
    case = refused_case(world.account, text)
    assert case.decision.allowed
    assert "a policy has been changed since" in case.notes[-1]


def test_what_a_policy_asks_about_and_is_not_known_is_named(world: World) -> None:
    world.table("Books")
    world.user("anna", deny("dynamodb:*", Condition={"StringLike": {"aws:UserAgent": "*Boto*"}}), allow("*"))
    text = world.refused(world.signed_in("anna"), "dynamodb", "scan", TableName="Books")
    assert "isn't known of the call: aws:UserAgent." in refused_case(world.account, text).notes[-1]


@pytest.mark.parametrize(
    "ending", ["because no {} allows the kms:ListKeys action", "with an explicit deny in a {}"]
)
def test_what_the_organisation_refuses_is_taken_from_the_sentence(world: World, ending: str) -> None:
    opening = (
        f"User: {world.user('anna', allow('*'))} is not authorized to perform: kms:ListKeys on resource: *"
    )
    text = f"{opening} {ending.format('service control policy')}"
    case = refused_case(world.account, text)
    assert_explained(case, text, seen=False)
    assert "organisation" in case.notes[0]
    beyond = refused_case(world.account, f"{opening} {ending.format('resource control policy')}")
    assert "AWS names a resource control policy." in beyond.notes[0]


def test_who_is_gone_is_said_in_a_sentence(world: World) -> None:
    world.user("anna")
    text = world.refused(world.signed_in("anna"), "kms", "list_keys")
    world.iam.delete_user(UserName="anna")
    with pytest.raises(KmsCourseError, match="user/anna is not in the account"):
        refused_case(world.account, text)


def test_explaining_reads_no_more_than_it_needs(world: World) -> None:
    world.user("anna", allow("dynamodb:*"))
    key = world.key()
    for name in ("Books", "Films", "Songs"):
        world.table(name, key)
    text = world.refused(world.signed_in("anna"), "dynamodb", "scan", TableName="Films")
    asked: list[str] = []
    for service in ("kms", "dynamodb", "iam"):
        world.account.client(service).meta.events.register(
            "before-call", lambda model, **_: asked.append(model.name)
        )
    assert_explained(refused_case(world.account, text), text)
    assert asked == ["GetAccountAuthorizationDetails", "GetKeyPolicy", "ListGrants"]


# --- any policies ---------------------------------------------------------------------------------------------

CONDITIONS = [
    {},
    {"StringEquals": {"aws:PrincipalArn": [ANNA, ROBOT]}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    {"StringLike": {"aws:userid": "*:work"}},
    {"StringNotLike": {"aws:userid": "AIDA*"}},
    {"StringEquals": {"aws:username": "anna"}},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringNotEqualsIfExists": {"aws:PrincipalTag/team": "blue"}},
    {"StringEquals": {"aws:PrincipalType": ["User", "FederatedUser"]}},
    {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
    {"DateLessThan": {"aws:CurrentTime": "2100-01-01T00:00:00Z"}},
    {"NumericLessThan": {"aws:EpochTime": "1"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
    {"Bool": {"aws:ViaAWSService": "true"}},
    {"ForAnyValue:StringEquals": {"aws:CalledVia": "dynamodb.amazonaws.com"}},
    {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
    {"Null": {"aws:TokenIssueTime": "true"}},
    {"StringEquals": {"aws:ResourceTag/stage": "test"}},
]
KMS_CONDITIONS = [
    {"StringEquals": {"kms:ViaService": DYNAMODB}},
    {"StringNotEquals": {"kms:ViaService": DYNAMODB}},
    {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
    {"StringEquals": {"kms:EncryptionContext:course": "kms"}},
    {"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": "Books"}},
    {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": "course"}},
    {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    {"ForAnyValue:StringEquals": {"kms:GrantOperations": "Decrypt"}},
    {"StringEquals": {"kms:RequestAlias": "alias/k"}},
    {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/k"}},
    {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}},
    {"StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}},
    {"NumericLessThan": {"kms:RotationPeriodInDays": "200"}},
]
ACTIONS = [
    *(
        "*",
        "kms:*",
        "dynamodb:*",
        "iam:*",
        "kms:Decrypt",
        "kms:Describe*",
        "kms:GenerateDataKey*",
        "kms:CreateGrant",
    ),
    *("kms:ReEncrypt*", "dynamodb:Scan", "dynamodb:BatchGetItem", "dynamodb:PartiQLSelect", "iam:Get*"),
]
NAMES = [
    *(ANNA, ROBOT, "*", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", NOBODY),
    *(f"arn:aws:sts::{ACCOUNT}:assumed-role/robot/work", f"arn:aws:sts::{ACCOUNT}:federated-user/Ann"),
]
RESOURCES = [
    *("*", f"arn:aws:dynamodb:*:{ACCOUNT}:table/Books", "arn:aws:dynamodb:*:*:table/${aws:username}*"),
    *("arn:aws:kms:*:*:key/*", f"arn:aws:iam::{ACCOUNT}:user/${{aws:PrincipalTag/team}}/*"),
]


def some(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def statements(*, of_key: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    whom = some(NAMES).map(lambda names: {"AWS": names})
    parts: dict[str, Any] = {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Condition": st.sampled_from([*[{}] * 12, *CONDITIONS, *KMS_CONDITIONS]),
    }
    action = st.sampled_from(["Action", "Action", "NotAction"])
    if of_key:
        return st.builds(
            lambda fixed, name, actions, element, names: {
                **fixed,
                name: actions,
                "Principal" if fixed["Effect"] == "Allow" else element: names,
                "Resource": "*",
            },
            st.fixed_dictionaries(parts),
            action,
            some(ACTIONS),
            st.sampled_from(["Principal", "Principal", "NotPrincipal"]),
            whom,
        )
    return st.builds(
        lambda fixed, name, actions, resources: {**fixed, name: actions, "Resource": resources},
        st.fixed_dictionaries(parts),
        action,
        some(ACTIONS),
        some(RESOURCES),
    )


def policies(*, of_key: bool = False) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(statements(of_key=of_key), min_size=1, max_size=3)


GRANTS = st.lists(
    st.fixed_dictionaries(
        {
            "GranteePrincipal": st.sampled_from([ANNA, ROBOT]),
            "Operations": st.lists(
                st.sampled_from(["Decrypt", "DescribeKey", "GenerateDataKey"]),
                min_size=1,
                unique=True,
            ),
        },
        optional={
            "Constraints": st.sampled_from(
                [
                    {"EncryptionContextSubset": {"course": "kms"}},
                    {"EncryptionContextEquals": {"aws:dynamodb:tableName": "Books"}},
                ]
            )
        },
    ),
    max_size=2,
)
MAY = st.none() | policies()


class People(World):
    """Anna, with a path and a group; the role robot; and Ann, for whom Anna vouches."""

    def __init__(self) -> None:
        super().__init__()
        asks = allow("sts:*")
        self.user("anna", asks, Path="/team/", Tags=[{"Key": "team", "Value": "red"}])
        self.role("robot", Path="/team/", Tags=[{"Key": "team", "Value": "blue"}])
        self.iam.create_group(GroupName="readers")
        self.iam.add_user_to_group(GroupName="readers", UserName="anna")

    def refusals(
        self,
        who: str,
        own: list[dict[str, Any]],
        of_group: list[dict[str, Any]] | None,
        boundary: list[dict[str, Any]] | None,
        terms: list[dict[str, Any]] | None,
        of_key: list[dict[str, Any]],
        delegates: bool,
        grants: list[dict[str, Any]],
    ) -> Iterator[str]:
        """What one of them is refused under these policies, one call after the other."""
        kms, iam, context = self.kms, self.iam, {"course": "kms"}
        session = self.session(who, terms)
        key = self.key()
        kms.tag_resource(KeyId=key, Tags=[{"TagKey": "stage", "TagValue": "test"}])
        kms.create_alias(AliasName="alias/k", TargetKeyId=key)
        blob = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
        for table in ("Books", "Films"):
            self.table(table, key)
        for grant in grants:
            kms.create_grant(KeyId=key, **grant)
        kind, name = ("role", "robot") if who == "robot" else ("user", "anna")
        named = {f"{kind.title()}Name": name}
        getattr(iam, f"put_{kind}_policy")(**named, PolicyName="own", PolicyDocument=document(*own))
        if of_group is not None:
            iam.put_group_policy(GroupName="readers", PolicyName="p", PolicyDocument=document(*of_group))
        if boundary is not None:
            limit = self.policy("Limit", *boundary)
            getattr(iam, f"put_{kind}_permissions_boundary")(**named, PermissionsBoundary=limit)
        yours = allow("kms:*", Principal={"AWS": self.account.user_arn})
        policy = document(yours, *([self.root()] if delegates else []), *of_key)
        kms.put_key_policy(KeyId=key, Policy=policy, BypassPolicyLockoutSafetyCheck=True)
        for service, operation, parameters in calls(key, blob):
            known = len(self.account.denials)
            with suppress(ClientError):
                getattr(session.client(service), operation)(**parameters)
            yield from self.account.denials[known:]

    def session(self, who: str, terms: list[dict[str, Any]] | None) -> boto3.Session:
        """A session of one of them, with terms of its own where that can be."""
        given = {} if terms is None else {"Policy": document(*terms)}
        match who:
            case "robot":
                return self.assume(ROBOT, **given, Tags=[{"Key": "Team", "Value": "red"}])
            case "Ann":
                return self.federated(self.with_access_key("anna"), **given)
            case "anna, signed in":
                return self.signed_in("anna")
            case _:
                return self.with_access_key("anna")


def calls(key: str, blob: bytes) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is tried by each of them."""
    context = {"course": "kms"}
    yield "kms", "decrypt", {"CiphertextBlob": blob, "EncryptionContext": context}
    yield "kms", "describe_key", {"KeyId": "alias/k"}
    yield (
        "kms",
        "generate_data_key",
        {"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": {"other": "1"}},
    )
    yield "kms", "create_grant", {"KeyId": key, "GranteePrincipal": ANNA, "Operations": ["Decrypt"]}
    yield (
        "kms",
        "re_encrypt",
        {"CiphertextBlob": blob, "SourceEncryptionContext": context, "DestinationKeyId": "alias/k"},
    )
    yield "kms", "enable_key_rotation", {"KeyId": key, "RotationPeriodInDays": 100}
    yield "kms", "list_keys", {}
    yield "dynamodb", "describe_table", {"TableName": "Books"}
    yield "dynamodb", "scan", {"TableName": "Films"}
    both = {name: {"Keys": [{"Id": {"S": "1"}}]} for name in ("Films", "Books")}
    yield "dynamodb", "batch_get_item", {"RequestItems": both}
    yield (
        "dynamodb",
        "transact_get_items",
        {"TransactItems": [{"Get": {"TableName": "Books", "Key": {"Id": {"S": "1"}}}}]},
    )
    yield "iam", "get_user", {"UserName": "anna"}
    yield "iam", "list_users", {}


# Nobody may describe the key, the main user neither, for its alias, its spec or its tag.
UNDESCRIBED = [
    {
        "who": "anna",
        "own": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        "of_group": None,
        "boundary": None,
        "terms": None,
        "of_key": [deny("kms:Describe*", Principal={"AWS": "*"}, Condition=condition)],
        "delegates": True,
        "grants": [],
    }
    for condition in (OF_ALIAS, OF_SPEC, OF_TAG)
]


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@example(**UNDESCRIBED[0])
@example(**UNDESCRIBED[1])
@example(**UNDESCRIBED[2])
@given(
    who=st.sampled_from(["robot", "Ann", "anna", "anna, signed in"]),
    own=policies(),
    of_group=MAY,
    boundary=MAY,
    terms=MAY,
    of_key=policies(of_key=True),
    delegates=st.booleans(),
    grants=GRANTS,
)
def test_every_refusal_is_explained_as_it_happened(who: str, **given: Any) -> None:
    people = People()
    try:
        for text in people.refusals(who, **given):
            case = refused_case(people.account, text)
            locked_out = any("can't be read" in note for note in case.notes)  # the main user, too
            if any("Of this key that can't be read" in note for note in case.notes):
                assert_explained_or_said(case, text)
            else:
                assert_explained(case, text, seen=not locked_out)
    finally:
        people.close()


def test_a_grant_that_is_too_new_is_named_as_the_reason(account: Account) -> None:
    kms, iam = account.client("kms"), account.client("iam")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    grantee = iam.get_user(UserName="IAMLabUser")["User"]["Arn"]
    with practice_settings.grant_delay(account, 60):
        kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Encrypt"], Name="newcomer")
    with pytest.raises(ClientError):
        account.session_for("IAMLabUser").client("kms").encrypt(KeyId=key, Plaintext=b"x")
    case = refused_case(account, account.denials[-1])
    assert case.decision.allowed
    assert "made less than five minutes before the call: newcomer." in case.notes[-1]
    assert "GrantTokens" in case.notes[-1]


def test_a_new_grant_of_something_else_is_no_reason(account: Account) -> None:
    kms, iam = account.client("kms"), account.client("iam")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    grantee = iam.get_user(UserName="IAMLabUser")["User"]["Arn"]
    kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Decrypt"])
    with pytest.raises(ClientError):
        account.session_for("IAMLabUser").client("kms").encrypt(KeyId=key, Plaintext=b"x")
    case = refused_case(account, account.denials[-1])
    assert not case.decision.allowed
    assert not any("five minutes" in note for note in case.notes)


@pytest.mark.parametrize(
    ("kind", "operation", "condition", "parameters"),
    [
        (
            {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
            "sign",
            {"kms:MessageType": "DIGEST"},
            {"Message": b"hello", "SigningAlgorithm": "ECDSA_SHA_256"},
        ),
        (
            {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
            "verify",
            {"kms:SigningAlgorithm": "ECDSA_SHA_384"},
            {"Message": b"hello", "SigningAlgorithm": "ECDSA_SHA_256", "Signature": b"hello"},
        ),
        (
            {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
            "generate_mac",
            {"kms:MacAlgorithm": "HMAC_SHA_512"},
            {"Message": b"hello", "MacAlgorithm": "HMAC_SHA_256"},
        ),
    ],
)
def test_a_signature_or_code_refused_by_a_condition(
    world: World, kind: dict[str, str], operation: str, condition: dict[str, str], parameters: dict[str, Any]
) -> None:
    key = world.kms.create_key(**kind)["KeyMetadata"]["Arn"]
    called = "".join(word.capitalize() for word in operation.split("_"))
    world.user("anna", allow(f"kms:{called}", Condition={"StringEquals": condition}), Path="/team/")
    text = world.refused(world.signed_in("anna"), "kms", operation, KeyId=key, **parameters)
    case = refused_case(world.account, text)
    assert_explained(case, text)
    [(name, _)] = condition.items()
    assert name in case.decision.request.context, "the decision does not know the condition key"
