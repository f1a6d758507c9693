"""Who signed: Signature Version 4 checked against the secret of the access key that the request names.

The signature is computed again over exactly the headers that the client says it signed; a presigned URL has it in
its query. The checks run in the order in which AWS was seen to make them, so that
a request with several faults meets the same refusal.

Source: AWS IAM User Guide, "Create a signed AWS API request"; the API references' pages "Common errors"; how far a
clock may be off: public reports of "Signature expired" (5 minutes in the JSON services, 15 in the query services).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from kmscourse.sandbox.auth import sigv4
from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.protocol.claimed_signature import (
    IN_QUERY,
    NOWHERE,
    ClaimedSignature,
    read_claimed_signature,
    without_signature,
)
from kmscourse.sandbox.protocol.services import PROTOCOLS, regions

JSON_SKEW, QUERY_SKEW = timedelta(minutes=5), timedelta(minutes=15)
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
_BASIC_FORMAT = re.compile(r"[0-9]{8}T[0-9]{6}Z")

# What goes wrong: (code in the JSON protocols, code in the query protocol, its HTTP status there).
MISSING = ("MissingAuthenticationTokenException", "MissingAuthenticationToken", 403)
INCOMPLETE = ("IncompleteSignatureException", "IncompleteSignature", 400)
INVALID = ("InvalidSignatureException", "SignatureDoesNotMatch", 403)
EXPIRED = ("ExpiredTokenException", "ExpiredToken", 403)
UNKNOWN_KEY = ("UnrecognizedClientException", "InvalidClientTokenId", 403)

# The operations of STS whose credentials do not open IAM (without a second factor, which nobody has here).
NOT_FOR_IAM = ("GetSessionToken", "GetFederationToken")

UNKNOWN_KEY_TEXT = "The security token included in the request is invalid."
MISMATCH_TEXT = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)


class KeyRing(Protocol):
    """Where the secrets are: ``iam.store.Identities`` is one."""

    def credentials(self, access_key_id: str) -> Credentials | None:
        """What the access key stands for. Raises AwsError for a session that is over."""


def verify(call: Call, ring: KeyRing, now: datetime) -> Caller:
    """The identity whose secret signed this request; ``now`` is in UTC.

    Raises AwsError with the code of the call's protocol: unsigned, badly formed, skewed by too many minutes, an
    access key that is unknown or inactive, a wrong secret, a changed request, a wrong token, or one that does not
    open this service.
    """
    claim = read_claimed_signature(call.http)
    timestamp = _check_whole(call, claim)
    signed = claim.parts["SignedHeaders"].split(";")
    _check_time(call, timestamp, now)
    _check_signed_headers(call, signed)
    _check_scope(call, claim.parts["Credential"], timestamp)

    try:
        credentials = ring.credentials(call.access_key_id)
    except AwsError as error:
        raise _refusal(call, EXPIRED, error.message) from None
    if credentials is None or not credentials.active:
        raise _refusal(call, UNKNOWN_KEY, UNKNOWN_KEY_TEXT)
    request = call.http
    if claim.where == IN_QUERY:
        request = replace(request, target=without_signature(request.target))
    expected = sigv4.signature(request, signed, credentials.secret, timestamp, claim.region, call.service)
    if not hmac.compare_digest(expected.encode(), claim.parts["Signature"].encode()):
        raise _refusal(call, INVALID, MISMATCH_TEXT)
    if not hmac.compare_digest((credentials.token or "").encode(), claim.token.encode()):
        raise _refusal(call, UNKNOWN_KEY, UNKNOWN_KEY_TEXT)
    if call.service == "iam" and credentials.caller.made_by in NOT_FOR_IAM:
        raise _refusal(call, UNKNOWN_KEY, UNKNOWN_KEY_TEXT)
    return credentials.caller


def _check_whole(call: Call, claim: ClaimedSignature) -> str:
    """The claim says all that it must, and in the one algorithm that there is; its time is returned."""
    if claim.where == NOWHERE:
        raise _refusal(call, MISSING, "Request is missing Authentication Token")
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if name not in claim.parts]
    if claim.where == IN_QUERY:
        faults = [f"The presigned URL has no 'X-Amz-{name}'." for name in missing]
    else:
        faults = [f"Authorization header requires '{name}' parameter." for name in missing]
    if claim.timestamp is None:
        whose = (
            "The presigned URL has no"
            if claim.where == IN_QUERY
            else "Authorization header requires existence of an"
        )
        faults.append(f"{whose} 'X-Amz-Date'{'.' if claim.where == IN_QUERY else ' header.'}")
    if faults:
        raise _refusal(call, INCOMPLETE, " ".join(faults))
    if claim.algorithm != sigv4.ALGORITHM:
        raise _refusal(
            call,
            INCOMPLETE,
            f"Unsupported AWS 'algorithm': '{claim.algorithm[:50]}' (only {sigv4.ALGORITHM} for now).",
        )
    return claim.timestamp or ""


def _check_time(call: Call, timestamp: str, now: datetime) -> None:
    try:
        signed_at = datetime.fromisoformat(timestamp if _BASIC_FORMAT.fullmatch(timestamp) else "")
    except ValueError:
        raise _refusal(
            call, INCOMPLETE, f"Date must be in ISO-8601 'basic format'. Got '{timestamp[:50]}'."
        ) from None
    skew = JSON_SKEW if PROTOCOLS[call.service].is_json else QUERY_SKEW
    if abs(signed_at - now) <= skew:
        return
    minutes = int(skew.total_seconds() // 60)
    at, clock = signed_at.strftime(TIME_FORMAT), now.strftime(TIME_FORMAT)
    if signed_at < now:
        edge = (now - skew).strftime(TIME_FORMAT)
        text = f"Signature expired: {at} is now earlier than {edge} ({clock} - {minutes} min.)"
    else:
        edge = (now + skew).strftime(TIME_FORMAT)
        text = f"Signature not yet current: {at} is still later than {edge} ({clock} + {minutes} min.)"
    raise _refusal(call, INVALID, text)


def _check_signed_headers(call: Call, signed: list[str]) -> None:
    """Host and everything of AWS's own must be signed, and what is signed must be there."""
    headers = call.http.headers
    if "host" not in signed:
        raise _refusal(call, INVALID, "'Host' must be a 'SignedHeader' in the AWS Authorization.")
    loose = [name for name in headers if name.startswith("x-amz-") and name not in signed]
    if loose:
        raise _refusal(
            call,
            INVALID,
            f"There were headers present in the request which were not signed: {', '.join(loose)}",
        )
    if any(name not in headers for name in signed) or len(set(signed)) != len(signed):
        raise _refusal(call, INVALID, MISMATCH_TEXT)
    stated = headers.get("x-amz-content-sha256")
    if stated is not None and stated != hashlib.sha256(call.http.body).hexdigest():
        raise _refusal(call, INVALID, MISMATCH_TEXT)


