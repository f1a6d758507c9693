"""What a new practice account holds: an administrator, and the lab's user without console access."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from kmscourse.policy.build import lab_user_policy
from kmscourse.sandbox.views import Credentials

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend

MAIN_USER_PREFIX = "ed-user-"
LAB_USER = "IAMLabUser"
LAB_POLICY_NAME = "BooksReader"

ADMINISTRATOR = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def seed(backend: Backend, known: Credentials | None = None) -> str:
    """Fill an empty account. The main user's name is returned: a new one, or that of ``known``.

    ``known`` are the main user's credentials in the account before a reset; they stay valid.
    """
    main_user = known.caller.user_name if known else MAIN_USER_PREFIX + secrets.token_hex(4)
    seed_main_user(backend, main_user, known)
    backend.add_user(LAB_USER, {LAB_POLICY_NAME: lab_user_policy()})
    return main_user


def seed_main_user(backend: Backend, name: str, known: Credentials | None = None) -> None:
    """Give the account its administrator (again, where the student has deleted it or its access keys)."""
    backend.add_user(name, {"AdministratorAccess": ADMINISTRATOR})
    if known is None:
        backend.add_access_key(name)
    else:
        backend.add_access_key(name, known.caller.access_key_id, known.secret)
