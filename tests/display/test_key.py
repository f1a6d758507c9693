"""A key as a card: what KMS tells of it, and what it doesn't."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.display.key import KeyCard


def facts(card: KeyCard) -> dict[str, str]:
    """The rows of the card."""
    return {line[:11].strip(): line[13:] for line in repr(card).splitlines()[1:]}


def test_a_key_is_shown_with_its_names_and_its_state(kms: Any, key_id: str) -> None:
    kms.create_alias(AliasName="alias/one", TargetKeyId=key_id)
    kms.create_alias(AliasName="alias/two", TargetKeyId=key_id)
    shown = facts(KeyCard(kms, "alias/one"))
    assert shown["Aliases"] == "alias/one, alias/two"
    assert (shown["Key ID"], shown["ARN"]) == (key_id.rpartition("/")[2], key_id)
    assert (shown["State"], shown["Rotation"]) == ("✓ Enabled", "off")
    assert shown["Key spec"].startswith("SYMMETRIC_DEFAULT (")
    assert shown["Key usage"] == "ENCRYPT_DECRYPT (encrypt and decrypt)"
    assert shown["Origin"].startswith("AWS_KMS (")
    assert (shown["Regionality"], shown["Managed by"]) == ("single-Region", "you")


def test_a_key_that_opens_nothing_says_so(kms: Any, key_id: str) -> None:
    kms.disable_key(KeyId=key_id)
    assert facts(KeyCard(kms, key_id))["State"].startswith("✗ Disabled: opens nothing")
    when = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)["DeletionDate"]
    assert f"is gone for good on {when:%Y-%m-%d}" in facts(KeyCard(kms, key_id))["State"]


def test_rotation_is_shown_with_its_period(kms: Any, key_id: str) -> None:
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    assert facts(KeyCard(kms, key_id))["Rotation"].startswith("on, every 90 days")


def test_what_kms_does_not_tell_is_said(main: boto3.Session, lab_user: boto3.Session, key_id: str) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": key_id}],
    }
    with pytest.raises(ClientError, match="kms:DescribeKey"):
        KeyCard(lab_user.client("kms"), key_id)
    main.client("iam").put_user_policy(
        UserName="IAMLabUser", PolicyName="Look", PolicyDocument=json.dumps(policy)
    )
    shown = facts(KeyCard(lab_user.client("kms"), key_id))
    assert shown["Aliases"] == shown["Rotation"] == "KMS doesn't say (AccessDeniedException)"
    assert shown["State"] == "✓ Enabled"


def test_a_description_is_shown_and_never_run(kms: Any) -> None:
    key = kms.create_key(Description="<script>alert(1)</script>")["KeyMetadata"]["KeyId"]
    html = KeyCard(kms, key)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("spec", "usage", "kind", "algorithms"),
    [
        ("ECC_NIST_P256", "SIGN_VERIFY", "a pair: ", "ECDSA_SHA_256"),
        ("ML_DSA_65", "SIGN_VERIFY", "a pair: ", "ML_DSA_SHAKE_256"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "symmetric; ", "HMAC_SHA_256"),
        ("RSA_2048", "ENCRYPT_DECRYPT", "a pair: ", "RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256"),
    ],
)
def test_a_key_that_signs_is_shown_with_its_algorithms(
    kms: Any, spec: str, usage: str, kind: str, algorithms: str
) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html"""
    key = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]
    shown = facts(KeyCard(kms, key))
    assert shown["Key spec"].startswith(f"{spec} ({kind}")
    assert shown["Algorithms"] == algorithms
    assert shown["Rotation"].startswith("never")


def test_a_symmetric_key_has_no_row_of_algorithms(kms: Any, key_id: str) -> None:
    assert "Algorithms" not in facts(KeyCard(kms, key_id))
