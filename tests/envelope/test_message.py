"""Sealing bytes: what comes back, and all that doesn't."""

from __future__ import annotations

import base64
import json
import os
import struct

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse.envelope import Envelope, seal, unseal
from kmscourse.errors import EnvelopeError, KmsCourseError

CONTEXT = {"purpose": "test", "for": "Seth"}
SENTENCE = r"^This envelope can't be opened: .+\.$"

texts = st.text(st.characters(exclude_categories=["Cs"]))
same_kms = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def envelope(pocket_kms):
    return seal(pocket_kms, pocket_kms.key_id, b"Hello, this is my sensitive data.", CONTEXT)


@pytest.mark.parametrize("plaintext", [b"", b"x", b"Hello, this is my sensitive data.", bytes(100_000)])
def test_what_was_sealed_is_unsealed(kms, key_id, plaintext):
    assert unseal(kms, seal(kms, key_id, plaintext, CONTEXT), CONTEXT) == plaintext
    assert unseal(kms, seal(kms, key_id, plaintext)) == plaintext


@same_kms
@given(st.binary(), st.dictionaries(texts, texts, max_size=4))
def test_anything_survives_json_and_bytes(pocket_kms, plaintext, context):
    sealed = seal(pocket_kms, pocket_kms.key_id, plaintext, context)
    assert Envelope.from_json(sealed.to_json()) == Envelope.from_bytes(sealed.to_bytes()) == sealed
    assert unseal(pocket_kms, Envelope.from_json(sealed.to_json()), context) == plaintext


def test_nothing_repeats_when_the_same_is_sealed_twice(pocket_kms):
    one, other = (seal(pocket_kms, pocket_kms.key_id, b"the same", CONTEXT) for _ in range(2))
    assert one.nonce != other.nonce
    assert one.ciphertext != other.ciphertext
    assert one.encrypted_data_key != other.encrypted_data_key


def test_the_format_is_as_written(pocket_kms, envelope):
    """Opened here without the package's code: a later version must still open what this one sealed."""
    data = envelope.to_bytes()
    assert data[:6] == b"KMSE\x01\x01"
    (length,) = struct.unpack(">H", data[6:8])
    header, nonce, ciphertext = data[: 20 + length], data[8 + length : 20 + length], data[20 + length :]
    assert data[8 : 8 + length] == envelope.encrypted_data_key
    context = b"\0\0\0\2" + b"\0\0\0\3for" + b"\0\0\0\4Seth" + b"\0\0\0\7purpose" + b"\0\0\0\4test"
    plaintext = AESGCM(pocket_kms.plaintexts[0]).decrypt(nonce, ciphertext, header + context)
    assert plaintext == b"Hello, this is my sensitive data."


def test_an_envelope_says_what_it_is_in_json(envelope):
    fields = json.loads(envelope.to_json())
    assert list(fields) == ["version", "algorithm", "encrypted_data_key", "nonce", "ciphertext"]
    assert (fields["version"], fields["algorithm"]) == (1, "AES-256-GCM")
    assert base64.b64decode(fields["nonce"]) == envelope.nonce


def test_neither_plaintext_nor_data_key_nor_context_is_in_an_envelope(pocket_kms, envelope):
    for secret in (pocket_kms.plaintexts[0], b"Hello, this is my sensitive data."):
        assert secret not in envelope.to_bytes()
        for text in (repr(envelope), str(envelope), envelope.to_json()):
            assert secret.hex() not in text
            assert base64.b64encode(secret).decode().rstrip("=")[:-1] not in text
    assert b"purpose" not in envelope.to_bytes()


def test_every_flipped_bit_is_refused(pocket_kms, envelope):
    data = envelope.to_bytes()
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((EnvelopeError, ClientError)):
            unseal(pocket_kms, Envelope.from_bytes(bytes(changed)), CONTEXT)


def test_every_cut_is_refused(pocket_kms, envelope):
    data = envelope.to_bytes()
    for size in range(len(data)):
        with pytest.raises((EnvelopeError, ClientError)):
            unseal(pocket_kms, Envelope.from_bytes(data[:size]), CONTEXT)


