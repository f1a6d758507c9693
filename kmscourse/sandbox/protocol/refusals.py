"""A refusal in the format that the request's sender reads; it needs no readable call.

Every SDK finds the code: in the body as its protocol has it, and in the header x-amzn-ErrorType.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kmscourse.sandbox.call import AwsError, HttpRequest, HttpResponse
from kmscourse.sandbox.protocol.answers import as_json, response, xml_text
from kmscourse.sandbox.protocol.claimed_signature import read_claimed_signature
from kmscourse.sandbox.protocol.sender import WireFormat, read_sender
from kmscourse.sandbox.protocol.services import ServiceProtocol

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


def write_error(http: HttpRequest, error: AwsError, request_id: str) -> HttpResponse:
    """``error``, as the sender of ``http`` reads it."""
    to = read_sender(http, read_claimed_signature(http))
    content_type, body = _WRITERS[to.protocol](error, request_id, to.service)
    headers = {"x-amzn-ErrorType": error.code}
    if to.protocol is WireFormat.CBOR:
        headers["smithy-protocol"] = "rpc-v2-cbor"
    return response(to.service, error.status, content_type, body, request_id, headers)


def _json(error: AwsError, request_id: str, service: ServiceProtocol | None) -> tuple[str, bytes]:
    message = {"message": error.message} if error.message else {}
    named = {"__type": _namespace(service, error.code) + error.code}
    return service.content_type if service else "application/json", as_json(
        {**named, **message, **error.fields}
    )


def _namespace(service: ServiceProtocol | None, code: str) -> str:
    if service is None or service.name != "dynamodb":
        return ""
    if code == "ValidationException":
        return "com.amazon.coral.validate#"
    return "com.amazon.coral.service#" if code in _CORAL_ERRORS else service.namespace


def _query(error: AwsError, request_id: str, service: ServiceProtocol | None) -> tuple[str, bytes]:
    kind = "Sender" if error.status < 500 else "Receiver"
    namespace = f' xmlns="{service.namespace}"' if service and service.namespace else ""
    text = (
        f"<ErrorResponse{namespace}><Error><Type>{kind}</Type>{_code_and_message(error)}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return "text/xml", text.encode()


def _ec2(error: AwsError, request_id: str, service: ServiceProtocol | None) -> tuple[str, bytes]:
    errors = f"<Errors><Error>{_code_and_message(error)}</Error></Errors>"
    return "text/xml", f"<Response>{errors}<RequestID>{request_id}</RequestID></Response>".encode()


def _s3(error: AwsError, request_id: str, service: ServiceProtocol | None) -> tuple[str, bytes]:
    text = f"<Error>{_code_and_message(error)}<RequestId>{request_id}</RequestId></Error>"
    return "application/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def _code_and_message(error: AwsError) -> str:
    return f"<Code>{xml_text(error.code)}</Code><Message>{xml_text(error.message)}</Message>"


def _cbor(error: AwsError, request_id: str, service: ServiceProtocol | None) -> tuple[str, bytes]:
    return "application/cbor", cbor_texts({"__type": error.code, "message": error.message})


def cbor_texts(texts: Mapping[str, str]) -> bytes:
    """Fewer than 24 pairs of texts as a CBOR map (RFC 8949, section 3.1)."""
    parts = (_cbor_text(text) for pair in texts.items() for text in pair)
    return bytes([0xA0 | len(texts)]) + b"".join(parts)


def _cbor_text(text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    size = len(content)
    if size < 24:
        return bytes([0x60 | size]) + content
    return b"\x7a" + size.to_bytes(4, "big") + content


_WRITERS: Mapping[WireFormat, Callable[[AwsError, str, ServiceProtocol | None], tuple[str, bytes]]] = {
    WireFormat.JSON: _json,
    WireFormat.QUERY: _query,
    WireFormat.EC2: _ec2,
    WireFormat.S3: _s3,
    WireFormat.CBOR: _cbor,
}
