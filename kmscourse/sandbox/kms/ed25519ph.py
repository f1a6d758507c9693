"""Ed25519ph, the signatures of ED25519_PH_SHA_512, which the package ``cryptography`` does not have.

It differs from Ed25519 in two ways: a prefix goes into each hash, so that no signature of one is one of the other, and
it is the SHA-512 of the message that is signed. Its time tells something about the private key: it is for practice.

Points are (x, y) in extended homogeneous coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x * y = T/Z.

Source: RFC 8032, section 5.1 (Ed25519ph is section 5.1 with the dom2 and PH of its table).
"""

from __future__ import annotations

import hashlib

Point = tuple[int, int, int, int]

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_NEUTRAL: Point = (0, 1, 1, 0)
_DOM2 = b"SigEd25519 no Ed25519 collisions" + b"\x01\x00"  # phflag 1, an empty context
_HALF = 32  # bytes of a point or a number in a signature
_SIGN_BIT = 1 << 255


def sign(seed: bytes, message: bytes) -> bytes:
    """The 64 bytes of a signature; ``seed`` are the 32 bytes of an Ed25519 private key."""
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:_HALF], "little") & ((1 << 254) - 8) | (1 << 254)
    public, prehashed = _encoded(_multiple(scalar, _BASE)), hashlib.sha512(message).digest()
    nonce = _hash(digest[_HALF:], prehashed)
    commitment = _encoded(_multiple(nonce, _BASE))
    answer = (nonce + _hash(commitment, public, prehashed) * scalar) % _ORDER
    return commitment + answer.to_bytes(_HALF, "little")


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether it is a signature of the message by the private key of ``public``, 32 bytes."""
    if len(signature) != 2 * _HALF:
        return False
    commitment, answer = signature[:_HALF], int.from_bytes(signature[_HALF:], "little")
    commitment_point, public_point = _decoded(commitment), _decoded(public)
    if commitment_point is None or public_point is None or answer >= _ORDER:
        return False
    challenge = _hash(commitment, public, hashlib.sha512(message).digest())
    right = _sum(commitment_point, _multiple(challenge, public_point))
    return _is_same(_multiple(answer, _BASE), right)


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(_DOM2 + b"".join(parts)).digest(), "little") % _ORDER


def _sum(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiple(factor: int, point: Point) -> Point:
    product = _NEUTRAL
    while factor:
        if factor & 1:
            product = _sum(product, point)
        point = _sum(point, point)
        factor >>= 1
    return product


def _is_same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == (one[1] * other[2] - other[1] * one[2]) % _P == 0


def _encoded(point: Point) -> bytes:
    """The y coordinate, with the lowest bit of x as its highest."""
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(_HALF, "little")


def _decoded(encoded: bytes) -> Point | None:
    """The point that is encoded so; None where there is none."""
    number = int.from_bytes(encoded, "little")
    y = number % _SIGN_BIT
    x = _x_of(y, bool(number & _SIGN_BIT)) if y < _P else None
    return None if x is None else (x, y, 1, x * y % _P)


def _x_of(y: int, is_odd: bool) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_1 % _P
    if (x * x - square) % _P or (x == 0 and is_odd):
        return None
    return _P - x if bool(x & 1) != is_odd else x


def _base_point() -> Point:
    y = 4 * pow(5, -1, _P) % _P
    point = _decoded(y.to_bytes(_HALF, "little"))
    if point is None:
        raise ArithmeticError("the base point is on the curve")
    return point


_BASE = _base_point()
