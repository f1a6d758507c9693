"""An answer as its service's protocol has it: JSON, or the query protocol's XML."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from kmscourse.sandbox.call import Call, Entries, HttpResponse
from kmscourse.sandbox.protocol.services import PROTOCOLS, ServiceProtocol

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(call: Call, answer: Mapping[str, Any] | HttpResponse) -> HttpResponse:
    """The answer to a call: ``answer`` is the operation's output, or a query answer's XML as it came."""
    service = PROTOCOLS[call.service]
    if isinstance(answer, HttpResponse):
        body = re.sub(
            rb"<RequestId>[^<]*</RequestId>",
            f"<RequestId>{call.request_id}</RequestId>".encode(),
            as_xml(answer.body.decode()).encode(),
        )
    elif service.is_json:
        body = as_json(answer)
    else:
        body = _query_answer(service, call, answer)
    return response(
        service, 200, service.content_type if service.is_json else "text/xml", body, call.request_id
    )


def response(
    service: ServiceProtocol | None,
    status: int,
    content_type: str,
    body: bytes,
    request_id: str,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """What goes back to the client, with the headers that AWS puts at it."""
    written = {"x-amzn-RequestId": request_id, "Content-Type": content_type}
    if service is not None and service.name == "dynamodb":
        written["x-amz-crc32"] = str(zlib.crc32(body))
    return HttpResponse(status, {**written, **(headers or {})}, body)


def as_json(value: Mapping[str, Any]) -> bytes:
    """JSON without spaces, blobs and times as the JSON protocols have them."""
    return json.dumps(value, separators=(",", ":"), default=_json_value).encode()


def _json_value(value: Any) -> Any:
    """Blobs travel in base64 and times as seconds since 1970."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no place in a JSON answer")


def _query_answer(service: ServiceProtocol, call: Call, answer: Mapping[str, Any]) -> bytes:
    name = call.operation
    result = f"<{name}Result>{_xml(answer)}</{name}Result>" if answer else ""
    return (
        f'<{name}Response xmlns="{service.namespace}">{result}<ResponseMetadata><RequestId>{call.request_id}'
        f"</RequestId></ResponseMetadata></{name}Response>"
    ).encode()


def _xml(value: Any) -> str:
    if isinstance(value, Entries):
        return "".join(f"<entry>{_xml({'key': key, 'value': inner})}</entry>" for key, inner in value.items())
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
    return xml_text(str(value))


def xml_text(text: str) -> str:
    """Text for an element."""
    return as_xml(escape(text, quote=False))


def as_xml(text: str) -> str:
    """What is written as XML, with nothing in it that no parser takes or gives back (XML 1.0, 2.2 and 2.11).

    A character that XML can't hold at all becomes the replacement character, a carriage return a reference.
    """
    return _NO_XML.sub("\ufffd", text).replace("\r", "&#13;")
