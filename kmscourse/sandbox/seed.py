"""What a new practice account holds: an administrator, and the lab's user without console access."""

from __future__ import annotations

import secrets

from kmscourse.sandbox.backend.principals import Principals
from kmscourse.sandbox.views import Credentials

MAIN_USER_PREFIX = "ed-user-"
LAB_USER = "IAMLabUser"
LAB_POLICY_NAME = "BooksReader"

ADMINISTRATOR = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def seed(principals: Principals, known: Credentials | None = None) -> str:
    """Fill an empty account. The main user's name is returned: a new one, or that of ``known``.

    ``known`` are the main user's credentials in the account before a reset; they stay valid.
    """
    from kmscourse.policy.build import lab_user_policy

    main_user = known.caller.user_name if known else MAIN_USER_PREFIX + secrets.token_hex(4)
    principals.add_user(main_user, {"AdministratorAccess": ADMINISTRATOR})
    if known is None:
        principals.add_access_key(main_user)
    else:
        principals.add_access_key(main_user, known.caller.access_key_id, known.secret)
    principals.add_user(LAB_USER, {LAB_POLICY_NAME: lab_user_policy()})
    return main_user
