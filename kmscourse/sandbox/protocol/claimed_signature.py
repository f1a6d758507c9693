"""What a request says of who signed it, in its Authorization header or, in a presigned URL, in its query.

Nothing here is believed yet: ``reading.py`` reads from it which service is meant, ``signature.py`` checks it.

Source: AWS IAM User Guide, "Elements of an AWS API request signature", "Create a signed AWS API request".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from kmscourse.sandbox.call import HttpRequest

IN_HEADER, IN_QUERY, NOWHERE = "header", "query", ""
_MAX_FIELDS = 2_000


@dataclass(frozen=True)
class ClaimedSignature:
    """A signature and what it is said to be of; ``parts`` are Credential, SignedHeaders and Signature.

    ``credential`` reads keyid/date/region/service/aws4_request, without a region where several are meant (SigV4A).
    ``access_key_id``, ``region`` and ``service`` (in the name that it signs with) are empty where they aren't said.
    """

    where: str = NOWHERE
    algorithm: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    timestamp: str | None = None
    token: str = ""

    access_key_id: str = field(init=False)
    region: str = field(init=False)
    service: str = field(init=False)

    def __post_init__(self) -> None:
        scope = _scope(self.parts.get("Credential", ""))
        for name, value in zip(("access_key_id", "region", "service"), scope, strict=True):
            object.__setattr__(self, name, value)


def read_claimed_signature(http: HttpRequest) -> ClaimedSignature:
    """The claim of a request; an empty one where it makes none."""
    authorization = http.headers.get("authorization", "").strip()
    if authorization:
        return _of_header(http, authorization)
    if "X-Amz-" in http.target:
        return _of_query(http)
    return ClaimedSignature()


def _scope(credential: str) -> tuple[str, str, str]:
    match credential.split("/"):
        case [key_id, _, region, service, _]:
            return key_id, region, service
        case [key_id, _, service, "aws4_request"]:
            return key_id, "", service
    return "", "", ""


def signs_in_query(field_name: str) -> bool:
    """Whether a field of a presigned URL's query belongs to the signature and not to the call."""
    return field_name.startswith("X-Amz-")


def without_signature(target: str) -> str:
    """A presigned target as it was before the signature was put at it."""
    path, _, query = target.partition("?")
    unsigned = [
        pair for pair in query.split("&") if unquote_plus(pair.partition("=")[0]) != "X-Amz-Signature"
    ]
    return f"{path}?{'&'.join(unsigned)}" if unsigned else path


def _of_header(http: HttpRequest, authorization: str) -> ClaimedSignature:
    algorithm, _, rest = authorization.partition(" ")
    if not algorithm.startswith("AWS4-"):
        return ClaimedSignature()
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return ClaimedSignature(
        IN_HEADER,
        algorithm,
        {name: value for name, _, value in pairs if value},
        http.headers.get("x-amz-date"),
        http.headers.get("x-amz-security-token", ""),
    )


def _of_query(http: HttpRequest) -> ClaimedSignature:
    try:
        pairs = parse_qsl(http.target.partition("?")[2], max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        return ClaimedSignature()
    fields = {name.removeprefix("X-Amz-"): value for name, value in pairs if signs_in_query(name)}
    if not fields.get("Algorithm", "").startswith("AWS4-"):
        return ClaimedSignature()
    parts = {name: fields[name] for name in ("Credential", "SignedHeaders", "Signature") if fields.get(name)}
    return ClaimedSignature(
        IN_QUERY, fields["Algorithm"], parts, fields.get("Date"), fields.get("Security-Token", "")
    )
