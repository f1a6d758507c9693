"""Grants made, used, listed and ended, and by whom they may be."""

from __future__ import annotations

from typing import Any

import pytest

DRY = ("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
UNKNOWN = "0123456789abcdef" * 4
WORD = {"Plaintext": "aGVsbG8="}


def create(gate: Any, key: str, by: str = "", **terms: Any) -> dict[str, Any]:
    """A grant of Encrypt to IAMLabUser, unless the terms say otherwise."""
    usual = {"GranteePrincipal": gate.arn("IAMLabUser"), "Operations": ["Encrypt"]}
    return dict(gate("kms:CreateGrant", by=by, KeyId=key, **{**usual, **terms}))


def listed(gate: Any, key: str, **filters: Any) -> list[str]:
    return [grant["GrantId"] for grant in gate("kms:ListGrants", KeyId=key, **filters)["Grants"]]


def refusal(gate: Any, action: str, **details: Any) -> tuple[str, str]:
    error = gate.refused(action, **details)
    return error.code, error.message


# Made


def test_a_grant_is_listed_as_on_aws(gate: Any) -> None:
    key = gate.key()
    made = create(gate, key, Name="mine", Constraints={"EncryptionContextSubset": {"Dept": "HR"}})
    [grant] = gate("kms:ListGrants", KeyId=key)["Grants"]
    assert abs(grant.pop("CreationDate") - gate.account.now().timestamp()) < 60
    assert grant == {
        "KeyId": key,
        "GrantId": made["GrantId"],
        "Name": "mine",
        "GranteePrincipal": gate.arn("IAMLabUser"),
        "IssuingAccount": f"arn:aws:iam::{gate.account_id}:root",
        "Operations": ["Encrypt"],
        "Constraints": {"EncryptionContextSubset": {"Dept": "HR"}},
    }
    assert "GrantToken" not in grant, "only CreateGrant tells it"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (
            {"EncryptionContextSubset": {"Dept": "HR"}, "EncryptionContextEquals": {}},
            {"EncryptionContextSubset": {"Dept": "HR"}},
        ),
        ({"EncryptionContextSubset": {}, "EncryptionContextEquals": {}}, None),
    ],
)
def test_a_constraint_without_pairs_is_none(gate: Any, given: dict[str, Any], kept: object) -> None:
    """Terraform sends both, the one that is not meant empty; on AWS such grants are used."""
    key = gate.key()
    create(gate, key, Constraints=given)
    [grant] = gate("kms:ListGrants", KeyId=key)["Grants"]
    assert grant.get("Constraints") == kept
    gate("kms:Encrypt", by="IAMLabUser", KeyId=key, **WORD, EncryptionContext={"Dept": "HR", "Floor": "2"})


def test_a_grant_without_a_name_is_listed_with_an_empty_one(gate: Any) -> None:
    key = gate.key()
    create(gate, key)
    [grant] = gate("kms:ListGrants", KeyId=key)["Grants"]
    assert grant["Name"] == ""
    assert "RetiringPrincipal" not in grant
    assert "Constraints" not in grant


def test_a_retry_with_a_name_makes_no_second_grant(gate: Any) -> None:
    key = gate.key()
    first, again = create(gate, key, Name="n"), create(gate, key, Name="n")
    assert first["GrantId"] == again["GrantId"]
    assert first["GrantToken"] != again["GrantToken"]
    assert create(gate, key, Name="n", Operations=["Decrypt"])["GrantId"] != first["GrantId"]
    assert create(gate, key)["GrantId"] != create(gate, key)["GrantId"]
    assert len(listed(gate, key)) == 4


def test_a_grant_on_a_key_that_is_disabled_or_about_to_go(gate: Any) -> None:
    key = gate.key()
    grant = create(gate, key)
    terms = {"GranteePrincipal": gate.arn("IAMLabUser"), "Operations": ["Encrypt"]}
    gate("kms:DisableKey", KeyId=key)
    assert refusal(gate, "kms:CreateGrant", KeyId=key, **terms) == (
        "DisabledException",
        f"{key} is disabled.",
    )
    gate("kms:ScheduleKeyDeletion", KeyId=key)
    assert refusal(gate, "kms:CreateGrant", KeyId=key, **terms)[0] == "KMSInvalidStateException"
    assert listed(gate, key) == [grant["GrantId"]]
    gate("kms:RevokeGrant", KeyId=key, GrantId=grant["GrantId"])
    assert listed(gate, key) == []


