"""Who reaches a key: every use as AWS would decide it, and by what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmscourse import dynamodb as tables
from kmscourse import kms as keys
from kmscourse.access import Reach, Snapshot, uses_of, who_assumes, who_may
from kmscourse.policy import PrincipalKind, trust_policy, use_statement, with_statement
from tests.access.conftest import World, allow


@pytest.fixture
def key(world: World) -> str:
    me = world.account.user_arn
    return keys.create_key(world.kms, "alias/books", administrators=[me], users=[me])


def reaches(world: World, key: str, *contexts: dict[str, str]) -> dict[str, Reach]:
    found = who_may(Snapshot(world.account), key, "ENCRYPT_DECRYPT", contexts)
    return {reach.name: reach for reach in found}


def test_the_main_user_is_you_and_the_key_policy_lets_them_in(world: World, key: str) -> None:
    assert reaches(world, key)["you"].uses == dict.fromkeys(uses_of("ENCRYPT_DECRYPT"), "key policy")


def test_whom_nothing_lets_in_has_no_use(world: World, key: str) -> None:
    world.user("Ada")
    assert reaches(world, key)["Ada"] == Reach("Ada", PrincipalKind.USER, {})


def test_an_iam_policy_is_told_from_the_key_policy(world: World, key: str) -> None:
    world.user("Ada", allow("kms:Decrypt", "kms:DisableKey"))
    assert reaches(world, key)["Ada"].uses == {"decrypt": "IAM policy", "manage": "IAM policy"}


def test_a_grant_is_tried_with_the_context_that_it_asks_for(world: World, key: str) -> None:
    ada = world.user("Ada")
    constraints = {"EncryptionContextSubset": {"team": "books"}}
    world.kms.create_grant(KeyId=key, GranteePrincipal=ada, Operations=["Decrypt"], Constraints=constraints)
    assert reaches(world, key)["Ada"].uses == {"decrypt": "grant, with team=books"}


@pytest.mark.parametrize(
    ("action", "use"), [("kms:ReEncryptFrom", "re-encrypt from"), ("kms:ReEncryptTo", "re-encrypt to")]
)
def test_who_may_move_a_ciphertext_is_told_for_each_side(
    world: World, key: str, action: str, use: str
) -> None:
    """Each side is a permission of its own (AWS KMS Developer Guide, "AWS KMS permissions")."""
    world.user("Ada", allow(action, Condition={"StringEquals": {"kms:EncryptionContext:team": "books"}}))
    assert reaches(world, key)["Ada"].uses == {use: "IAM policy, with team=books"}


def test_who_reaches_the_key_only_while_dynamodb_works_for_them_is_there(world: World, key: str) -> None:
    through = {"StringEquals": {"kms:ViaService": f"dynamodb.{world.account.region}.amazonaws.com"}}
    world.user("Ada", allow("kms:Decrypt", Condition=through))
    assert reaches(world, key)["Ada"].uses == {}, "no table is under this key"
    tables.create_encrypted_table(world.dynamodb, "Books", key, "Title")
    assert reaches(world, key)["Ada"].uses == {"decrypt": "IAM policy, through DynamoDB for Books"}
    other = keys.create_key(world.kms, "alias/films")
    assert reaches(world, other)["Ada"].uses == {}, "Books is under another key"


def test_a_grantee_who_may_pass_it_on_may_grant(world: World, key: str) -> None:
    ada, bob = world.user("Ada"), world.user("Bob")
    team = {"EncryptionContextSubset": {"team": "books"}}
    for who, operations in ((ada, ["Decrypt", "CreateGrant"]), (bob, ["Decrypt"])):
        world.kms.create_grant(KeyId=key, GranteePrincipal=who, Operations=operations, Constraints=team)
    found = reaches(world, key)
    by = "grant, with team=books"
    assert found["Ada"].uses == {"decrypt": by, "grant": by}
    assert found["Bob"].uses == {"decrypt": by}


def test_a_context_that_no_statement_spells_out_is_tried_where_it_is_given(world: World, key: str) -> None:
    not_empty = {"Null": {"kms:EncryptionContext:team": "false"}}
    world.user("Ada", allow("kms:Decrypt", Condition=not_empty))
    assert reaches(world, key)["Ada"].uses == {}
    assert reaches(world, key, {"team": "books"})["Ada"].uses == {"decrypt": "IAM policy, with team=books"}


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "ForAnyValue:StringEquals"])
def test_a_context_that_a_statement_asks_for_is_tried_by_itself(
    world: World, key: str, operator: str
) -> None:
    world.user("Ada", allow("kms:Decrypt", Condition={operator: {"kms:EncryptionContext:team": "books"}}))
    assert reaches(world, key)["Ada"].uses == {"decrypt": "IAM policy, with team=books"}


def test_a_variable_in_it_has_the_value_of_each_principal(world: World, key: str) -> None:
    own = {"StringEquals": {"kms:EncryptionContext:team": "${aws:PrincipalTag/team}"}}
    for name in ("Ada", "Bob", "Eve"):
        world.user(name, allow("kms:Decrypt", Condition=own))
    for name in ("Ada", "Bob"):
        world.iam.tag_user(UserName=name, Tags=[{"Key": "team", "Value": f"of {name}"}])
    found = reaches(world, key)
    assert found["Ada"].uses == {"decrypt": "IAM policy, with team=of Ada"}
    assert found["Bob"].uses == {"decrypt": "IAM policy, with team=of Bob"}
    assert found["Eve"].uses == {}, "without the tag the variable has no value"


def test_a_role_says_who_may_assume_it(world: World, key: str) -> None:
    world.user("Ada", allow("sts:AssumeRole"))
    world.user("Bob")
    world.role("Reader", allow("kms:Decrypt"))
    reader = reaches(world, key)["Reader"]
    assert (reader.kind, reader.uses) == (PrincipalKind.ROLE, {"decrypt": "IAM policy"})
    assert set(reader.assumed_by) == {"Ada", "you"}


def test_a_role_that_asks_for_the_callers_own_name_is_assumed_all_the_same(world: World, key: str) -> None:
    ada = world.user("Ada")
    own_name = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
    world.iam.create_role(
        RoleName="Reader", AssumeRolePolicyDocument=json.dumps(trust_policy([ada], own_name))
    )
    assert reaches(world, key)["Reader"].assumed_by == ("Ada",)


def test_a_grantee_from_elsewhere_is_there_too(world: World, key: str) -> None:
    stranger = "arn:aws:iam::999999999999:root"
    world.kms.create_grant(KeyId=key, GranteePrincipal=stranger, Operations=["Decrypt", "CreateGrant"])
    assert reaches(world, key)["the account 999999999999"].uses == {"decrypt": "grant", "grant": "grant"}


@pytest.mark.parametrize(
    ("condition", "uses"),
    [
        ({}, {"decrypt": "key policy"}),
        (
            {"StringEquals": {"kms:EncryptionContext:team": "${aws:PrincipalTag/team}"}},
            {"decrypt": "key policy, with team=any"},
        ),
        ({"StringEquals": {"aws:PrincipalAccount": "123456789012"}}, {}),
    ],
)
def test_a_statement_for_everybody_lets_in_other_accounts_unless_it_names_this_one(
    world: World, key: str, condition: dict[str, Any], uses: dict[str, str]
) -> None:
    """ "*" is everybody, in every account, and a user of another account has the tags that this account gives."""
    everybody = use_statement("*", ["kms:Decrypt"], sid="Everybody") | (
        {"Condition": condition} if condition else {}
    )
    keys.put_key_policy(world.kms, key, with_statement(keys.key_policy(world.kms, key), everybody))
    anybody = reaches(world, key).get("anybody")
    assert (anybody.uses if anybody else {}) == uses


def test_who_assumes_a_role(world: World) -> None:
    ada = world.user("Ada")
    world.user("Bob")
    trusted = [ada, "arn:aws:iam::999999999999:root"]
    role = world.role("Reader")
    world.iam.update_assume_role_policy(RoleName="Reader", PolicyDocument=json.dumps(trust_policy(trusted)))
    assert who_assumes(Snapshot(world.account), role) == ("Ada", "the account 999999999999")
    world.iam.update_assume_role_policy(RoleName="Reader", PolicyDocument=json.dumps(trust_policy(["*"])))
    assert {"Ada", "Bob", "you", "anybody"} <= set(who_assumes(Snapshot(world.account), role))


@pytest.mark.parametrize("who", ["root", "user/Eve", "role/Backup"])
def test_another_account_that_the_key_policy_names_is_there_too(
    world: World, key: str, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A principal that ends in root is the whole account (IAM User Guide, "Principal").

    The practice account knows nobody in another account, so the policy is given, not put.
    """
    stranger = f"arn:aws:iam::999999999999:{who}"
    policy = with_statement(keys.key_policy(world.kms, key), use_statement(stranger, sid="Outside"))
    monkeypatch.setattr(keys, "key_policy", lambda *_: policy)
    name = who.rpartition("/")[2].replace("root", "the account 999999999999")
    assert reaches(world, key)[name].uses == {"decrypt": "key policy"}


