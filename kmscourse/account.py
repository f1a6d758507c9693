"""One AWS account, and sessions for the people in it: the sandbox, a real account, or whatever a URL leads to.

``KMSCOURSE_TARGET`` chooses: ``sandbox`` (the default), ``aws`` (the account that your AWS settings lead to), or the
URL of an endpoint.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ConnectionError as LostConnection
from botocore.exceptions import HTTPClientError

from kmscourse import aws_session, aws_settings, denial, target
from kmscourse.errors import KmsCourseError, SandboxError
from kmscourse.home import home
from kmscourse.iam import LAB_PASSWORD
from kmscourse.ownership import Guard, Ledger, Marks
from kmscourse.passwords import make_password
from kmscourse.sandbox import client as sandbox_client
from kmscourse.user_sessions import new_session

SessionMaker = Callable[[str, str | None], boto3.Session]
"""(user name, password or None) -> a session of that user. Only the practice account can check a password."""


@dataclass
class Account:
    """An account, seen by its main user.

    ``kind`` is sandbox, aws or endpoint; ``denials`` holds AWS's sentences of the calls refused so far, in this
    process, to any of the sessions made here and to plain boto3 clients (each a ``Denial``, which knows its call).
    Outside the sandbox a ``guard`` stands before the calls of all of them.
    ``take_notices`` gives what there is to say about the account, a sentence each: what was told once is told no more.
    """

    kind: str
    id: str
    region: str
    user_arn: str
    session: boto3.Session
    make_session: SessionMaker = field(repr=False)
    endpoint_url: str | None = None
    guard: Guard | None = field(default=None, repr=False)
    take_notices: Callable[[], list[str]] = field(default=list, repr=False)
    denials: list[str] = field(default_factory=list, repr=False)
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
    def kept_as(self) -> str:
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

    def new_password(self) -> str:
        """A password to give to a user: the lab's own in the sandbox, elsewhere one that nobody has seen before."""
        return LAB_PASSWORD if self.practice else make_password(self.client("iam"))

    def session_for(self, user_name: str) -> boto3.Session:
        """A session of another IAM user of this account, as its administrator can make one."""
        return self._watched(self.make_session(user_name, None))

    def sign_in(self, user_name: str, password: str) -> boto3.Session:
        """A session of the user who signs in with this name and password.

        Raises SignInRefused in the practice account. On a real one no API signs in with a password:
        it is not checked there.
        """
        return self._watched(self.make_session(user_name, password))

    def _watched(self, session: boto3.Session) -> boto3.Session:
        """The same session, whose refusals are remembered."""
        denial.watch(session, self.denials)
        if self.guard is not None:
            self.guard.watch(session)
        return session


def open_account() -> Account:
    """The account that KMSCOURSE_TARGET names; a sandbox is started where none runs.

    Raises SandboxError or KmsCourseError, one sentence each, where it can't be reached.
    """
    account = open_sandbox() if target.target() == "sandbox" else open_real_account()
    denial.watch_new_sessions(account.denials, account.id)
    return account


def open_real_account() -> Account:
    """The account that KMSCOURSE_TARGET names, which has to be another than the practice account of this home.

    Raises KmsCourseError where it isn't, or can't be reached.
    """
    named = target.target()
    if named == "sandbox":
        raise KmsCourseError(
            "KMSCOURSE_TARGET names the practice account, and this is for a real one. Set it to aws, or to the URL of "
            "an endpoint. For the practice account there is: kmscourse sandbox status"
        )
    return _open_real(None if named == "aws" else named)


def open_sandbox() -> Account:
    """The practice account of this KMSCOURSE_HOME, started where none runs.

    Plain boto3 and ``!aws`` in this process reach it too from then on, and never a real account by mistake.
    Raises SandboxError where that fails, and where its main user has locked itself out.
    """
    endpoint = sandbox_client.find_or_start(home())
    status = sandbox_client.read_status(endpoint)
    if status["LockedOut"]:
        raise SandboxError(status["LockedOut"])
    aws_settings.apply(aws_settings.for_practice_account(endpoint.environment()))
    explain = functools.partial(_explain_lost_sandbox, home(), endpoint.url)

    def session_with(*credentials: str) -> boto3.Session:
        session = aws_session.bound_to(endpoint.url, endpoint.region, *credentials)
        session.events.register("needs-retry", explain)
        return session

    def make_session(user_name: str, password: str | None) -> boto3.Session:
        operation = "SessionFor" if password is None else "SignIn"
        asked = {"UserName": user_name} if password is None else {"UserName": user_name, "Password": password}
        given = sandbox_client.call(endpoint, operation, asked)
        return session_with(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    account = Account(
        "sandbox",
        endpoint.account,
        endpoint.region,
        status["UserArn"],
        session_with(endpoint.access_key_id, endpoint.secret_access_key),
        make_session,
        take_notices=lambda: sandbox_client.call(endpoint, "TakeNotices", {})["Notices"],
    )
    boto3.DEFAULT_SESSION = account._watched(account.session)  # for boto3.client(…), too
    return account


def _explain_lost_sandbox(folder: Path, url: str, caught_exception: Exception | None, **_: object) -> None:
    """Say that the sandbox has stopped, where it has. Of one that runs, botocore's own error is the true one."""
    if not isinstance(caught_exception, LostConnection | HTTPClientError):
        return
    found = sandbox_client.find(folder)
    if found.url != url if found else not sandbox_client.is_running(folder):
        raise SandboxError(
            "The practice account has stopped. Run the notebook's set-up cell again: "
            "it starts the account where it was."
        ) from None


def _open_real(endpoint_url: str | None) -> Account:
    """The account that the AWS settings, or a URL, lead to. What the course did not make there is guarded."""
    if endpoint_url:
        aws_settings.point_at_endpoint(endpoint_url)
    session = target.session()
    identity = target.identity(session, endpoint_url)

    @functools.cache
    def session_of(user_name: str) -> boto3.Session:
        return new_session(session, user_name, home())

    account = Account(
        "endpoint" if endpoint_url else "aws",
        identity["Account"],
        session.region_name,
        identity["Arn"],
        session,
        lambda user_name, _: session_of(user_name),
        endpoint_url,
    )

    @functools.cache
    def looking(service: str, region: str) -> Any:
        client = cast(Any, session).client(service, region_name=region)
        denial.ignore(client)  # nobody asked for what it asks
        return client

    marks = Marks(looking, account.id, identity["Arn"].split(":")[1], account.region)
    account.guard = Guard(marks, Ledger(home(), account.kept_as))
    boto3.DEFAULT_SESSION = account._watched(session)  # boto3.client(…) in a notebook is guarded, too
    return account
