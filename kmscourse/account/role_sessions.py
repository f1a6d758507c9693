"""Sessions of a role, by STS AssumeRole, and what each was made with: what it may do depends on that.

On a real account a new role, or a change of its trust policy, takes some seconds to reach every part of AWS. Until then
AWS refuses, and nothing in its answer tells that from a role that does not trust the caller.

Source: AWS STS API Reference, "AssumeRole"; IAM User Guide, "Troubleshoot IAM", "Changes that I make are not always
immediately visible".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from kmscourse.account.denials import is_denied

SESSION_NAME = "kmscourse"
SESSION_SECONDS = 3_600  # one hour: what STS takes where the caller says nothing, and every role allows
WAIT_FOR_IAM = 30.0  # seconds

T = TypeVar("T")


@dataclass(frozen=True)
class RoleSession:
    """What a session of a role was made with: the caller of AssumeRole, the moment, in UTC, and its parameters."""

    caller_arn: str
    caller_access_key_id: str
    issued: datetime
    parameters: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(
        cls,
        caller_arn: str,
        caller_access_key_id: str,
        parameters: Mapping[str, Any],
        credentials: Mapping[str, Any],
    ) -> RoleSession:
        """The session that AssumeRole answered with these credentials."""
        seconds = int(parameters.get("DurationSeconds", SESSION_SECONDS))
        issued = credentials["Expiration"] - timedelta(seconds=seconds)
        return cls(caller_arn, caller_access_key_id, issued, parameters)


def once_spread(ask: Callable[[], T], denials: list[str], seconds: float) -> T:
    """The answer, where AWS gives it within so many ``seconds``; else the last refusal is raised, and remembered.

    Asked again is only what is refused for lack of a permission, or because there is no such thing.
    """
    deadline = time.monotonic() + seconds
    while True:
        count_before = len(denials)
        try:
            return ask()
        except ClientError as error:
            may_spread = is_denied(error) or error.response["Error"]["Code"] == "NoSuchEntity"
            if not may_spread or time.monotonic() >= deadline:
                raise
        del denials[count_before:]
        time.sleep(1)
