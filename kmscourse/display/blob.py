"""A ciphertext blob of KMS, dissected: what is a public format, what was observed, and what is inference.

AWS documents the blob as opaque. The layout comes from public comparison of blobs byte by byte (awsteele.com, "Cursory
KMS research", 2020), from the scheme that AWS describes in "AWS KMS Cryptographic Details" and in Campagna and Gueron,
"Key Management Systems at the Cloud Scale", Cryptography 3(3), 2019, and from the standards that its second half
follows: PKCS #7 EncryptedData (RFC 2315, section 13) with the parameters of AES-GCM (RFC 5084, section 3.2).
"""

from __future__ import annotations

from collections.abc import Iterator

from kmscourse.display import der
from kmscourse.display.card import Card, Words
from kmscourse.display.layout import ByteRange, Known, in_full, layout
from kmscourse.errors import KmsCourseError

OPAQUE = "AWS documents this blob as opaque: a program gives it back unchanged, and relies on nothing in it."
NOT_IN_IT = (
    "The encryption context is not in it. KMS authenticates it together with the ciphertext, so whoever calls "
    "Decrypt has to give it again."
)
PKCS7_ENCRYPTED, PKCS7_DATA, AES256_GCM = (
    "1.2.840.113549.1.7.6", "1.2.840.113549.1.7.1", "2.16.840.1.101.3.4.1.46",
)  # fmt: skip
OIDS = {PKCS7_ENCRYPTED: "pkcs7-encryptedData", PKCS7_DATA: "pkcs7-data", AES256_GCM: "aes256-GCM"}
TOKEN_BYTES, NONCE_BYTES, LENGTH_BYTES, IV_BYTES, TAG_BYTES = 32, 16, 4, 12, 16
FRAMING = 11  # bytes that the ciphertext has more than the plaintext


HOW = (
    "documented: a public standard, PKCS #7 (RFC 2315) with AES-GCM (RFC 5084). observed: the blobs that people have "
    "published have it. inference: it fits what AWS writes about its scheme, but AWS has not confirmed it."
)


class BlobCard(Card):
    """What KMS's Encrypt and GenerateDataKey return, part by part. Raises KmsCourseError for any other bytes."""

    def __init__(self, blob: bytes) -> None:
        caption = f"A ciphertext blob of {len(blob)} bytes, dissected"
        super().__init__(
            layout(caption, dissect(blob), sources=True),
            in_full(blob),
            Words(HOW, "How we know."),
            Words(OPAQUE),
            Words(NOT_IN_IT),
        )


def dissect(blob: bytes) -> list[ByteRange]:
    """The parts of a blob; together they are the blob. Raises KmsCourseError for any other bytes."""
    if not blob.startswith((b"\x01\x01", b"\x01\x02")) or blob[3:5] != b"\x00\x78":
        raise _no_blob("it doesn't begin as one")
    parts = list(_header(blob))
    start = parts[-1].offset + LENGTH_BYTES
    if len(blob) < start or int.from_bytes(parts[-1].data, "big") != len(blob) - start:
        raise _no_blob("it isn't as long as it says")
    try:
        structure = der.read(blob, start)
    except KmsCourseError as error:
        raise _no_blob(str(error)) from None
    return [*parts, *_encrypted_data(blob, structure)]


def _no_blob(why: str) -> KmsCourseError:
    return KmsCourseError(f"These bytes are no ciphertext blob of a symmetric KMS key: {why.rstrip('.')}.")


def _header(blob: bytes) -> Iterator[ByteRange]:
    """What stands before the DER structure."""
    own_key = blob[1] == 2
    fields = [
        (1, "format", "01 in every blob seen.", Known.OBSERVED),
        (1, "kind", "02 where each message has a key of its own, 01 in older blobs.", Known.INFERENCE),
        (1, "(not known)", "02 or 03 in the blobs seen.", Known.UNKNOWN),
        (2, "(not known)", "00 78 in every blob seen.", Known.UNKNOWN),
        (
            TOKEN_BYTES,
            "token of the key material",
            "The same in every blob made with the same key material, but not the key's id and not its ARN. AWS "
            "documents that a blob tells KMS which key material opens it, but not that it does so here.",
            Known.INFERENCE,
        ),
    ]
    if own_key:
        fields += [
            (1, "key derivation", "01 in every blob of this kind.", Known.INFERENCE),
            (
                NONCE_BYTES,
                "nonce",
                "Different in every blob. The scheme that AWS describes derives a key for each message from the key "
                "material and a nonce of this size.",
                Known.INFERENCE,
            ),
        ]
    fields.append((LENGTH_BYTES, "length", "Of all that follows, big-endian.", Known.OBSERVED))
    offset = 0
    for size, name, meaning, known in fields:
        yield ByteRange(offset, blob[offset : offset + size], name, meaning, known)
        offset += size


