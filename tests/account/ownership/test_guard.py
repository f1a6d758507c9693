"""The lab's clients change, in a real account, what carries the course's mark, and nothing else."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.account import Account
from kmscourse.account.ownership import MARK, Guard, Owners
from kmscourse.errors import ForeignError
from kmscourse.iam import LAB_PASSWORD
from tests.foreign import create_role, create_table, names_of_everything, take

READING = re.compile(r"(Batch|Transact)?(Get|List|Describe|Lookup|Head|Query|Scan)")
CALCULATING = re.compile(
    r"(Generate\w*|(Re)?Encrypt|Decrypt|En?capsulate|Decapsulate|Sign|Verify(Mac)?|DeriveSharedSecret)$"
)
ASKING = re.compile(r"Simulate|Assume|Decode")
NEW = {("kms", "CreateKey"), ("dynamodb", "CreateTable"), ("iam", "CreateUser"), ("iam", "CreateRole")}
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"},
        ],
    }
)
SERVICES = ("kms", "dynamodb", "iam", "sts", "cloudtrail", "s3")


@pytest.fixture
def foreign(main: boto3.Session) -> dict[str, str]:
    """Things that were there before, by the parameters that name them."""
    for name in ("Theirs", "alias/theirs"):
        take(name, main)
    main.client("iam").create_user(UserName="Their-user")
    create_role(main, "Their-role")
    arn = main.client("kms").describe_key(KeyId="alias/theirs")["KeyMetadata"]["Arn"]
    table = main.client("dynamodb").describe_table(TableName="Theirs")["Table"]["TableArn"]
    return {
        "KeyId": arn,
        "TargetKeyId": arn,
        "AliasName": "alias/theirs",
        "GrantId": "0" * 64,
        "TableName": "Theirs",
        "ResourceArn": table,
        "UserName": "Their-user",
        "RoleName": "Their-role",
    }


def filled(shape: Any, foreign: dict[str, str], name: str = "", seen: tuple[str, ...] = ()) -> Any:
    """Every member of an operation's input; what names a thing names a foreign one."""
    if name in foreign:
        return foreign[name]
    match shape.type_name:
        case "structure":
            if shape.name in seen:
                return {}
            inner = (*seen, shape.name)
            return {key: filled(member, foreign, key, inner) for key, member in shape.members.items()}
        case "list":
            return [filled(shape.member, foreign, "", seen)]
        case "map":
            key = foreign["TableName"] if name == "RequestItems" else "k"
            return {key: filled(shape.value, foreign, "", seen)}
        case "string":
            return (
                shape.enum[0] if getattr(shape, "enum", None) else "x" * max(1, shape.metadata.get("min", 1))
            )
        case "boolean":
            return False
        case "blob":
            return b"x"
        case "timestamp":
            return 0
    return max(1, shape.metadata.get("min", 1))


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_that_may_change_something_is_refused_on_what_is_foreign(
    real_account: Account, foreign: dict[str, str], service: str
) -> None:
    """Asked of the guard itself, with every parameter that botocore's model knows."""
    assert real_account.guard
    described = real_account.client(service).meta.service_model
    for name in described.operation_names:
        if any(pattern.match(name) for pattern in (READING, CALCULATING, ASKING)):
            continue
        model = described.operation_model(name)
        request = filled(model.input_shape, foreign) if model.input_shape else {}
        context: dict[str, Any] = {"client_region": "us-east-1"}
        if (service, name) in NEW:
            request.pop("SSESpecification", None)  # it names a key, which is another question
            real_account.guard.check_call(request, model, context)
            assert MARK in [tag.get("Key", tag.get("TagKey")) for tag in request["Tags"]], name
            continue
        try:
            real_account.guard.check_call(request, model, context)
        except ForeignError:
            continue
        pytest.fail(f"{service}:{name} got through")


def table_calls(name: str) -> dict[str, dict[str, Any]]:
    key = {"Id": {"S": "1"}}
    return {
        "put_item": {"TableName": name, "Item": key},
        "update_item": {"TableName": name, "Key": key},
        "delete_item": {"TableName": name, "Key": key},
        "batch_write_item": {"RequestItems": {name: [{"PutRequest": {"Item": key}}]}},
        "transact_write_items": {"TransactItems": [{"Put": {"TableName": name, "Item": key}}]},
        "transact_write_items (a tuple)": {"TransactItems": ({"Put": {"TableName": name, "Item": key}},)},
        "update_table": {"TableName": name, "DeletionProtectionEnabled": True},
        "delete_table": {"TableName": name},
    }


