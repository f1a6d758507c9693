"""Condition operators: how a value of the request is compared with the values in a policy.

IAM User Guide, "IAM JSON policy elements: Condition operators". What an operator has to say about one value
of the request is yes, no, or None: the value, or the policy's, is not of the operator's type.
"""

from __future__ import annotations

import base64
import binascii
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from kmscourse.policy.language.patterns import (
    ARN_SEGMENTS,
    is_arn,
    matches_nothing,
    resolved_arn_matcher,
    text_matcher,
)
from kmscourse.policy.language.variables import Pattern

Test = Callable[[str], bool | None]


@dataclass(frozen=True, slots=True)
class Operator:
    """``build`` makes, of the policy's values, the test of one value of the request.

    ``inverted`` negates it. ``wildcards`` says whether "*" and "?" stand for other characters: the policy's values are
    then patterns, and texts otherwise. ``variables`` says whether "${...}" stands for other texts.
    """

    build: Callable[..., Test]
    inverted: bool = False
    wildcards: bool = False
    variables: bool = False


# Strings


def _equals(texts: Sequence[str]) -> Test:
    return frozenset(texts).__contains__


def _equals_ignoring_case(texts: Sequence[str]) -> Test:
    lowered = frozenset(map(str.lower, texts))
    return lambda value: value.lower() in lowered


def _like(patterns: Sequence[Pattern]) -> Test:
    matchers = [text_matcher(pattern) for pattern in patterns]
    return lambda value: any(matches(value) for matches in matchers)


# ARNs


def _arn(patterns: Sequence[Pattern]) -> Test:
    matchers = [resolved_arn_matcher(pattern, complete=False) for pattern in patterns]
    unreadable = matches_nothing in matchers

    def test(value: str) -> bool | None:
        segments = value.split(":", ARN_SEGMENTS - 1)
        if not is_arn(segments):
            return None
        if any(matches(segments) for matches in matchers):
            return True
        return None if unreadable else False

    return test


# Numbers, dates and addresses: read first, then compared


def _compared(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Callable[..., Test]:
    def build(texts: Sequence[str]) -> Test:
        limits = [limit for limit in map(read, texts) if limit is not None]
        unreadable = len(limits) < len(texts)

        def test(text: str) -> bool | None:
            value = read(text)
            if value is None:
                return None
            if any(compare(value, limit) for limit in limits):
                return True
            return None if unreadable else False

        return test

    return build


_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
MAX_NUMBER_LENGTH = 300


@lru_cache(maxsize=1024)
def read_number(text: str) -> int | float | None:
    """An integer or decimal number."""
    text = text.strip()
    if len(text) > MAX_NUMBER_LENGTH or not _NUMBER.fullmatch(text):
        return None
    if text.lstrip("+-").isdigit():
        return int(text)
    decimal = float(text)
    return decimal if math.isfinite(decimal) else None


_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)
# From here on epoch seconds would lie beyond the year 5000: such a number counts milliseconds.
_MILLISECONDS = 10**11


@lru_cache(maxsize=1024)
def read_date(text: str) -> float | None:
    """A moment, as seconds since 1970: from a W3C date (UTC where no zone stands), or from epoch time."""
    text = text.strip()
    shape = _DATE.fullmatch(text)
    if shape is None:
        epoch = read_number(text)
        return epoch / 1000 if epoch is not None and abs(epoch) >= _MILLISECONDS else epoch
    year, month, day, hour, minute, second, fraction, zone = shape.groups()
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=_zone(zone),
        )  # fmt: skip
        return moment.timestamp() + float(fraction or 0)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


@lru_cache(maxsize=1024)
def read_network(text: str) -> IPv4Network | IPv6Network | None:
    """An address range; an address alone is the range of that one."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.subnet_of(MAPPED):
        return IPv4Network((int(network.network_address) & 0xFFFF_FFFF, network.prefixlen - MAPPED.prefixlen))
    return network


@lru_cache(maxsize=1024)
def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 or IPv6 address; an IPv4 address that is written as IPv6 is the IPv4 address."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291, section 2.5.5.2


def _ip(texts: Sequence[str]) -> Test:
    networks = list(map(read_network, texts))

    def test(text: str) -> bool | None:
        address = read_address(text)
        if address is None:
            return None
        if any(address in network for network in networks if network is not None):
            return True
        return None if None in networks else False

    return test


# The rest


def read_boolean(text: str) -> bool | None:
    """true or false, in any case."""
    return {"true": True, "false": False}.get(text.strip().lower())


def _binary(texts: Sequence[str]) -> Test:
    """The policy holds base64; the request the bytes themselves, or base64 where they are no text."""
    encoded = frozenset(texts)
    decoded = frozenset(map(_decode, encoded))
    return lambda value: value in encoded or value.encode(errors="surrogatepass") in decoded


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _family(name: str, read: Callable[[str], Any]) -> dict[str, Operator]:
    """The six operators that compare what has an order."""
    return {
        f"{name}Equals": Operator(_compared(read, operator.eq)),
        f"{name}NotEquals": Operator(_compared(read, operator.eq), inverted=True),
        f"{name}LessThan": Operator(_compared(read, operator.lt)),
        f"{name}LessThanEquals": Operator(_compared(read, operator.le)),
        f"{name}GreaterThan": Operator(_compared(read, operator.gt)),
        f"{name}GreaterThanEquals": Operator(_compared(read, operator.ge)),
    }


def _pair(name: str, inverse: str, build: Callable[..., Test], **traits: bool) -> dict[str, Operator]:
    return {name: Operator(build, **traits), inverse: Operator(build, inverted=True, **traits)}


# Null is not among them: it asks whether a key is there, not what its value is.
OPERATORS: Mapping[str, Operator] = {
    **_pair("StringEquals", "StringNotEquals", _equals, variables=True),
    **_pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _equals_ignoring_case, variables=True),
    **_pair("StringLike", "StringNotLike", _like, variables=True, wildcards=True),
    **_pair("ArnEquals", "ArnNotEquals", _arn, variables=True, wildcards=True),
    **_pair("ArnLike", "ArnNotLike", _arn, variables=True, wildcards=True),
    **_family("Numeric", read_number),
    **_family("Date", read_date),
    **_pair("IpAddress", "NotIpAddress", _ip),
    "Bool": Operator(_compared(read_boolean, operator.eq), variables=True),
    "BinaryEquals": Operator(_binary),
}
