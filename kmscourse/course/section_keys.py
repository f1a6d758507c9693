"""The keys of the sections beyond the lab: each is made once, and taken again when its section is run again.

What a section makes carries the course's tag (``account/ownership``). A key without it is the learner's: it is never
altered, and its alias stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.account.ownership import MARK, Owner
from kmscourse.course.sections import Section
from kmscourse.course.stage import owners_in
from kmscourse.errors import CourseError

if TYPE_CHECKING:
    from types_boto3_kms.literals import KeySpecType, KeyUsageTypeType


def make_key(
    account: Account,
    section: Section,
    alias: str,
    *,
    again: bool = False,
    policy: Mapping[str, Any] | None = None,
    origin: Literal["AWS_KMS", "EXTERNAL"] = "AWS_KMS",
    spec: KeySpecType = "SYMMETRIC_DEFAULT",
    usage: KeyUsageTypeType = "ENCRYPT_DECRYPT",
) -> str:
    """The ARN of the section's key ``alias``: a new one, or that of an earlier run, which is enabled where it was not.

    ``again`` discards that of an earlier run. The other parameters are those of ``kmscourse.kms.create_key``. Raises
    CourseError, and changes nothing, where the alias leads to a key that the course has not made, or to one of another
    kind; ClientError where KMS refuses.
    """
    kms = account.client("kms")
    if _is_taken(account, alias):
        wanted = (spec, usage, origin)
        if again:
            keys.discard_key(kms, alias)
        elif (found := _kind(kms, alias)) == wanted:
            return keys.make_usable(kms, keys.alias_name(alias))
        else:
            raise _not_usable(alias, f"is {', '.join(found)}, and not {', '.join(wanted)}")
    mark = {MARK: f"section {section.number}"}
    return keys.create_key(kms, alias, tags=mark, policy=policy, origin=origin, spec=spec, usage=usage)


def point_alias(account: Account, alias: str, key: str) -> None:
    """Let ``alias`` lead to ``key`` (id or ARN), wherever the section has let it lead before.

    Raises CourseError where it leads to a key that the course has not made; ClientError where KMS refuses.
    """
    kms = account.client("kms")
    point = kms.update_alias if _is_taken(account, alias) else kms.create_alias
    point(AliasName=keys.alias_name(alias), TargetKeyId=key)


def _is_taken(account: Account, alias: str) -> bool:
    """Does the alias lead to a key of the course's? Raises CourseError where it leads to another."""
    owner = owners_in(account).of_key(account.region, keys.alias_name(alias))
    if owner in (Owner.FOREIGN, Owner.AWS):
        raise _not_usable(alias, "was not made by this section")
    return owner is Owner.COURSE


def _kind(kms: Any, alias: str) -> tuple[str, str, str]:
    metadata = kms.describe_key(KeyId=keys.alias_name(alias))["KeyMetadata"]
    return metadata["KeySpec"], metadata["KeyUsage"], metadata["Origin"]


def _not_usable(alias: str, why: str) -> CourseError:
    name = keys.alias_name(alias)
    return CourseError(
        f"The key behind {name} {why}, so nothing was changed. Give that key another alias if you need one, free this "
        f'one with lab.client("kms").delete_alias(AliasName="{name}"), and run this cell again: the key stays.'
    )
