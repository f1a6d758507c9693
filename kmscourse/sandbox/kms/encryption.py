"""What encrypts and decrypts under a symmetric key, and random bytes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.kms.request import (
    Answer,
    Operation,
    check_named,
    context,
    decoded,
    encoded,
    end_dry_run,
    key_in,
)
from kmscourse.sandbox.kms.views import KeyView
from kmscourse.sandbox.model.shapes import ignores_ciphertext

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

ALGORITHM = "SYMMETRIC_DEFAULT"


def encrypt(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html"""
    key = key_in(call, account)
    blob = account.seal(key, decoded(call, "Plaintext"), context(call))
    return {"CiphertextBlob": encoded(blob), "KeyId": key.arn, "EncryptionAlgorithm": ALGORITHM}


def decrypt(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html"""
    _end_permission_test(call)
    blob = decoded(call, "CiphertextBlob")
    key = _source(call, account, blob, "KeyId")
    plaintext = account.open(key, blob, context(call))
    return {
        "KeyId": key.arn,
        "Plaintext": encoded(plaintext),
        "EncryptionAlgorithm": ALGORITHM,
        "KeyMaterialId": account.material_id(key, blob),
    }


def re_encrypt(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html"""
    _end_permission_test(call)
    blob = decoded(call, "CiphertextBlob")
    source = _source(call, account, blob, "SourceKeyId")
    destination = key_in(call, account, "DestinationKeyId")
    plaintext = account.open(source, blob, context(call, "SourceEncryptionContext"))
    sealed = account.seal(destination, plaintext, context(call, "DestinationEncryptionContext"))
    return {
        "CiphertextBlob": encoded(sealed),
        "SourceKeyId": source.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": ALGORITHM,
        "DestinationEncryptionAlgorithm": ALGORITHM,
        "SourceKeyMaterialId": account.material_id(source, blob),
        "DestinationKeyMaterialId": account.material_id(destination),
    }


def generate_random(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html"""
    return {"Plaintext": encoded(os.urandom(call.parameters["NumberOfBytes"]))}


OPERATIONS: Mapping[str, Operation] = {
    "Encrypt": encrypt,
    "Decrypt": decrypt,
    "ReEncrypt": re_encrypt,
    "GenerateRandom": generate_random,
}


def _end_permission_test(call: Call) -> None:
    """A dry run that is to ignore the ciphertext ends before it."""
    if ignores_ciphertext(call):
        end_dry_run(call)


def _source(call: Call, account: Account, blob: bytes, parameter: str) -> KeyView:
    """The key that made ``blob``; it must be the one that the caller named, if the caller named one."""
    key = account.key_of_ciphertext(call.region, blob)
    check_named(call, parameter, key.arn, account)
    return key