@pytest.mark.parametrize("call", list(table_calls("")))
@pytest.mark.parametrize("by", ["name", "ARN"])
def test_a_foreign_table_stays_as_it_is(
    real_account: Account, main: boto3.Session, call: str, by: str
) -> None:
    create_table(main, "Theirs")
    dynamodb: Any = main.client("dynamodb")
    arn = dynamodb.describe_table(TableName="Theirs")["Table"]["TableArn"]
    request = table_calls("Theirs" if by == "name" else arn)[call]
    with pytest.raises(ForeignError, match="did not make the table"):
        getattr(real_account.client("dynamodb"), call.partition(" ")[0])(**request)
    assert dynamodb.scan(TableName="Theirs")["Items"] == []


def test_one_foreign_table_among_own_ones_is_enough(real_account: Account, main: boto3.Session) -> None:
    create_table(main, "Theirs")
    dynamodb = real_account.client("dynamodb")
    create_table(real_account.session, "Ours")
    puts = {name: [{"PutRequest": {"Item": {"Id": {"S": "1"}}}}] for name in ("Ours", "Theirs")}
    with pytest.raises(ForeignError, match="did not make the table Theirs"):
        dynamodb.batch_write_item(RequestItems=puts)
    assert dynamodb.scan(TableName="Ours")["Items"] == []


