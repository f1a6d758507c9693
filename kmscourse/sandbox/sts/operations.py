"""AWS STS: temporary credentials for a role, for a user, for somebody whom a user vouches for; and who one is.

Whether the caller may has been decided before (``resources/sts.py`` says on what); here are the limits that STS
sets beyond that. The credentials leave in the answer and are kept as a session; nothing of them is logged.

Source: AWS STS API Reference, each operation; texts as recorded from AWS by localstack's tests or quoted by
users of AWS, where they are not marked as an inference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.iam.policy_documents import check_identity_policy
from kmscourse.sandbox.iam.views import Terms
from kmscourse.sandbox.sts.permissions import marks

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

HOUR = 3_600
TWELVE_HOURS = 12 * HOUR
_PACKED_BYTES = 2_048  # Inference: AWS packs policies and tags into a space whose size it does not tell.
_MOST_ARNS = 10

Answer = Mapping[str, Any]


def perform(call: Call, caller: Caller, account: Account) -> Answer:
    """The answer to one of STS's operations. Raises AwsError."""
    return OPERATIONS[call.operation](call, caller, account)


def get_caller_identity(call: Call, caller: Caller, account: Account) -> Answer:
    """Who signed."""
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def get_access_key_info(call: Call, caller: Caller, account: Account) -> Answer:
    """The account that an access key id belongs to: the id itself says so, whether or not there is such a key."""
    owner = account.account_of(call.parameters["AccessKeyId"])
    if owner is None:
        raise AwsError("ValidationError", "The AccessKeyId is none that AWS gave out.")  # inference
    return {"Account": owner}


def assume_role(call: Call, caller: Caller, account: Account) -> Answer:
    """Credentials of a role, for as long as it allows; for an hour at most where a role's session asks."""
    arn = call.parameters["RoleArn"]
    role = account.entity_of(arn)
    if (
        role is None or role.kind != "role"
    ):  # an identity policy can allow it on anything, but only roles trust
        raise AwsError(
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform: {call.action} on resource: {arn}",
            403,
        )
    seconds = _seconds(call, HOUR)
    if caller.made_by == "AssumeRole" and seconds > HOUR:
        raise AwsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    if seconds > role.max_session:
        raise AwsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    terms, packed = _terms(call, caller, account, call.parameters["RoleSessionName"])
    given = account.begin_session(role.id, seconds, terms)
    return {
        "Credentials": _credentials(given, account),
        "AssumedRoleUser": {"AssumedRoleId": given.caller.user_id, "Arn": given.caller.arn},
        "PackedPolicySize": packed or None,
        "SourceIdentity": terms.source_identity or None,
    }


def get_session_token(call: Call, caller: Caller, account: Account) -> Answer:
    """Credentials with all the permissions of the user who asks, though not for IAM (``signature.py``)."""
    _refuse_second_factor(call)
    terms = Terms(call.operation)
    given = account.begin_session(caller.user_id, _seconds(call, TWELVE_HOURS), terms)
    return {"Credentials": _credentials(given, account)}


def get_federation_token(call: Call, caller: Caller, account: Account) -> Answer:
    """Credentials for what both the user who asks and the session policy allow; without one, for nothing."""
    terms, packed = _terms(call, caller, account, call.parameters["Name"])
    given = account.begin_session(caller.user_id, _seconds(call, TWELVE_HOURS), terms)
    return {
        "Credentials": _credentials(given, account),
        "FederatedUser": {"FederatedUserId": given.caller.user_id, "Arn": given.caller.arn},
        "PackedPolicySize": packed,
    }


def _terms(call: Call, caller: Caller, account: Account, name: str) -> tuple[Terms, int]:
    """What the session is to be, and how many percent of the space for policies and tags that takes up.

    Raises AwsError MalformedPolicyDocument, PackedPolicyTooLarge.
    """
    _refuse_second_factor(call)
    form = call.parameters
    policies = [form["Policy"]] if form.get("Policy") else []
    for text in policies:
        check_identity_policy(text)
    arns = [arn for field, arn in form.items() if field.startswith("PolicyArns.member.")]
    if len(arns) > _MOST_ARNS:
        raise AwsError("ValidationError", f"There can be at most {_MOST_ARNS} PolicyArns.")  # inference
    for arn in arns:
        account.keep_policy(arn)
    wanted = marks(call, caller)
    texts = [*policies, *arns, *wanted.tags, *wanted.tags.values()]
    packed = ceil(100 * sum(len("".join(text.split())) for text in texts) / _PACKED_BYTES)
    if packed > 100:
        raise AwsError(
            "PackedPolicyTooLarge",
            f"Packed policy consumes {packed}% of allotted space, please use smaller policy.",
        )
    terms = Terms(
        call.operation, name, policies, arns, wanted.tags, wanted.transitive, wanted.source_identity
    )
    return terms, packed


def _refuse_second_factor(call: Call) -> None:
    """Nobody in the practice account has an MFA device."""
    if call.parameters.get("SerialNumber") or call.parameters.get("TokenCode"):
        raise AwsError(
            "AccessDenied",
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is "
            "valid and associated with this user.",
            403,
        )


def _seconds(call: Call, usual: int) -> int:
    return int(call.parameters.get("DurationSeconds") or usual)


def _credentials(given: Credentials, account: Account) -> dict[str, Any]:
    key_id = given.caller.access_key_id
    return {
        "AccessKeyId": key_id,
        "SecretAccessKey": given.secret,
        "SessionToken": given.token,
        "Expiration": datetime.fromtimestamp(account.ends_at(key_id), UTC),
    }


OPERATIONS: Mapping[str, Callable[[Call, Caller, Account], Answer]] = {
    "GetCallerIdentity": get_caller_identity,
    "GetAccessKeyInfo": get_access_key_info,
    "AssumeRole": assume_role,
    "GetSessionToken": get_session_token,
    "GetFederationToken": get_federation_token,
}
