"""A call of IAM, resolved: whom and what it names. Wrong names and paths are refused before AWS's model speaks.

Source: IAM API Reference, the UserName parameter of the operations that may leave it out; IAM User Guide, "IAM and
AWS STS quotas" (names); texts as recorded from AWS by localstack's tests or quoted by users of AWS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import ResolvedCall

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account
    from kmscourse.sandbox.iam.store import Entity, Identities

_NAMES = ("UserName", "NewUserName", "GroupName", "NewGroupName", "RoleName", "PolicyName")
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATHS = ("Path", "NewPath")
_PATH = re.compile(r"/([\x21-\x7e]+/)?")


class IamCall(ResolvedCall):
    """A call of IAM. Its parameters are unfolded: ``Tags`` is a list of objects with Key and Value.

    Where AWS's model lets a call leave out UserName, it is the caller's.
    """

    @property
    def identities(self) -> Identities:
        """Who there is in the account."""
        return self.account.identities

    @cached_property
    def user(self) -> Entity | None:
        """The user of UserName."""
        return self.identities.user(self.parameters["UserName"])

    @cached_property
    def group(self) -> Entity | None:
        """The group of GroupName."""
        return self.identities.group(self.parameters["GroupName"])

    @cached_property
    def role(self) -> Entity | None:
        """The role of RoleName."""
        return self.identities.role(self.parameters["RoleName"])

    @cached_property
    def policy(self) -> Entity | None:
        """The managed policy of PolicyArn."""
        return self.identities.policy(self.parameters["PolicyArn"])

    @cached_property
    def access_key_owner(self) -> Entity | None:
        """The user to whom the access key of AccessKeyId belongs."""
        return self.identities.access_key_owner(self.parameters["AccessKeyId"])

    @cached_property
    def calling_user(self) -> Entity | None:
        """The user who calls; None where it is a role or a federated user."""
        return self.identities.user(self.caller.user_name) if self.caller.user_name else None

    @cached_property
    def policy_source(self) -> Entity | None:
        """The user, group or role of PolicySourceArn."""
        return self.identities.entity_of(self.parameters["PolicySourceArn"])

    @cached_property
    def tags(self) -> list[tuple[str, str]]:
        """(key, value) of each tag in Tags."""
        return [(tag["Key"], tag["Value"]) for tag in self.parameters.get("Tags", ())]


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> IamCall:
    """Raises AwsError for a name or path of other characters than IAM takes, and for what the model does not allow."""
    _check_names(call.parameters)
    parameters = shapes.check(call)
    if "UserName" not in parameters and _may_leave_out_user_name(call):
        if not caller.user_name:
            raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
        parameters = {**parameters, "UserName": caller.user_name}
    return IamCall(replace(call, parameters=parameters), caller, account, now, changes)


def _may_leave_out_user_name(call: Call) -> bool:
    shape = shapes.input_shape(call.service, call.operation)
    return shape is not None and "UserName" in shape.members and "UserName" not in shape.required_members


def _check_names(form: Mapping[str, Any]) -> None:
    for field in _NAMES:
        if field in form and not _NAME.fullmatch(form[field]):
            raise _invalid(
                field, "It must contain only alphanumeric characters and/or the following: +=,.@_-"
            )
    for field in _PATHS:
        if field in form and not _PATH.fullmatch(form[field]):
            raise _invalid(
                field,
                "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
            )


def _invalid(field: str, sentence: str) -> AwsError:
    name = field[0].lower() + field[1:]
    return AwsError("ValidationError", f"The specified value for {name} is invalid. {sentence}")