def _check_scope(call: Call, credential: str, timestamp: str) -> None:
    """keyid/date/region/service/aws4_request, each as this request has it.

    IAM is in one region, for which SDKs sign by themselves, but not where they are given an endpoint's URL: then they
    sign for the region that they were made for. So any region will do.
    """
    parts = credential.split("/")
    if len(parts) != 5:
        raise _refusal(
            call,
            INCOMPLETE,
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{credential[:200]}'",
        )
    _, date, region, service, term = parts
    wrong = []
    if region not in regions(call.service):
        wrong.append(f"Credential should be scoped to a valid region, not '{region[:50]}'.")
    if service != call.service:
        wrong.append(f"Credential should be scoped to correct service: '{call.service}'.")
    if term != "aws4_request":
        wrong.append(
            f"Credential should be scoped with a valid terminator: 'aws4_request', not '{term[:50]}'."
        )
    if date != timestamp[:8]:
        wrong.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{date[:50]}' != '{timestamp[:8]}', from '{timestamp}'."
        )
    if wrong:
        raise _refusal(call, INVALID, " ".join(wrong))


def _refusal(call: Call, kind: tuple[str, str, int], message: str) -> AwsError:
    json_code, query_code, query_status = kind
    if PROTOCOLS[call.service].is_json:
        return AwsError(json_code, message, 400)
    return AwsError(query_code, message, query_status)
