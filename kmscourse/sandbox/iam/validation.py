"""What IAM refuses beyond its model, and moto does not: an operation names its rules in ``operations.py``.

Source: IAM User Guide, "Tags for IAM resources"; texts as recorded from AWS by localstack's tests.
"""

from __future__ import annotations

import re

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam import passwords
from kmscourse.sandbox.iam.policy_documents import require_trust_policy
from kmscourse.sandbox.iam.resolve import IamCall
from kmscourse.sandbox.moto_adapter.iam_markers import place_of

_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)
_POLICY_ARN = re.compile(r"arn:aws:iam::(\d{12}|aws):policy/.+")
_AWS_POLICY = "arn:aws:iam::aws:"


def require_readable(resolved: IamCall) -> None:
    """Raises AwsError ValidationError for a Marker that no answer has given, and for a PolicyArn that is none."""
    place_of(resolved.call.operation, resolved.parameters.get("Marker"))
    arn = resolved.parameters.get("PolicyArn")
    if arn is not None and not _ARN.fullmatch(arn):
        raise AwsError("ValidationError", "Invalid ARN:  Could not be parsed!")
    if arn is not None and not _POLICY_ARN.fullmatch(arn):
        raise AwsError("ValidationError", f"ARN {arn} is not valid.")


def require_customer_policy(resolved: IamCall) -> None:
    """Raises AwsError AccessDenied for a policy that is AWS's own."""
    arn = resolved.parameters["PolicyArn"]
    if arn.startswith(_AWS_POLICY):
        # The text is an inference.
        raise AwsError("AccessDenied", f"{arn} is AWS's own: nobody else can change it.", 403)


def require_principal_tags(resolved: IamCall) -> None:
    """Raises AwsError InvalidInput for tags that a user or role can't have: the case of their keys does not count."""
    if len({key.lower() for key, _ in resolved.tags}) < len(resolved.tags):
        raise AwsError(
            "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )
    _refuse_aws_tags(resolved)


def require_policy_tags(resolved: IamCall) -> None:
    """Raises AwsError InvalidInput for tags that a managed policy can't have."""
    if len({key for key, _ in resolved.tags}) < len(resolved.tags):
        raise AwsError("InvalidInput", "Duplicate tag keys found.")
    _refuse_aws_tags(resolved)


def require_new_trust_policy(resolved: IamCall) -> None:
    """Raises AwsError MalformedPolicyDocument for a new role's trust policy that says nothing."""
    require_trust_policy(resolved.parameters["AssumeRolePolicyDocument"], resolved.identities)


def require_changed_trust_policy(resolved: IamCall) -> None:
    """The same for the trust policy that takes another's place."""
    require_trust_policy(resolved.parameters["PolicyDocument"], resolved.identities)


def require_acceptable_password(resolved: IamCall) -> None:
    """Raises AwsError PasswordPolicyViolation for a password that the account's password policy does not take."""
    if "Password" in resolved.parameters:
        passwords.require_acceptable(
            resolved.identities, resolved.parameters["UserName"], resolved.parameters["Password"]
        )


def _refuse_aws_tags(resolved: IamCall) -> None:
    if any(key.lower().startswith("aws:") for key, _ in resolved.tags):
        # The rule is IAM's; the words are those that users of AWS quote from other services.
        raise AwsError("InvalidInput", "aws: prefixed tag key names are not allowed for external use.")
