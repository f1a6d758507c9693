"""Updates for a device, as they come in: some are genuine, the others are forged, or older than what the device has.

All are made here, with the learner's signing key where a forger can have its signature, and without it elsewhere. Which
is which is decided by the signature and the version alone: no list of answers is kept.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kmscourse.account import Account
from kmscourse.course.notes import Notes
from kmscourse.course.received import Item, receive

ALIAS = "alias/releases"
ALGORITHM = "RSASSA_PSS_SHA_256"
"""What the device and its maker have agreed on: the key, and the one algorithm."""
INSTALLED = 5
"""The version that the device has."""
NOTE, ANSWER = "updates", "accepted"

_PSS = PSS(MGF1(SHA256()), salt_length=SHA256.digest_size)


def receive_updates(account: Account, notes: Notes, *, again: bool = False) -> list[Item]:
    """The updates that came in, in no order: each has ``name``, ``text``, ``algorithm`` and ``signature`` (hex).

    ``text`` is JSON with a ``version``, ``algorithm`` what the sender says. They stay the same until you want them
    ``again``, or have another signing key. Raises CourseError where there is no key ``releases``, ClientError where KMS
    doesn't sign with it.
    """
    return receive(account, notes, NOTE, alias=ALIAS, answer=ANSWER, make=_made, again=again)


def is_signed(update: Item, public_key: bytes) -> bool:
    """Is the signature of an update one by this RSA key (DER), and by the agreed algorithm?"""
    key = load_der_public_key(public_key)
    if not isinstance(key, rsa.RSAPublicKey) or update["algorithm"] != ALGORITHM:
        return False
    try:
        key.verify(bytes.fromhex(update["signature"]), update["text"].encode(), _PSS, SHA256())
    except InvalidSignature:
        return False
    return True


def is_newer(update: Item) -> bool:
    """Has an update a higher version than the one that is installed?"""
    return int(json.loads(update["text"])["version"]) > INSTALLED


def _text(version: int, what: str) -> str:
    return json.dumps({"version": version, "what": what})


def _update(text: str, algorithm: str, signature: bytes) -> Item:
    return {"text": text, "algorithm": algorithm, "signature": signature.hex()}


def _made(account: Account, key: str) -> Iterator[Item]:
    kms = account.client("kms")

    def signature(message: bytes, message_type: str = "RAW", algorithm: str = ALGORITHM) -> bytes:
        answer = kms.sign(KeyId=key, Message=message, MessageType=message_type, SigningAlgorithm=algorithm)
        return bytes(answer["Signature"])

    for version, what in ((6, "opens faster"), (8, "needs less power")):
        text = _text(version, what)
        yield _update(text, ALGORITHM, signature(text.encode()))
    text = _text(7, "knows winter time")  # by its digest: the same signature
    yield _update(text, ALGORITHM, signature(sha256(text.encode()).digest(), "DIGEST"))

    old = _text(3, "opens to a knock")
    old_signature = signature(old.encode())
    yield _update(old, ALGORITHM, old_signature)  # genuine, and withdrawn long ago
    yield _update(_text(9, "opens to a knock"), ALGORITHM, old_signature)
    other = _text(9, "opens by itself")
    yield _update(
        other, ALGORITHM, signature(sha256(other.encode()).digest())
    )  # signs the digest as a message

    by_another_key = rsa.generate_private_key(65537, 3072).sign(other.encode(), _PSS, SHA256())
    yield _update(other, ALGORITHM, by_another_key)
    by_an_older_algorithm = "RSASSA_PKCS1_V1_5_SHA_256"
    yield _update(other, by_an_older_algorithm, signature(other.encode(), algorithm=by_an_older_algorithm))
    public_key: bytes = kms.get_public_key(KeyId=key)["PublicKey"]
    yield _update(other, "HMAC_SHA_256", hmac.digest(public_key, other.encode(), "sha256"))
    yield _update(other, "none", b"")
