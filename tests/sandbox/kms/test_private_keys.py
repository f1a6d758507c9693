"""Private keys and HMAC keys: made when they are first needed, and kept from then on."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kmscourse.sandbox.kms import private_keys
from kmscourse.sandbox.kms.specs import SPECS, SYMMETRIC
from tests.sandbox.kms.other_kinds import MAC, MESSAGE, SIGNED, SIGNING

QUICK = sorted(set(private_keys.PRIVATE_KEYS) - {"RSA_3072", "RSA_4096"})  # These take seconds.


def test_every_spec_that_is_not_symmetric_has_a_secret() -> None:
    assert {*private_keys.PRIVATE_KEYS, *private_keys.MAC_KEY_BYTES} == set(SPECS) - {SYMMETRIC}


@pytest.mark.parametrize("spec", QUICK)
def test_a_private_key_comes_back_from_its_bytes(spec: str) -> None:
    secret = private_keys.new_secret(spec)
    assert private_keys.to_bytes(private_keys.of_bytes(secret)) == secret


@pytest.mark.parametrize("spec", private_keys.MAC_KEY_BYTES)
def test_an_hmac_key_is_as_long_as_its_hash(spec: str) -> None:
    assert len(private_keys.new_secret(spec)) * 8 == int(spec.removeprefix("HMAC_"))


@pytest.mark.parametrize("spec", QUICK)
def test_get_public_key_tells_what_the_key_is_for(gate: Any, spec: str) -> None:
    for usage, algorithms in SPECS[spec].items():
        key = gate.key(KeySpec=spec, KeyUsage=usage)
        answer = gate("kms:GetPublicKey", KeyId=key)
        assert gate("kms:GetPublicKey", KeyId=key) == answer, "it is one key pair"
        load_der_public_key(base64.b64decode(answer.pop("PublicKey")))
        assert answer == {
            "KeyId": key,
            "KeySpec": spec,
            "CustomerMasterKeySpec": spec,
            "KeyUsage": usage,
            algorithms.member: list(algorithms.names),
        }
        assert "CurrentKeyMaterialId" not in gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]


@pytest.mark.parametrize("kind", [{}, MAC])
def test_only_asymmetric_keys_have_a_public_key(gate: Any, kind: dict[str, str]) -> None:
    key = gate.key(**kind)
    refusal = gate.refused("kms:GetPublicKey", KeyId=key)
    text = f"{key} key spec is {kind.get('KeySpec', SYMMETRIC)} which is not valid for GetPublicKey."
    assert (refusal.code, refusal.message) == ("UnsupportedOperationException", text)


def test_what_was_made_is_there_after_a_restart(kept: Any) -> None:
    signing, mac = kept.key(**SIGNING), kept.key(**MAC)
    kept.restart()  # before either has a secret
    signature = kept("kms:Sign", KeyId=signing, **SIGNED)["Signature"]
    code = kept("kms:GenerateMac", KeyId=mac, **MESSAGE, MacAlgorithm="HMAC_SHA_256")["Mac"]
    public = kept("kms:GetPublicKey", KeyId=signing)
    kept.restart()
    assert kept("kms:GetPublicKey", KeyId=signing) == public
    assert kept("kms:Verify", KeyId=signing, **SIGNED, Signature=signature)["SignatureValid"] is True
    verified = kept("kms:VerifyMac", KeyId=mac, **MESSAGE, MacAlgorithm="HMAC_SHA_256", Mac=code)
    assert verified["MacValid"] is True


def test_a_refused_call_makes_no_key(gate: Any) -> None:
    key = gate.key(**SIGNING)
    gate.refused("kms:Sign", KeyId=key, **SIGNED, DryRun=True)
    gate.refused("kms:Verify", KeyId=key, **SIGNED, Signature="AAAA")
    assert gate.account.keys.find(key).materials == []


def test_a_key_that_is_gone_verifies_nothing(gate: Any) -> None:
    key = gate.key(**SIGNING)
    signature = gate("kms:Sign", KeyId=key, **SIGNED)["Signature"]
    gate("kms:ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    gate.later(days=8)
    refusal = gate.refused("kms:Verify", KeyId=key, **SIGNED, Signature=signature)
    assert refusal.code == "NotFoundException"
