"""A clean-up leaves nothing of the course's but keys that wait for their deletion, and everything else as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from kmscourse.account import Account
from kmscourse.course import prepare
from kmscourse.course.cleanup import CleanUp
from kmscourse.course.inventory import Inventory
from kmscourse.course.notes import Notes
from kmscourse.dynamodb import create_encrypted_table
from kmscourse.iam import LAB_POLICY_NAME, LAB_USER, delete_role
from tests.course.test_inventory import OF_EVERY_KIND
from tests.foreign import create_role, create_table, names_of_everything, take


def clean_up(account: Account) -> tuple[list[str], list[str]]:
    cleanup = CleanUp(account)
    return list(cleanup.run()), cleanup.failures


def test_it_removes_everything_and_says_so(empty_account: Account, main: boto3.Session, notes: Notes) -> None:
    for name in ("alias/theirs", "Theirs"):
        take(name, main)
    before = names_of_everything(main)
    prepare(empty_account, notes, 9)
    key = empty_account.client("kms").describe_key(KeyId="alias/myKey")["KeyMetadata"]["Arn"]
    said, failures = clean_up(empty_account)
    assert failures == []
    assert said[0] == "The table Books is deleted."
    assert said[1].startswith("The user IAMLabUser is deleted")
    assert said[2].startswith(f"The key {key} has no alias, and will be deleted on 20")
    assert sorted([*before, f"{key} PendingDeletion"]) == names_of_everything(main)
    metadata = empty_account.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    assert round((metadata["DeletionDate"] - metadata["CreationDate"]).total_seconds() / 86400) == 7
    assert empty_account.guard
    assert empty_account.guard.ledger.regions == []


def test_it_can_be_repeated(empty_account: Account, main: boto3.Session, notes: Notes) -> None:
    prepare(empty_account, notes, 9)
    clean_up(empty_account)
    before = names_of_everything(main)
    assert clean_up(empty_account) == ([], [])
    assert names_of_everything(main) == before


def test_a_user_goes_with_all_that_hangs_on_it(empty_account: Account, main: boto3.Session) -> None:
    empty_account.client("iam").create_user(UserName="Ours")
    iam: Any = main.client("iam")
    policy = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    )
    for _ in range(2):
        iam.create_access_key(UserName="Ours")
    iam.create_login_profile(UserName="Ours", Password="4-Passw0rd-of-ours")
    iam.put_user_policy(UserName="Ours", PolicyName="Inline", PolicyDocument=policy)
    arn = iam.create_policy(PolicyName="Theirs", PolicyDocument=policy)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="Ours", PolicyArn=arn)
    iam.create_group(GroupName="Theirs")
    iam.add_user_to_group(GroupName="Theirs", UserName="Ours")
    _, failures = clean_up(empty_account)
    assert failures == []
    assert "Ours" not in names_of_everything(main)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 0
    assert iam.get_group(GroupName="Theirs")["Users"] == []


def test_a_role_goes_with_all_that_hangs_on_it(empty_account: Account, main: boto3.Session) -> None:
    create_role(main, "Theirs")
    create_role(empty_account.session, "Ours")
    iam: Any = main.client("iam")
    policy = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    )
    own = iam.create_policy(PolicyName="Theirs", PolicyDocument=policy)["Policy"]["Arn"]
    of_aws = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser"
    for arn in (own, of_aws):
        iam.attach_role_policy(RoleName="Ours", PolicyArn=arn)
    for name in ("One", "Two"):
        iam.put_role_policy(RoleName="Ours", PolicyName=name, PolicyDocument=policy)
    iam.put_role_permissions_boundary(RoleName="Ours", PermissionsBoundary=own)
    assert clean_up(empty_account) == (["The role Ours is deleted, with its policies."], [])
    assert "Ours" not in names_of_everything(main)
    assert "Theirs" in names_of_everything(main)
    assert iam.get_policy(PolicyArn=own)["Policy"]["AttachmentCount"] == 0
    assert clean_up(empty_account) == ([], [])


def test_a_role_leaves_the_instance_profile_of_somebody_else() -> None:
    """The practice account has no instance profiles. IAM deletes no role that is in one (DeleteConflict)."""
    iam = boto3.client("iam", "us-east-1", aws_access_key_id="any", aws_secret_access_key="any")
    with Stubber(iam) as stub:
        name = {"RoleName": "Ours"}
        profile = {
            "InstanceProfileName": "Theirs",
            "InstanceProfileId": "AIPA0123456789ABCDEF",
            "Arn": "arn:aws:iam::123456789012:instance-profile/Theirs",
            "Path": "/",
            "CreateDate": datetime.now(UTC),
            "Roles": [],
        }
        stub.add_response("list_role_policies", {"PolicyNames": []}, name)
        stub.add_response("list_attached_role_policies", {"AttachedPolicies": []}, name)
        stub.add_response("list_instance_profiles_for_role", {"InstanceProfiles": [profile]}, name)
        stub.add_response("remove_role_from_instance_profile", {}, {**name, "InstanceProfileName": "Theirs"})
        stub.add_response("delete_role", {}, name)
        delete_role(iam, "Ours")
        stub.assert_no_pending_responses()


def test_users_roles_and_keys_that_know_each_other_all_go(
    empty_account: Account, main: boto3.Session
) -> None:
    """A trust policy names a user, a key policy and a grant name a role, and sessions of both are still used."""
    before = names_of_everything(main)
    iam, kms = empty_account.client("iam"), empty_account.client("kms")
    user = iam.create_user(UserName="Auditor")["User"]["Arn"]
    role = create_role(empty_account.session, "AuditRole")
    trust = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(
        RoleName="AuditRole", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    empty_account.session_for_role("AuditRole", by=empty_account.session_for("Auditor"))
    iam.create_access_key(UserName="Auditor")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    for name in ("alias/kmscourse-sign", "alias/another"):
        kms.create_alias(AliasName=name, TargetKeyId=key)
    policy = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
    allow = {"Effect": "Allow", "Principal": {"AWS": [user, role]}, "Action": "kms:Sign", "Resource": "*"}
    policy["Statement"].append(allow)
    kms.put_key_policy(KeyId=key, Policy=json.dumps(policy))
    kms.create_grant(KeyId=key, GranteePrincipal=role, RetiringPrincipal=user, Operations=["Sign"])
    said, failures = clean_up(empty_account)
    assert failures == []
    assert [sentence.split()[1] for sentence in said] == ["user", "role", "key"]
    assert names_of_everything(main) == sorted([*before, f"{key} PendingDeletion"])
    assert clean_up(empty_account) == ([], [])


@pytest.mark.parametrize("request_", OF_EVERY_KIND, ids=lambda request: "-".join(request.values()))
def test_a_key_of_any_kind_is_scheduled_for_deletion(
    empty_account: Account, request_: dict[str, Any]
) -> None:
    kms = empty_account.client("kms")
    key = kms.create_key(**request_)["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/kmscourse-ours", TargetKeyId=key)
    (said,), failures = clean_up(empty_account)
    assert failures == []
    assert said.startswith(f"The key {key} has no alias, and will be deleted on 20")
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert clean_up(empty_account) == ([], [])


def test_a_table_that_is_protected_goes_too(empty_account: Account, main: boto3.Session) -> None:
    create_table(empty_account.session, "Ours")
    empty_account.client("dynamodb").update_table(TableName="Ours", DeletionProtectionEnabled=True)
    assert clean_up(empty_account) == (["The table Ours is deleted."], [])


def test_a_key_that_waits_already_keeps_its_date(empty_account: Account) -> None:
    kms = empty_account.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/ours", TargetKeyId=key)
    date = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)["DeletionDate"]
    (said,), failures = clean_up(empty_account)
    assert failures == []
    assert said.endswith(f"will be deleted on {date:%Y-%m-%d}.")
    assert kms.list_aliases(KeyId=key)["Aliases"] == []


def test_what_cannot_be_removed_is_said_and_the_rest_goes(
    empty_account: Account, main: boto3.Session, notes: Notes
) -> None:
    prepare(empty_account, notes, 9)
    statement = {"Effect": "Deny", "Action": ["dynamodb:DeleteTable", "iam:DeleteUser"], "Resource": "*"}
    iam = main.client("iam")
    iam.put_user_policy(
        UserName=empty_account.user_name,
        PolicyName="Without",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    said, failures = clean_up(empty_account)
    assert said == []
    assert "dynamodb:DeleteTable" in failures[0]
    assert "iam:DeleteUser" in failures[1]
    assert "these tables are encrypted under it: Books" in failures[2]
    assert empty_account.guard
    assert empty_account.guard.ledger.regions == ["us-east-1"], "it is looked at again"
    iam.delete_user_policy(UserName=empty_account.user_name, PolicyName="Without")
    _, failures = clean_up(empty_account)
    assert failures == []
    assert all(holding.is_gone for holding in Inventory(empty_account))


def test_keys_of_other_regions_go_too(empty_account: Account) -> None:
    kms = empty_account.client_in("kms", "eu-west-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    clean_up(empty_account)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_a_key_that_a_foreign_table_needs_stays(
    empty_account: Account, main: boto3.Session, notes: Notes
) -> None:
    """Its owner made it under the course's key; with the key all that is in it would be lost."""
    prepare(empty_account, notes, 9)
    create_encrypted_table(main.client("dynamodb"), "Theirs", "alias/myKey", partition_key="Id")
    said, failures = clean_up(empty_account)
    assert [sentence.split()[1] for sentence in said] == ["table", "user"]
    (failure,) = failures
    assert "these tables are encrypted under it: Theirs" in failure
    kms = empty_account.client("kms")
    assert kms.describe_key(KeyId="alias/myKey")["KeyMetadata"]["KeyState"] == "Enabled"
    main.client("dynamodb").delete_table(TableName="Theirs")
    said, failures = clean_up(empty_account)
    assert failures == []
    assert said[0].startswith("The key ")