def _encrypted_data(blob: bytes, structure: der.Element) -> Iterator[ByteRange]:
    """The DER structure, element by element. Raises KmsCourseError where it isn't the one that is expected."""
    try:
        kind, container = _inside(structure, der.SEQUENCE)
        (data,) = _inside(container, 0xA0)
        version, content = _inside(data, der.SEQUENCE)
        content_kind, algorithm, encrypted = _inside(content, der.SEQUENCE)
        cipher, parameters = _inside(algorithm, der.SEQUENCE)
        iv, tag_size = _inside(parameters, der.SEQUENCE)
    except ValueError:
        raise _no_blob("its DER structure isn't PKCS #7 EncryptedData with AES-GCM") from None
    actual = [
        *map(_oid, (kind, content_kind, cipher)),
        version.content,
        len(iv.content),
        iv.tag,
        tag_size.content,
    ]
    expected = [
        PKCS7_ENCRYPTED,
        PKCS7_DATA,
        AES256_GCM,
        b"\0",
        IV_BYTES,
        der.OCTET_STRING,
        bytes([TAG_BYTES]),
    ]
    if actual != expected or encrypted.tag != 0x80 or len(encrypted.content) < TAG_BYTES:
        raise _no_blob("its DER structure isn't PKCS #7 EncryptedData with AES-GCM")

    def opened(element: der.Element, name: str, meaning: str, depth: int) -> ByteRange:
        """Tag and length of an element; what is in it follows."""
        end = element.offset + element.header
        return ByteRange(
            element.offset, blob[element.offset : end], f"{element.name} {name}", meaning, depth=depth
        )

    def whole(element: der.Element, name: str, meaning: str, depth: int) -> ByteRange:
        end = element.offset + element.size
        return ByteRange(
            element.offset, blob[element.offset : end], f"{element.name} {name}", meaning, depth=depth
        )

    yield opened(structure, "ContentInfo", "PKCS #7.", 0)
    yield whole(kind, OIDS[PKCS7_ENCRYPTED], PKCS7_ENCRYPTED, 1)
    yield opened(container, "content", "", 1)
    yield opened(data, "EncryptedData", "", 2)
    yield whole(version, "version", "0", 3)
    yield opened(content, "EncryptedContentInfo", "", 3)
    yield whole(content_kind, OIDS[PKCS7_DATA], PKCS7_DATA, 4)
    yield opened(algorithm, "AlgorithmIdentifier", "", 4)
    yield whole(cipher, OIDS[AES256_GCM], AES256_GCM, 5)
    yield opened(parameters, "GCMParameters", "", 5)
    yield whole(iv, "initialisation vector", f"{IV_BYTES} bytes after tag and length.", 6)
    yield whole(tag_size, "length of the tag", f"{TAG_BYTES} bytes.", 6)
    yield opened(encrypted, "encryptedContent", f"{len(encrypted.content)} bytes follow.", 4)
    middle, end = len(blob) - TAG_BYTES, len(blob)
    start = encrypted.offset + encrypted.header
    sealed = middle - start
    clear = f"{sealed - FRAMING} bytes of plaintext and " if sealed >= FRAMING else ""
    yield ByteRange(
        start,
        blob[start:middle],
        "ciphertext",
        f"{clear}{min(sealed, FRAMING)} more whose meaning isn't known: every blob seen is that much longer.",
        Known.INFERENCE,
        5,
    )
    yield ByteRange(
        middle,
        blob[middle:end],
        "tag",
        "With it KMS notices every changed byte. AWS does not say that it comes last.",
        Known.INFERENCE,
        5,
    )


def _inside(element: der.Element, tag: int) -> tuple[der.Element, ...]:
    """The children of an element with this tag; of another there are none to unpack."""
    return element.children if element.tag == tag else ()


def _oid(element: der.Element) -> str:
    try:
        return der.object_identifier(element.content) if element.tag == der.OBJECT_IDENTIFIER else ""
    except KmsCourseError:
        return ""
