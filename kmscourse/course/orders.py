"""Orders for a shop, encrypted with the AWS Encryption SDK: its own, and others that it must not take for its own.

All are made here with keys of the learner's. Which is which is decided by the library and the encryption context: no
list of answers is kept. The library is imported when it is needed: that takes as long as opening an account.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag

from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.course.notes import Notes
from kmscourse.course.received import Item, receive
from kmscourse.errors import CourseError

ALIAS, BACKUP, STRANGER = "alias/orders", "alias/orders-backup", "alias/stranger"
SHOP = {"shop": "books"}
"""The encryption context of the shop's own orders; further pairs may be beside it."""
NOTE, ANSWER = "orders", "opened"

Context = Mapping[str, str]


def receive_orders(account: Account, notes: Notes, *, again: bool = False) -> list[Item]:
    """The orders that came in, in no order: each has a ``name`` and a ``message`` of the AWS Encryption SDK (hex).

    They stay the same until you want them ``again``, or have another key. Raises CourseError where there is no key
    ``orders``, ClientError or the library's errors where a message can't be encrypted.
    """
    return receive(account, notes, NOTE, alias=ALIAS, answer=ANSWER, make=_made, again=again)


def opened(account: Account, message: bytes, aliases: Sequence[str]) -> tuple[bytes, Context] | None:
    """The text and the encryption context of a committed message that one of these keys opens; None for any other.

    The context is without the pair that the library adds. KMS is asked to Decrypt. Raises CourseError where a key is
    missing.
    """
    from aws_encryption_sdk import AWSEncryptionSDKClientError, EncryptionSDKClient

    try:
        with _quiet():
            text, header = EncryptionSDKClient().decrypt(
                source=message, key_provider=_provider(account, aliases)
            )
    except (AWSEncryptionSDKClientError, InvalidSignature, InvalidTag):
        return None
    context = {
        name: value for name, value in header.encryption_context.items() if not name.startswith("aws-")
    }
    return text, context


def is_own(context: Context) -> bool:
    """Is this the encryption context of one of the shop's orders?"""
    return SHOP.items() <= context.items()


def _made(account: Account, _: str) -> Iterator[Item]:
    from aws_encryption_sdk import CommitmentPolicy

    own = (ALIAS, BACKUP)
    yield _order(_encrypted(account, b"3 x KMS for beginners", own, SHOP))
    yield _order(_encrypted(account, b"1 x The grant", own, {**SHOP, "customer": "7"}))
    yield _order(_encrypted(account, b"2 x Ten tickets", (BACKUP,), SHOP))

    yield _order(_encrypted(account, b"1,000 x My book, free of charge", (STRANGER,), SHOP))
    music = _encrypted(account, b"2 x Violin", own, {"shop": "music"})
    yield _order(music)
    yield _order(music.replace(b"music", b"books", 1))  # in its header, where everybody can read it
    yield _order(_encrypted(account, b"5 x Dictionary", own, {"shop": "Books"}))
    yield _order(_encrypted(account, b"1 x Anything", own, {}))
    older = CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
    yield _order(_encrypted(account, b"1 x Old news", own, SHOP, commitment_policy=older))
    changed = bytearray(_encrypted(account, b"9 x Poems", own, SHOP))
    changed[_body(changed)] ^= 1  # 9 becomes 8, if nobody looks at the tag
    yield _order(bytes(changed))


def _order(message: bytes) -> Item:
    return {"message": message.hex()}


def _body(message: bytes | bytearray) -> int:
    """Where the text begins in a message of one frame.

    Before it are the mark of the last frame, its number, its nonce and its length, of 4, 4, 12 and 4 bytes
    (AWS Encryption SDK Developer Guide, "Message format reference").
    """
    return message.rindex(b"\xff\xff\xff\xff\x00\x00\x00\x01") + 24


def _encrypted(
    account: Account, text: bytes, aliases: Sequence[str], context: Context, **config: Any
) -> bytes:
    from aws_encryption_sdk import EncryptionSDKClient

    message, _ = EncryptionSDKClient(**config).encrypt(
        source=text, key_provider=_provider(account, aliases), encryption_context=dict(context)
    )
    return bytes(message)


def _provider(account: Account, aliases: Sequence[str]) -> Any:
    """What the library asks for data keys: the first key makes one, all of them encrypt it, and any one opens it."""
    from aws_encryption_sdk import StrictAwsKmsMasterKeyProvider

    arns = []
    for alias in aliases:
        if (arn := keys.find_key(account.client("kms"), alias)) is None:
            raise CourseError(
                f"No key has the alias {alias.removeprefix('alias/')}: run the cells before this one."
            )
        arns.append(arn)
    return StrictAwsKmsMasterKeyProvider(key_ids=arns, botocore_session=account.session._session)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the log of the library, which writes each refusal down with its lines."""
    logger = logging.getLogger("aws_encryption_sdk")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
