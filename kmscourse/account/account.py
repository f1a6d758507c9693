"""One AWS account, and sessions for the people in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import boto3

from kmscourse.account import denials
from kmscourse.account.ownership import Guard
from kmscourse.account.passwords import make_password
from kmscourse.account.role_sessions import SESSION_NAME, WAIT_FOR_IAM, RoleSession, once_spread
from kmscourse.errors import CourseError
from kmscourse.iam import LAB_PASSWORD

Console = Callable[[str, dict[str, Any]], dict[str, Any]]
"""(operation, parameters) -> the answer of the practice account's console."""
SessionMaker = Callable[[str, str | None], boto3.Session]
"""(user name, password or None) -> a session of that user. Only the practice account can check a password."""
SessionOf = Callable[[str, str, str], boto3.Session]
"""(access key id, secret access key, session token) -> a session of whoever was given these temporary credentials."""


@dataclass
class Account:
    """An account, seen by its main user.

    ``kind`` is sandbox, aws or endpoint; ``denials`` holds AWS's sentences of the calls refused so far, in this
    process, to any of the sessions made here and to plain boto3 clients (each a ``Denial``, which knows its call).
    ``role_sessions`` holds by access key id what the roles' sessions were made with, and no secret.
    Outside the sandbox a ``guard`` stands before the calls of all of them.
    ``console`` is the practice account's, None in every other account.
    ``take_notices`` gives what there is to say about the account, a sentence each: what was told once is told no more.
    """

    kind: str
    id: str
    region: str
    user_arn: str
    session: boto3.Session
    make_session: SessionMaker = field(repr=False)
    session_of: SessionOf = field(repr=False)
    endpoint_url: str | None = None
    guard: Guard | None = field(default=None, repr=False)
    console: Console | None = field(default=None, repr=False)
    take_notices: Callable[[], list[str]] = field(default=list, repr=False)
    denials: list[str] = field(default_factory=list, repr=False)
    role_sessions: dict[str, RoleSession] = field(default_factory=dict, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def user_name(self) -> str:
        """The main user's name, as in ``ed-user-1a2b3c4d``."""
        return self.user_arn.rpartition("/")[2]

    @property
    def practice(self) -> bool:
        """True where nothing costs money and everything may be undone: the sandbox."""
        return self.kind == "sandbox"

    @property
    def file_key(self) -> str:
        """Its name in the files of KMSCOURSE_HOME: the number, and where a URL leads to it, its host and port too.

        AWS gives every number once, but each imitation of AWS may have the same one.
        """
        return f"{self.id} at {self._host}" if self._host else self.id

    @property
    def _host(self) -> str:
        """Host and port of the URL that leads to it, without the password that a URL may hold."""
        return urlsplit(self.endpoint_url or "").netloc.rpartition("@")[2]

    def __str__(self) -> str:
        kind = {"sandbox": "Practice account", "aws": "Real AWS account", "endpoint": "Account"}[self.kind]
        where = f" at {self._host}" if self._host else ""
        return f"{kind} {self.id}{where} · {self.region} · signed in as {self.user_name}"

    def client(self, service: str) -> Any:
        """A boto3 client of the main user; the same one each time, as making one takes boto3 a while."""
        if service not in self._clients:
            self._clients[service] = cast(Any, self.session).client(service)
        return self._clients[service]

    def client_in(self, service: str, region: str) -> Any:
        """The same of another Region. Raises as boto3 does."""
        if region == self.region:
            return self.client(service)
        return cast(Any, self.session).client(service, region_name=region)

    def ask_console(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The answer of the practice account's console, which can do what no API of AWS offers.

        Raises CourseError in another account, SandboxError where the console refuses.
        """
        if self.console is None:
            raise CourseError("Only the practice account can do that: open it with KMSCOURSE_TARGET=sandbox.")
        return self.console(operation, parameters)

    def new_password(self) -> str:
        """A password to give to a user: the lab's own in the sandbox, elsewhere one that nobody has seen before."""
        return LAB_PASSWORD if self.practice else make_password(self.client("iam"))

    def session_for(self, user_name: str) -> boto3.Session:
        """A session of another IAM user of this account, as its administrator can make one."""
        return self.watched(self.make_session(user_name, None))

    def sign_in(self, user_name: str, password: str) -> boto3.Session:
        """A session of the user who signs in with this name and password.

        Raises SignInRefused in the practice account. On a real one no API signs in with a password:
        it is not checked there.
        """
        return self.watched(self.make_session(user_name, password))

    def session_for_role(
        self,
        role_name: str,
        *,
        session_name: str = SESSION_NAME,
        policy: Mapping[str, Any] | str | None = None,
        by: boto3.Session | None = None,
        **parameters: Any,
    ) -> boto3.Session:
        """A session of a role of this account, for an hour: STS AssumeRole, called by the main user or with ``by``.

        ``policy`` is a session policy; ``parameters`` are further ones of AssumeRole's, as ``DurationSeconds=900``. On
        a real account it asks again for half a minute where the role is refused or not there, as it may be new. Raises
        ClientError as AWS refuses, on a real account ForeignError for a role that the course did not make.
        """
        if self.guard is not None:
            self.guard.require_own_role(role_name)
        if policy is not None:
            parameters["Policy"] = policy if isinstance(policy, str) else json.dumps(policy)
        iam, sts = self.client("iam"), self.client("sts") if by is None else by.client("sts")

        def assume_role() -> dict[str, Any]:
            role_arn = iam.get_role(RoleName=role_name)["Role"]["Arn"]
            answer = sts.assume_role(RoleArn=role_arn, RoleSessionName=session_name, **parameters)
            return dict(answer["Credentials"])

        credentials = once_spread(assume_role, self.denials, WAIT_FOR_IAM if self.kind == "aws" else 0)
        caller_arn = self.user_arn if by is None else by.client("sts").get_caller_identity()["Arn"]
        caller = (by or self.session).get_credentials()
        self.role_sessions[credentials["AccessKeyId"]] = RoleSession.of(
            caller_arn, str(caller.access_key) if caller else "", parameters, credentials
        )
        made = self.session_of(
            credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
        )
        return self.watched(made)

    def watched(self, session: boto3.Session) -> boto3.Session:
        """The same session, whose refusals are remembered."""
        denials.watch(session, self.denials)
        if self.guard is not None:
            self.guard.watch(session)
        return session
