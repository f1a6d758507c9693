"""The policies that IAM and STS take: identity policies, session policies, trust policies.

Source: IAM User Guide, "Grammar of the IAM JSON policy language", "AWS JSON policy elements: Principal"; texts as
recorded from AWS by localstack's tests or quoted by users of AWS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kmscourse.errors import PolicyError
from kmscourse.policy import list_values, parse, replace_principals
from kmscourse.sandbox.call import AwsError

if TYPE_CHECKING:
    from kmscourse.sandbox.iam.store import Identities

_SID = re.compile("[0-9A-Za-z]*")


@lru_cache(maxsize=1024)
def document_of(text: str) -> dict[str, Any]:
    """A stored policy's text as the dict that it stands for, an empty one where it is not JSON. Not to be changed."""
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def require_identity_policy(text: str) -> None:
    """Raises AwsError MalformedPolicyDocument for a policy that can't be an identity policy or a session policy.

    That STS says the same of a session policy as IAM says of an identity policy is an inference.
    """
    # It brings in moto, which takes long: not before it is asked for.
    from kmscourse.sandbox.moto_adapter.policy_validation import validate_identity_policy

    document = _parse(text)
    statements = list_values(document["Statement"])
    if document.get("Version") != "2012-10-17":
        raise _malformed("Policy document must be version 2012-10-17 or greater.")
    if any("Principal" in statement or "NotPrincipal" in statement for statement in statements):
        raise _malformed("Policy document should not specify a principal.")
    if not all(_SID.fullmatch(str(statement.get("Sid", ""))) for statement in statements):
        raise _malformed(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            f"{_SID.pattern}"
        )
    validate_identity_policy(text)


def require_trust_policy(text: str, identities: Identities) -> None:
    """Raises AwsError MalformedPolicyDocument for a policy that can't say who may assume a role."""
    document = _parse(text)
    for statement in list_values(document["Statement"]):
        if not all(action.lower().startswith("sts:") for action in list_values(statement.get("Action"))):
            raise _malformed("AssumeRole policy may only specify STS AssumeRole actions.")
        for field in ("Resource", "NotResource"):
            if field in statement:
                raise _malformed(f"Has prohibited field {field}")
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise _malformed("Missing required field Principal")
        for kind, name in _principals(statement):
            if not identities.is_policy_principal(kind, identities.present_name(name)):
                raise _malformed(f'Invalid principal in policy: "{kind.upper()}":"{name}"')


def present_trust_policy(text: str, identities: Identities) -> str:
    """A trust policy's text as IAM shows it: with the ARNs of accounts, users and roles that it names by their ids."""
    document = document_of(text)
    present = replace_principals(document, identities.name_in_policies)
    return text if present == document else json.dumps(present)


def _parse(text: str) -> Mapping[str, Any]:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise _malformed("This policy contains invalid Json") from None
    try:
        return parse(text)
    except PolicyError as error:
        raise _malformed(str(error)) from None


def _principals(statement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(type, name) of each principal in a statement that was parsed."""
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if isinstance(principal, str):
        yield "AWS", principal
    elif isinstance(principal, Mapping):
        for kind, names in principal.items():
            yield from ((kind, name) for name in list_values(names))


def _malformed(text: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", text)
