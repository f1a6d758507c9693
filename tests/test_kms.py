"""Customer managed keys, made, found, read and changed."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from kmscourse.errors import KmsCourseError, PolicyError
from kmscourse.kms import (
    alias_name,
    aliases,
    create_key,
    discard_key,
    find_key,
    grants,
    import_key_material,
    key_policy,
    put_key_policy,
    tags,
    wait_for_state,
)
from kmscourse.policy import console_key_policy

ALICE = "arn:aws:iam::123456789012:user/alice"
READER = "arn:aws:iam::123456789012:role/readers/reader"


@pytest.fixture
def people(main):
    """alice, a user, and reader, a role."""
    iam = main.client("iam")
    iam.create_user(UserName="alice")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam.create_role(
        RoleName="reader",
        Path="/readers/",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )


def keys(kms) -> set[str]:
    return {key["KeyArn"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]}


def test_a_key_policy_of_ones_own_takes_the_place_of_the_consoles(kms, people):
    policy = console_key_policy("123456789012", [ALICE], administrators_may_delete=False)
    arn = create_key(kms, "myKey", administrators=[ALICE], policy=policy)
    assert key_policy(kms, arn) == policy


def test_a_key_is_made_as_the_console_makes_it(kms, people):
    arn = create_key(
        kms,
        "myKey",
        administrators=[ALICE],
        users=[READER],
        description="for the course",
        tags={"course": "kms"},
    )
    described = kms.describe_key(KeyId="alias/myKey")["KeyMetadata"]
    assert (described["Arn"], described["Description"], described["KeyState"]) == (
        arn,
        "for the course",
        "Enabled",
    )
    assert described["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert kms.list_resource_tags(KeyId=arn)["Tags"] == [{"TagKey": "course", "TagValue": "kms"}]
    policy = key_policy(kms, arn)
    assert policy["Id"] == "key-consolepolicy-3"
    assert [(statement["Sid"], statement["Principal"]["AWS"]) for statement in policy["Statement"]] == [
        ("Enable IAM User Permissions", "arn:aws:iam::123456789012:root"),
        ("Allow access for Key Administrators", ALICE),
        ("Allow use of the key", READER),
        ("Allow attachment of persistent resources", READER),
    ]


def test_a_key_for_nobody_in_particular_has_the_default_policy(kms):
    policy = key_policy(kms, create_key(kms, "alias/myKey"))
    assert [statement["Sid"] for statement in policy["Statement"]] == ["Enable IAM User Permissions"]


@pytest.mark.parametrize(
    "arn",
    ["arn:aws:iam::123456789012:root", "arn:aws:sts::123456789012:assumed-role/reader/alice@example.com"],
)
def test_the_root_user_and_a_role_session_can_have_a_key_made_for_them(kms, people, arn):
    """Whoever takes the course in an account of its own may be signed in as one of them."""
    policy = key_policy(kms, create_key(kms, "myKey", administrators=[arn], users=[arn]))
    assert [statement["Principal"]["AWS"] for statement in policy["Statement"][1:]] == [arn] * 3


@pytest.mark.parametrize("alias", ["myKey", "alias/myKey"])
def test_a_key_is_found_by_either_form_of_its_alias(kms, alias):
    assert find_key(kms, alias) is None
    arn = create_key(kms, alias)
    assert find_key(kms, "myKey") == find_key(kms, "alias/myKey") == arn


def test_a_taken_alias_is_said_before_a_key_is_made(kms):
    create_key(kms, "myKey")
    before = keys(kms)
    with pytest.raises(KmsCourseError, match=r"^The alias alias/myKey already names a key: .+\.$"):
        create_key(kms, "alias/myKey")
    assert keys(kms) == before


@pytest.mark.parametrize(
    "alias", ["", "alias/", "my key", "alias/aws/dynamodb", "aws/x", "schlüssel", "a" * 251]
)
def test_an_alias_that_can_not_be_is_one_sentence_and_no_key(kms, alias):
    before = keys(kms)
    with pytest.raises(KmsCourseError, match=r"^'.*' can't be an alias: .+\.$"):
        create_key(kms, alias)
    assert keys(kms) == before


@pytest.mark.parametrize("alias", ["a", "my/Key-2_x", "awsome", "a" * 250, "alias/alias"])
def test_an_alias_that_can_be(alias):
    assert alias_name(alias) == f"alias/{alias.removeprefix('alias/')}"


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "alice",
        "arn:aws:iam::123:user/alice",
        "arn:aws:iam::123456789012:group/g",
        "arn:aws:sts::123456789012:assumed-role/reader",
        ALICE + " ",
        "*",
    ],
)
def test_a_wrong_arn_is_one_sentence_and_no_key(kms, arn):
    before = keys(kms)
    for selected in ({"administrators": [arn]}, {"users": [arn]}):
        with pytest.raises(KmsCourseError, match=r"^'.*' isn't the ARN of a user or role, .+\.$"):
            create_key(kms, "myKey", **selected)
    assert keys(kms) == before


def test_one_text_in_place_of_a_list_is_one_sentence(kms):
    with pytest.raises(KmsCourseError, match=r"isn't the ARN of a user or role"):
        create_key(kms, "myKey", users=ALICE)


def test_principals_of_two_accounts_are_one_sentence_and_no_key(kms):
    before = keys(kms)
    with pytest.raises(KmsCourseError, match="one account, not to 123456789012, 210987654321"):
        create_key(kms, "myKey", administrators=[ALICE], users=["arn:aws:iam::210987654321:user/bob"])
    assert keys(kms) == before


def test_a_policy_comes_back_as_it_was_put(kms, key_id):
    policy = key_policy(kms, key_id)
    policy["Statement"].append(
        {"Sid": "More", "Effect": "Deny", "Principal": "*", "Action": "kms:ReEncrypt*", "Resource": "*"}
    )
    put_key_policy(kms, key_id, policy)
    assert key_policy(kms, key_id) == policy


@pytest.mark.parametrize("policy", ["", "{", '{"Version": "2012-10-17", // a comment\n"Statement": []}'])
def test_a_policy_that_can_not_be_read_changes_nothing(kms, key_id, policy):
    before = key_policy(kms, key_id)
    with pytest.raises(PolicyError):
        put_key_policy(kms, key_id, policy)
    assert key_policy(kms, key_id) == before


@pytest.mark.parametrize("read", [key_policy, lambda kms, key: put_key_policy(kms, key, {"Statement": []})])
def test_an_unknown_key_gets_aws_own_answer(kms, read):
    with pytest.raises(ClientError) as refused:
        read(kms, "00000000-0000-0000-0000-000000000000")
    assert refused.value.response["Error"]["Code"] == "NotFoundException"


def test_a_key_left_without_alias_is_named(kms, monkeypatch):
    """Someone else may take the alias between the question and the call."""
    create_key(kms, "myKey")
    monkeypatch.setattr("kmscourse.kms.find_key", lambda *_: None)
    before = keys(kms)
    with pytest.raises(ClientError) as refused:
        create_key(kms, "myKey")
    assert refused.value.response["Error"]["Code"] == "AlreadyExistsException"
    (left,) = keys(kms) - before
    assert refused.value.__notes__ == [f"The key {left} has been made, but has no alias yet."]


def test_lists_of_a_key_are_read_to_their_end(kms, key_id):
    names = {f"alias/one-of-many-{number:03}" for number in range(50)}
    for name in names:
        kms.create_alias(AliasName=name, TargetKeyId=key_id)
    made = {
        kms.create_grant(
            KeyId=key_id, GranteePrincipal=f"arn:aws:iam::{number:012}:root", Operations=["Decrypt"]
        )["GrantId"]
        for number in range(1, 121)
    }
    kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": str(number), "TagValue": "x"} for number in range(50)])
    assert set(aliases(kms, key_id)) == names
    assert {grant["GrantId"] for grant in grants(kms, key_id)} == made
    assert tags(kms, key_id) == {str(number): "x" for number in range(50)}


# --- key material from outside --------------------------------------------------------------------------------


def state(kms, key: str) -> dict[str, object]:
    return kms.describe_key(KeyId=key)["KeyMetadata"]


def test_key_material_is_imported_and_does_not_expire(kms):
    key = create_key(kms, "vault", origin="EXTERNAL")
    assert state(kms, key)["KeyState"] == "PendingImport"
    import_key_material(kms, key, os.urandom(32))
    shown = state(kms, key)
    assert (shown["KeyState"], shown["ExpirationModel"]) == ("Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE")


def test_key_material_is_imported_until_a_date(kms):
    key, end = create_key(kms, "vault", origin="EXTERNAL"), datetime.now(UTC) + timedelta(days=365)
    import_key_material(kms, key, os.urandom(32), valid_to=end)
    assert abs(state(kms, key)["ValidTo"] - end) < timedelta(seconds=1)


def test_only_the_same_key_material_comes_back(kms):
    key, material = create_key(kms, "vault", origin="EXTERNAL"), os.urandom(32)
    import_key_material(kms, key, material)
    blob = kms.encrypt(KeyId=key, Plaintext=b"gold")["CiphertextBlob"]
    kms.delete_imported_key_material(KeyId=key)
    with pytest.raises(ClientError, match="IncorrectKeyMaterialException"):
        import_key_material(kms, key, os.urandom(32))
    import_key_material(kms, key, material)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"gold"


def test_a_discarded_key_waits_for_its_deletion_and_frees_its_alias(kms):
    discard_key(kms, "vault")
    for _ in range(2):
        key = create_key(kms, "vault")
        discard_key(kms, "vault")
        assert state(kms, key)["KeyState"] == "PendingDeletion"
        assert find_key(kms, "vault") is None


def test_a_key_that_waits_for_its_deletion_already_keeps_its_date(kms):
    key = create_key(kms, "vault")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=30)
    before = state(kms, key)["DeletionDate"]
    discard_key(kms, "alias/vault")
    assert state(kms, key)["DeletionDate"] == before
    assert find_key(kms, "vault") is None


def test_a_state_that_comes_is_waited_for(kms):
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    assert wait_for_state(kms, key, "PendingImport") == "PendingImport"


def test_a_state_that_does_not_come_is_one_sentence(kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(KmsCourseError, match="After 0 seconds the key is Enabled, and not PendingImport"):
        wait_for_state(kms, key, "PendingImport", seconds=0)
