"""Users, groups, roles and managed policies as the stages see them: plain values, found by name or ARN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kmscourse.sandbox.iam.principals import Principals, document_of, parsed
from kmscourse.sandbox.iam.views import EntityView, PolicyText

_ARN = re.compile(r"arn:aws:iam::(\d{12}):(user|group|role)/(?:[^/]+/)*([^/]+)")


class Entities(Principals):
    """The part of ``Account`` that shows what is in IAM."""

    def entity(self, kind: str, name: str) -> EntityView | None:
        """A user, group or role by its name, a managed policy by its ARN."""
        found = self._found(kind, name)
        if found is None:
            return None
        return EntityView(
            kind,
            found.name,
            found.id,
            found.arn,
            self._tags(found),
            getattr(found, "permissions_boundary_arn", None),
            getattr(found, "assume_role_policy_document", ""),
            int(getattr(found, "max_session_duration", 0) or 0),
        )

    def entity_of(self, arn: str) -> EntityView | None:
        """The user, group or role with this ARN."""
        match = _ARN.fullmatch(arn)
        found = self.entity(match[2], match[3]) if match else None
        return found if found is not None and found.arn == arn else None

    def trust_policy(self, arn: str) -> dict[str, Any] | None:
        """Who may assume the role with this ARN; None where there is no such role."""
        role = self.entity_of(arn)
        return parsed(role.trust) if role is not None and role.kind == "role" else None

    def policy_sources(self, entity: EntityView) -> Iterator[PolicyText]:
        """The policies that a user, group or role has, its groups' too."""
        for holder, name, text in self.policy_texts(self._found(entity.kind, entity.name)):
            kind = getattr(holder, "kind", "")
            yield PolicyText(f"{kind}_{holder.name}_{name}" if kind else name, text)

    def policy_text(self, arn: str) -> str | None:
        """The text of a managed policy's version in force; None where there is no such policy."""
        policy = self._iam.policy(arn)
        return None if policy is None else document_of(policy)

    def _found(self, kind: str, name: str) -> Any:
        if kind == "policy":
            return self._iam.policy(name)
        if kind == "role":
            return self._iam.role(name)
        return dict.get(self._iam.users if kind == "user" else self._iam.groups, name)
