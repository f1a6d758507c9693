"""Whether IAM takes an identity policy: moto's own rules, and those of AWS's that moto lacks.

Source: IAM User Guide, "IAM JSON policy elements: Action" and "Resource"; texts as users of AWS quote them.
"""

from __future__ import annotations

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from kmscourse.policy import has_wildcard_service
from kmscourse.sandbox.call import AwsError


class _Validator(IAMPolicyDocumentValidator):
    """Neither an action nor a resource has a wildcard where its service is named."""

    @staticmethod
    def _validate_action_prefix(action: str) -> None:
        if has_wildcard_service(action):
            raise MalformedPolicyDocument("Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.")
        IAMPolicyDocumentValidator._validate_action_prefix(action)

    def _validate_resource_format(self, resource: str) -> None:
        super()._validate_resource_format(resource)
        _, _, vendor, *_ = f"{resource}:::".split(":")
        if not self._resource_error and not {"*", "?"}.isdisjoint(vendor):
            self._resource_error = "Resource vendor must be fully qualified and cannot contain regexes."


def validate_identity_policy(document: str) -> None:
    """Raises AwsError MalformedPolicyDocument for a policy that IAM does not take on a user, group or role."""
    try:
        _Validator(document).validate()
    except MalformedPolicyDocument as refusal:
        raise AwsError("MalformedPolicyDocument", refusal.message) from None
