"""Envelope encryption: the data under a data key, the data key under a KMS key.

    seal, unseal              bytes in memory, as an Envelope
    seal_file, unseal_file    a file of any size, frame by frame
    DataKeyCache              seals and unseals many, with fewer calls of KMS
    generate_data_key, decrypt_data_key    the two calls of KMS under all of them
    context_bytes             an encryption context as it is authenticated with the data

The cipher is AES-256-GCM with a data key of its own for each envelope and file; only a cache seals several with
one. The encryption context is bound twice: KMS opens the data key only for it, and the data is authenticated
together with it. It isn't kept in what is sealed: a context read from there would only repeat what the sender
claims, so whoever unseals says it again.

What was damaged, cut short or mixed up is an EnvelopeError, with one sentence for every reason. What AWS
refuses stays botocore's ClientError.
"""

from __future__ import annotations

from kmscourse.envelope.cache import DataKeyCache
from kmscourse.envelope.data_key import DataKey, decrypt_data_key, generate_data_key
from kmscourse.envelope.files import seal_file, unseal_file
from kmscourse.envelope.header import context_bytes
from kmscourse.envelope.message import Envelope, seal, unseal

__all__ = [
    "DataKey",
    "DataKeyCache",
    "Envelope",
    "context_bytes",
    "decrypt_data_key",
    "generate_data_key",
    "seal",
    "seal_file",
    "unseal",
    "unseal_file",
]
