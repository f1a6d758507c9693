"""Names and paths in IAM, refused in its own words before the model of its API speaks.

Source: IAM User Guide, "IAM and AWS STS quotas" (names); texts as recorded from AWS by localstack's tests or quoted
by users of AWS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kmscourse.sandbox.call import AwsError

_NAMES = ("UserName", "NewUserName", "GroupName", "NewGroupName", "RoleName", "PolicyName")
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATHS = ("Path", "NewPath")
_PATH = re.compile(r"/([\x21-\x7e]+/)?")


def check(form: Mapping[str, str]) -> None:
    """Raises AwsError ValidationError for a name or a path of other characters than IAM takes."""
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
