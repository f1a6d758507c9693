"""What a service's public model says of a call's parameters: what must be there, of which type, within which limits.

Everything behind this check can rely on the types, so that no mistyped request reaches moto. A wrong type is
a SerializationException, a constraint that fails a ValidationException (IAM and STS: ValidationError).

Source: botocore's service models, which AWS publishes; the constraint sentences as AWS prints them.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.model.descriptions import description
from kmscourse.sandbox.model.mistyped import mistyped
from kmscourse.sandbox.protocol.services import PROTOCOLS

# Where DynamoDB limits texts and lists, moto knows its own words for it; CloudTrail has codes of its own.
_NUMBERS_CHECKED = ("kms", "dynamodb", "iam", "sts")
_LENGTHS_CHECKED = ("kms", "iam", "sts", "tagging")
_UNSHOWN = "Value"  # In place of "Value '…'": what is secret, what has no short form, everything in IAM.
_SHOWN_CHARACTERS = 300
TAG_CHARACTERS = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*"
"""The pattern of a tag's key and value. IAM's model has it; those of KMS and DynamoDB do not, and hold to it."""
_CATEGORIES = {"L": "a-zA-Z", "N": "0-9", "Z": " "}  # Unicode's letters, numbers and separators, in ASCII
_BEYOND = {"integer": 1 << 31, "long": 1 << 63}  # The first number that a type of integers has no room for.

# What the models leave open for the sake of variants, most of which the practice account does not offer.
_ALSO_REQUIRED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("kms", "Decrypt"): ("CiphertextBlob",),
    ("kms", "ReEncrypt"): ("CiphertextBlob",),
    ("dynamodb", "CreateTable"): ("AttributeDefinitions", "KeySchema"),
}
_WITHOUT_CIPHERTEXT = {"Decrypt": ("KeyId",), "ReEncrypt": ("SourceKeyId",)}


Checks = Mapping[str, Callable[[Mapping[str, Any], str], None]]
"""By the name of a structure in the model, what looks at each one of it: its members, its path. Raises AwsError."""


def check(call: Call, structures: Checks | None = None) -> Mapping[str, Any]:
    """The parameters as the model has them. Raises AwsError where they are not what the operation's input says."""
    shape = input_shape(call.service, call.operation)
    parameters = parameters_of(call)
    if shape is None:
        return parameters
    is_json = PROTOCOLS[call.service].is_json
    faults = list(_structure_faults(shape, parameters, "", call.service, structures or {}))
    required = _ALSO_REQUIRED.get((call.service, call.operation), ())
    if ignores_ciphertext(call):
        required = _WITHOUT_CIPHERTEXT.get(call.operation, required)
    faults += [_null_fault(_at("", name)) for name in required if parameters.get(name) is None]
    if faults:
        count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
        code = "ValidationException" if is_json else "ValidationError"
        raise AwsError(code, count + "; ".join(faults[:10]))
    return parameters


def ignores_ciphertext(call: Call) -> bool:
    """Whether a dry run asks for the permission alone, whatever the ciphertext would be."""
    parameters = call.parameters
    return bool(parameters.get("DryRun")) and "IGNORE_CIPHERTEXT" in parameters.get("DryRunModifiers", ())


def parameters_of(call: Call) -> Mapping[str, Any]:
    """The parameters as the model has them: of a query form, its lists and structures put together.

    Those of a form that was unfolded before stay as they are.
    """
    shape = input_shape(call.service, call.operation)
    if shape is None or PROTOCOLS[call.service].is_json:
        return call.parameters
    return _unfolded(shape, call.parameters) or {}


@cache
def service_model(service: str) -> ServiceModel:
    """What AWS says of a service, as botocore reads it."""
    return ServiceModel(description(service), PROTOCOLS[service].model)


@cache
def input_shape(service: str, operation: str) -> StructureShape | None:
    """The shape of an operation's parameters; None where it takes none."""
    return service_model(service).operation_model(operation).input_shape


def output_shape(service: str, operation: str) -> StructureShape | None:
    """The shape of an operation's answer; None where there is nothing in it."""
    return service_model(service).operation_model(operation).output_shape


def error_name(service: str, code: str) -> str:
    """What the model calls an error of this code: for IAM's NoSuchEntity it is NoSuchEntityException.

    CloudTrail says it so (public records of 2023 and 2024). A code that no model has stays as it is.
    """
    errors = service_model(service).error_shapes
    return next((shape.name for shape in errors if getattr(shape, "error_code", "") == code), code)


def is_operation(service: str, operation: str) -> bool:
    """Whether AWS has such an operation at all."""
    return operation in service_model(service).operation_names


def is_unsigned(service: str, operation: str) -> bool:
    """Whether AWS has such an operation, and takes it without a signature."""
    return (
        is_operation(service, operation)
        and service_model(service).operation_model(operation).auth_type == "none"
    )


def _unfolded(shape: Shape, form: Mapping[str, str], path: str = "") -> Any:
    """A form's fields (``Tags.member.1.Key``) as the value that they stand for; None where there are none."""
    if not isinstance(form.get(path, ""), str):
        return form[path]  # unfolded before
    if isinstance(shape, StructureShape):
        values = {
            name: _unfolded(member, form, f"{path}.{name}" if path else name)
            for name, member in shape.members.items()
        }
        return {name: value for name, value in values.items() if value is not None} or None
    if isinstance(shape, ListShape):
        members: list[Any] = []
        while (value := _unfolded(shape.member, form, f"{path}.member.{len(members) + 1}")) is not None:
            members.append(value)
        return members or None
    text = form.get(path)
    return None if text is None else _scalar(shape, text, path)


