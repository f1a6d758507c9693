"""Keys by whatever names them, with AWS's texts where nothing does; what they seal; grants on them."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.encryption import material_of, seal, unseal

REGION = "us-east-1"
UNKNOWN = "1234abcd-12ab-34cd-56ef-1234567890ab"
HERE = "arn:aws:kms:us-east-1:123456789012:"


def not_found(practice: Any, name: str) -> str:
    """The text with which a name is refused."""
    with pytest.raises(AwsError) as caught:
        practice.account.keys.named(REGION, name)
    assert (caught.value.code, caught.value.status) == ("NotFoundException", 400)
    return caught.value.message


def test_every_name_of_a_key_leads_to_it(practice: Any) -> None:
    arn = practice.key(Description="x", Tags=[{"TagKey": "a", "TagValue": "b"}])
    practice("kms:CreateAlias", AliasName="alias/one", TargetKeyId=arn)
    practice("kms:CreateAlias", AliasName="alias/two", TargetKeyId=arn)
    key_id = arn.rpartition("/")[2]
    for name in (key_id, arn, "alias/one", "alias/two", HERE + "alias/one"):
        key = practice.account.keys.named(REGION, name)
        assert (key.id, key.arn, key.region) == (key_id, arn, REGION)
    assert (key.spec, key.usage, key.state, key.origin) == (
        "SYMMETRIC_DEFAULT",
        "ENCRYPT_DECRYPT",
        "Enabled",
        "AWS_KMS",
    )
    assert (list(key.aliases), key.tags, key.multi_region) == (["alias/one", "alias/two"], {"a": "b"}, False)
    assert practice.account.keys.find(arn) == key
    assert practice.account.keys.of_region(REGION) == [key]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (UNKNOWN, f"Key '{HERE}key/{UNKNOWN}' does not exist"),
        (f"{HERE}key/{UNKNOWN}", f"Key '{HERE}key/{UNKNOWN}' does not exist"),
        ("fake-key-id", "Invalid keyId 'fake-key-id'"),
        ("1234abcd12ab34cd56ef1234567890ab", "Invalid keyId '1234abcd12ab34cd56ef1234567890ab'"),
        (f"arn:aws:kms:eu-west-1:123456789012:key/{UNKNOWN}", "Invalid arn eu-west-1"),
        ("arn:aws:kms:eu-west-1:123456789012:alias/x", "Invalid arn eu-west-1"),
        ("alias/x", f"Alias {HERE}alias/x is not found."),
        (f"{HERE}alias/x", f"Alias {HERE}alias/x is not found."),
        (
            f"arn:aws:kms:us-east-1:999999999999:key/{UNKNOWN}",
            f"Key 'arn:aws:kms:us-east-1:999999999999:key/{UNKNOWN}' does not exist",
        ),
        ("arn:aws:s3:::bucket", "Invalid arn arn:aws:s3:::bucket"),
        ("arn:aws:kms", "Invalid arn arn:aws:kms"),
        ("", "Invalid keyId ''"),
    ],
)
def test_names_that_lead_nowhere_are_refused_as_on_aws(practice: Any, name: str, text: str) -> None:
    practice.key()
    assert not_found(practice, name) == text


def test_an_arn_of_another_kind_does_not_lead_to_a_key(practice: Any) -> None:
    key = practice.key()
    practice("kms:CreateAlias", AliasName="alias/x", TargetKeyId=key)
    for arn in (key.replace("arn:aws:", "arn:aws-cn:"), f"{HERE}key/alias/x"):
        assert not_found(practice, arn) == f"Invalid arn {arn}"


def test_another_accounts_alias_is_not_ours(practice: Any) -> None:
    practice("kms:CreateAlias", AliasName="alias/x", TargetKeyId=practice.key())
    foreign = "arn:aws:kms:us-east-1:999999999999:alias/x"
    assert not_found(practice, foreign) == f"Alias {foreign} is not found."


@pytest.mark.parametrize(
    "arn", ["", "x", "arn:aws:kms:mars-1:123456789012:key/x", f"{HERE}key/{UNKNOWN}", "arn:aws:iam::1:user/x"]
)
def test_find_key_knows_no_other_arn(practice: Any, arn: str) -> None:
    practice.key()
    assert practice.account.keys.find(arn) is None


def test_regions_have_keys_of_their_own(practice: Any) -> None:
    arn = practice("kms:CreateKey", region="eu-west-1")["KeyMetadata"]["Arn"]
    assert practice.account.keys.find(arn).region == "eu-west-1"
    assert practice.account.keys.of_region(REGION) == []
    blob = seal(practice.account.keys.find(arn), b"x", {})
    assert practice.account.keys.of_ciphertext("eu-west-1", blob).arn == arn
    with pytest.raises(AwsError, match="InvalidCiphertextException"):
        practice.account.keys.of_ciphertext(REGION, blob)


def test_an_aws_managed_key_appears_when_it_is_asked_for_and_serves_its_service_only(kept: Any) -> None:
    key = kept.account.keys.named(REGION, "alias/aws/dynamodb")
    kept.account.commit()
    use, look = key.policy["Statement"]
    assert use["Principal"] == {"AWS": "*"}
    assert use["Condition"]["StringEquals"] == {
        "kms:CallerAccount": "123456789012",
        "kms:ViaService": "dynamodb.us-east-1.amazonaws.com",
    }
    assert "kms:Decrypt" not in look["Action"]
    assert kept("kms:DescribeKey", KeyId=key.arn)["KeyMetadata"]["KeyManager"] == "AWS"
    kept.restart()
    assert kept.account.keys.named(REGION, "alias/aws/dynamodb") == key


def test_states_show(practice: Any) -> None:
    arn = practice.key()
    practice("kms:DisableKey", KeyId=arn)
    assert practice.account.keys.find(arn).state == "Disabled"
    practice("kms:ScheduleKeyDeletion", KeyId=arn, PendingWindowInDays=7)
    assert practice.account.keys.find(arn).state == "PendingDeletion"
    practice("kms:CancelKeyDeletion", KeyId=arn)
    assert practice.account.keys.find(arn).state == "Disabled"


def test_a_blob_belongs_to_one_key(practice: Any) -> None:
    one, other = (practice.account.keys.find(practice.key()) for _ in range(2))
    blob = seal(one, b"x", {"a": "b"})
    assert practice.account.keys.of_ciphertext(REGION, blob) == one
    assert unseal(one, blob, {"a": "b"}) == b"x"
    for key, context, damaged in ((other, {"a": "b"}, blob), (one, {}, blob), (one, {"a": "b"}, blob[:-1])):
        with pytest.raises(AwsError) as caught:
            unseal(key, damaged, context)
        assert (caught.value.code, caught.value.message) == ("InvalidCiphertextException", "")
    assert one.id.encode() not in blob
    assert one.arn.encode() not in blob


def test_blobs_outlive_restarts_and_rotations(kept: Any) -> None:
    arn = kept.key()
    blobs = []
    for turn in range(3):
        key = kept.account.keys.find(arn)
        blobs.append((seal(key, bytes([turn]), {}), key.materials[-1].id))
        kept("kms:RotateKeyOnDemand", KeyId=arn)
        kept.restart()
    key = kept.account.keys.find(arn)
    for turn, (blob, material_id) in enumerate(blobs):
        assert kept.account.keys.of_ciphertext(REGION, blob) == key
        assert unseal(key, blob, {}) == bytes([turn])
        assert material_of(key, blob).id == material_id != key.materials[-1].id


def test_whoever_listens_is_told_when_a_key_can_be_used_and_when_not(gate: Any) -> None:
    told: list[tuple[str, bool]] = []
    gate.account.keys.state_changed = lambda key_arn, usable, at: told.append((key_arn, usable))
    key = gate.key()
    for operation in ("DisableKey", "DisableKey", "EnableKey", "EnableKeyRotation"):
        gate(f"kms:{operation}", KeyId=key)
    gate("kms:ScheduleKeyDeletion", KeyId=key)
    gate("kms:CancelKeyDeletion", KeyId=key)
    assert told == [(key, False), (key, True), (key, False)]
    imported = gate.key(Origin="EXTERNAL")
    gate.import_into(imported, bytes(32), ValidTo=gate.account.now().timestamp() + 3600)
    gate.later(days=1)
    gate("kms:ListKeys")
    assert told[3:] == [(imported, True), (imported, False)]


@pytest.mark.parametrize(
    ("operation", "parameters", "lookups"),
    [
        ("DescribeKey", {"KeyId": "alias/one"}, 1),
        ("PutKeyPolicy", {"KeyId": "$key", "Policy": "$policy"}, 1),
        ("TagResource", {"KeyId": "$key", "Tags": [{"TagKey": "a", "TagValue": "b"}]}, 1),
        ("GenerateDataKey", {"KeyId": "alias/one", "KeySpec": "AES_256"}, 1),
        ("Decrypt", {"CiphertextBlob": "$blob", "KeyId": "alias/one"}, 2),
        ("ReEncrypt", {"CiphertextBlob": "$blob", "SourceKeyId": "$key", "DestinationKeyId": "alias/one"}, 3),
        ("UpdateAlias", {"AliasName": "alias/one", "TargetKeyId": "$key"}, 2),
        ("CreateGrant", {"KeyId": "$key", "GranteePrincipal": "$user", "Operations": ["Decrypt"]}, 1),
    ],
)
def test_a_key_is_looked_up_once_for_each_name_in_a_call(
    gate: Any, monkeypatch: pytest.MonkeyPatch, operation: str, parameters: dict[str, Any], lookups: int
) -> None:
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/one", TargetKeyId=key)
    known = {
        "$key": key,
        "$policy": gate("kms:GetKeyPolicy", KeyId=key)["Policy"],
        "$blob": gate("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"],
        "$user": gate.arn("IAMLabUser"),
    }
    keys, looked_up = gate.account.keys, list[str]()
    for name in ("named", "find", "of_ciphertext"):
        method = getattr(keys, name)

        def counted(*arguments: Any, name: str = name, method: Any = method) -> Any:
            looked_up.append(name)
            return method(*arguments)

        monkeypatch.setattr(keys, name, counted)
    gate(f"kms:{operation}", **{name: known.get(str(value), value) for name, value in parameters.items()})
    assert len(looked_up) == lookups, looked_up