# Used


def test_a_grant_counts_with_its_token_and_without(gate: Any) -> None:
    key, use = gate.key(), "kms:Encrypt"
    assert refusal(gate, use, by="IAMLabUser", KeyId=key, **WORD)[0] == "AccessDeniedException"
    grant = create(gate, key)
    for tokens in ([], [grant["GrantToken"]], [grant["GrantToken"]] * 10):
        assert gate(use, by="IAMLabUser", KeyId=key, GrantTokens=tokens, **WORD)["KeyId"] == key
    code, text = refusal(
        gate, use, by="IAMLabUser", KeyId=key, GrantTokens=[grant["GrantToken"]] * 11, **WORD
    )
    assert code == "ValidationException"
    assert text.endswith("Member must have length less than or equal to 10")


def test_a_token_is_no_permission_for_others(gate: Any) -> None:
    key = gate.key()
    token = create(gate, key)["GrantToken"]
    gate.user("Eve")
    parameters = {"KeyId": key, "GrantTokens": [token], **WORD}
    assert refusal(gate, "kms:Encrypt", by="Eve", **parameters)[0] == "AccessDeniedException"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("Encrypt", {"KeyId": "$key", **WORD}),
        ("Decrypt", {"CiphertextBlob": "$blob"}),
        ("ReEncrypt", {"CiphertextBlob": "$blob", "DestinationKeyId": "$key"}),
        ("GenerateDataKey", {"KeyId": "$key", "KeySpec": "AES_256"}),
        ("GenerateDataKeyWithoutPlaintext", {"KeyId": "$key", "KeySpec": "AES_256"}),
        ("GenerateDataKeyPair", {"KeyId": "$key", "KeyPairSpec": "ECC_NIST_P256"}),
        ("GenerateDataKeyPairWithoutPlaintext", {"KeyId": "$key", "KeyPairSpec": "ECC_NIST_P256"}),
        ("DescribeKey", {"KeyId": "$key"}),
        ("CreateGrant", {"KeyId": "$key", "GranteePrincipal": "$user", "Operations": ["Decrypt"]}),
    ],
)
def test_what_is_no_token_is_refused_wherever_tokens_are_taken(
    gate: Any, operation: str, parameters: dict[str, Any]
) -> None:
    key = gate.key()
    blob = gate("kms:Encrypt", KeyId=key, **WORD)["CiphertextBlob"]
    known = {"$key": key, "$blob": blob, "$user": gate.arn("IAMLabUser")}
    filled = {
        name: known.get(value, value) if isinstance(value, str) else value
        for name, value in parameters.items()
    }
    over = create(gate, key)
    gate("kms:RevokeGrant", KeyId=key, GrantId=over["GrantId"])
    for token in ("junk", over["GrantId"], over["GrantToken"]):
        code, _ = refusal(gate, f"kms:{operation}", GrantTokens=[token], **filled)
        assert code == "InvalidGrantTokenException"
    gate(f"kms:{operation}", GrantTokens=[create(gate, key)["GrantToken"]], **filled)


def test_an_operation_that_takes_no_tokens_does_not_look_at_them(gate: Any) -> None:
    assert gate("kms:ListKeys", GrantTokens=["junk"])["Keys"] == []


