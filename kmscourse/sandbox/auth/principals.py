"""Whether a principal that a policy or a grant names exists.

Source: IAM User Guide, "AWS JSON policy elements: Principal".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

_ACCOUNT = re.compile(r"\d{12}|arn:aws:iam::\d{12}:root")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com")


def principal_exists(name: str, account: Account, kind: str = "AWS") -> bool:
    """Whether there is such a principal: everyone, an account, a service, a user or role of this account.

    ``kind`` is AWS, Service or Federated. There are no other accounts beside the practice account; any twelve digits
    pass for one, their users do not.
    """
    if kind == "Service":
        return _SERVICE.fullmatch(name) is not None
    if kind != "AWS":
        return kind == "Federated"
    return name == "*" or _ACCOUNT.fullmatch(name) is not None or account.identities.principal_exists(name)
