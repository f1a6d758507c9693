"""What a new practice account holds: an administrator, and the lab's user without console access."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from kmscourse.policy import LAB_POLICY_NAME, LAB_USER, lab_user_policy
from kmscourse.sandbox.auth.credentials import Credentials

if TYPE_CHECKING:
    from kmscourse.sandbox.iam.store import Identities

MAIN_USER_PREFIX = "ed-user-"
ADMINISTRATOR_POLICY = "AdministratorAccess"

ADMINISTRATOR = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def seed(identities: Identities, known: Credentials | None = None, name: str = "") -> Credentials:
    """Make the users of an empty account. The main user's access key is returned.

    ``known`` is that key in the account before a reset: it stays valid, and the main user keeps its name, unless that
    is the lab user's. ``name`` is the main user's where its key is lost.
    """
    name = known.caller.user_name if known else name or new_name()
    if name.lower() == LAB_USER.lower():
        name = new_name()
    identities.add_user(name, {ADMINISTRATOR_POLICY: ADMINISTRATOR})
    identities.add_user(LAB_USER, {LAB_POLICY_NAME: lab_user_policy()})
    return identities.add_access_key(name, *((known.caller.access_key_id, known.secret) if known else ()))


def new_name() -> str:
    """A name for a main user."""
    return MAIN_USER_PREFIX + secrets.token_hex(4)