def test_whatever_is_wrong_the_sentence_is_the_same(pocket_kms, envelope):
    data, other = envelope.to_bytes(), seal(pocket_kms, pocket_kms.key_id, b"another", CONTEXT)
    mixed = Envelope(envelope.encrypted_data_key, envelope.nonce, other.ciphertext).to_bytes()
    sentences = set()
    for wrong in (data + b"x", data[:-1], b"", b"junk", data[:-1] + bytes([data[-1] ^ 1]), mixed):
        with pytest.raises(EnvelopeError, match=SENTENCE) as refused:
            unseal(pocket_kms, Envelope.from_bytes(wrong), CONTEXT)
        sentences.add(str(refused.value))
    assert len(sentences) == 1


def test_the_context_is_bound_to_the_data_too(pocket_kms, envelope):
    """Where a KMS that ignores the context opened the data key, the ciphertext still refuses."""
    pocket_kms.decrypt = lambda **_: {"KeyId": pocket_kms.key_id, "Plaintext": pocket_kms.plaintexts[0]}
    with pytest.raises(EnvelopeError, match=SENTENCE):
        unseal(pocket_kms, envelope, {"purpose": "another"})
    assert unseal(pocket_kms, envelope, CONTEXT) == b"Hello, this is my sensitive data."


@pytest.mark.parametrize("context", [None, {"purpose": "test"}, {**CONTEXT, "more": "x"}])
def test_another_context_is_refused_in_the_words_of_kms(kms, key_id, context):
    with pytest.raises(ClientError) as refused:
        unseal(kms, seal(kms, key_id, b"secret", CONTEXT), context)
    assert refused.value.response["Error"]["Code"] == "InvalidCiphertextException"


def test_a_named_key_must_be_the_right_one(kms, key_id):
    sealed = seal(kms, key_id, b"secret")
    assert unseal(kms, sealed, key_id=key_id) == b"secret"
    other = kms.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError) as refused:
        unseal(kms, sealed, key_id=other)
    assert refused.value.response["Error"]["Code"] == "IncorrectKeyException"


def test_a_data_key_of_another_size_is_refused(pocket_kms, envelope):
    """Else a data key of 16 bytes would make AES-128 of it."""
    pocket_kms.decrypt = lambda **_: {"KeyId": pocket_kms.key_id, "Plaintext": bytes(16)}
    with pytest.raises(EnvelopeError):
        unseal(pocket_kms, envelope, CONTEXT)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"algorithm": "AES-256-CBC"},
        {"nonce": ""},
        {"nonce": None},
        {"ciphertext": "ab=c"},
        {"ciphertext": 7},
        {"encrypted_data_key": ""},
        {"context": {}},
    ],
)
def test_json_that_is_no_envelope_is_one_sentence(envelope, change):
    with pytest.raises(EnvelopeError, match=SENTENCE):
        Envelope.from_json(json.dumps(json.loads(envelope.to_json()) | change))


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", "7", "null", '"text"', "[" * 100_000, "\ud800"])
def test_text_that_is_no_envelope_is_one_sentence(text):
    with pytest.raises(EnvelopeError, match=SENTENCE):
        Envelope.from_json(text)


def test_base64_has_one_spelling(pocket_kms):
    """The last letter before the padding has spare bits; a changed one must not pass."""
    text = seal(pocket_kms, pocket_kms.key_id, b"x" * 2).to_json()  # 18 bytes: no spare bits; the key has 60
    fields = json.loads(text)
    fields["ciphertext"] = base64.b64encode(os.urandom(17)).decode()
    respelled = fields["ciphertext"][:-2] + chr(ord(fields["ciphertext"][-2]) + 1) + "="
    assert base64.b64decode(respelled) == base64.b64decode(fields["ciphertext"])
    Envelope.from_json(json.dumps(fields))
    with pytest.raises(EnvelopeError):
        Envelope.from_json(json.dumps({**fields, "ciphertext": respelled}))


@pytest.mark.parametrize("plaintext", ["text", None, 7, ["a"]])
def test_only_bytes_are_sealed(pocket_kms, plaintext):
    with pytest.raises(
        KmsCourseError, match=r"^seal takes bytes\. If you have a text, pass text\.encode\(\)\.$"
    ):
        seal(pocket_kms, pocket_kms.key_id, plaintext)
    assert not pocket_kms.plaintexts, "no data key is made for nothing"


def test_a_wrong_arn_gets_aws_own_answer(kms):
    with pytest.raises(ClientError) as refused:
        seal(kms, "not-a-key", b"secret")
    assert refused.value.response["Error"]["Code"] == "NotFoundException"
