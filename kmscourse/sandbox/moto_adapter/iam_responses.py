"""IAM's answers, where moto's are not AWS's: documents, boundaries, login profiles, pages, what is shown where.

Source: IAM API Reference, each operation's response; answers recorded from AWS by localstack's tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import QuerySerializer, never_return, return_if_not_empty, url_encode
from moto.iam import responses
from moto.iam.exceptions import NotFoundException

Method = Callable[[Any], ActionResult]

# The operations that moto answers without pages, and the lists in each answer, which are paged one after the other.
_LISTS = {
    "list_users": ("Users",),
    "list_groups_for_user": ("Groups",),
    "list_user_policies": ("PolicyNames",),
    "list_group_policies": ("PolicyNames",),
    "list_role_policies": ("PolicyNames",),
    "list_user_tags": ("Tags",),
    "list_access_keys": ("AccessKeyMetadata",),
    "list_policy_versions": ("Versions",),
    "get_group": ("Users",),
    "get_account_authorization_details": ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"),
}
_PAGE = 100


_OF_MOTO = responses.IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER


class IamSerializer(QuerySerializer):
    """An answer as XML, with every policy document in it encoded as in a URL (RFC 3986)."""

    def _serialize_type_string(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
        text = quote(value, safe="") if shape.name == "policyDocumentType" else value
        super()._serialize_type_string(serialized, text, shape, key)


class IamResponse(responses.IamResponse):
    """One operation of IAM: a method each."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER = {  # noqa: RUF012 (moto's)
        **{path: change for path, change in _OF_MOTO.items() if change is not url_encode},
        "CreateRoleResponse.Role.Description": never_return,
        "CreateRoleResponse.Role.MaxSessionDuration": never_return,
        "CreateRoleResponse.Role.RoleLastUsed": never_return,
        "UpdateRoleDescriptionResponse.Role.MaxSessionDuration": never_return,
        "UpdateRoleDescriptionResponse.Role.RoleLastUsed": never_return,
        "UpdateRoleDescriptionResponse.Role.Tags": return_if_not_empty,
        "GetRoleResponse.Role.Description": return_if_not_empty,
        "ListRolesResponse.Roles.Role.Description": return_if_not_empty,
        "ListUsersResponse.Users.User.PermissionsBoundary": never_return,
        "GetGroupResponse.Users.User.PermissionsBoundary": never_return,
        "GetGroupResponse.Users.User.Tags": never_return,
        "CreatePolicyVersionResponse.PolicyVersion.Document": never_return,
        "ListPolicyVersionsResponse.Versions.PolicyVersion.Document": never_return,
    }

    def create_user(self) -> ActionResult:
        backend: Any = self.backend
        user = backend.create_user(
            self.region,
            self._get_param("UserName"),
            self._get_param("Path"),
            self._get_param("Tags"),
            self._get_param("PermissionsBoundary"),
        )
        return ActionResult({"User": user})

    def put_user_permissions_boundary(self) -> ActionResult:
        backend: Any = self.backend
        backend.put_user_permissions_boundary(
            self._get_param("UserName"), self._get_param("PermissionsBoundary")
        )
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        backend: Any = self.backend
        backend.delete_user_permissions_boundary(self._get_param("UserName"))
        return EmptyResult()

    def update_role(self) -> ActionResult:
        self.backend.update_role(
            self._get_param("RoleName"), self._get_param("Description"), self._get_param("MaxSessionDuration")
        )
        return EmptyResult()

    def create_login_profile(self) -> ActionResult:
        user: Any = self.backend.create_login_profile(
            self._get_param("UserName"), self._get_param("Password")
        )
        user.password_reset_required = self._get_bool_param("PasswordResetRequired", False)
        return self._login_profile(user)

    def update_login_profile(self) -> ActionResult:
        backend: Any = self.backend
        reset = self._get_bool_param("PasswordResetRequired")
        backend.update_login_profile(self._get_param("UserName"), self._get_param("Password"), reset)
        return EmptyResult()

    def get_login_profile(self) -> ActionResult:
        return self._login_profile(self.backend.get_login_profile(self._get_param("UserName")))

    def _login_profile(self, user: Any) -> ActionResult:
        return ActionResult(
            {
                "LoginProfile": {
                    "UserName": user.name,
                    "CreateDate": user.password_created or user.create_date,
                    "PasswordResetRequired": bool(user.password_reset_required),
                }
            }
        )

    def delete_account_alias(self) -> ActionResult:
        alias = self._get_param("AccountAlias")
        if alias not in self.backend.account_aliases:
            # The text is an inference.
            raise NotFoundException(f"The account alias {alias} cannot be found.")
        return super().delete_account_alias()

    def list_entities_for_policy(self) -> ActionResult:
        """Whom a policy is attached to and whom it bounds; a filter leaves one use of it, or one kind of entity."""
        backend: Any = self.backend
        arn, path = self._get_param("PolicyArn"), self._get_param("PathPrefix") or "/"
        use, kind = self._get_param("PolicyUsageFilter"), self._get_param("EntityFilter")
        backend.get_policy(arn)
        entities: dict[str, Any] = {
            f"Policy{name}s": [
                holder
                for holder in dict.values(holders)
                if kind in (None, name)
                and holder.path.startswith(path)
                and (
                    (use != "PermissionsBoundary" and arn in holder.managed_policies)
                    or (
                        use != "PermissionsPolicy"
                        and arn == getattr(holder, "permissions_boundary_arn", None)
                    )
                )
            ]
            for name, holders in (
                ("Group", backend.groups),
                ("User", backend.users),
                ("Role", backend.roles),
            )
        }
        return self._page(entities, tuple(entities))

    def list_groups(self) -> ActionResult:
        path = self._get_param("PathPrefix") or "/"
        groups = [group for group in dict.values(self.backend.groups) if group.path.startswith(path)]
        return self._page({"Groups": groups}, ("Groups",))

    def list_policies(self) -> ActionResult:
        backend: Any = self.backend
        policies, marker = backend.list_policies(
            self._get_param("Marker"),
            self._get_int_param("MaxItems", _PAGE),
            self._get_bool_param("OnlyAttached", False),
            self._get_param("PathPrefix", "/"),
            self._get_param("Scope", "All"),
            self._get_param("PolicyUsageFilter"),
        )
        return ActionResult({"Policies": policies, "Marker": marker, "IsTruncated": bool(marker)})

    def list_policy_versions(self) -> ActionResult:
        newest_first = self.backend.list_policy_versions(self._get_param("PolicyArn"))[::-1]
        return self._page({"Versions": newest_first}, ("Versions",))

    def _page(self, result: dict[str, Any], members: tuple[str, ...]) -> ActionResult:
        """The entries of ``members`` from the Marker on, at most MaxItems of them."""
        entries = [(member, entry) for member in members for entry in result[member]]
        start = int(self._get_param("Marker") or 0)
        end = start + self._get_int_param("MaxItems", _PAGE)
        shown = {member: [entry for of, entry in entries[start:end] if of == member] for member in members}
        paged = {**result, **shown, "IsTruncated": end < len(entries)}
        return ActionResult({**paged, "Marker": str(end)} if end < len(entries) else paged)


def _paged(operation: str, members: tuple[str, ...]) -> Method:
    whole: Method = getattr(responses.IamResponse, operation)

    def method(self: Any) -> ActionResult:
        parameters = self.params
        self.params = {
            name: value for name, value in parameters.items() if name not in ("Marker", "MaxItems")
        }
        result: Any = whole(self).result
        self.params = parameters
        answer: ActionResult = self._page(result, members)
        return answer

    return method


for _operation, _members in _LISTS.items():
    if _operation not in vars(IamResponse):
        setattr(IamResponse, _operation, _paged(_operation, _members))
