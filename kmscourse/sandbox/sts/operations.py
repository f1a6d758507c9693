"""AWS STS: temporary credentials for a role, for a user, for somebody whom a user vouches for; and who one is.

The credentials leave in the answer and are kept as a session; nothing of them is logged.

Source: AWS STS API Reference, each operation; texts as recorded from AWS by localstack's tests or quoted by
users of AWS, where they are not marked as an inference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any

from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam.policy_documents import require_identity_policy
from kmscourse.sandbox.iam.sessions import SessionTerms, account_of
from kmscourse.sandbox.operation import Operation, Service, anywhere, no_permission
from kmscourse.sandbox.sts.members import MEMBERS
from kmscourse.sandbox.sts.permissions import of_long_term_credentials, on_federated_user, on_role
from kmscourse.sandbox.sts.resolve import StsCall, resolve

HOUR = 3_600
TWELVE_HOURS = 12 * HOUR
MAX_PACKED_BYTES = 2_048  # Inference: AWS packs policies and tags into a space whose size it does not tell.
MAX_POLICY_ARNS = 10

Answer = Mapping[str, Any]


def get_caller_identity(resolved: StsCall) -> Answer:
    """Who signed: it answers everybody, and no policy can forbid it."""
    caller = resolved.caller
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def get_access_key_info(resolved: StsCall) -> Answer:
    """The account that an access key id belongs to: the id itself says so, whether or not there is such a key."""
    account_id = account_of(resolved.parameters["AccessKeyId"])
    if account_id is None:
        # The text is an inference.
        raise AwsError("ValidationError", "The AccessKeyId is none that AWS gave out.")
    return {"Account": account_id}


def assume_role(resolved: StsCall) -> Answer:
    """Credentials of a role, for as long as it allows; for an hour at most where a role's session asks."""
    role = resolved.role
    if role is None:  # An identity policy can allow it on anything, but only roles trust.
        raise AwsError(
            "AccessDenied",
            f"User: {resolved.caller.arn} is not authorized to perform: {resolved.action} on resource: "
            f"{resolved.parameters['RoleArn']}",
            403,
        )
    seconds = _seconds(resolved, HOUR)
    if resolved.caller.made_by == "AssumeRole" and seconds > HOUR:
        raise AwsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    if seconds > role.max_session_seconds:
        raise AwsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    terms, packed = _terms(resolved, resolved.parameters["RoleSessionName"])
    credentials = resolved.identities.begin_session(role.id, seconds, terms)
    return {
        "Credentials": _printed(credentials, seconds),
        "AssumedRoleUser": {"AssumedRoleId": credentials.caller.user_id, "Arn": credentials.caller.arn},
        "PackedPolicySize": packed or None,
        "SourceIdentity": terms.source_identity or None,
    }


def get_session_token(resolved: StsCall) -> Answer:
    """Credentials with all the permissions of the user who asks, though not for IAM (``auth/signature.py``)."""
    _refuse_second_factor(resolved)
    seconds, terms = _seconds(resolved, TWELVE_HOURS), SessionTerms(resolved.call.operation)
    credentials = resolved.identities.begin_session(resolved.caller.user_id, seconds, terms)
    return {"Credentials": _printed(credentials, seconds)}


def get_federation_token(resolved: StsCall) -> Answer:
    """Credentials for what both the user who asks and the session policy allow; without one, for nothing."""
    terms, packed = _terms(resolved, resolved.parameters["Name"])
    seconds = _seconds(resolved, TWELVE_HOURS)
    credentials = resolved.identities.begin_session(resolved.caller.user_id, seconds, terms)
    return {
        "Credentials": _printed(credentials, seconds),
        "FederatedUser": {"FederatedUserId": credentials.caller.user_id, "Arn": credentials.caller.arn},
        "PackedPolicySize": packed,
    }


def _terms(resolved: StsCall, name: str) -> tuple[SessionTerms, int]:
    """What the session is to be, and how many percent of the space for policies and tags that takes up.

    Raises AwsError MalformedPolicyDocument, PackedPolicyTooLarge.
    """
    _refuse_second_factor(resolved)
    policy = resolved.parameters.get("Policy")
    policies = (policy,) if policy else ()
    for text in policies:
        require_identity_policy(text)
    arns = tuple(each["arn"] for each in resolved.parameters.get("PolicyArns", ()))
    if len(arns) > MAX_POLICY_ARNS:
        # The text is an inference.
        raise AwsError("ValidationError", f"There can be at most {MAX_POLICY_ARNS} PolicyArns.")
    for arn in arns:
        resolved.identities.keep_policy(arn)
    session = resolved.session_tags
    texts = [*policies, *arns, *session.tags, *session.tags.values()]
    packed = ceil(100 * sum(len("".join(text.split())) for text in texts) / MAX_PACKED_BYTES)
    if packed > 100:
        raise AwsError(
            "PackedPolicyTooLarge",
            f"Packed policy consumes {packed}% of allotted space, please use smaller policy.",
        )
    terms = SessionTerms(
        resolved.call.operation,
        name,
        policies,
        arns,
        session.tags,
        session.transitive,
        session.source_identity,
    )
    return terms, packed


def _refuse_second_factor(resolved: StsCall) -> None:
    """Nobody in the practice account has an MFA device."""
    if resolved.parameters.get("SerialNumber") or resolved.parameters.get("TokenCode"):
        raise AwsError(
            "AccessDenied",
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is "
            "valid and associated with this user.",
            403,
        )


def _seconds(resolved: StsCall, default: int) -> int:
    return int(resolved.parameters.get("DurationSeconds") or default)


def _printed(credentials: Credentials, seconds: int) -> dict[str, Any]:
    since = credentials.caller.temporary.since if credentials.caller.temporary else 0.0
    return {
        "AccessKeyId": credentials.caller.access_key_id,
        "SecretAccessKey": credentials.secret,
        "SessionToken": credentials.token,
        "Expiration": datetime.fromtimestamp(since + seconds, UTC),
    }


OPERATIONS: Mapping[str, Operation[StsCall]] = {
    "GetCallerIdentity": Operation(no_permission, get_caller_identity),
    "GetAccessKeyInfo": Operation(anywhere, get_access_key_info),
    "GetSessionToken": Operation(of_long_term_credentials, get_session_token, changes=True),
    "AssumeRole": Operation(on_role, assume_role, changes=True),
    "GetFederationToken": Operation(on_federated_user, get_federation_token, changes=True),
}

SERVICE = Service("sts", resolve, OPERATIONS, MEMBERS)
