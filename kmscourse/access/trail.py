"""What the audit trail tells of a refused call, and of the session that made it.

What the course itself has made a role's session with (``account/role_sessions.py``) is known before any trail tells it.

Of a call that was denied it keeps who made it, when and from where, and no parameters: those are known where the course
itself has met the refusal (``account/denials.py``), or nowhere. AWS takes up to fifteen minutes to show an event, and
shows calls on a table's items never: whoever asks here has to do without, too.

Source: AWS CloudTrail User Guide, "CloudTrail record contents", "CloudTrail userIdentity element"; IAM User Guide,
"Logging IAM and AWS STS API calls with AWS CloudTrail".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from kmscourse import audit
from kmscourse.access.identities import Document, managed_document
from kmscourse.access.refusal import PartKind, Refusal
from kmscourse.account import Account
from kmscourse.account.denials import RefusedCall
from kmscourse.policy import Principal, PrincipalKind, parse_principal, statements_of

MAX_EVENTS = 200  # events looked through: AWS hands out a hundred a second
HOME = "us-east-1"  # where the events of IAM and of STS's global endpoint are
_MAKES = {
    PrincipalKind.SESSION: ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"),
    PrincipalKind.FEDERATED_USER: ("GetFederationToken",),
}
_KMS_REQUEST = re.compile(r"Request ID: ([\w-]+)")


@dataclass(frozen=True)
class Session:
    """What temporary credentials were given out for: the call that made them says it.

    ``issuer`` is the ARN of who called, ``issued`` when, as in 2026-11-30T10:00:00Z. ``policy`` is what all session
    policies say together, None where there is none. ``transitive`` are the tags that go on to the next role.
    """

    issuer: str
    issued: str
    policy: Document | None = field(default=None, repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: Mapping[str, str] = field(default_factory=dict)
    source_identity: str = ""


def refused_event(account: Account, refusal: Refusal, call: RefusedCall, region: str) -> dict[str, Any]:
    """CloudTrail's record of a refused call in a Region, the newest that fits; empty where there is none (yet)."""
    service, _, action_name = str(refusal.action).partition(":")
    operation = action_name
    if not refusal.via_dynamodb:
        operation = call.operation or refusal.part(PartKind.CALL) or action_name
    operation = re.sub("^ReEncrypt(From|To)$", "ReEncrypt", operation)
    of_kms = _KMS_REQUEST.search(refusal.part(PartKind.TECHNICAL) or "")
    request_ids = {call.request_id, of_kms[1] if of_kms else ""} - {""}
    for event in _events(account, operation, (region, HOME) if service in ("iam", "sts") else (region,)):
        error_message = event.get("errorMessage", "")
        if request_ids:
            fits = event.get("requestID") in request_ids
        else:
            fits = error_message != "" and error_message in refusal.text
        if fits and str(event.get("errorCode", "")).startswith("AccessDenied"):
            return event
    return {}


def session_of(account: Account, caller: Principal, access_key_id: str = "") -> Session | None:
    """The newest session of that ARN, or the one with that access key id; None where nothing tells of it.

    Raises KmsCourseError where a managed policy that it was made with may not be read.
    """
    if made := account.role_sessions.get(access_key_id):
        issued, parameters = made.issued.strftime("%Y-%m-%dT%H:%M:%SZ"), _as_recorded(made.parameters)
        return _session(account, made.caller_arn, made.caller_access_key_id, issued, parameters)
    for name in _MAKES[caller.kind]:
        for event in _events(account, name, (account.region, HOME)):
            answer = event.get("responseElements") or {}
            assumed = answer.get("assumedRoleUser") or answer.get("federatedUser") or {}
            key_id = (answer.get("credentials") or {}).get("accessKeyId")
            if assumed.get("arn") == caller.id and access_key_id in ("", key_id):
                # Of an event that grew too large, CloudTrail leaves the parameters out.
                omitted = (event.get("requestParameters") or {}).get("omitted")
                return None if omitted else _recorded_session(account, event)
    return None


def _recorded_session(account: Account, event: Mapping[str, Any]) -> Session:
    caller_arn, key_id = (event["userIdentity"].get(name, "") for name in ("arn", "accessKeyId"))
    return _session(account, caller_arn, key_id, event["eventTime"], event.get("requestParameters") or {})


def _as_recorded(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A call's parameters as CloudTrail spells them: policyArns for PolicyArns, and so in each tag."""
    recorded = {name[0].lower() + name[1:]: value for name, value in parameters.items()}
    tags = [{name.lower(): value for name, value in tag.items()} for tag in parameters.get("Tags", ())]
    return {**recorded, "tags": tags}


def _session(
    account: Account, caller_arn: str, access_key_id: str, issued: str, parameters: Mapping[str, Any]
) -> Session:
    tags = {tag["key"]: tag["value"] for tag in parameters.get("tags", [])}
    transitive = {name: tags[name] for name in parameters.get("transitiveTagKeys", []) if name in tags}
    source = parameters.get("sourceIdentity", "")
    who = parse_principal(caller_arn)
    if who.kind is PrincipalKind.SESSION and (before := session_of(account, who, access_key_id)):
        tags, transitive = {**before.transitive, **tags}, {**before.transitive, **transitive}
        source = source or before.source_identity
    return Session(caller_arn, issued, _policy(account, parameters), tags, transitive, source)


def _policy(account: Account, parameters: Mapping[str, Any]) -> Document | None:
    """The session policies in one document: a request has to be allowed by one of them."""
    inline = parameters.get("policy")
    documents = [inline if isinstance(inline, dict) else json.loads(inline)] if inline else []
    arns = [
        policy["arn"] if isinstance(policy, Mapping) else policy
        for policy in parameters.get("policyArns", [])
    ]
    documents += [managed_document(account.client("iam"), arn) for arn in arns]
    if not documents:
        return None
    all_statements = [statement for document in documents for statement in statements_of(document)]
    return {"Version": "2012-10-17", "Statement": all_statements}


def _events(account: Account, name: str, regions: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The newest events of a name; none where the trail may not be read."""
    for region in dict.fromkeys(regions):
        try:
            yield from audit.events(
                account.client_in("cloudtrail", region), event_name=name, max_events=MAX_EVENTS
            )
        except ClientError:
            return
