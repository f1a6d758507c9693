"""AWS's wire formats: a request read into a ``Call``, an answer or a refusal written as its service does.

No other stage knows what JSON, a query form or XML looks like.

Source: the Smithy specification, "AWS JSON 1.0/1.1" and "AWS Query" protocols (smithy.io/2.0/aws/protocols).
"""

from __future__ import annotations

import base64
import json
import re
import uuid
import zlib
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from kmscourse.sandbox.call import AwsError, Call, HttpRequest, HttpResponse
from kmscourse.sandbox.services import BY_TARGET, SERVICES, Service, offered

HOME_REGION = "us-east-1"
MAX_DEPTH = 100  # DynamoDB's 32 levels of an item take two brackets each
MAX_FIELDS = 2_000


# DynamoDB's refusals carry the namespace of the layer that raised them; these come from the common layer.
_CORAL_ERRORS = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InternalFailure",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "SerializationException",
        "UnknownOperationException",
        "UnrecognizedClientException",
    }
)


def read(http: HttpRequest) -> Call:
    """The call in a request. Its parameters are still unchecked, and so is who makes it.

    Raises AwsError (4xx) where no call of a known service can be read from it.
    """
    access_key_id, region, scoped_service = credential_scope(http.headers.get("authorization", ""))
    if "x-amz-target" in http.headers:
        service, operation, parameters = _read_json(http)
    else:
        service, operation, parameters = _read_form(http, scoped_service)
    return Call(
        service=service.name,
        operation=operation,
        region=region or HOME_REGION,
        parameters=parameters,
        access_key_id=access_key_id,
        request_id=new_request_id(),
        http=http,
        user_agent=http.headers.get("user-agent", ""),
    )


def new_request_id() -> str:
    """What AWS prints as RequestID: a random UUID."""
    return str(uuid.uuid4())


def credential_scope(authorization: str) -> tuple[str, str, str]:
    """(access key id, region, service) as an Authorization header states them; empty where it doesn't."""
    match = re.search(r"Credential=([^/,\s]*)/[^/,\s]*/([^/,\s]*)/([^/,\s]*)/", authorization)
    return (match[1], match[2], match[3]) if match else ("", "", "")


def _read_json(http: HttpRequest) -> tuple[Service, str, Mapping[str, Any]]:
    target = http.headers["x-amz-target"]
    prefix, _, operation = target.rpartition(".")
    if http.method != "POST" or http.target != "/":
        raise AwsError("UnknownOperationException", "An AWS JSON call is a POST to the path /.", 404)
    service = BY_TARGET.get(prefix)
    if service is None or not re.fullmatch(r"[A-Za-z0-9]{1,64}", operation):
        raise AwsError(
            "UnknownOperationException",
            f"The practice account offers {offered()}: {target[:100]} is none of their operations.",
        )
    return service, operation, _json_object(http.body)