def test_no_table_is_put_under_a_foreign_key(real_account: Account, main: boto3.Session) -> None:
    """DynamoDB would put a grant on it."""
    take("alias/theirs", main)
    encrypted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/theirs"}
    create = {
        "TableName": "Ours",
        "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    dynamodb = real_account.client("dynamodb")
    with pytest.raises(ForeignError, match="did not make the key alias/theirs"):
        dynamodb.create_table(**create, SSESpecification=encrypted)
    dynamodb.create_table(**create)
    with pytest.raises(ForeignError, match="did not make the key alias/theirs"):
        dynamodb.update_table(TableName="Ours", SSESpecification=encrypted)
    kms: Any = main.client("kms")
    assert kms.list_grants(KeyId=kms.describe_key(KeyId="alias/theirs")["KeyMetadata"]["Arn"])["Grants"] == []


@pytest.mark.parametrize("form", ["KeyId", "Arn", "alias", "alias ARN"])
def test_a_foreign_key_stays_as_it_is_by_whichever_name(
    real_account: Account, main: boto3.Session, form: str
) -> None:
    take("alias/theirs", main)
    kms = real_account.client("kms")
    key = kms.describe_key(KeyId="alias/theirs")["KeyMetadata"]
    alias_arn = key["Arn"].partition(":key/")[0] + ":alias/theirs"
    name = {"alias": "alias/theirs", "alias ARN": alias_arn}.get(form) or key[form]
    before = names_of_everything(main)
    for call, more in (
        ("disable_key", {}),
        ("schedule_key_deletion", {"PendingWindowInDays": 7}),
        ("tag_resource", {"Tags": [{"TagKey": MARK, "TagValue": "mine now"}]}),
        ("create_grant", {"GranteePrincipal": real_account.user_arn, "Operations": ["Decrypt"]}),
        ("put_key_policy", {"Policy": "{}"}),
    ):
        with pytest.raises(ForeignError, match="did not make the key"):
            getattr(kms, call)(KeyId=name, **more)
    assert names_of_everything(main) == before


def test_aliases_are_neither_taken_from_foreign_keys_nor_given_to_them(
    real_account: Account, main: boto3.Session
) -> None:
    take("alias/theirs", main)
    kms = real_account.client("kms")
    own = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/ours", TargetKeyId=own)
    theirs = kms.describe_key(KeyId="alias/theirs")["KeyMetadata"]["Arn"]
    for call, request in (
        ("update_alias", {"AliasName": "alias/theirs", "TargetKeyId": own}),
        ("update_alias", {"AliasName": "alias/ours", "TargetKeyId": theirs}),
        ("delete_alias", {"AliasName": "alias/theirs"}),
        ("create_alias", {"AliasName": "alias/new", "TargetKeyId": theirs}),
    ):
        with pytest.raises(ForeignError):
            getattr(kms, call)(**request)
    kms.delete_alias(AliasName="alias/ours")


ALLOW_LIST = TRUST.replace('"Principal": {"AWS": "123456789012"}, ', '"Resource": "*", ')
MANAGED = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser"
ON_A_ROLE: dict[str, dict[str, Any]] = {
    "PutRolePolicy": {"PolicyName": "Use", "PolicyDocument": ALLOW_LIST},
    "DeleteRolePolicy": {"PolicyName": "Use"},
    "AttachRolePolicy": {"PolicyArn": MANAGED},
    "DetachRolePolicy": {"PolicyArn": MANAGED},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": MANAGED},
    "DeleteRolePermissionsBoundary": {},
    "UpdateAssumeRolePolicy": {"PolicyDocument": TRUST},
    "UpdateRole": {"MaxSessionDuration": 7200},
    "UpdateRoleDescription": {"Description": "another"},
    "TagRole": {"Tags": [{"Key": "team", "Value": "red"}]},
    "UntagRole": {"TagKeys": ["team"]},
    "DeleteRole": {},
}
"""What may be done to a role of the course's, in an order in which each can be done."""


def test_own_roles_can_be_changed_and_removed_and_foreign_ones_stay_as_they_are(
    real_account: Account, main: boto3.Session
) -> None:
    iam = real_account.client("iam")
    create_role(real_account.session, "Ours")
    theirs: Any = main.client("iam")
    create_role(main, "Theirs")
    before = theirs.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    for operation, request in ON_A_ROLE.items():
        call = getattr(iam, xform_name(operation))
        with pytest.raises(ForeignError, match="did not make the role Theirs"):
            call(RoleName="Theirs", **request)
        call(RoleName="Ours", **request)
    after = theirs.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert after == [role for role in before if role["RoleName"] == "Theirs"]


def test_every_operation_on_a_role_is_guarded_or_refused(real_account: Account) -> None:
    """By botocore's model: one that AWS adds is refused until it stands in ON_A_ROLE and in the guard."""
    assert real_account.guard
    iam = real_account.client("iam")
    create_role(real_account.session, "Ours")
    described = iam.meta.service_model
    passed = set()
    for name in described.operation_names:
        model = described.operation_model(name)
        if not model.input_shape or "RoleName" not in model.input_shape.members or READING.match(name):
            continue
        with suppress(ForeignError):
            real_account.guard.check_call({"RoleName": "Ours"}, model, {"client_region": "us-east-1"})
            passed.add(name)
    # A role is taken out of somebody's instance profile, as a user is out of a group: else it can't be deleted.
    assert passed == {*ON_A_ROLE, "CreateRole", "RemoveRoleFromInstanceProfile"}


def test_a_session_of_a_foreign_role_is_not_made(real_account: Account, main: boto3.Session) -> None:
    create_role(main, "Theirs")
    with pytest.raises(ForeignError, match="did not make the role Theirs, so it makes no session of it"):
        real_account.session_for_role("Theirs")


def test_a_call_that_names_nobody_is_a_call_on_oneself_and_so_on_what_is_foreign(
    real_account: Account,
) -> None:
    iam = real_account.client("iam")
    iam.list_access_keys()  # looking is free
    with pytest.raises(ForeignError, match="the user that this call leaves unnamed"):
        iam.create_access_key()


def test_what_the_course_makes_carries_the_mark_and_is_written_down_first(
    real_account: Account, main: boto3.Session
) -> None:
    assert real_account.guard
    seen: list[list[str]] = []
    real_account.session.events.register(
        "before-send.kms",
        lambda **_: seen.append(real_account.guard.ledger.regions),  # type: ignore[union-attr]
    )
    kms = real_account.client("kms")
    key = kms.create_key(Tags=[{"TagKey": "Purpose", "TagValue": "course"}])["KeyMetadata"]["Arn"]
    assert seen == [["us-east-1"]], "the ledger comes before the call"
    tags = {tag["TagKey"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]}
    assert tags == {"Purpose", MARK}
    assert real_account.guard.ledger.has("us-east-1", "key", key)
    iam = real_account.client("iam")
    iam.create_user(UserName="Ours")
    create_role(real_account.session, "Ours")
    assert {tag["Key"] for tag in iam.list_role_tags(RoleName="Ours")["Tags"]} == {MARK}
    assert real_account.guard.ledger.has("us-east-1", "role", "Ours")
    create_table(real_account.session, "Ours")
    assert real_account.guard.made == [f"key {key}", "user Ours", "role Ours", "table Ours"]


def test_a_foreign_table_is_safe_from_resources_and_their_batches(
    real_account: Account, main: boto3.Session
) -> None:
    create_table(main, "Theirs")
    table: Any = cast(Any, real_account.session).resource("dynamodb").Table("Theirs")
    with pytest.raises(ForeignError), table.batch_writer() as batch:
        batch.put_item(Item={"Id": "1"})
    with pytest.raises(ForeignError):
        table.delete()
    assert table.scan()["Items"] == []


def test_the_callers_own_tags_stay_as_they_are(real_account: Account) -> None:
    tags: list[Any] = [{"TagKey": "Purpose", "TagValue": "course"}]
    real_account.client("kms").create_key(Tags=tags)
    assert tags == [{"TagKey": "Purpose", "TagValue": "course"}]


def test_a_call_that_aws_refuses_has_made_nothing(real_account: Account) -> None:
    with pytest.raises(ClientError):
        real_account.client("iam").create_user(UserName="not a name")
    assert real_account.guard
    assert real_account.guard.made == []


@pytest.mark.parametrize("kind", ["key", "table", "user", "role"])
def test_the_mark_cannot_be_taken_off(real_account: Account, kind: str) -> None:
    kms, iam = real_account.client("kms"), real_account.client("iam")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    create_table(real_account.session, "Ours")
    iam.create_user(UserName="Ours")
    create_role(real_account.session, "Ours")
    table = real_account.client("dynamodb").describe_table(TableName="Ours")["Table"]["TableArn"]
    untag = {
        "key": lambda: kms.untag_resource(KeyId=key, TagKeys=["other", MARK]),
        "table": lambda: real_account.client("dynamodb").untag_resource(ResourceArn=table, TagKeys=[MARK]),
        "user": lambda: iam.untag_user(UserName="Ours", TagKeys=[MARK]),
        "role": lambda: iam.untag_role(RoleName="Ours", TagKeys=[MARK]),
    }
    with pytest.raises(ForeignError, match="The tag kmscourse stays"):
        untag[kind]()


@pytest.mark.parametrize("call", ["create_login_profile", "update_login_profile"])
@pytest.mark.parametrize("password", [LAB_PASSWORD, LAB_PASSWORD.lower()])
def test_no_published_password_is_given_to_anybody(real_account: Account, call: str, password: str) -> None:
    iam = real_account.client("iam")
    iam.create_user(UserName="Ours")
    with pytest.raises(ForeignError, match="printed in the course"):
        getattr(iam, call)(UserName="Ours", Password=password)


def test_another_region_is_guarded_too(real_account: Account, main: boto3.Session) -> None:
    theirs: Any = main.client("kms", region_name="eu-west-1")
    key = theirs.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ForeignError):
        real_account.client_in("kms", "eu-west-1").disable_key(KeyId=key)
    real_account.client_in("kms", "eu-west-1").create_key()
    assert real_account.guard
    assert real_account.guard.ledger.regions == ["eu-west-1"]


