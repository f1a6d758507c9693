"""Which protocol the sender of a request speaks, and which service it is for, whether or not there is such a service.

Every AWS client says so somewhere: in X-Amz-Target, in the form, in the header smithy-protocol, or at least in the
name of the service that it signs for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from kmscourse.sandbox.call import AwsError, HttpRequest
from kmscourse.sandbox.protocol.claimed_signature import ClaimedSignature
from kmscourse.sandbox.protocol.services import BY_TARGET, PROTOCOLS, ServiceProtocol, offered


class WireFormat(Enum):
    """How a sender writes, and expects to be answered."""

    JSON = auto()  # The operation in X-Amz-Target or, in REST, in method and path; refusals look the same.
    QUERY = auto()  # A form; refusals in XML, as those of the REST services on XML but for S3.
    EC2 = auto()
    S3 = auto()
    CBOR = auto()


# The names that services of these protocols sign with; botocore's models know no others (test_sender.py).
EC2_NAMES = frozenset({"ec2"})
S3_NAMES = frozenset({"s3", "s3express", "s3-object-lambda", "s3-outposts"})
REST_XML_NAMES = frozenset({"cloudfront", "route53"})

_CBOR = "rpc-v2-cbor"
_FORM = "application/x-www-form-urlencoded"
_FIELD = re.compile(rb"(?:^|&)(Action|Version)=([^&]{0,100})")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True)
class Sender:
    """``service`` is None where the practice account has no such service; ``service_name`` is empty if unknown."""

    protocol: WireFormat
    service: ServiceProtocol | None
    service_name: str


def read_sender(http: HttpRequest, claim: ClaimedSignature) -> Sender:
    """Who a request is for and how its sender speaks; ``claim`` is the request's own."""
    signed_for = PROTOCOLS.get(claim.service)
    if http.headers.get("smithy-protocol") == _CBOR:
        return Sender(WireFormat.CBOR, signed_for, _named(claim.service))
    target = http.headers.get("x-amz-target")
    if target is not None:
        prefix, _, operation = target.rpartition(".")
        return Sender(WireFormat.JSON, BY_TARGET.get(prefix), _named(f"{prefix or operation}.{operation}"))
    form = _form_fields(http)
    if "Action" in form and (signed_for is None or not signed_for.is_json):
        service = signed_for if claim.service else _of_version(form.get("Version", ""))
        protocol = WireFormat.EC2 if claim.service in EC2_NAMES else WireFormat.QUERY
        return Sender(protocol, service, _named(claim.service))
    return Sender(_protocol_of(claim.service, signed_for), signed_for, _named(claim.service))


def not_offered(of: Sender) -> AwsError:
    """The refusal of a call to a service that the practice account has not got.

    S3 gets 403: its clients take 400 for a hint to ask another region, and 404 for the news that a bucket is gone.
    """
    status = 403 if of.protocol is WireFormat.S3 else 400
    what = f"The practice account does not offer {of.service_name}: it exists on AWS only."
    if not of.service_name:
        what = "This is a practice AWS account: point an AWS client at it."
    return AwsError("UnsupportedOperationException", f"{what} Offered are {offered()}.", status)


def _form_fields(http: HttpRequest) -> dict[str, str]:
    """Action and Version of a form, in a POST's body or a GET's query; nothing where there is no form."""
    if http.method == "POST":
        if _FORM not in http.headers.get("content-type", _FORM).lower():
            return {}
        form = http.body
    else:
        form = http.target.partition("?")[2].encode("latin-1", "replace")
    return {name.decode(): value.decode("latin-1") for name, value in _FIELD.findall(form)}


def _of_version(version: str) -> ServiceProtocol | None:
    return next((service for service in PROTOCOLS.values() if version and service.version == version), None)


def _protocol_of(name: str, service: ServiceProtocol | None) -> WireFormat:
    """Of a request that says no more than for which service it is signed; S3 is called unsigned, too."""
    if service is not None:
        return WireFormat.JSON if service.is_json else WireFormat.QUERY
    if name in EC2_NAMES:
        return WireFormat.EC2
    if name in REST_XML_NAMES:
        return WireFormat.QUERY
    return WireFormat.S3 if name in S3_NAMES or not name else WireFormat.JSON


def _named(name: str) -> str:
    return name if _NAME.fullmatch(name) else ""
