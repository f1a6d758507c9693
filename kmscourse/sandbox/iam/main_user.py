"""The account's main user: who it is, what keeps it out of its own account, and how a start lets it in again.

It is known by its unique id, as a name can be given up and taken by somebody else (IAM User Guide, "IAM identifiers").
An administrator who takes away his own rights is locked out, on AWS until the account's root user helps. There is no
root user here: each start gives the main user back an access key, and whatever it needs to be the administrator.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from kmscourse.policy import list_values
from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.iam.principals import Principals, document_of, parsed
from kmscourse.sandbox.seed import ADMINISTRATOR, ADMINISTRATOR_POLICY, new_name
from kmscourse.sandbox.storage.journal import Tracked

_WAY_OUT = (
    "To make it the administrator again, start the practice account anew: run `kmscourse sandbox stop`, then the "
    "notebook's set-up cell."
)

# A few words that tell what is in the way, and what takes it away.
Hindrance = tuple[str, Callable[[], object]]


class MainUser(Principals):
    """The part of ``Account`` about the account's administrator."""

    _about: Tracked
    _main_key: Credentials  # As it was at the start, or at the last reset.

    @property
    def main_user_id(self) -> str:
        """The unique id of the account's administrator, AIDA…"""
        return str(dict.__getitem__(self._about, "main_user_id"))

    @property
    def main_user(self) -> str:
        """Its name as it is now, as in ``ed-user-1a2b3c4d``; its last one where it has been deleted."""
        return self.main_credentials().caller.user_name

    def main_credentials(self) -> Credentials:
        """The access key that the course works with, whatever IAM has done to it since the start."""
        user = self._principal(self.main_user_id)
        if user is None:
            return self._main_key
        return replace(
            self._main_key, caller=replace(self._main_key.caller, arn=user.arn, user_name=user.name)
        )

    def lockout(self) -> str | None:
        """A sentence where AWS's services refuse the main user's access key: why, and what to do."""
        user, key_id = self._principal(self.main_user_id), self._main_key.caller.access_key_id
        keys = {key.access_key_id: key.status for key in user.access_keys} if user is not None else {}
        if keys.get(key_id) == "Active":
            return None
        reason = (
            "user deleted" if user is None else f"access key {key_id} {keys.get(key_id, 'deleted').lower()}"
        )
        return f"The main user {self.main_user} is locked out of the practice account ({reason}). {_WAY_OUT}"

    def restriction(self) -> str | None:
        """A sentence where the main user is not the administrator: what restricts it, and what to do."""
        user = self._principal(self.main_user_id)
        what = "; ".join(what for what, _ in self._hindrances(user)) if user is not None else ""
        return f"The main user {self.main_user} may not do everything ({what}). {_WAY_OUT}" if what else None

    def _let_main_user_in(self) -> str | None:
        """Make the main user the administrator again. A sentence says what was in the way, if anything was."""
        with self._models.entered(), self._journal.changing(reads_count=True, tables_count=True):
            known = self._principal(self._known_id())
            user = known or self._iam.add_user(self._free_name())
            hindrances = [*self._key_hindrances(user), *self._hindrances(user)]
            for _, mend in hindrances:
                mend()
            named = {"main_user_id": user.id, "main_user": user.name}
            for field, value in named.items():
                if dict.get(self._about, field) != value:
                    self._about[field] = value
        self._main_key = next(key for key in self.access_keys(user.name) if key.active)
        if not hindrances:
            return None
        mended = [what for what, _ in hindrances] if known is not None else ["user deleted"]
        return (
            f"The main user {user.name} had locked itself out ({'; '.join(mended)}). "
            "It is the administrator again since the practice account was started."
        )

    def _known_id(self) -> str:
        """The main user's id; an account of an earlier version of the course knows its name alone."""
        if "main_user_id" in self._about:
            return self.main_user_id
        named = self._user(dict.get(self._about, "main_user"))
        return "" if named is None else str(named.id)

    def _free_name(self) -> str:
        """The main user's own name, or a new one where another user has it by now."""
        name = str(dict.__getitem__(self._about, "main_user"))
        taken = {each.lower() for each in self._iam.users}
        while name.lower() in taken:
            name = new_name()
        return name

    def _key_hindrances(self, user: Any) -> Iterator[Hindrance]:
        keys = user.access_keys
        if not keys:
            yield "access key deleted", partial(self._iam.create_access_key, user.name)
        elif all(key.status != "Active" for key in keys):
            yield (
                f"access key {keys[0].access_key_id} inactive",
                partial(setattr, keys[0], "status", "Active"),
            )

    def _hindrances(self, user: Any) -> Iterator[Hindrance]:
        """What restricts the user: a boundary, each Deny, or that nothing allows it everything."""
        bound, kept = user.permissions_boundary_arn, []
        if bound is not None and (
            denies(self._managed(bound)) or not allows_everything(self._managed(bound))
        ):
            yield f"permissions boundary {bound}", partial(self._iam.bound, user, None)
        for name, text in list(user.policies.items()):
            if denies(parsed(text)):
                yield f"Deny in the inline policy {name}", partial(user.delete_policy, name)
            else:
                kept.append(parsed(text))
        for arn, policy in list(user.managed_policies.items()):
            if denies(parsed(document_of(policy))):
                yield f"Deny in the policy {arn}", partial(self._iam.detach_user_policy, arn, user.name)
            else:
                kept.append(parsed(document_of(policy)))
        for group in self._iam.get_groups_for_user(user.name):
            texts = [*group.policies.values(), *map(document_of, group.managed_policies.values())]
            if any(denies(parsed(text)) for text in texts):
                leave = partial(self._iam.remove_user_from_group, group.name, user.name)
                yield f"Deny in the group {group.name}", leave
            else:
                kept += map(parsed, texts)
        if not any(map(allows_everything, kept)):
            administrator = json.dumps(ADMINISTRATOR)
            yield (
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
