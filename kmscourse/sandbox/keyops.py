"""The cryptographic operations of KMS on symmetric keys: what encrypts, decrypts and makes data keys.

They are performed here and not by moto, which never sees a plaintext or a data key. Who may call them,
whether the key's state and usage allow it, and whether the parameters are well formed has been decided before
(``authorization.py``, ``rules/``). Answers are dicts as the KMS API reference shows them, bytes in base64.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from typing import Any

from kmscourse.sandbox.backend import Backend
from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.views import KeyView

ALGORITHM = "SYMMETRIC_DEFAULT"
DATA_KEY_BYTES = {"AES_128": 16, "AES_256": 32}

Answer = dict[str, Any]


def perform(call: Call, backend: Backend) -> Answer:
    """The answer to one of ``OPERATIONS``.

    Raises AwsError: InvalidCiphertextException, IncorrectKeyException, NotFoundException, and
    DryRunOperationException where the caller only asks whether it would.
    """
    answer = OPERATIONS[call.operation](call, backend)
    end_dry_run(call)
    return answer


def check_named(call: Call, parameter: str, arn: str, backend: Backend) -> None:
    """Raises IncorrectKeyException where the caller names another key than ``arn``, the one that opens."""
    named = call.parameters.get(parameter)
    if named is not None and backend.key(call.region, named).arn != arn:
        raise AwsError(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )


def end_dry_run(call: Call) -> None:
    """Raises DryRunOperationException (412, as the API reference has it) for a call that was only to be tried."""
    if call.parameters.get("DryRun"):
        raise AwsError(
            "DryRunOperationException", "The request would have succeeded, but the DryRun option is set.", 412
        )


def encrypt(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html"""
    key = backend.key(call.region, call.parameters["KeyId"])
    blob = backend.seal(key, _bytes(call, "Plaintext"), _context(call))
    return {"CiphertextBlob": _base64(blob), "KeyId": key.arn, "EncryptionAlgorithm": ALGORITHM}


def decrypt(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html"""
    blob = _bytes(call, "CiphertextBlob")
    key = _source(call, backend, blob, "KeyId")
    plaintext = backend.open(key, blob, _context(call))
    return {
        "KeyId": key.arn,
        "Plaintext": _base64(plaintext),
        "EncryptionAlgorithm": ALGORITHM,
        "KeyMaterialId": backend.material_id(key, blob),
    }


def re_encrypt(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html"""
    blob = _bytes(call, "CiphertextBlob")
    source = _source(call, backend, blob, "SourceKeyId")
    destination = backend.key(call.region, call.parameters["DestinationKeyId"])
    plaintext = backend.open(source, blob, _context(call, "SourceEncryptionContext"))
    sealed = backend.seal(destination, plaintext, _context(call, "DestinationEncryptionContext"))
    return {
        "CiphertextBlob": _base64(sealed),
        "SourceKeyId": source.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": ALGORITHM,
        "DestinationEncryptionAlgorithm": ALGORITHM,
        "SourceKeyMaterialId": backend.material_id(source, blob),
        "DestinationKeyMaterialId": backend.material_id(destination),
    }


def generate_data_key(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html"""
    key = backend.key(call.region, call.parameters["KeyId"])
    plaintext = os.urandom(_data_key_size(call))
    return {
        "CiphertextBlob": _base64(backend.seal(key, plaintext, _context(call))),
        "Plaintext": _base64(plaintext),
        "KeyId": key.arn,
        "KeyMaterialId": backend.material_id(key),
    }


def generate_data_key_without_plaintext(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html"""
    answer = generate_data_key(call, backend)
    del answer["Plaintext"]
    return answer


def generate_random(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html"""
    return {"Plaintext": _base64(os.urandom(call.parameters["NumberOfBytes"]))}


OPERATIONS: Mapping[str, Callable[[Call, Backend], Answer]] = {
    "Encrypt": encrypt,
    "Decrypt": decrypt,
    "ReEncrypt": re_encrypt,
    "GenerateDataKey": generate_data_key,
    "GenerateDataKeyWithoutPlaintext": generate_data_key_without_plaintext,
    "GenerateRandom": generate_random,
}


def _source(call: Call, backend: Backend, blob: bytes, parameter: str) -> KeyView:
    """The key that made ``blob``; it must be the one that the caller named, if the caller named one."""
    key = backend.key_of_ciphertext(call.region, blob)
    check_named(call, parameter, key.arn, backend)
    return key


def _data_key_size(call: Call) -> int:
    """Bytes of the data key that is wanted; the rules have seen to it that exactly one of the two is given."""
    spec = call.parameters.get("KeySpec")
    return DATA_KEY_BYTES[spec] if spec is not None else int(call.parameters["NumberOfBytes"])


def _context(call: Call, parameter: str = "EncryptionContext") -> Mapping[str, str]:
    return call.parameters.get(parameter) or {}


def _bytes(call: Call, parameter: str) -> bytes:
    return base64.b64decode(call.parameters[parameter])


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
