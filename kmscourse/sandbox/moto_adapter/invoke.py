"""One operation of moto's: its response class called on a prepared request, its answer and refusals made plain.

No Flask and no URL dispatch: the method that moto's server would come to in the end is called with what it
reads. JSON services answer with a dict, IAM with XML.
"""

from __future__ import annotations

import functools
import json
import logging
from typing import Any

from kmscourse.sandbox.call import AwsError, Call, HttpResponse
from kmscourse.sandbox.model.descriptions import description
from kmscourse.sandbox.moto_adapter.iam_markers import marker_of, place_of

log = logging.getLogger(__name__)

Answer = dict[str, Any] | HttpResponse


def invoke(call: Call, account: str) -> Answer:
    """Perform ``call`` in moto.

    Raises AwsError: moto's own refusals with their code, text, status and further fields;
    UnknownOperationException (IAM: InvalidAction) for what moto lacks; ValidationException where moto broke.
    """
    from moto.core.exceptions import ServiceException
    from werkzeug.exceptions import HTTPException

    response = _response(call, account)
    try:
        answer = _method(response, call)()
        return _serialized(answer, response, call)
    except ServiceException as refusal:
        raise AwsError(refusal.code, refusal.message, _status(call.service, refusal.code)) from None
    except HTTPException as refusal:
        raise _refused(refusal) from None
    except AwsError:
        raise
    except Exception as crash:
        # Only the kind of the exception is logged: its text may hold what the caller sent.
        log.error("moto failed at %s: %s", call.action, type(crash).__name__)
        raise _broken(call) from None


def _response(call: Call, account: str) -> Any:
    """moto's response object for this call, with all that ``BaseResponse.setup_class`` would read from HTTP."""
    response = _response_class(call.service)()
    response.region = call.region
    response.partition = "aws"
    response.current_account = account
    response.access_key = call.access_key_id
    response.headers, response.response_headers = {}, {}
    response.method, response.path, response.raw_path, response.uri = "POST", "/", "/", "/"
    response.uri_match = {}
    response.querystring = response.data = {"AWSAccessKeyId": [call.access_key_id]}
    response.params = response.body = _parsed(call)
    return response


def _response_class(service: str) -> Any:
    if service == "dynamodb":
        from moto.dynamodb.responses import DynamoHandler

        return DynamoHandler
    from kmscourse.sandbox.moto_adapter.iam_responses import IamResponse

    return IamResponse


def _serializer(service: str) -> Any:
    if service == "dynamodb":
        return _json_serializer()
    from kmscourse.sandbox.moto_adapter.iam_responses import IamSerializer

    return IamSerializer


def _method(response: Any, call: Call) -> Any:
    from botocore import xform_name
    from moto.core.responses import BaseResponse

    name = xform_name(call.operation)
    if hasattr(BaseResponse, name) or not callable(getattr(response, name, None)):
        raise AwsError(
            "InvalidAction" if call.service == "iam" else "UnknownOperationException",
            f"The practice account has no {call.operation}: it exists on AWS only.",
        )
    return getattr(response, name)


@functools.cache
def _service_model(service: str) -> Any:
    """moto's model of a service. What moto's own loader would add to AWS's description concerns other services."""
    from moto.core.model import ServiceModel

    return ServiceModel(description(service), service)


@functools.cache
def _operation(service: str, operation: str) -> Any:
    """moto's model of an operation. Raises AwsError for one that AWS doesn't have."""
    from botocore.model import OperationNotFoundError

    try:
        return _service_model(service).operation_model(operation)
    except OperationNotFoundError:
        code = "InvalidAction" if service == "iam" else "UnknownOperationException"
        raise AwsError(code, f"There is no operation {operation} in {service}.") from None


def _parsed(call: Call) -> Any:
    """The parameters as moto's newer services read them: of the model's types."""
    from moto.core.parse import PROTOCOL_PARSERS

    if call.service == "iam":  # A form, unfolded before.
        return _with_place(call)
    parser: Any = PROTOCOL_PARSERS["json"](_operation(call.service, call.operation))
    try:
        return parser.parse({"body": _body(call)})
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise _unreadable(call) from None


def _with_place(call: Call) -> dict[str, Any]:
    """The parameters of a call of IAM, with the place that its Marker stands for: moto's markers are places."""
    parameters, marker = dict(call.parameters), call.parameters.get("Marker")
    return parameters if marker is None else parameters | {"Marker": str(place_of(call.operation, marker))}


def _with_marker(call: Call, result: Any) -> Any:
    """moto's result, with a marker for the place where the next page begins."""
    if call.service != "iam" or not isinstance(result, dict) or not result.get("Marker"):
        return result
    return result | {"Marker": marker_of(call.operation, int(result["Marker"]))}


def _body(call: Call) -> str:
    """The parameters as JSON. Raises AwsError where they hold half a character (a lone surrogate), which is no text."""
    body = json.dumps(dict(call.parameters), ensure_ascii=False)
    try:
        body.encode()
    except UnicodeEncodeError:
        raise _unreadable(call) from None
    return body


def _unreadable(call: Call) -> AwsError:
    sentence = f"The parameters of {call.operation} are not of the types that it takes."
    return AwsError("ValidationError" if call.service == "iam" else "SerializationException", sentence)


def _serialized(answer: Any, response: Any, call: Call) -> Answer:
    """An ``ActionResult`` as its service's protocol has it, the JSON still a dict."""
    from moto.core.responses import PaginatedResult
    from moto.core.serialize import SerializationContext, XFormedAttributePicker

    if isinstance(answer, PaginatedResult):
        raise TypeError("none of the operations that the account offers answers in moto's pages")
    serialized = _serializer(call.service)(
        operation_model=_operation(call.service, call.operation),
        context=SerializationContext(call.request_id),
        value_picker=XFormedAttributePicker(response_transformers=response.RESPONSE_KEY_PATH_TO_TRANSFORMER),
    ).serialize(_with_marker(call, answer.result))
    body: Any = serialized["body"]
    if call.service != "iam":
        return dict(body)
    return HttpResponse(serialized["status_code"], {"content-type": "text/xml"}, body.encode())


@functools.cache
def _json_serializer() -> Any:
    from moto.core.serialize import JSONSerializer

    class Plain(JSONSerializer):
        """Leaves the answer a dict: ``protocol`` writes it."""

        def _serialize_body(self, body: Any) -> Any:
            return body

    return Plain


def _broken(call: Call) -> AwsError:
    """What is answered where moto fails: with 400, as clients try a 500 again for seconds, and it fails again."""
    sentence = (
        f"The practice account can't perform {call.operation} with these parameters; nothing was changed."
    )
    return AwsError("ValidationError" if call.service == "iam" else "ValidationException", sentence)


def _refused(refusal: Any) -> AwsError:
    """moto's older errors: a JSON document with ``__type``, ``message`` and further fields."""
    code = str(getattr(refusal, "error_type", "") or type(refusal).__name__)
    message = str(getattr(refusal, "message", ""))
    fields: dict[str, Any] = {}
    description = refusal.description or ""
    if description.startswith("{"):
        fields = json.loads(description)
        code = str(fields.pop("__type", code))
        message = str(fields.pop("message", fields.pop("Message", "")))
    return AwsError(code.rpartition("#")[2], message, refusal.code or 400, fields)


def _status(service: str, code: str) -> int:
    """The HTTP status of an error of the newer kind, from the service's model."""
    from moto.core.errors import ErrorLookupFactory

    shape = ErrorLookupFactory().for_service(_service_model(service)).from_code(code)
    return int(shape.metadata.get("error", {}).get("httpStatusCode", 400)) if shape is not None else 400
