"""Has the incident happen in the practice account: every act is a real call, as of its own time and place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.account.as_of import Origin, session_as_of
from kmscourse.account.denials import unremembered
from kmscourse.course.incident.story import ACTORS, ACTS, BACKUP_ROLE, KEY_ALIAS, TABLE, USERS, Act
from kmscourse.course.stage import Stage
from kmscourse.errors import CourseError

STAGE = Stage("the incident", TABLE, USERS, (KEY_ALIAS,), (BACKUP_ROLE,), section=19)
_MADE_WITH_TAGS: Mapping[str, Any] = {
    **dict.fromkeys(("dynamodb:CreateTable", "iam:CreateUser", "iam:CreateRole"), STAGE.tags),
    "kms:CreateKey": STAGE.key_tags,
}
_NAME = re.compile(r"<(\w+)>")
_POLICIES = ("Policy", "PolicyDocument", "AssumeRolePolicyDocument")


@dataclass(frozen=True)
class Incident:
    """What came about: the key's ARN, and the ids of the two access keys that the intruder holds."""

    key_arn: str
    stolen_access_key_id: str
    second_access_key_id: str


def is_set_up(account: Account) -> bool:
    """Is the incident in the account, whatever was done about it?"""
    return STAGE.is_there(account)


def set_up(account: Account) -> Incident:
    """Have the incident happen in the account; what is there of an earlier one goes, but for its events.

    Raises CourseError in another account than the practice account, and where something of the learner's has one of
    its names.
    """
    STAGE.require_practice_account(account, "The incident lets an intruder into an account, so it is")
    with unremembered(account.denials):
        STAGE.clear(account)
        stage = _Stage(account)
        for act in ACTS:
            stage.perform(act)
    return Incident(
        str(stage.made["key"]),
        stage.made["deployer"]["AccessKeyId"],
        stage.made["second"]["AccessKeyId"],
    )


class _Stage:
    """Where acts are performed; ``made`` has what they have made, by the names that acts know it by."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._origins: dict[str, Origin] = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self.made: dict[str, Any] = {
            "account": account.id,
            "region": account.region,
            "root": f"arn:aws:iam::{account.id}:root",
            "user": f"arn:aws:iam::{account.id}:user/",
        }

    def perform(self, act: Act) -> None:
        """Make the call of an act, and keep what later ones need of its answer.

        Raises ClientError where it is refused otherwise than the act says.
        """
        service, _, operation = act.action.partition(":")
        client = self._client(act.actor, service)
        self._origins[act.actor].at = datetime.combine(self._today - timedelta(act.days_ago), act.at, UTC)
        method = getattr(client, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
        try:
            answer = method(**self._parameters(act))
        except ClientError as error:
            if error.response["Error"]["Code"] != act.refused:
                raise
            return
        for name, way in act.keep.items():
            part = answer
            for member in way.split("."):
                part = part[member]
            self.made[name] = part

    def _client(self, actor: str, service: str) -> Any:
        if actor not in self._origins:
            known = ACTORS[actor]
            self._origins[actor] = Origin(known.source_ip, known.user_agent, self._today)
        if (actor, service) not in self._clients:
            session = session_as_of(self._account, self._origins[actor], *self._access_key(actor))
            self._clients[actor, service] = cast(Any, session).client(service)
        return self._clients[actor, service]

    def _access_key(self, actor: str) -> tuple[str, str]:
        name = ACTORS[actor].access_key
        if name:
            return self.made[name]["AccessKeyId"], self.made[name]["SecretAccessKey"]
        credentials = self._account.session.get_credentials()
        if credentials is None:
            raise CourseError("The account's main user has no access key to call with.")
        return str(credentials.access_key), str(credentials.secret_key)

    def _parameters(self, act: Act) -> dict[str, Any]:
        parameters = self._filled(act.parameters)
        if act.action in _MADE_WITH_TAGS:
            parameters["Tags"] = _MADE_WITH_TAGS[act.action]
        return {name: json.dumps(value) if name in _POLICIES else value for name, value in parameters.items()}

    def _filled(self, value: Any) -> Any:
        """The value with what names in angle brackets stand for."""
        if isinstance(value, Mapping):
            return {name: self._filled(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._filled(part) for part in value]
        if not isinstance(value, str):
            return value
        whole = _NAME.fullmatch(value)
        if whole:
            return self.made[whole[1]]
        return _NAME.sub(lambda match: str(self.made[match[1]]), value)
