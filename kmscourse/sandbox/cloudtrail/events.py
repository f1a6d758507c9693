"""The CloudTrail events of one call: its own, and those of what DynamoDB did with a key for it.

An event is a dict as CloudTrail's records are. What must not be kept never gets in: of the parameters only
what AWS's model does not mark as sensitive, no blobs (plaintexts, ciphertexts), no policy documents; of the
answers only what names a new thing.

Of a call that its caller was not allowed, CloudTrail keeps no parameters: so have it public records of KMS (2021), of
DynamoDB, STS and IAM (to 2023). That it has no ``resources`` either is inference: of KMS no record was found whole.
Calls that are refused for other reasons keep both, as records of a failed Decrypt do.

Source: AWS CloudTrail User Guide, "CloudTrail record contents"; AWS KMS Developer Guide, "Logging AWS KMS API
calls with AWS CloudTrail"; DynamoDB Developer Guide, "Encryption at rest usage notes" (its events).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.cloudtrail.redaction import additional_data, parameters_of, response_of
from kmscourse.sandbox.model.shapes import error_name, is_operation
from kmscourse.sandbox.on_behalf import DYNAMODB, RelayedError, attempted_key_uses
from kmscourse.sandbox.operation import PermissionCheck

Event = dict[str, Any]

# Operations on items are data events, which the event history does not have (CloudTrail User Guide, "Logging data
# events").
DATA_EVENTS = frozenset(
    f"dynamodb:{name}"
    for name in (
        "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan",
        "BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems",
    )
)  # fmt: skip
_KEY_OR_ALIAS = re.compile(r"arn:aws:kms:[^:]*:[^:]*:(key|alias)/")
_GLOBAL = ("iam", "sts")  # Their events are kept in us-east-1.
_READING = ("Get", "List", "Describe", "Lookup", "Simulate", "AssumeRole")
_TABLES_CHANGED = ("dynamodb:CreateTable", "dynamodb:UpdateTable", "dynamodb:DeleteTable")
_KMS_READING = (
    "Encrypt", "Decrypt", "ReEncrypt", "Generate", "Sign", "Verify", "Derive", "Encapsulate", "Decapsulate",
)  # fmt: skip


def events_of_call(
    call: Call,
    caller: Caller,
    checks: Sequence[PermissionCheck],
    now: datetime,
    answer: Any,
    error: AwsError | None,
) -> Iterator[Event]:
    """Every event that CloudTrail's history would show of a call; none for a data event or the console's own."""
    if call.service not in ("kms", "dynamodb", "iam", "sts", "cloudtrail", "tagging"):
        return
    if not is_operation(call.service, call.operation):
        return
    on_behalf = list(_on_behalf(call, caller, checks, now, error))
    # A table's key is made, in DynamoDB's own name, before it is opened in the caller's.
    opened = next((n for n, event in enumerate(on_behalf) if event["eventName"] == "Decrypt"), len(on_behalf))
    yield from [*on_behalf[:opened], *_by_dynamodb(call, checks, now, answer), *on_behalf[opened:]]
    if call.action not in DATA_EVENTS:
        keys = [*(check.resource for check in checks if check.via is None), *_made(call, answer)]
        event = _event(
            call,
            now,
            name=call.operation,
            source=call.service,
            identity=_identity(caller),
            parameters=parameters_of(call),
            response=response_of(call, answer, keys),
            keys=keys,
            error=error,
        )
        if additional := additional_data(call, answer):
            event["additionalEventData"] = additional
        yield _with_grant(event) if call.action == "kms:RetireGrant" and event["requestParameters"] else event


def _with_grant(event: Event) -> Event:
    """RetireGrant tells its grant as additional data: its parameters, a token among them, are not kept."""
    grant_id = event["requestParameters"].get("grantId")
    return {**event, "requestParameters": None, "additionalEventData": {"grantId": grant_id}}


def _made(call: Call, answer: Any) -> list[str]:
    """The ARN of the key that CreateKey has made."""
    return [answer["KeyMetadata"]["Arn"]] if call.action == "kms:CreateKey" and answer else []


def _on_behalf(
    call: Call, caller: Caller, checks: Sequence[PermissionCheck], now: datetime, error: AwsError | None
) -> Iterator[Event]:
    """The calls to KMS that DynamoDB made for the caller, up to the one that was refused, if one was."""
    uses = attempted_key_uses(checks, error)
    for use in uses:
        event = _event(
            call,
            now,
            name=use.action.removeprefix("kms:"),
            source="kms",
            identity={**_identity(caller), "invokedBy": DYNAMODB},
            parameters=_parameters_of_use(use),
            response=None,
            keys=[use.resource],
            error=error.inner if isinstance(error, RelayedError) and use is uses[-1] else None,
        )
        yield {**event, "sourceIPAddress": DYNAMODB, "userAgent": DYNAMODB}


def _by_dynamodb(
    call: Call, checks: Sequence[PermissionCheck], now: datetime, answer: Any
) -> Iterator[Event]:
    """What DynamoDB does in its own name, by its grant: make a table's key, retire the grant on a former one."""
    if call.action not in _TABLES_CHANGED or answer is None:
        return
    calls: list[tuple[str, str, Event]] = [
        ("GenerateDataKey", check.resource, {**_parameters_of_use(check), "keySpec": "AES_256"})
        for check in checks
        if check.action == "kms:Decrypt"
    ]
    taken = {key_arn for _, key_arn, _ in calls}
    # But for a new table, the answer shows the table as it was.
    left = answer["TableDescription"].get("SSEDescription", {}).get("KMSMasterKeyArn")
    leaves = call.action == "dynamodb:DeleteTable" or "SSESpecification" in call.parameters
    if leaves and left is not None and left not in taken:
        calls.append(("RetireGrant", left, {}))
    for name, key_arn, parameters in calls:
        event = _event(
            call,
            now,
            name=name,
            source="kms",
            identity={"type": "AWSService", "invokedBy": DYNAMODB},
            parameters=parameters,
            response=None,
            keys=[key_arn],
            error=None,
        )
        yield {
            **event,
            "sourceIPAddress": DYNAMODB,
            "userAgent": DYNAMODB,
            "recipientAccountId": key_arn.split(":")[4],
        }


