"""A call of STS, resolved: the role that it names, and the tags and the source identity that a new session gets.

Source: IAM User Guide, "Pass session tags in AWS STS", "Monitor and control actions taken with assumed roles".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import ResolvedCall

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account
    from kmscourse.sandbox.iam.store import Entity, Identities


@dataclass(frozen=True)
class SessionTags:
    """The tags and the source identity of a new session: those of the request, and what a role hands on to the next.

    ``transitive`` are the keys of the tags that go on to the next role.
    """

    tags: Mapping[str, str]
    transitive: tuple[str, ...]
    source_identity: str


class StsCall(ResolvedCall):
    """A call of STS. Its parameters are unfolded: ``Tags`` is a list of objects with Key and Value."""

    @property
    def identities(self) -> Identities:
        """Who there is in the account."""
        return self.account.identities

    @cached_property
    def role(self) -> Entity | None:
        """The role of RoleArn; None where it names no role."""
        entity = self.identities.entity_of(self.parameters["RoleArn"])
        return entity if entity is not None and entity.kind == "role" else None

    @cached_property
    def session_tags(self) -> SessionTags:
        """Raises AwsError InvalidParameterValue where the request contradicts itself or the calling session."""
        requested = [(tag["Key"], tag["Value"]) for tag in self.parameters.get("Tags", ())]
        transitive = self.parameters.get("TransitiveTagKeys", [])
        keys = {key.lower(): key for key, _ in requested}
        if len(keys) < len(requested):
            raise _invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
        if any(key.startswith("aws:") for key in keys):  # its code and words are an inference
            raise _invalid("aws: prefixed tag key names are not allowed for external use.")
        if any(key.lower() not in keys for key in transitive):
            raise _invalid("The specified transitive tag key must be included in the requested tags.")
        inherited: dict[str, str] = {}
        source_identity = self.parameters.get("SourceIdentity", "")
        if self.caller.temporary is not None and self.caller.made_by == "AssumeRole":
            calling = self.caller.temporary
            inherited = {key: calling.tags[key] for key in calling.transitive}
            if {key.lower() for key in inherited} & keys.keys():
                raise _invalid(
                    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag "
                    "key from the calling session."
                )
            if source_identity not in ("", calling.source_identity or source_identity):
                raise _invalid("The source identity of the calling session can't be changed.")
            source_identity = source_identity or calling.source_identity
        handed_on = (*inherited, *(keys[key.lower()] for key in transitive))
        return SessionTags({**inherited, **dict(requested)}, handed_on, source_identity)


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> StsCall:
    """Raises AwsError where the parameters are not what the model says."""
    return StsCall(replace(call, parameters=shapes.check(call)), caller, account, now, changes)


def _invalid(sentence: str) -> AwsError:
    return AwsError("InvalidParameterValue", sentence)