def test_what_only_looks_or_calculates_is_let_through(real_account: Account, main: boto3.Session) -> None:
    take("alias/theirs", main)
    kms = real_account.client("kms")
    sealed = kms.encrypt(KeyId="alias/theirs", Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"
    assert real_account.client("iam").list_users()["Users"]
    assert real_account.client("sts").get_caller_identity()["Arn"] == real_account.user_arn


def test_the_guard_looks_anew_each_time(real_account: Account, main: boto3.Session) -> None:
    """What was the course's may be gone by now, and its name somebody else's."""
    create_table(real_account.session, "Books")
    main.client("dynamodb").delete_table(TableName="Books")
    create_table(main, "Books")
    with pytest.raises(ForeignError):
        real_account.client("dynamodb").delete_table(TableName="Books")


def tags_of_table(main: boto3.Session, name: str) -> set[str]:
    dynamodb: Any = main.client("dynamodb")
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    return {tag["Key"] for tag in dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]}


def test_what_a_resource_of_boto3_makes_carries_the_mark_too(
    real_account: Account, main: boto3.Session
) -> None:
    """A resource puts a copy of the parameters in their place."""
    resource: Any = real_account.session.resource("dynamodb")
    resource.create_table(
        TableName="Ours",
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert tags_of_table(main, "Ours") == {MARK}


def test_parameters_that_another_handler_changes_are_the_ones_that_are_looked_at(
    real_account: Account, main: boto3.Session
) -> None:
    create_table(main, "Theirs")
    create_table(real_account.session, "Ours")
    events = real_account.session.events
    events.register(
        "provide-client-params.dynamodb.PutItem", lambda params, **_: {**params, "TableName": "Theirs"}
    )
    events.register(
        "before-parameter-build.dynamodb.DeleteItem", lambda params, **_: params.update(TableName="Theirs")
    )
    client: Any = real_account.session.client("dynamodb")
    for call, request in (
        ("put_item", {"Item": {"Id": {"S": "1"}}}),
        ("delete_item", {"Key": {"Id": {"S": "1"}}}),
    ):
        with pytest.raises(ForeignError, match="did not make the table Theirs"):
            getattr(client, call)(TableName="Ours", **request)


def test_no_url_is_signed_that_changes_something_later(real_account: Account) -> None:
    create_table(real_account.session, "Ours")
    dynamodb = real_account.client("dynamodb")
    with pytest.raises(ForeignError, match="dynamodb:DeleteTable"):
        dynamodb.generate_presigned_url("delete_table", Params={"TableName": "Ours"})
    assert dynamodb.generate_presigned_url("list_tables").startswith("http")


def test_a_grant_is_not_retired_by_a_token_beside_an_own_key(
    real_account: Account, main: boto3.Session
) -> None:
    """Some that speak KMS go by the token then."""
    take("alias/theirs", main)
    theirs: Any = main.client("kms")
    key_id = theirs.describe_key(KeyId="alias/theirs")["KeyMetadata"]["KeyId"]
    token = theirs.create_grant(KeyId=key_id, GranteePrincipal=real_account.user_arn, Operations=["Decrypt"])[
        "GrantToken"
    ]
    kms = real_account.client("kms")
    own = kms.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ForeignError, match="the key of this grant token"):
        kms.retire_grant(KeyId=own, GrantToken=token)


