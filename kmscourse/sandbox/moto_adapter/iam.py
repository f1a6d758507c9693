"""moto's IAM with AWS's kind of identifiers and secrets, its quotas and words, and nothing left behind by what goes.

What is asked for in every call (users by id, roles by name, groups of a user) is found by an index.

Source: IAM API Reference; IAM User Guide, "IAM and AWS STS quotas"; texts as recorded from AWS by localstack's
tests or quoted by users of AWS.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.iam.exceptions import DeleteConflictException, EntityAlreadyExists, NotFoundException

from kmscourse.sandbox.moto_adapter.iam_credentials import IamCredentials
from kmscourse.sandbox.moto_adapter.iam_entities import Group, new_role, new_user
from kmscourse.sandbox.moto_adapter.iam_policies import MAX_TAGS, limit, size
from kmscourse.sandbox.moto_adapter.models import identifier

MAX_TRUST_POLICY_BYTES = 2_048
Tags = list[dict[str, str]]


class Iam(IamCredentials):
    """The account's users, groups, roles and policies. ``settings`` holds what the account has one of.

    What ``user``, ``group``, ``role``, ``principal`` and ``policy`` return does not count as changed.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        self.settings: dict[str, Any] = {}
        self.managed_policies = {}
        self.users_by_id: dict[str, Any] = {}
        self._roles_by_name: dict[str, Any] = {}
        self._groups_of: dict[str, list[Any]] = {}
        super().__init__(region_name, account_id)

    def index(self) -> None:
        """Find everything anew, after rows came from elsewhere than through this class."""
        users, groups = list(dict.values(self.users)), list(dict.values(self.groups))
        self.access_keys = {key.access_key_id: key for user in users for key in user.access_keys}
        self.users_by_id = {user.id: user for user in users}
        self._roles_by_name = {role.name: role for role in dict.values(self.roles)}
        self._groups_of = {}
        for group in groups:
            for user in group.users:
                self._groups_of.setdefault(user.id, []).append(group)

    # What the account has one of. moto would lose it with the process.

    @property
    def account_password_policy(self) -> Any:
        return dict.get(self.settings, "password_policy")

    @account_password_policy.setter
    def account_password_policy(self, policy: Any) -> None:
        self._set("password_policy", policy)

    @property
    def account_aliases(self) -> list[str]:
        return list(self.settings.get("aliases", ()))

    @account_aliases.setter
    def account_aliases(self, aliases: list[str]) -> None:
        self._set("aliases", aliases)

    def _set(self, name: str, value: Any) -> None:
        if value:
            self.settings[name] = value
        else:
            self.settings.pop(name, None)

    # Users

    def user(self, name: str) -> Any:
        """The user with this name, or None."""
        return dict.get(self.users, name)

    def principal(self, principal_id: str) -> Any:
        """The user or role with this id, or None."""
        return self.users_by_id.get(principal_id) or dict.get(self.roles, principal_id)

    def tags_of(self, holder: Any) -> dict[str, str]:
        """The tags of a user, role or managed policy; nobody, and no group, has any."""
        if holder is None or holder.kind == "group":
            return {}
        if holder.kind == "user":
            tags: Any = dict.get(self.tagger.tags, holder.arn)
            return dict(tags or {})
        tags = holder.tags.values() if isinstance(holder.tags, dict) else holder.tags
        return {tag["Key"]: tag["Value"] for tag in tags}

    def create_user(
        self,
        region_name: str,
        user_name: str,
        path: str = "/",
        tags: Tags | None = None,
        permissions_boundary: str | None = None,
    ) -> Any:
        _require_free_name("User", user_name, self.users)
        limit(len(self.users), 5_000, "UsersPerAccount: 5000")
        user = self.add_user(user_name, path)
        if permissions_boundary:
            self.set_boundary(user, permissions_boundary)
        if tags:
            self.tagger.tag_resource(user.arn, tags)
        return user

    def add_user(self, name: str, path: str = "/") -> Any:
        """A new user, whatever the quota says."""
        user = new_user(self.account_id, self.region_name, name, path)
        user.id, user.create_date = identifier("AIDA"), self._now()
        self.users[name] = self.users_by_id[user.id] = user
        return user

    def update_user(
        self, user_name: str, new_path: str | None = None, new_user_name: str | None = None
    ) -> None:
        old_arn = self.get_user(user_name).arn
        if new_user_name and new_user_name.lower() != user_name.lower():
            _require_free_name("User", new_user_name, self.users)
        super().update_user(user_name, new_path, new_user_name)
        user = self.get_user(new_user_name or user_name)
        if self.tagger.has_tags(old_arn):
            self.tagger.tags[user.arn] = self.tagger.tags.pop(old_arn)
        for key in user.access_keys:
            key.user_name = user.name
        for group in self.get_groups_for_user(user.name):
            self.groups[group.name] = group  # It names its users, so it is written too.

    def delete_user(self, user_name: str) -> None:
        user = self.get_user(user_name)
        _require_none(user.password, "delete login profile")
        _require_none(user.access_keys, "delete access keys")
        _require_none(self.get_groups_for_user(user_name), "remove users from group")
        super().delete_user(user_name)
        self.users_by_id.pop(user.id)
        self.set_boundary(user, None)

    def tag_user(self, name: str, tags: Tags) -> None:
        user = self.get_user(name)
        known = self.tagger.get_tag_dict_for_resource(user.arn)
        new = {tag["Key"].lower() for tag in tags}
        replaced = [key for key in known if key.lower() in new]
        limit(len(known) - len(replaced) + len(tags), MAX_TAGS + 1, f"TagsPerUser: {MAX_TAGS}")
        self.tagger.untag_resource_using_names(user.arn, replaced)
        super().tag_user(name, tags)

    # Groups

    def group(self, name: str) -> Any:
        """The group with this name, or None."""
        return dict.get(self.groups, name)

    def create_group(self, group_name: str, path: str = "/") -> Group:
        _require_free_name("Group", group_name, self.groups)
        limit(len(self.groups), 300, "GroupsPerAccount: 300")
        group = Group(self.account_id, self.region_name, group_name, path)
        group.id, group.create_date = identifier("AGPA"), self._now()
        self.groups[group_name] = group
        return group

    def get_group(self, group_name: str) -> Any:
        group = self.groups.get(group_name)
        if group is None:
            raise NotFoundException(f"The group with name {group_name} cannot be found.")
        return group

    def update_group(self, group_name: str, new_group_name: str | None, new_path: str | None) -> None:
        group = self.get_group(group_name)
        if new_group_name and new_group_name.lower() != group_name.lower():
            _require_free_name("Group", new_group_name, self.groups)
        group.path = new_path or group.path
        if new_group_name:
            group.name = new_group_name
            self.groups[new_group_name] = self.groups.pop(group_name)

    def get_groups_for_user(self, user_name: str) -> list[Any]:
        return list(self._groups_of.get(self.get_user(user_name).id, ()))

    def add_user_to_group(self, group_name: str, user_name: str) -> None:
        user, group = self.get_user(user_name), self.get_group(group_name)
        groups = self._groups_of.setdefault(user.id, [])
        if group not in groups:
            limit(len(groups), 10, "GroupsPerUser: 10")
            group.users.append(user)
            groups.append(group)

    def remove_user_from_group(self, group_name: str, user_name: str) -> None:
        """AWS accepts the call where the user is not in the group."""
        user, group = self.get_user(user_name), self.get_group(group_name)
        if group in self._groups_of.get(user.id, ()):
            group.users.remove(user)
            self._groups_of[user.id].remove(group)

    def delete_group(self, group_name: str) -> None:
        group = self.get_group(group_name)
        _require_none(group.users, "remove users from group")
        _require_none(group.managed_policies, "detach all policies")
        _require_none(group.policies, "delete policies")
        super().delete_group(group_name)

    # Roles

    def role(self, name: str) -> Any:
        """The role with this name, or None."""
        return self._roles_by_name.get(name)

    def create_role(
        self,
        role_name: str,
        assume_role_policy_document: str,
        path: str,
        permissions_boundary: str | None,
        description: str,
        tags: Tags,
        max_session_duration: str | None,
        linked_service: str | None = None,
    ) -> Any:
        _require_free_name("Role", role_name, self._roles_by_name)
        limit(len(self.roles), 1_000, "RolesPerAccount: 1000")
        _check_trust_size(assume_role_policy_document)
        role = new_role(
            account_id=self.account_id,
            partition=self.partition,
            role_id=identifier("AROA"),
            name=role_name,
            assume_role_policy_document=assume_role_policy_document,
            path=path,
            permissions_boundary=None,
            description=description,
            tags=tags,
            max_session_duration=max_session_duration,
            linked_service=linked_service,
        )
        role.create_date = self._now()
        if permissions_boundary:
            self.set_boundary(role, permissions_boundary)
        self.roles[role.id] = self._roles_by_name[role_name] = role
        return role

    def get_role(self, role_name: str) -> Any:
        role = self._roles_by_name.get(role_name)
        if role is None:
            raise NotFoundException(f"The role with name {role_name} cannot be found.")
        return self.roles[role.id]

    def update_role(
        self, role_name: str, role_description: str | None, max_session_duration: str | None
    ) -> Any:
        role = self.get_role(role_name)
        role.description = role.description if role_description is None else role_description
        role.max_session_duration = max_session_duration or role.max_session_duration
        return role

    def update_assume_role_policy(self, role_name: str, policy_document: str) -> None:
        role = self.get_role(role_name)
        _check_trust_size(policy_document)
        role.assume_role_policy_document = policy_document

    def tag_role(self, role_name: str, tags: Tags) -> None:
        role = self.get_role(role_name)
        new = {tag["Key"].lower() for tag in tags}
        tagged = [tag for tag in role.tags if tag["Key"].lower() not in new] + tags
        limit(len(tagged), MAX_TAGS + 1, f"TagsPerRole: {MAX_TAGS}")
        role.tags = tagged

    def delete_role(self, role_name: str) -> None:
        role = self.get_role(role_name)
        super().delete_role(role_name)
        self.set_boundary(role, None)
        self._roles_by_name.pop(role_name)


def _require_free_name(kind: str, name: str, names: Iterable[str]) -> None:
    """Names differ by more than the case of their letters."""
    if name.lower() in map(str.lower, names):  # Thousands of users take a fraction of a millisecond.
        raise EntityAlreadyExists(f"{kind} with name {name} already exists.")


def _check_trust_size(document: str) -> None:
    limit(size(document), MAX_TRUST_POLICY_BYTES + 1, f"ACLSizePerRole: {MAX_TRUST_POLICY_BYTES}")


def _require_none(belongings: object, remedy: str) -> None:
    if belongings:
        raise DeleteConflictException(f"Cannot delete entity, must {remedy} first.")
