"""What IAM works out of a request before the operation itself, and what it checks and moto does not.

Source: IAM API Reference, the UserName parameter of the operations that may leave it out; IAM User Guide, "Tags
for IAM resources"; texts as recorded from AWS by localstack's tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.iam.permissions import ABOUT_ONESELF, user_name
from kmscourse.sandbox.iam.policy_documents import check_identity_policy, check_trust_policy
from kmscourse.sandbox.operation import PermissionCheck
from kmscourse.sandbox.permission_checks import form_tags

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

_POLICY_ARN = re.compile(r"arn:aws:iam::(\d{12}|aws):policy/.+")
_AWS_POLICY = "arn:aws:iam::aws:"
_OF_ITS_OWNER = (
    "CreatePolicyVersion",
    "DeletePolicy",
    "DeletePolicyVersion",
    "SetDefaultPolicyVersion",
    "TagPolicy",
    "UntagPolicy",
)
_TAGS_OF_USERS = ("CreateUser", "TagUser", "CreateRole", "TagRole")


def check(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> Call:
    """The call with the caller's own name where it names no user. Raises AwsError where a rule forbids it."""
    form = call.parameters
    if not re.fullmatch(r"[0-9]{0,9}", form.get("Marker", "")):
        raise AwsError("ValidationError", "Invalid Marker.")
    if "PolicyArn" in form:
        _check_policy_arn(call, form["PolicyArn"])
    _check_tags(call)
    trust = form.get("AssumeRolePolicyDocument")
    if call.operation == "UpdateAssumeRolePolicy":
        trust = form["PolicyDocument"]
    if trust is not None:
        check_trust_policy(trust, account)
    if call.operation in ABOUT_ONESELF:
        call = replace(call, parameters={**form, "UserName": user_name(call, caller)})
    if call.operation in ("CreateLoginProfile", "UpdateLoginProfile") and "Password" in form:
        account.check_password(call.parameters["UserName"], form["Password"])
    return call


def check_readable(call: Call) -> None:
    """Raises AwsError MalformedPolicyDocument for a policy that could not be evaluated later.

    Asked after moto has taken the document, as its texts for AWS's own refusals are the finer ones.
    """
    document = call.parameters.get("PolicyDocument")
    if document is not None and call.operation != "UpdateAssumeRolePolicy":
        check_identity_policy(document)


def _check_policy_arn(call: Call, arn: str) -> None:
    if not _POLICY_ARN.fullmatch(arn):
        raise AwsError("ValidationError", f"ARN {arn} is not valid.")
    if arn.startswith(_AWS_POLICY) and call.operation in _OF_ITS_OWNER:
        raise AwsError("AccessDenied", f"{arn} is AWS's own: nobody else can change it.", 403)  # inference


def _check_tags(call: Call) -> None:
    keys = [key for key, _ in form_tags(call.parameters)]
    if call.operation in _TAGS_OF_USERS and len({key.lower() for key in keys}) < len(keys):
        raise AwsError(
            "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )
    if len(set(keys)) < len(keys):
        raise AwsError("InvalidInput", "Duplicate tag keys found.")
    if any(key.lower().startswith("aws:") for key in keys):
        # The rule is IAM's; the words are those that users of AWS quote from other services.
        raise AwsError("InvalidInput", "aws: prefixed tag key names are not allowed for external use.")
