"""Files of any size, sealed in frames of 64 KiB: constant memory, and no frame can be moved, cut or added.

A sealed file is a header (``header.py``) and the frames, each 64 KiB of the source (the last one less) with
its 16-byte tag. A frame's nonce is the file's random prefix (7 bytes), the frame's number (4 bytes,
big-endian) and a byte that is 1 for the last frame and 0 before it: the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance"
(CRYPTO 2015). Header and encryption context are the associated data of every frame. The numbers suffice for
256 TiB.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmscourse.envelope.data_key import decrypt_data_key, generate_data_key
from kmscourse.envelope.header import (
    NONCE_SIZE,
    TAG_SIZE,
    cannot_open,
    context_bytes,
    read_header,
    write_header,
)
from kmscourse.envelope.replacement import replacement

if TYPE_CHECKING:
    from _typeshed import StrPath
    from types_boto3_kms import KMSClient

KIND = b"KMSF"
FRAME_SIZE = 64 * 1024  # bytes of the source in one frame

Progress = Callable[[int, int], object]


def seal_file(
    kms: KMSClient,
    key_id: str,
    source: StrPath,
    target: StrPath,
    encryption_context: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> None:
    """Encrypts the file ``source`` into ``target`` under a fresh data key of the KMS key ``key_id``.

    ``target`` appears, or is replaced, only once all of it is written; nothing is left where the process ends
    before. It gets the mode of the file that it replaces, or of a new one, less the umask. Who can't read ``source``
    (its group, all others) can't read ``target`` either, even though what is sealed could be shown to anybody.
    ``progress(done, total)`` hears after each frame how many bytes of the source are done; an exception in it cancels.
    Raises ClientError where KMS refuses, OSError where a file can't be read or written, KmsCourseError where
    ``source`` is no file, or ``target`` is none or is ``source``.
    """
    context = context_bytes(encryption_context)
    with replacement(source, target, as_private=True) as (reader, writer):
        data_key = generate_data_key(kms, key_id, encryption_context)
        prefix = os.urandom(NONCE_SIZE[KIND])
        header = write_header(KIND, data_key.encrypted, prefix)
        cipher = AESGCM(data_key.plaintext)
        writer.write(header)
        for nonce, frame in _frames(reader, FRAME_SIZE, prefix, progress):
            writer.write(cipher.encrypt(nonce, frame, header + context))


def unseal_file(
    kms: KMSClient,
    source: StrPath,
    target: StrPath,
    encryption_context: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    *,
    key_id: str | None = None,
) -> None:
    """Decrypts the sealed file ``source`` into ``target``, for the context with which it was sealed.

    ``target`` appears, or is replaced, only once the last frame has proved true; nothing is left where the process
    ends before. It gets the mode of the file that it replaces, or of a new one, less the umask: a sealed file may be
    there for all to read, and its mode says nothing of who may read what is in it. ``progress`` is as in
    ``seal_file``; ``key_id`` insists on a KMS key.
    Raises as ``seal_file`` does, and EnvelopeError where anything was changed, cut, moved or added.
    """
    context = context_bytes(encryption_context)
    subject = f"The file {os.fspath(source)}"
    with replacement(source, target) as (reader, writer):
        encrypted_data_key, prefix = read_header(KIND, reader, subject)
        header = write_header(KIND, encrypted_data_key, prefix)
        data_key = decrypt_data_key(kms, encrypted_data_key, encryption_context, key_id=key_id)
        cipher = AESGCM(data_key.plaintext)
        try:
            for nonce, frame in _frames(reader, FRAME_SIZE + TAG_SIZE, prefix, progress):
                writer.write(cipher.decrypt(nonce, frame, header + context))
        except InvalidTag:
            raise cannot_open(subject) from None


def _frames(
    reader: BinaryIO, size: int, prefix: bytes, progress: Progress | None
) -> Iterator[tuple[bytes, bytes]]:
    """Each frame with its nonce, from where ``reader`` stands; ``progress`` is told once it is dealt with."""
    done, total = reader.tell(), os.fstat(reader.fileno()).st_size
    number, frame, last = 0, reader.read(size), False
    while not last:
        following = reader.read(size)  # one frame ahead: the last one is known by nothing after it
        last = not following
        yield prefix + number.to_bytes(4, "big") + bytes([last]), frame
        done += len(frame)
        if progress is not None:
            progress(done, total)
        number, frame = number + 1, following