def test_who_passes_a_grant_on_can_pass_on_only_what_it_gives(gate: Any) -> None:
    key, friend = gate.key(), gate.user("Friend")
    context = {"EncryptionContextSubset": {"Dept": "HR"}}
    create(gate, key, Operations=["CreateGrant", "Decrypt", "Encrypt"], Constraints=context)
    to = {"GranteePrincipal": gate.arn(friend)}
    stricter = {"EncryptionContextSubset": {"Dept": "HR", "Floor": "2"}}
    for terms in (
        {"Operations": ["Decrypt", "GenerateDataKey"], "Constraints": context},
        {"Operations": ["Decrypt"]},
        {"Operations": ["Decrypt"], "Constraints": {"EncryptionContextSubset": {"Dept": "IT"}}},
        {"Operations": ["Decrypt"], "Constraints": {"EncryptionContextSubset": {"Floor": "2"}}},
    ):
        code, _ = refusal(gate, "kms:CreateGrant", by="IAMLabUser", KeyId=key, **to, **terms)
        assert code == "AccessDeniedException", terms
    create(gate, key, by="IAMLabUser", **to, Operations=["Encrypt"], Constraints=stricter)
    allowed = {"KeyId": key, "EncryptionContext": {"Dept": "HR", "Floor": "2"}, **WORD}
    assert gate("kms:Encrypt", by=friend, **allowed)["KeyId"] == key
    allowed["EncryptionContext"] = {"Dept": "HR"}
    assert refusal(gate, "kms:Encrypt", by=friend, **allowed)[0] == "AccessDeniedException"


def test_a_deleted_users_grant_is_not_for_the_next_of_that_name(gate: Any) -> None:
    key, name = gate.key(), gate.user("Ann")
    create(gate, key, GranteePrincipal=gate.arn(name), RetiringPrincipal=gate.arn(name))
    assert gate("kms:Encrypt", by=name, KeyId=key, **WORD)["KeyId"] == key
    gate("iam:DeleteUser", UserName=name)
    del gate._key_ids[name]
    gate.user("Ann")
    assert refusal(gate, "kms:Encrypt", by="Ann", KeyId=key, **WORD)[0] == "AccessDeniedException"
    [grant] = gate("kms:ListGrants", KeyId=key)["Grants"]
    assert grant["GranteePrincipal"].startswith("AIDA")
    ending = {"KeyId": key, "GrantId": grant["GrantId"]}
    assert refusal(gate, "kms:RetireGrant", by="Ann", **ending)[0] == "AccessDeniedException"


# Listed


def test_grants_are_found_by_id_and_by_grantee(gate: Any) -> None:
    key, friend = gate.key(), gate.arn(gate.user("Friend"))
    first, second = create(gate, key)["GrantId"], create(gate, key, GranteePrincipal=friend)["GrantId"]
    assert listed(gate, key) == sorted([first, second])
    assert listed(gate, key, GrantId=first) == [first]
    assert listed(gate, key, GranteePrincipal=friend) == [second]
    assert listed(gate, key, GrantId=first, GranteePrincipal=friend) == []
    assert listed(gate, key, GrantId=UNKNOWN) == []
    assert listed(gate, gate.key()) == []


def test_retirable_grants_are_those_of_one_principal_on_any_key(gate: Any) -> None:
    one, other, retiring = gate.key(), gate.key(), gate.arn(gate.user("Friend"))
    wanted = {create(gate, key, RetiringPrincipal=retiring)["GrantId"] for key in (one, other)}
    create(gate, one)
    create(gate, one, RetiringPrincipal=gate.arn(gate.main))
    create(gate, one, GranteePrincipal=retiring)
    answer = gate("kms:ListRetirableGrants", RetiringPrincipal=retiring)
    assert {grant["GrantId"] for grant in answer["Grants"]} == wanted
    assert {grant["KeyId"] for grant in answer["Grants"]} == {one, other}
    assert gate("kms:ListRetirableGrants", RetiringPrincipal=gate.arn("IAMLabUser"))["Grants"] == []
    elsewhere = gate("kms:ListRetirableGrants", region="eu-west-1", RetiringPrincipal=retiring)
    assert elsewhere["Grants"] == []


# Ended


@pytest.mark.parametrize("named", ["token", "another token", "key and id"])
def test_a_grant_is_retired_by_whom_it_names(gate: Any, named: str) -> None:
    key, retiring = gate.key(), gate.user("Friend")
    terms = {"Name": "n", "RetiringPrincipal": gate.arn(retiring)}
    grant, other = create(gate, key, **terms), create(gate, key)
    naming = {
        "token": {"GrantToken": grant["GrantToken"]},
        "another token": {"GrantToken": create(gate, key, **terms)["GrantToken"]},
        "key and id": {"KeyId": key, "GrantId": grant["GrantId"]},
    }[named]
    assert refusal(gate, "kms:RetireGrant", by="IAMLabUser", **naming)[0] == "AccessDeniedException"
    assert refusal(gate, "kms:RetireGrant", by=retiring, DryRun=True, **naming) == DRY
    assert len(listed(gate, key)) == 2
    gate("kms:RetireGrant", by=retiring, **naming)
    assert listed(gate, key) == [other["GrantId"]]