def _json_object(body: bytes) -> Mapping[str, Any]:
    """The body as a JSON object of bounded depth whose strings are all writable as UTF-8."""
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
        raise AwsError("SerializationException", f"The request is nested deeper than {MAX_DEPTH} levels.")
    try:
        parameters = json.loads(body.decode(), parse_constant=_refuse_constant)
        if b"\\u" in body:  # An escaped lone surrogate is JSON, but no text that can be answered or stored.
            json.dumps(parameters, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise AwsError("SerializationException", "The request's body is not JSON in UTF-8.") from None
    if not isinstance(parameters, dict):
        raise AwsError("SerializationException", "The request's body is not a JSON object.")
    return {name: value for name, value in parameters.items() if value is not None}  # null says: not given


def _depth(body: bytes) -> int:
    """The deepest nesting of brackets in a JSON text, strings left out."""
    deepest = depth = 0
    for bracket in re.findall(rb'"(?:[^"\\]|\\.)*"?|[\[{\]}]', body, re.DOTALL):
        if bracket in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif bracket in (b"]", b"}"):
            depth -= 1
    return deepest


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _read_form(http: HttpRequest, scoped_service: str) -> tuple[Service, str, Mapping[str, str]]:
    path, _, query = http.target.partition("?")
    try:
        text = http.body.decode() if http.method == "POST" else query
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"))
    except ValueError:
        raise AwsError("MalformedQueryString", "The request's form can't be read.") from None
    action = form.get("Action", "")
    service = SERVICES.get(scoped_service) or _service_of_version(form.get("Version", ""))
    if http.method not in ("GET", "POST") or path != "/" or not action or service is None or service.is_json:
        raise AwsError(
            "UnknownOperationException",
            f"This is a practice AWS account: point an AWS client at it. It offers {offered()}.",
            404,
        )
    version = form.get("Version", "NO_VERSION_SPECIFIED")
    if not re.fullmatch(r"[A-Za-z0-9]{1,64}", action) or version != service.version:
        raise AwsError("InvalidAction", f"Could not find operation {action[:64]} for version {version[:20]}")
    return service, action, form


def _service_of_version(version: str) -> Service | None:
    return next((service for service in SERVICES.values() if version and service.version == version), None)


def write(call: Call, answer: Mapping[str, Any] | HttpResponse) -> HttpResponse:
    """The answer to a call: ``answer`` is the operation's output, or a query answer's XML as it came."""
    service = SERVICES[call.service]
    if isinstance(answer, HttpResponse):
        body = re.sub(
            rb"<RequestId>[^<]*</RequestId>",
            f"<RequestId>{call.request_id}</RequestId>".encode(),
            answer.body,
        )
    elif service.is_json:
        body = _json(answer)
    else:
        body = _query_answer(service, call, answer)
    return _response(service, 200, body, call.request_id)


def write_error(http: HttpRequest, error: AwsError, request_id: str) -> HttpResponse:
    """A refusal in the format that the request's sender reads; it needs no readable call."""
    service = _service_spoken(http)
    headers = {}
    if service.is_json:
        headers["x-amzn-ErrorType"] = error.code
        message = {"message": error.message} if error.message else {}
        body = _json(
            {"__type": _error_namespace(service, error.code) + error.code, **message, **error.fields}
        )
    else:
        kind = "Sender" if error.status < 500 else "Receiver"
        body = (
            f'<ErrorResponse xmlns="{service.namespace}"><Error><Type>{kind}</Type>'
            f"<Code>{escape(error.code, quote=False)}</Code><Message>{_xml_text(error.message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        ).encode()
    return _response(service, error.status, body, request_id, headers)


def _service_spoken(http: HttpRequest) -> Service:
    """The service whose format suits the sender best, also where the request is beyond reading."""
    if "x-amz-target" in http.headers:
        return BY_TARGET.get(http.headers["x-amz-target"].rpartition(".")[0], SERVICES["kms"])
    _, _, scoped = credential_scope(http.headers.get("authorization", ""))
    named = SERVICES.get(scoped)
    if named is None and b"Action=" in http.body + http.target.encode("latin-1", "replace"):
        named = SERVICES["iam" if b"2010-05-08" in http.body else "sts"]
    return named or SERVICES["kms"]


def _error_namespace(service: Service, code: str) -> str:
    if service.name != "dynamodb":
        return ""
    if code == "ValidationException":
        return "com.amazon.coral.validate#"
    return "com.amazon.coral.service#" if code in _CORAL_ERRORS else service.namespace


def _response(
    service: Service, status: int, body: bytes, request_id: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    written = {
        "x-amzn-RequestId": request_id,
        "Content-Type": service.content_type if service.is_json else "text/xml",
    }
    if service.name == "dynamodb":
        written["x-amz-crc32"] = str(zlib.crc32(body))
    return HttpResponse(status, {**written, **(headers or {})}, body)


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), default=_json_value).encode()


def _json_value(value: Any) -> Any:
    """Blobs travel in base64 and times as seconds since 1970, as the JSON protocols have it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no place in a JSON answer")


def _query_answer(service: Service, call: Call, answer: Mapping[str, Any]) -> bytes:
    result = _xml(answer)
    return (
        f'<{call.operation}Response xmlns="{service.namespace}"><{call.operation}Result>{result}'
        f"</{call.operation}Result><ResponseMetadata><RequestId>{call.request_id}</RequestId></ResponseMetadata>"
        f"</{call.operation}Response>"
    ).encode()


def _xml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(
            f"<{name}>{_xml(inner)}</{name}>" for name, inner in value.items() if inner is not None
        )
    if isinstance(value, list | tuple):
        return "".join(f"<member>{_xml(inner)}</member>" for inner in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return _xml_text(str(value))


def _xml_text(text: str) -> str:
    """Text for an element; what XML 1.0 can't hold at all becomes the replacement character."""
    return escape(
        re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text), quote=False
    )
