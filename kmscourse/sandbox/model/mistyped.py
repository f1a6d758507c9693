"""What AWS says of a JSON value that is of the wrong type, as where a client sends ``{"N": 96}`` for ``{"N": "96"}``.

Source: texts recorded from DynamoDB by dynalite's tests, and by a user from Athena, which reads AWS JSON 1.1 as KMS
and CloudTrail do; that their texts are the same is inference, and so is what is said where a map is wanted.
"""

from __future__ import annotations

from typing import Any

from kmscourse.sandbox.call import AwsError

_NESTED = {"List": "list or null", "Map": "map or null", "Structure": "null"}
_JAVA = {"Blob": "java.nio.ByteBuffer"}


def mistyped(value: Any, wanted: str, service: str) -> AwsError:
    """The refusal of ``value`` where ``wanted`` (String, Integer, Boolean, Blob, List, Map, Structure …) belongs."""
    say = _dynamodb if service == "dynamodb" else _json
    return AwsError("SerializationException", say(value, wanted))


def _json(value: Any, wanted: str) -> str:
    if isinstance(value, dict):
        return "Start of structure or map found where not expected."
    if isinstance(value, list):
        return "Start of list found where not expected"
    if wanted in _NESTED:
        return f"Expected {_NESTED[wanted]}"
    return f"{_token(value)} can not be converted to {'an' if wanted[0] in 'AEIOU' else 'a'} {wanted}"


def _dynamodb(value: Any, wanted: str) -> str:
    if isinstance(value, dict):
        return "Start of structure or map found where not expected"
    if wanted in _NESTED:
        return "Unexpected field type"
    if isinstance(value, list):
        return f"Unrecognized collection type class {_JAVA.get(wanted, f'java.lang.{wanted}')}"
    if wanted == "Blob":
        return "only base-64-encoded strings are convertible to bytes"
    if wanted == "Boolean" and isinstance(value, str):
        return "Unexpected token received from parser"
    token = "DECIMAL_VALUE" if isinstance(value, float) else _token(value)
    return f"{token} cannot be converted to {wanted}"


def _token(value: Any) -> str:
    """What AWS's JSON parser calls a value."""
    if value is None or isinstance(value, bool):
        return f"{str(value).replace('None', 'Null').upper()}_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"