def test_a_grantee_retires_only_what_says_so(gate: Any) -> None:
    key = gate.key()
    keeps, ends = create(gate, key), create(gate, key, Operations=["Encrypt", "RetireGrant"])
    code, _ = refusal(gate, "kms:RetireGrant", by="IAMLabUser", GrantToken=keeps["GrantToken"])
    assert code == "AccessDeniedException", "the other grant is for itself alone"
    gate("kms:RetireGrant", by="IAMLabUser", GrantToken=ends["GrantToken"])
    assert listed(gate, key) == [keeps["GrantId"]]


def test_the_account_retires_whatever_was_granted_in_it(gate: Any) -> None:
    key = gate.key()
    helper = gate.user("Helper", {"Effect": "Allow", "Action": "kms:RetireGrant", "Resource": key})
    for by in (gate.main, helper):
        gate("kms:RetireGrant", by=by, GrantToken=create(gate, key)["GrantToken"])
    assert listed(gate, key) == []


def test_a_grant_is_revoked_by_policy_alone(gate: Any) -> None:
    key, keeper = gate.key(), gate.user("Keeper")
    grant = create(gate, key, GranteePrincipal=gate.arn(keeper), RetiringPrincipal=gate.arn(keeper))
    naming = {"KeyId": key, "GrantId": grant["GrantId"]}
    assert refusal(gate, "kms:RevokeGrant", by=keeper, **naming)[0] == "AccessDeniedException"
    gate.allow(key, keeper, "kms:RevokeGrant")
    assert refusal(gate, "kms:RevokeGrant", by=keeper, DryRun=True, **naming) == DRY
    gate("kms:RevokeGrant", by=keeper, **naming)
    assert listed(gate, key) == []


@pytest.mark.parametrize("operation", ["RetireGrant", "RevokeGrant"])
def test_a_grant_that_is_not_there(gate: Any, operation: str) -> None:
    key, other = gate.key(), gate.key()
    elsewhere = create(gate, other)["GrantId"]
    for grant_id in (UNKNOWN, elsewhere):
        naming = {"KeyId": key, "GrantId": grant_id}
        expected = ("NotFoundException", f"Grant ID {grant_id} not found")
        assert refusal(gate, f"kms:{operation}", **naming) == expected
        assert refusal(gate, f"kms:{operation}", DryRun=True, **naming) == expected
    for grant_id in ("x", UNKNOWN.upper(), UNKNOWN[1:]):
        code, text = refusal(gate, f"kms:{operation}", KeyId=key, GrantId=grant_id)
        assert (code, text) == ("InvalidGrantIdException", f"Invalid grant ID '{grant_id}'")


def test_a_dry_run_makes_no_grant(gate: Any) -> None:
    key = gate.key()
    terms = {"GranteePrincipal": gate.arn("IAMLabUser"), "Operations": ["Decrypt"], "DryRun": True}
    assert refusal(gate, "kms:CreateGrant", KeyId=key, **terms) == DRY
    code, _ = refusal(gate, "kms:CreateGrant", by="IAMLabUser", KeyId=key, **terms)
    assert code == "AccessDeniedException"
    assert listed(gate, key) == []


def test_the_trail_tells_the_grant_and_never_its_token(gate: Any) -> None:
    key = gate.key()
    grant = create(gate, key)
    gate("kms:RetireGrant", GrantToken=grant["GrantToken"])
    [made], [retired] = gate.events(EventName="CreateGrant"), gate.events(EventName="RetireGrant")
    assert made["responseElements"] == {"grantId": grant["GrantId"]}
    assert retired["additionalEventData"] == {"grantId": grant["GrantId"]}
    assert (retired["requestParameters"], retired["resources"][0]["ARN"]) == (None, key)
    assert grant["GrantToken"] not in str(made) + str(retired)
