"""Data keys: made and opened by KMS, and never shown by accident."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from botocore.exceptions import ClientError

from kmscourse.envelope import DataKey, decrypt_data_key, generate_data_key
from kmscourse.errors import EnvelopeError

CONTEXT = {"purpose": "test"}


def test_decrypting_gives_the_same_key(kms, key_id):
    made = generate_data_key(kms, key_id, CONTEXT)
    opened = decrypt_data_key(kms, made.encrypted, CONTEXT)
    assert (opened.key_id, opened.encrypted, opened.plaintext) == (key_id, made.encrypted, made.plaintext)


def test_each_key_is_another_one(kms, key_id):
    keys = [generate_data_key(kms, key_id) for _ in range(5)]
    assert len({key.plaintext for key in keys}) == len({key.encrypted for key in keys}) == 5
    assert {len(key.plaintext) for key in keys} == {32}


def test_no_context_and_an_empty_one_are_the_same(kms, key_id):
    made = generate_data_key(kms, key_id)
    assert decrypt_data_key(kms, made.encrypted, {}).plaintext == made.plaintext


@pytest.mark.parametrize(
    "context", [None, {}, {"purpose": "other"}, {"Purpose": "test"}, {**CONTEXT, "more": "x"}]
)
def test_another_context_is_refused_by_kms(kms, key_id, context):
    made = generate_data_key(kms, key_id, CONTEXT)
    with pytest.raises(ClientError) as refused:
        decrypt_data_key(kms, made.encrypted, context)
    assert refused.value.response["Error"]["Code"] == "InvalidCiphertextException"


def test_a_named_key_must_be_the_right_one(kms, key_id):
    made = generate_data_key(kms, key_id)
    assert decrypt_data_key(kms, made.encrypted, key_id=key_id).plaintext == made.plaintext
    other = kms.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError) as refused:
        decrypt_data_key(kms, made.encrypted, key_id=other)
    assert refused.value.response["Error"]["Code"] == "IncorrectKeyException"


def test_a_wrong_arn_gets_aws_own_answer(kms):
    with pytest.raises(ClientError) as refused:
        generate_data_key(kms, "not-a-key")
    assert refused.value.response["Error"]["Code"] == "NotFoundException"


def test_who_may_not_use_the_key_gets_aws_own_refusal(kms, key_id, lab_user):
    made, reader = generate_data_key(kms, key_id), lab_user.client("kms")
    for call in (lambda: decrypt_data_key(reader, made.encrypted), lambda: generate_data_key(reader, key_id)):
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_the_plaintext_is_not_in_any_repr(pocket_kms):
    key = generate_data_key(pocket_kms, pocket_kms.key_id)
    shown = [repr(key), str(key), f"{key}", repr([key]), repr({"key": key}), "%s" % key]  # noqa: UP031
    for spelling in (key.plaintext.hex(), repr(key.plaintext), str(list(key.plaintext))):
        assert not any(spelling.strip("[]b'") in text for text in shown)
    assert "plaintext=<hidden>" in repr(key)


def test_a_data_key_has_no_dict_to_look_into(pocket_kms):
    with pytest.raises(TypeError):
        vars(generate_data_key(pocket_kms, pocket_kms.key_id))


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps])
def test_a_data_key_can_not_be_written_down(pocket_kms, write):
    with pytest.raises(TypeError):
        write(generate_data_key(pocket_kms, pocket_kms.key_id))


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_data_key_has_32_bytes(size):
    with pytest.raises(EnvelopeError, match=rf"^An AES-256 data key has 32 bytes; this one has {size}\.$"):
        DataKey("key", b"encrypted", bytes(size))