def _scalar(shape: Shape, text: str, path: str) -> Any:
    """A form's field as the number, the truth value or the text that the model says it is."""
    if shape.type_name == "boolean":
        if text.lower() not in ("true", "false"):
            raise AwsError("MalformedInput", f"{path} is not a boolean.")
        return text.lower() == "true"
    if shape.type_name not in _BEYOND:
        return text
    beyond = _BEYOND[shape.type_name]
    if not re.fullmatch(r"-?[0-9]{1,19}", text) or not -beyond <= int(text) < beyond:
        raise AwsError("MalformedInput", f"{path} is not a number.")
    return int(text)


def _faults(shape: Shape, value: Any, path: str, service: str, structures: Checks) -> Iterator[str]:
    """One sentence for each constraint that ``value`` does not satisfy."""
    if isinstance(shape, StructureShape):
        members = _require_type(value, dict, "Structure", service)
        yield from _structure_faults(shape, members, path, service, structures)
    elif isinstance(shape, MapShape):
        for key, inner in _require_type(value, dict, "Map", service).items():
            yield from _faults(shape.value, inner, f"{path}.{key}.member", service, structures)
    elif isinstance(shape, ListShape):
        members = _require_type(value, list, "List", service)
        yield from _size_faults(shape, len(members), "length", f"{_UNSHOWN} at '{path}'", service)
        for number, member in enumerate(members, 1):
            yield from _faults(shape.member, member, f"{path}.{number}.member", service, structures)
    else:
        yield from _scalar_faults(shape, value, path, service)


def _structure_faults(
    shape: StructureShape, value: Mapping[str, Any], path: str, service: str, structures: Checks
) -> Iterator[str]:
    if shape.name in structures:
        structures[shape.name](value, path)
    for name in shape.required_members:
        if value.get(name) is None:
            yield _null_fault(_at(path, name))
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _faults(member, value[name], _at(path, name), service, structures)


def _scalar_faults(shape: Shape, value: Any, path: str, service: str) -> Iterator[str]:
    kind = shape.type_name
    hidden = kind == "blob" or bool(shape.metadata.get("sensitive")) or service == "iam"
    shown = _UNSHOWN if hidden else f"Value '{str(value)[:_SHOWN_CHARACTERS]}'"
    subject = f"{shown} at '{path}'"
    if kind in _BEYOND:
        yield from _size_faults(shape, _integer(value, kind, service), "value", subject, service)
    elif kind == "string":
        text = _require_type(value, str, "String", service)
        yield from _size_faults(shape, len(text), "length", subject, service)
        yield from _text_faults(shape, text, subject, service)
    elif kind == "blob":
        yield from _size_faults(shape, len(_blob(value, service)), "length", subject, service)
    elif PROTOCOLS[service].is_json:
        _require_type(value, bool if kind == "boolean" else int | float, kind.capitalize(), service)


def _size_faults(shape: Shape, size: int, what: str, subject: str, service: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    failed = f"{subject} failed to satisfy constraint: Member must have {what}"
    if service not in (_NUMBERS_CHECKED if what == "value" else _LENGTHS_CHECKED):
        return
    if least is not None and size < least:
        yield f"{failed} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"{failed} less than or equal to {most}"


def _text_faults(shape: Shape, text: str, subject: str, service: str) -> Iterator[str]:
    allowed, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    failed = f"{subject} failed to satisfy constraint: Member must satisfy"
    if service not in _LENGTHS_CHECKED:
        return
    if allowed and text not in allowed:
        yield f"{failed} enum value set" + ("" if service == "iam" else f": [{', '.join(allowed)}]")
    if pattern and not matches(pattern, text):
        yield f"{failed} regular expression pattern: {pattern}"


def matches(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern of the models says. They are Java's: all but ``\\p`` is about ASCII."""
    if r"\p" in pattern:
        text = "".join(map(_stand_in, text))
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    for category, in_ascii in _CATEGORIES.items():
        pattern = pattern.replace(f"\\p{{{category}}}", in_ascii)
    return re.compile(pattern, re.ASCII)


def _stand_in(character: str) -> str:
    """An ASCII character of the same category: Python's patterns know of no categories."""
    if character.isascii():
        return character
    return _CATEGORIES.get(unicodedata.category(character)[0], "\0")[0]


def _null_fault(path: str) -> str:
    return f"Value null at '{path}' failed to satisfy constraint: Member must not be null"


def _integer(value: Any, kind: str, service: str) -> int:
    """``value`` where it is an integer that has room in ``kind``.

    AWS's protocol tests refuse fractions and overflow with a SerializationException (Smithy, "MalformedInteger"). What
    they leave open is a whole number that is written as a fraction, ``1.0`` or ``1E+2``: refused alike, an inference.
    """
    number = int(_require_type(value, int, kind.capitalize(), service))
    if not -_BEYOND[kind] <= number < _BEYOND[kind]:
        raise mistyped(value, kind.capitalize(), service)
    return number


def _blob(value: Any, service: str) -> bytes:
    try:
        return base64.b64decode(_require_type(value, str, "Blob", service), validate=True)
    except (binascii.Error, ValueError):
        raise AwsError("SerializationException", "A blob in the request is not Base64.") from None


def _require_type(value: Any, kind: Any, wanted: str, service: str) -> Any:
    """``value`` where it is of the JSON type ``kind``; a boolean is no number."""
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise mistyped(value, wanted, service)


def _at(path: str, name: str) -> str:
    """``tags.1.member.tagKey``: AWS spells members with a small first letter."""
    member = name[0].lower() + name[1:]
    return f"{path}.{member}" if path else member
