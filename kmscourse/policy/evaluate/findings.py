"""What a decision finds on its way: AWS's questions in AWS's order, and the answers.

The order is that of the IAM User Guide's "Policy evaluation logic"; for keys, that of the AWS KMS Developer
Guide's "Troubleshooting key access".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from kmscourse.policy.language.statement import Statement


class Layer(StrEnum):
    """The kinds of policy, by the names that AWS's sentence gives them."""

    SERVICE_CONTROL = "service control"
    RESOURCE = "resource-based"
    IDENTITY = "identity-based"
    BOUNDARY = "permissions boundary"
    SESSION = "session"

    @property
    def noun(self) -> str:
        """As in "no identity-based policy" and "no permissions boundary"."""
        return self.value if self is Layer.BOUNDARY else f"{self.value} policy"

    @property
    def with_article(self) -> str:
        """As in "an identity-based policy"."""
        return f"{'an' if self is Layer.IDENTITY else 'a'} {self.noun}"


class Question(Enum):
    """One question of AWS's; {policy} is the resource's own policy."""

    FREE = "Is {action} a call that needs no permission?"
    SIGNED = "Is the call signed, as KMS wants every call to be?"
    READABLE = "Can every policy be read?"
    DENIED = "Does any statement explicitly deny it?"
    SERVICE_CONTROL = "Do the organisation's service control policies allow {action}, at every level?"
    ALIAS = "Can a policy give {action} on this alias?"
    NAMED = "Does the {policy} itself let {who} call {action}?"
    GRANTED = "Does a grant let {who} call {action}?"
    DELEGATED = "Does the {policy} let the account's IAM decide?"
    ACCOUNT = "May {who}'s account retire it, and let its own do so through IAM?"
    IDENTITY = "Does an identity-based policy allow {action}?"
    ROOT = "Is {who} the root user of that account, above every identity-based policy?"
    BOUNDARY = "Does the permissions boundary allow {action}?"
    SESSION = "Does the session policy allow {action}?"
    VERDICT = "Then may {who} call {action}?"


@dataclass(slots=True)
class Finding:
    """The answer to one question. ``evidence``: the statement or the grant behind it, or a sentence."""

    question: Question
    yes: bool
    layer: Layer | None = None
    evidence: Statement | Mapping[str, Any] | str | None = None
