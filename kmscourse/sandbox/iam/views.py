"""What other rooms see of IAM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EntityView:
    """A user, group, role or managed policy: ``boundary`` is the ARN of what bounds it, None where nothing does.

    ``trust`` (a role's trust policy, as text) and ``max_session`` (in seconds) are a role's alone.
    """

    kind: str
    name: str
    id: str
    arn: str
    tags: Mapping[str, str]
    boundary: str | None = None
    trust: str = ""
    max_session: int = 0


@dataclass(frozen=True)
class PolicyText:
    """The text of an identity policy, and the name by which IAM's policy simulator refers to it."""

    id: str
    text: str


@dataclass(frozen=True)
class Terms:
    """What temporary credentials were asked for with: see ``call.Temporary``.

    ``name`` is the session's own (of an assumed role), or the federated user's. ``policies`` are the texts of
    inline session policies, ``policy_arns`` managed ones.
    """

    made_by: str = "SignIn"
    name: str = ""
    policies: Sequence[str] = ()
    policy_arns: Sequence[str] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: Sequence[str] = ()
    source_identity: str = ""