def _event(
    call: Call,
    now: datetime,
    *,
    name: str,
    source: str,
    identity: Mapping[str, Any],
    parameters: Mapping[str, Any] | None,
    response: Mapping[str, Any] | None,
    keys: Sequence[str],
    error: AwsError | None,
) -> Event:
    is_denied = error is not None and error.code.startswith("AccessDenied")
    event = {
        "eventVersion": "1.11",
        "userIdentity": dict(identity),
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1" if call.service in _GLOBAL else call.region,
        "sourceIPAddress": call.source_ip,
        "userAgent": call.user_agent[:500],
        "requestParameters": None if is_denied else parameters or None,
        "responseElements": response,
        "requestID": call.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": name.startswith(_READING + (_KMS_READING if source == "kms" else ())),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": identity.get("accountId"),
        "eventCategory": "Management",
    }
    resources = [
        {"accountId": arn.split(":")[4], "type": "AWS::KMS::Key", "ARN": arn}
        for arn in dict.fromkeys(keys)
        if _KEY_OR_ALIAS.match(arn)  # AWS gives both the same type.
    ]
    if resources and not is_denied:
        event["resources"] = resources
    if error is not None:
        event["errorCode"] = "AccessDenied" if is_denied else error_name(source, error.code)
        if error.message:
            event["errorMessage"] = error.message[:1000]
    return event


def _identity(caller: Caller) -> Event:
    """Who called, as ``userIdentity``. Source: CloudTrail User Guide, "CloudTrail userIdentity element"."""
    kinds = {"AssumeRole": "AssumedRole", "GetFederationToken": "FederatedUser"}
    identity: Event = {
        "type": kinds.get(caller.made_by, "Root" if caller.arn.endswith(":root") else "IAMUser"),
        "principalId": caller.user_id,
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": caller.access_key_id,
    }
    if caller.user_name:
        identity["userName"] = caller.user_name
    if caller.temporary is None:
        return identity
    session: Event = {}
    if caller.made_by in kinds:
        issuer = caller.temporary.issuer
        session["sessionIssuer"] = {
            "type": issuer.kind,
            "principalId": issuer.id,
            "arn": issuer.arn,
            "accountId": caller.account,
            "userName": issuer.name,
        }
    since = datetime.fromtimestamp(caller.temporary.since, UTC)
    session["attributes"] = {
        "creationDate": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "mfaAuthenticated": "false",
    }
    if caller.temporary.source_identity:
        session["sourceIdentity"] = caller.temporary.source_identity
    return {**identity, "sessionContext": session}


_CONTEXT = "kms:EncryptionContext:"


def _parameters_of_use(use: PermissionCheck) -> Event:
    """What DynamoDB asked KMS: the key, unless the ciphertext says which, and the encryption context."""
    context = {
        name.removeprefix(_CONTEXT): value for name, value in use.context.items() if name.startswith(_CONTEXT)
    }
    parameters: Event = {"encryptionContext": context} if context else {}
    if use.action == "kms:Decrypt":
        return {**parameters, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    if use.action == "kms:CreateGrant":
        return {
            "keyId": use.resource,
            "granteePrincipal": use.context["kms:GranteePrincipal"],
            "retiringPrincipal": use.context["kms:RetiringPrincipal"],
            "operations": use.context["kms:GrantOperations"],
            "constraints": {"encryptionContextSubset": context},
        }
    return {**parameters, "keyId": use.resource}
