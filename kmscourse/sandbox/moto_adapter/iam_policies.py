"""The policies of moto's IAM: a customer's and AWS's own, what they hang on, what they bound, and AWS's quotas.

Source: IAM API Reference; IAM User Guide, "IAM and AWS STS quotas", "Permissions boundaries for IAM entities";
texts as recorded from AWS by localstack's tests or quoted by users of AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from moto.iam.exceptions import (
    DeleteConflictException,
    EntityAlreadyExists,
    IAMException,
    LimitExceededException,
    NotFoundException,
)
from moto.iam.models import IAMBackend

from kmscourse.sandbox.moto_adapter import aws_policies
from kmscourse.sandbox.moto_adapter.iam_entities import AWSManagedPolicy, new_managed_policy
from kmscourse.sandbox.moto_adapter.models import identifier
from kmscourse.sandbox.moto_adapter.policy_validation import validate_identity_policy

MAX_INLINE_BYTES = {"user": 2_048, "group": 5_120, "role": 10_240}
MAX_MANAGED_BYTES = 6_144
MAX_TAGS = 50


class IamPolicies(IAMBackend):
    """Managed policies, inline ones and boundaries. ``now`` is the account's clock."""

    now: Callable[[], datetime]

    def _now(self) -> datetime:
        return self.now().replace(tzinfo=None, microsecond=0)  # moto's times are in UTC and don't say so

    @property
    def aws_managed_policies(self) -> list[Any]:
        """Those that the account uses: they alone are kept."""
        policies = dict.values(self.managed_policies)
        return [policy for policy in policies if isinstance(policy, AWSManagedPolicy)]

    @aws_managed_policies.setter
    def aws_managed_policies(self, policies: list[Any]) -> None:
        """moto's, which are none: ``aws_policies`` has them."""

    def create_policy(
        self, description: str, path: str, policy_document: str, policy_name: str, tags: list[dict[str, str]]
    ) -> Any:
        validate_identity_policy(policy_document)
        limit(size(policy_document), MAX_MANAGED_BYTES + 1, f"PolicySize: {MAX_MANAGED_BYTES}")
        limit(len(self.managed_policies), 1_500, "PoliciesPerAccount: 1500")
        if any(policy.name.lower() == policy_name.lower() for policy in self._customers()):
            raise EntityAlreadyExists(
                f"A policy called {policy_name} already exists. Duplicate names are not allowed."
            )
        policy = new_managed_policy(
            policy_name,
            account_id=self.account_id,
            region=self.region_name,
            description=description,
            document=policy_document,
            path=path,
            tags={tag["Key"]: tag for tag in tags},
        )
        policy.id = identifier("ANPA")
        policy.create_date = policy.update_date = policy.versions[0].create_date = self._now()
        self.managed_policies[policy.arn] = policy
        return policy

    def create_policy_version(self, policy_arn: str, policy_document: str, set_as_default: bool) -> Any:
        validate_identity_policy(policy_document)
        limit(size(policy_document), MAX_MANAGED_BYTES + 1, f"PolicySize: {MAX_MANAGED_BYTES}")
        version = super().create_policy_version(policy_arn, policy_document, set_as_default)
        version.create_date = self.get_policy(policy_arn).update_date = self._now()
        return version

    def policy(self, arn: str) -> Any:
        """The customer's or AWS's policy with this ARN, or None."""
        return self.managed_policies.get(arn) or aws_policies.find(arn, self.account_id)

    def get_policy(self, policy_arn: str) -> Any:
        policy = self.policy(policy_arn)
        if policy is None:
            raise NotFoundException(f"Policy {policy_arn} was not found.")
        return policy

    def get_policy_version(self, policy_arn: str, version_id: str) -> Any:
        policy = self.policy(policy_arn)
        for version in policy.versions if policy else ():
            if version.version_id == version_id:
                return version
        raise NotFoundException(
            f"Policy {policy_arn} version {version_id} does not exist or is not attachable."
        )

    def delete_policy_version(self, policy_arn: str, version_id: str) -> None:
        self.get_policy_version(policy_arn, version_id)
        super().delete_policy_version(policy_arn, version_id)

    def set_default_policy_version(self, policy_arn: str, version_id: str) -> bool:
        self.get_policy_version(policy_arn, version_id)
        return super().set_default_policy_version(policy_arn, version_id)

    def delete_policy(self, policy_arn: str) -> None:
        policy = self.get_policy(policy_arn)
        if policy.attachment_count or policy.permissions_boundary_usage_count:
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            raise DeleteConflictException(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy."
            )
        super().delete_policy(policy_arn)

    def list_policies(
        self,
        marker: str | None,
        max_items: int,
        only_attached: bool,
        path_prefix: str,
        scope: str,
        usage: str | None = None,
    ) -> tuple[Iterable[Any], str | None]:
        in_use = [
            policy
            for policy in dict.values(self.managed_policies)
            if scope in ("All", "AWS" if isinstance(policy, AWSManagedPolicy) else "Local")
            and policy.path.startswith(path_prefix)
            and (policy.attachment_count or not only_attached)
            and _is_used(policy, usage)
        ]
        listed: list[tuple[str, Any]] = [(policy.name, policy) for policy in in_use]
        if scope != "Local" and not only_attached and usage is None:
            # AWS's own are a thousand: only those that the page shows are read.
            names_in_use = {policy.name for policy in self.aws_managed_policies}
            listed += [(name, None) for name in aws_policies.names(path_prefix) if name not in names_in_use]
        listed.sort(key=lambda entry: entry[0])
        page, next_marker = _page(listed, marker, max_items)
        return [policy or aws_policies.read(name, self.account_id) for name, policy in page], next_marker

    def _filter_attached_policies(
        self, policies: Iterable[Any], marker: str | None, max_items: int, path_prefix: str
    ) -> tuple[Iterable[Any], str | None]:
        listed = sorted(
            (policy for policy in policies if policy.path.startswith(path_prefix or "/")),
            key=lambda policy: str(policy.name),
        )
        return _page(listed, marker, max_items)

    def tag_policy(self, policy_arn: str, tags: list[dict[str, str]]) -> None:
        policy, new = self.get_policy(policy_arn), self._tag_verification(tags)
        # The name of the quota is an inference, from those for users and roles.
        limit(len({**policy.tags, **new}), MAX_TAGS + 1, f"TagsPerPolicy: {MAX_TAGS}")
        policy.tags.update(new)

    def untag_policy(self, policy_arn: str, tag_keys: list[str]) -> None:
        policy = self.get_policy(policy_arn)
        policy.tags = {tag["Key"]: tag for tag in policy.tags.values() if tag["Key"] not in tag_keys}

    def _tag_verification(self, tags: list[dict[str, str]]) -> dict[str, dict[str, str]]:
        """The tags by their keys; ``iam/validation.py`` has refused those that are wrong."""
        return {tag["Key"]: tag for tag in tags}

    # Attachments

    def attach_user_policy(self, policy_arn: str, user_name: str) -> None:
        self._attach(policy_arn, self.get_user(user_name))

    def attach_group_policy(self, policy_arn: str, group_name: str) -> None:
        self._attach(policy_arn, self.get_group(group_name))

    def attach_role_policy(self, policy_arn: str, role_name: str) -> None:
        self._attach(policy_arn, self.get_role(role_name))

    def detach_user_policy(self, policy_arn: str, user_name: str) -> None:
        self._detach(policy_arn, self.get_user(user_name))

    def detach_group_policy(self, policy_arn: str, group_name: str) -> None:
        self._detach(policy_arn, self.get_group(group_name))

    def detach_role_policy(self, policy_arn: str, role_name: str) -> None:
        self._detach(policy_arn, self.get_role(role_name))

    def _attach(self, arn: str, holder: Any) -> None:
        if arn not in holder.managed_policies:
            limit(len(holder.managed_policies), 10, f"PoliciesPer{holder.kind.capitalize()}: 10")
            self._keep_policy(arn, f"Policy {arn}").attach_to(holder)

    def _detach(self, arn: str, holder: Any) -> None:
        if arn not in holder.managed_policies:
            raise NotFoundException(f"Policy {arn} was not found.")
        self.managed_policies[arn].detach_from(holder)

    def _keep_policy(self, arn: str, subject: str) -> Any:
        """A policy that something is to refer to; one of AWS's own is kept from then on."""
        policy = self.policy(arn)
        if policy is None:
            raise NotFoundException(f"{subject} does not exist or is not attachable.")
        if arn not in self.managed_policies:
            self.managed_policies[arn] = policy
        return policy

    def _customers(self) -> list[Any]:
        policies = dict.values(self.managed_policies)
        return [policy for policy in policies if not isinstance(policy, AWSManagedPolicy)]

    # Boundaries

    def put_user_permissions_boundary(self, user_name: str, permissions_boundary: str) -> None:
        self.set_boundary(self.get_user(user_name), permissions_boundary)

    def delete_user_permissions_boundary(self, user_name: str) -> None:
        self.set_boundary(self.get_user(user_name), None)

    def put_role_permissions_boundary(self, role_name: str, permissions_boundary: str) -> None:
        self.set_boundary(self.get_role(role_name), permissions_boundary)

    def delete_role_permissions_boundary(self, role_name: str) -> None:
        self.set_boundary(self.get_role(role_name), None)

    def set_boundary(self, holder: Any, arn: str | None) -> None:
        """Let a policy bound a user or role from now on; none, where there is no ARN."""
        if arn is not None and not self.policy_arn_regex.match(arn):
            raise IAMException("InvalidInput", f"ARN {arn} is not valid.")
        earlier: Any = self.managed_policies.get(holder.permissions_boundary_arn)
        if arn is not None:
            self._keep_policy(arn, f"Scope ARN: {arn}").permissions_boundary_usage_count += 1
        if earlier is not None:
            earlier.permissions_boundary_usage_count -= 1
        holder.permissions_boundary_arn = arn

    # Inline policies

    def put_user_policy(self, user_name: str, policy_name: str, policy_json: str) -> None:
        self._put_inline(self.get_user(user_name), policy_name, policy_json)

    def put_group_policy(self, group_name: str, policy_name: str, policy_json: str) -> None:
        self._put_inline(self.get_group(group_name), policy_name, policy_json)

    def put_role_policy(self, role_name: str, policy_name: str, policy_json: str) -> None:
        self._put_inline(self.get_role(role_name), policy_name, policy_json)

    def _put_inline(self, holder: Any, name: str, document: str) -> None:
        validate_identity_policy(document)
        max_bytes = MAX_INLINE_BYTES[holder.kind]
        others = sum(size(text) for other, text in holder.policies.items() if other != name)
        if others + size(document) > max_bytes:
            raise LimitExceededException(
                f"Maximum policy size of {max_bytes} bytes exceeded for {holder.kind} {holder.name}"
            )
        holder.put_policy(name, document)

    def get_role_policy(self, role_name: str, policy_name: str) -> tuple[str, str]:
        role: Any = self.get_role(role_name)
        return policy_name, role.get_policy(policy_name)["policy_document"]


def _is_used(policy: Any, usage: str | None) -> bool:
    """Whether a policy is used so: PermissionsPolicy, PermissionsBoundary, or (None) in whatever way, or not at all.

    That one which nobody uses is not listed under PermissionsPolicy either is an inference.
    """
    if usage is None:
        return True
    return bool(
        policy.permissions_boundary_usage_count if usage == "PermissionsBoundary" else policy.attachment_count
    )


def _page(entries: list[Any], marker: str | None, max_items: int) -> tuple[list[Any], str | None]:
    """At most so many entries from the marker on, and the marker of the next page, if there is one."""
    start = int(marker or 0)
    end = start + max_items
    return entries[start:end], str(end) if end < len(entries) else None


def size(document: str) -> int:
    """The characters of a policy that count: all but white space."""
    return len("".join(document.split()))


def limit(count: int, maximum: int, quota: str) -> None:
    """Raises LimitExceeded where there are ``maximum`` of something already."""
    if count >= maximum:
        raise LimitExceededException(f"Cannot exceed quota for {quota}")
