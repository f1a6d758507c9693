"""The account that ``KMSCOURSE_TARGET`` names, opened.

``sandbox`` (the default) is the practice account, ``aws`` the account that your AWS settings lead to, and a URL the
endpoint that it names.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, cast

import boto3
from botocore.exceptions import ConnectionError as LostConnection
from botocore.exceptions import HTTPClientError

from kmscourse.account import aws_session, aws_settings, denials, target
from kmscourse.account.account import Account
from kmscourse.account.ownership import Guard, Ledger, Owners
from kmscourse.account.user_sessions import new_session
from kmscourse.errors import KmsCourseError, SandboxError
from kmscourse.home import home
from kmscourse.sandbox import client as sandbox_client


def open_account() -> Account:
    """The account that KMSCOURSE_TARGET names; a sandbox is started where none runs.

    Raises SandboxError or KmsCourseError, one sentence each, where it can't be reached.
    """
    account = open_sandbox() if target.read_target() == "sandbox" else open_real_account()
    denials.watch_new_sessions(account.denials, account.id)
    return account


def open_real_account() -> Account:
    """The account that KMSCOURSE_TARGET names, which has to be another than the practice account of this home.

    Raises KmsCourseError where it isn't, or can't be reached.
    """
    target_name = target.read_target()
    if target_name == "sandbox":
        raise KmsCourseError(
            "KMSCOURSE_TARGET names the practice account, and this is for a real one. Set it to aws, or to the URL of "
            "an endpoint. For the practice account there is: kmscourse sandbox status"
        )
    return _open_real(None if target_name == "aws" else target_name)


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
        session = aws_session.session_bound_to(endpoint.url, endpoint.region, *credentials)
        session.events.register("needs-retry", explain)
        return session

    console = functools.partial(sandbox_client.call, endpoint)

    def make_session(user_name: str, password: str | None) -> boto3.Session:
        operation = "SessionFor" if password is None else "SignIn"
        parameters = (
            {"UserName": user_name} if password is None else {"UserName": user_name, "Password": password}
        )
        credentials = console(operation, parameters)
        return session_with(
            credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
        )

    account = Account(
        "sandbox",
        endpoint.account,
        endpoint.region,
        status["UserArn"],
        session_with(endpoint.access_key_id, endpoint.secret_access_key),
        make_session,
        session_with,
        console=console,
        take_notices=lambda: console("TakeNotices", {})["Notices"],
    )
    boto3.DEFAULT_SESSION = account.watched(account.session)  # for boto3.client(…), too
    return account


def _explain_lost_sandbox(folder: Path, url: str, caught_exception: Exception | None, **_: object) -> None:
    """Say that the sandbox has stopped, where it has. Of one that runs, botocore's own error is the true one."""
    if not isinstance(caught_exception, LostConnection | HTTPClientError):
        return
    running = sandbox_client.find(folder)
    if running.url != url if running else not sandbox_client.is_running(folder):
        raise SandboxError(
            "The practice account has stopped. Run the notebook's set-up cell again: "
            "it starts the account where it was."
        ) from None


def _open_real(endpoint_url: str | None) -> Account:
    """The account that the AWS settings, or a URL, lead to. What the course did not make there is guarded."""
    if endpoint_url:
        aws_settings.point_at_endpoint(endpoint_url)
    session = target.open_session()
    identity = target.ask_identity(session, endpoint_url)

    @functools.cache
    def session_of_user(user_name: str) -> boto3.Session:
        return new_session(session, user_name, home())

    account = Account(
        "endpoint" if endpoint_url else "aws",
        identity["Account"],
        session.region_name,
        identity["Arn"],
        session,
        lambda user_name, _: session_of_user(user_name),
        functools.partial(boto3.Session, region_name=session.region_name),
        endpoint_url,
    )

    @functools.cache
    def reading_client(service: str, region: str) -> Any:
        client = cast(Any, session).client(service, region_name=region)
        denials.ignore(client)  # nobody asked for what it asks
        return client

    owners = Owners(reading_client, account.id, identity["Arn"].split(":")[1], account.region)
    account.guard = Guard(owners, Ledger(home(), account.file_key))
    boto3.DEFAULT_SESSION = account.watched(session)  # boto3.client(…) in a notebook is guarded, too
    return account