def test_a_region_that_answers_nobody_hinders_nothing_elsewhere(
    empty_account: Account, main: boto3.Session, notes: Notes
) -> None:
    """As one that is not enabled for the account, or a name that is none."""
    prepare(empty_account, notes, 9)
    assert empty_account.guard
    for region in ("xx-nowhere-9", "../.."):
        empty_account.guard.ledger.write(region, "key", "")
    said, failures = clean_up(empty_account)
    assert [sentence.split()[1] for sentence in said] == ["table", "user", "key"]
    assert len(failures) == 4, "tables and keys of two Regions"
    assert all("can't all be looked at" in failure for failure in failures)
    assert empty_account.guard.ledger.regions == ["../..", "us-east-1", "xx-nowhere-9"]


def test_what_was_refused_in_another_region_is_forgotten(empty_account: Account) -> None:
    assert empty_account.guard
    with pytest.raises(ClientError):
        empty_account.client_in("kms", "xx-nowhere-9").create_key()
    assert empty_account.guard.ledger.regions == []
    empty_account.client("kms").create_key()
    with pytest.raises(ClientError):
        empty_account.client("kms").create_key(KeySpec="RSA_2048", KeyUsage="GENERATE_VERIFY_MAC")
    assert empty_account.guard.ledger.regions == ["us-east-1"], "a key has been made there before"


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("dynamodb", "DescribeTable"),
        ("dynamodb", "DeleteTable"),
        ("iam", "DeleteUserPolicy"),
        ("iam", "DeleteUser"),
        ("iam", "DeleteRolePolicy"),
        ("iam", "DetachRolePolicy"),
        ("iam", "DeleteRole"),
        ("kms", "DeleteAlias"),
        ("kms", "ScheduleKeyDeletion"),
    ],
)
def test_two_clean_ups_at_once_leave_nothing_and_fail_at_nothing(
    empty_account: Account, notes: Notes, service: str, operation: str
) -> None:
    """The second does everything in the middle of the first one's work."""
    prepare(empty_account, notes, 9)
    iam = empty_account.client("iam")
    create_role(empty_account.session, "Ours")
    policy = iam.get_user_policy(UserName=LAB_USER, PolicyName=LAB_POLICY_NAME)["PolicyDocument"]
    iam.put_role_policy(RoleName="Ours", PolicyName="Read", PolicyDocument=json.dumps(policy))
    iam.attach_role_policy(RoleName="Ours", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    second: list[tuple[list[str], list[str]]] = []

    def overtake(**_: object) -> None:
        if not second:
            second.append(([], []))
            second[0] = clean_up(empty_account)

    empty_account.client(service).meta.events.register_first(f"before-call.*.{operation}", overtake)
    _, failures = clean_up(empty_account)
    assert second[0][1] == failures == []
    assert all(holding.is_gone for holding in Inventory(empty_account))