def test_no_user_is_given_the_name_of_a_foreign_one(real_account: Account, main: boto3.Session) -> None:
    iam = real_account.client("iam")
    iam.create_user(UserName="Ours")
    main.client("iam").create_user(UserName="Theirs")
    with pytest.raises(ForeignError, match="did not make the user Theirs"):
        iam.update_user(UserName="Ours", NewUserName="Theirs")
    iam.update_user(UserName="Ours", NewUserName="Ours-as-well")


def test_the_mark_of_a_user_is_not_spelled_otherwise(real_account: Account) -> None:
    """IAM's tag keys are the same whatever the case of their letters; the one that is set last stays."""
    iam = real_account.client("iam")
    iam.create_user(UserName="Ours")
    for change in (
        lambda: iam.tag_user(UserName="Ours", Tags=[{"Key": "KMSCourse", "Value": "x"}]),
        lambda: iam.untag_user(UserName="Ours", TagKeys=["KMSCOURSE"]),
    ):
        with pytest.raises(ForeignError, match="The tag kmscourse stays"):
            change()


@given(
    service=st.sampled_from(SERVICES),
    operation=st.from_regex(
        r"(Put|Create|Delete|Update|Start|Run|Set|Attach)[A-Z][a-z]{2,10}Anew", fullmatch=True
    ),
)
def test_an_operation_that_nobody_knows_here_is_refused(service: str, operation: str) -> None:
    """AWS adds operations all the time."""
    never: Any = None
    guard = Guard(Owners(never, "123456789012", "aws", "us-east-1"), never)
    model: Any = SimpleNamespace(name=operation, service_model=SimpleNamespace(service_name=service))
    with pytest.raises(ForeignError, match="may change what the course did not make"):
        guard.check_call({}, model, {"client_region": "us-east-1"})
