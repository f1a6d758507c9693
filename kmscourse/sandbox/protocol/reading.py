"""A request read into the ``Call`` that it makes."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from itertools import islice
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from kmscourse.sandbox.call import AwsError, Call, HttpRequest
from kmscourse.sandbox.protocol.claimed_signature import read_claimed_signature, signs_in_query
from kmscourse.sandbox.protocol.sender import WireFormat, not_offered, read_sender
from kmscourse.sandbox.protocol.services import ServiceProtocol, region_of_call

MAX_DEPTH = 100  # DynamoDB's 32 levels of an item take two brackets each
MAX_VALUES = 50_000  # each takes its time in every stage: a million would stop the account for a minute
MAX_TOKENS = 4 * MAX_VALUES  # strings, brackets and commas: no JSON of so many values has more
MAX_FIELDS = 2_000
MAX_FORM = 2_000_000  # bytes; the longest policies that IAM takes, in percent signs, fit several times

# Possessive: a way back to each character of a string would take a hundred times its memory.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{\]},]', re.DOTALL)


def read(http: HttpRequest) -> Call:
    """The call in a request. Its parameters are still unchecked, and so is who makes it.

    Raises AwsError (4xx) where no call of a known service can be read from it.
    """
    claim = read_claimed_signature(http)
    sent = read_sender(http, claim)
    if sent.service is None:
        raise not_offered(sent)
    if sent.protocol is WireFormat.CBOR:
        spoken = "JSON" if sent.service.is_json else "the query protocol"
        raise AwsError(
            "UnsupportedOperationException",
            f"The practice account speaks {spoken} for {sent.service_name}, "
            "as AWS's own clients do, and no CBOR.",
        )
    operation, parameters = _read_json(http) if sent.service.is_json else _read_form(http, sent.service)
    return Call(
        service=sent.service.name,
        operation=operation,
        region=region_of_call(sent.service.name, claim.region),
        parameters=parameters,
        access_key_id=claim.access_key_id,
        request_id=new_request_id(),
        http=http,
        user_agent=http.headers.get("user-agent", ""),
    )


def new_request_id() -> str:
    """What AWS prints as RequestID: a random UUID."""
    return str(uuid.uuid4())


def _read_json(http: HttpRequest) -> tuple[str, Mapping[str, Any]]:
    operation = http.headers.get("x-amz-target", "").rpartition(".")[2]
    if http.method != "POST" or http.target != "/" or not re.fullmatch(r"[A-Za-z0-9]{1,64}", operation):
        raise AwsError(
            "UnknownOperationException",
            "An AWS JSON call is a POST to the path / that names its operation in X-Amz-Target.",
            404,
        )
    return operation, _json_object(http.body)


def _json_object(body: bytes) -> Mapping[str, Any]:
    """The body as a JSON object of bounded depth and extent whose strings are all writable as UTF-8."""
    brackets = body.count(b"{") + body.count(b"[")
    if brackets > MAX_DEPTH or body.count(b",") + brackets > MAX_VALUES:
        _check_extent(body)
    try:
        parameters = json.loads(body.decode(), parse_constant=_refuse_constant)
        if b"\\u" in body:  # An escaped lone surrogate is JSON, but no text that can be answered or stored.
            json.dumps(parameters, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise AwsError("SerializationException", "The request's body is not JSON in UTF-8.") from None
    if not isinstance(parameters, dict):
        raise AwsError("SerializationException", "The request's body is not a JSON object.")
    return {name: value for name, value in parameters.items() if value is not None}  # null says: not given


def _check_extent(body: bytes) -> None:
    """Raises AwsError where the brackets of a JSON text, those in strings left out, nest too deep or are too many."""
    depth = values = 0
    for match in islice(_TOKEN.finditer(body), MAX_TOKENS):
        first = body[match.start()]
        if first in b"[{":
            depth += 1
        elif first in b"]}":
            depth -= 1
        values += first in b"[{,"
        if depth > MAX_DEPTH:
            raise AwsError("SerializationException", f"The request is nested deeper than {MAX_DEPTH} levels.")
        if values > MAX_VALUES:
            raise AwsError("SerializationException", f"The request holds more than {MAX_VALUES} values.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _read_form(http: HttpRequest, service: ServiceProtocol) -> tuple[str, Mapping[str, str]]:
    """Action and parameters of a form, in a POST's body or in a GET's query, presigned or not."""
    path, _, query = http.target.partition("?")
    if len(http.body) > MAX_FORM:
        raise AwsError("RequestEntityTooLarge", f"The form is larger than {MAX_FORM} bytes.", 413)
    try:
        text = http.body.decode() if http.method == "POST" else query
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise AwsError("MalformedQueryString", "The request's form can't be read.") from None
    form = {name: value for name, value in fields if not signs_in_query(name)}
    action, version = form.get("Action", ""), form.get("Version", "NO_VERSION_SPECIFIED")
    if http.method not in ("GET", "POST") or path != "/" or not action:
        raise AwsError(
            "UnknownOperationException",
            f"A call to {service.name} is a form with an Action, sent to the path /.",
            404,
        )
    if not re.fullmatch(r"[A-Za-z0-9]{1,64}", action) or version != service.version:
        raise AwsError("InvalidAction", f"Could not find operation {action[:64]} for version {version[:20]}")
    return action, form