@pytest.mark.parametrize(
    ("more", "uses"),
    [
        ({"Condition": {"StringEquals": {"kms:CallerAccount": "999999999999"}}}, {"decrypt": "key policy"}),
        ({"Condition": {"StringEquals": {"kms:CallerAccount": "123456789012"}}}, None),
        ({"Effect": "Deny"}, None),
        (
            {"Condition": {"StringEquals": {"kms:EncryptionContext:team": "books"}}},
            {"decrypt": "key policy, with team=books"},
        ),
    ],
)
def test_another_account_reaches_what_its_statement_lets_in(
    world: World, key: str, more: dict[str, Any], uses: dict[str, str] | None
) -> None:
    statement = use_statement("arn:aws:iam::999999999999:root", sid="Outside") | more
    keys.put_key_policy(world.kms, key, with_statement(keys.key_policy(world.kms, key), statement))
    found = reaches(world, key, {"team": "books"}).get("the account 999999999999")
    assert (found.uses if found else None) == uses


@pytest.mark.parametrize(
    ("condition", "effect"),
    [
        ({"StringEquals": {"kms:SigningAlgorithm": "RSASSA_PSS_SHA_256"}}, "Allow"),
        ({"StringNotEquals": {"kms:SigningAlgorithm": "RSASSA_PSS_SHA_256"}}, "Deny"),
    ],
)
def test_an_algorithm_that_a_condition_asks_for_is_named(
    world: World, condition: dict[str, Any], effect: str
) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html, kms:SigningAlgorithm"""
    key = keys.create_key(world.kms, "alias/releases", spec="RSA_2048", usage="SIGN_VERIFY")
    limited = {"Effect": effect, "Action": "kms:Sign", "Resource": "*", "Condition": condition}
    world.user("Ada", limited, *([allow("kms:Sign")] if effect == "Deny" else []))
    world.user("Bob", allow("kms:Verify"))
    found = {each.name: each for each in who_may(Snapshot(world.account), key, "SIGN_VERIFY")}
    assert found["Ada"].uses == {"sign": "IAM policy, with RSASSA_PSS_SHA_256"}
    assert found["Bob"].uses == {"verify": "IAM policy"}
