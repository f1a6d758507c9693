"""moto's IAM with AWS's kind of identifiers and secrets, its quotas and words, and nothing left behind by what goes.

What is asked for in every call (users by id, roles by name, groups of a user) is found by an index.

Source: IAM API Reference; IAM User Guide, "IAM and AWS STS quotas"; texts as recorded from AWS by localstack's
tests or quoted by users of AWS.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.iam.exceptions import DeleteConflictException, EntityAlreadyExists, NotFoundException

from kmscourse.sandbox.moto_adapter.iam_credentials import Credentials
from kmscourse.sandbox.moto_adapter.iam_policies import limit, size
from kmscourse.sandbox.moto_adapter.models import identifier
from kmscourse.sandbox.moto_adapter.people import Group, new_role, new_user

_TRUST_BYTES = 2_048
_MOST_TAGS = 50
Tags = list[dict[str, str]]


class Iam(Credentials):
    """The account's users, groups, roles and policies. ``settings`` holds what the account has one of."""

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
        return self.settings.get("password_policy")

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

    def create_user(
        self,
        region_name: str,
        user_name: str,
        path: str = "/",
        tags: Tags | None = None,
        permissions_boundary: str | None = None,
    ) -> Any:
        _refuse_double("User", user_name, self.users)
        limit(len(self.users), 5_000, "UsersPerAccount: 5000")
        user = self.add_user(user_name, path)
        if permissions_boundary:
            self.bound(user, permissions_boundary)
        if tags:
            self.tagger.tag_resource(user.arn, tags)
        return user

    def add_user(self, name: str, path: str = "/") -> Any:
        """A new user, whatever the quota says."""
        user = new_user(self.account_id, self.region_name, name, path)
        user.id, user.create_date = identifier("AIDA"), self._now()
        self.users[name] = self.users_by_id[user.id] = user
        return user

    def get_user(self, name: str) -> Any:
        return super().get_user(name)

    def update_user(
        self, user_name: str, new_path: str | None = None, new_user_name: str | None = None
    ) -> None:
        old = self.get_user(user_name)
        if new_user_name and new_user_name.lower() != user_name.lower():
            _refuse_double("User", new_user_name, self.users)
        old_arn = old.arn
        super().update_user(user_name, new_path, new_user_name)
        user = self.get_user(new_user_name or user_name)
        if self.tagger.has_tags(old_arn):
            self.tagger.tags[user.arn] = self.tagger.tags.pop(old_arn)
        for key in user.access_keys:
            key.user_name = user.name
        for group in self.get_groups_for_user(user.name):
            self.groups[group.name] = group  # it names its users, so it is written too

    def delete_user(self, user_name: str) -> None:
        user = self.get_user(user_name)
        _refuse(user.password, "delete login profile")
        _refuse(user.access_keys, "delete access keys")
        _refuse(self.get_groups_for_user(user_name), "remove users from group")
        super().delete_user(user_name)
        self.users_by_id.pop(user.id)
        self.bound(user, None)

    def tag_user(self, name: str, tags: Tags) -> None:
        user = self.get_user(name)
        known = self.tagger.get_tag_dict_for_resource(user.arn)
        same = {key.lower() for key in (tag["Key"] for tag in tags)}
        replaced = [key for key in known if key.lower() in same]
        limit(len(known) - len(replaced) + len(tags), _MOST_TAGS + 1, f"TagsPerUser: {_MOST_TAGS}")
        self.tagger.untag_resource_using_names(user.arn, replaced)
        super().tag_user(name, tags)

    # Groups

    def create_group(self, group_name: str, path: str = "/") -> Group:
        _refuse_double("Group", group_name, self.groups)
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
            _refuse_double("Group", new_group_name, self.groups)
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
        user, group = self.get_user(user_name), self.get_group(group_name)
        if group in self._groups_of.get(user.id, ()):  # AWS doesn't mind where it isn't
            group.users.remove(user)
            self._groups_of[user.id].remove(group)

    def delete_group(self, group_name: str) -> None:
        group = self.get_group(group_name)
        _refuse(group.users, "remove users from group")
        _refuse(group.managed_policies, "detach all policies")
        _refuse(group.policies, "delete policies")
        super().delete_group(group_name)

    # Roles

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
        _refuse_double("Role", role_name, self._roles_by_name)
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
            self.bound(role, permissions_boundary)
        self.roles[role.id] = self._roles_by_name[role_name] = role
        return role

    def role(self, role_name: str) -> Any:
        """The role, or None; it does not count as changed."""
        return self._roles_by_name.get(role_name)

    def get_role(self, role_name: str) -> Any:
        known = self._roles_by_name.get(role_name)
        if known is None:
            raise NotFoundException(f"The role with name {role_name} cannot be found.")
        return self.roles[known.id]

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
        limit(len(tagged), _MOST_TAGS + 1, f"TagsPerRole: {_MOST_TAGS}")
        role.tags = tagged

    def untag_role(self, role_name: str, tag_keys: list[str]) -> None:
        role = self.get_role(role_name)
        role.tags = [tag for tag in role.tags if tag["Key"] not in tag_keys]

    def delete_role(self, role_name: str) -> None:
        role = self.get_role(role_name)
        super().delete_role(role_name)
        self.bound(role, None)
        self._roles_by_name.pop(role_name)


def _refuse_double(kind: str, name: str, known: Iterable[str]) -> None:
    """Names differ by more than the case of their letters."""
    if name.lower() in map(str.lower, known):  # thousands of users take a fraction of a millisecond
        raise EntityAlreadyExists(f"{kind} with name {name} already exists.")


def _check_trust_size(document: str) -> None:
    limit(size(document), _TRUST_BYTES + 1, f"ACLSizePerRole: {_TRUST_BYTES}")


def _refuse(hindrance: object, remedy: str) -> None:
    if hindrance:
        raise DeleteConflictException(f"Cannot delete entity, must {remedy} first.")
