"""A key policy before it is put on a key: well formed, about principals that exist, and no way to lock oneself out.

Source: AWS KMS Developer Guide, "Key policies", "Default key policy"; AWS KMS API Reference, "PutKeyPolicy".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.errors import PolicyError
from kmscourse.policy import list_values, parse
from kmscourse.sandbox.auth.authorize import decide
from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.operation import PermissionCheck, ResolvedCall

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

MOST_BYTES = 32 * 1024


def check(call: Call, caller: Caller, access: PermissionCheck, account: Account) -> None:
    """Raises AwsError where the Policy in the parameters can't be the policy of the key that ``access`` is to.

    LimitExceededException above 32 KB; MalformedPolicyDocumentException where it can't be read, names a
    principal that does not exist, or would not let the caller change it again (unless
    BypassPolicyLockoutSafetyCheck asks for just that).
    """
    text = call.parameters["Policy"]
    if len(text.encode()) > MOST_BYTES:
        raise AwsError("LimitExceededException", f"A key policy has at most {MOST_BYTES} bytes.")
    policy = _read(text)
    if not all(account.identities.is_policy_principal(kind, name) for kind, name in _principals(policy)):
        raise _malformed("Policy contains a statement with one or more invalid principals.")
    if not call.parameters.get("BypassPolicyLockoutSafetyCheck"):
        again = replace(access, action="kms:PutKeyPolicy", resource_policy=policy)
        if not decide(ResolvedCall(call, caller, account, account.now()), again).allowed:
            raise _malformed("The new key policy will not allow you to update the key policy in the future.")


def _read(text: str) -> Mapping[str, Any]:
    try:
        policy = parse(text)
    except PolicyError as error:
        raise _malformed(str(error)) from None
    statements = list_values(policy.get("Statement"))
    if policy.get("Version", "2012-10-17") not in ("2012-10-17", "2008-10-17"):
        raise _malformed("The policy's Version is neither 2012-10-17 nor 2008-10-17.")
    if not statements:
        raise _malformed("The policy has no Statement.")
    for number, statement in enumerate(statements, 1):
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise _malformed(f"Statement {number} has no Effect of Allow or Deny.")
        if ("Principal" in statement) == ("NotPrincipal" in statement):
            raise _malformed(f"Statement {number} needs a Principal: a key policy says whom it speaks of.")
    return policy


def _principals(policy: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """(type, name) of each principal in a policy."""
    for statement in list_values(policy["Statement"]):
        named = statement.get("Principal", statement.get("NotPrincipal"))
        if isinstance(named, str):
            yield "AWS" if named == "*" else "", named
            continue
        if not isinstance(named, dict) or not named:
            raise _malformed('A Principal is * or an object such as {"AWS": "arn:aws:iam::…"}.')
        for kind, names in named.items():
            for name in list_values(names):
                yield kind, name if isinstance(name, str) else json.dumps(name)


def _malformed(text: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", text)
