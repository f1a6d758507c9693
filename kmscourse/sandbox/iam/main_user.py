"""The account's main user: who it is, what keeps it out of its own account, and how a start lets it in again.

It is known by its unique id, as a name can be given up and taken by somebody else (IAM User Guide, "IAM identifiers").
An administrator who takes away his own rights is locked out, on AWS until the account's root user helps. There is no
root user here: each start gives the main user back an access key, and whatever it needs to be the administrator.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kmscourse.policy import list_values
from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.iam.policy_documents import document_of
from kmscourse.sandbox.iam.store import Identities
from kmscourse.sandbox.seed import ADMINISTRATOR, ADMINISTRATOR_POLICY, new_name
from kmscourse.sandbox.storage.collection import Collection

_WAY_OUT = (
    "To make it the administrator again, start the practice account anew: run `kmscourse sandbox stop`, then the "
    "notebook's set-up cell."
)


@dataclass(frozen=True)
class Repair:
    """A few words that tell what takes the main user's rights away, and what gives them back."""

    problem: str
    apply: Callable[[], object]


class MainUser:
    """The account's administrator. ``about`` is what the account says of itself, its name and id among it.

    ``access_key`` is its access key as it was at the start, or at the last reset.
    """

    access_key: Credentials

    def __init__(self, identities: Identities, about: Collection[Any]) -> None:
        self._identities = identities
        self._about = about

    @property
    def is_known(self) -> bool:
        """False for a new account, which has none yet."""
        return "main_user" in self._about

    @property
    def id(self) -> str:
        """The unique id of the account's administrator, AIDA…"""
        return str(dict.__getitem__(self._about, "main_user_id"))

    @property
    def name(self) -> str:
        """Its name as it is now, as in ``ed-user-1a2b3c4d``; its last one where it has been deleted."""
        return self.credentials().caller.user_name

    def set(self, access_key: Credentials) -> None:
        """Let the user with this access key be the main user from now on."""
        caller = access_key.caller
        for field, value in (("main_user_id", caller.user_id), ("main_user", caller.user_name)):
            if dict.get(self._about, field) != value:
                self._about[field] = value
        self.access_key = access_key

    def credentials(self) -> Credentials:
        """The access key that the course works with, whatever IAM has done to it since the start."""
        user = self._identities.iam.principal(self.id)
        if user is None:
            return self.access_key
        return replace(
            self.access_key, caller=replace(self.access_key.caller, arn=user.arn, user_name=user.name)
        )

    def locked_out_notice(self) -> str | None:
        """A sentence where AWS's services refuse the main user's access key: why, and what to do."""
        user, key_id = self._identities.iam.principal(self.id), self.access_key.caller.access_key_id
        keys = {key.access_key_id: key.status for key in user.access_keys} if user is not None else {}
        if keys.get(key_id) == "Active":
            return None
        reason = (
            "user deleted" if user is None else f"access key {key_id} {keys.get(key_id, 'deleted').lower()}"
        )
        return f"The main user {self.name} is locked out of the practice account ({reason}). {_WAY_OUT}"

    def restricted_notice(self) -> str | None:
        """A sentence where the main user is not the administrator: what restricts it, and what to do."""
        user = self._identities.iam.principal(self.id)
        problems = (
            "; ".join(repair.problem for repair in self._policy_repairs(user)) if user is not None else ""
        )
        if not problems:
            return None
        return f"The main user {self.name} may not do everything ({problems}). {_WAY_OUT}"

    def restore(self) -> str | None:
        """Make the main user the administrator again. A sentence says what was in the way, if anything was."""
        identities = self._identities
        with identities.entered(changes=True):
            known = identities.iam.principal(self._known_id())
            user = known or identities.iam.add_user(self._free_name())
            repairs = [*self._access_key_repairs(user), *self._policy_repairs(user)]
            for repair in repairs:
                repair.apply()
            self.set(next(key for key in identities.access_keys(user.name) if key.active))
        if not repairs:
            return None
        problems = [repair.problem for repair in repairs] if known is not None else ["user deleted"]
        return (
            f"The main user {user.name} had locked itself out ({'; '.join(problems)}). "
            "It is the administrator again since the practice account was started."
        )

    def _known_id(self) -> str:
        """The main user's id; an account of an earlier version of the course knows its name alone."""
        if "main_user_id" in self._about:
            return self.id
        user = self._identities.iam.user(dict.get(self._about, "main_user"))
        return "" if user is None else str(user.id)

    def _free_name(self) -> str:
        """The main user's own name, or a new one where another user has it by now."""
        name = str(dict.__getitem__(self._about, "main_user"))
        taken = {each.lower() for each in self._identities.iam.users}
        while name.lower() in taken:
            name = new_name()
        return name

    def _access_key_repairs(self, user: Any) -> Iterator[Repair]:
        keys = user.access_keys
        if not keys:
            yield Repair("access key deleted", partial(self._identities.iam.create_access_key, user.name))
        elif all(key.status != "Active" for key in keys):
            yield Repair(
                f"access key {keys[0].access_key_id} inactive", partial(setattr, keys[0], "status", "Active")
            )

    def _policy_repairs(self, user: Any) -> Iterator[Repair]:
        """For whatever restricts the user: a boundary, each Deny, or that nothing allows it everything."""
        iam, documents = self._identities.iam, []
        boundary = user.permissions_boundary_arn
        if boundary is not None:
            document = self._identities.managed_document(boundary)
            if denies(document) or not allows_everything(document):
                yield Repair(f"permissions boundary {boundary}", partial(iam.set_boundary, user, None))
        for name, text in list(user.policies.items()):
            if denies(document_of(text)):
                yield Repair(f"Deny in the inline policy {name}", partial(user.delete_policy, name))
            else:
                documents.append(document_of(text))
        for arn, policy in list(user.managed_policies.items()):
            if denies(document_of(policy.text)):
                yield Repair(f"Deny in the policy {arn}", partial(iam.detach_user_policy, arn, user.name))
            else:
                documents.append(document_of(policy.text))
        for group in iam.get_groups_for_user(user.name):
            texts = [*group.policies.values(), *(policy.text for policy in group.managed_policies.values())]
            if any(denies(document_of(text)) for text in texts):
                leave = partial(iam.remove_user_from_group, group.name, user.name)
                yield Repair(f"Deny in the group {group.name}", leave)
            else:
                documents += map(document_of, texts)
        if not any(map(allows_everything, documents)):
            administrator = json.dumps(ADMINISTRATOR)
            yield Repair(
                "no policy that allows everything",
                partial(user.put_policy, ADMINISTRATOR_POLICY, administrator),
            )


def denies(document: Mapping[str, Any]) -> bool:
    """Whether a policy has a Deny in it, of whatever."""
    return any(statement.get("Effect") == "Deny" for statement in list_values(document.get("Statement")))


def allows_everything(document: Mapping[str, Any]) -> bool:
    """Whether one statement of a policy allows every action on every resource, on no condition."""
    return any(
        statement.get("Effect") == "Allow"
        and "*" in list_values(statement.get("Action"))
        and "*" in list_values(statement.get("Resource"))
        and not statement.get("Condition")
        for statement in list_values(document.get("Statement"))
    )
