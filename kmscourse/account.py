"""One AWS account, and sessions for the people in it: the sandbox, a real account, or whatever a URL leads to.

``KMSCOURSE_TARGET`` chooses: ``sandbox`` (the default), ``aws`` (the account that your AWS settings lead to), or the
URL of an endpoint.
"""

from __future__ import annotations

import atexit
import functools
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.exceptions import ConnectionError as LostConnection

from kmscourse import denial
from kmscourse.errors import KmsCourseError, SandboxError
from kmscourse.home import home
from kmscourse.sandbox import server

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

SessionMaker = Callable[[str, str | None], boto3.Session]
"""(user name, password or None) -> a session of that user. With a password, it is checked."""

_WAIT_FOR_NEW_KEY = 30.0  # seconds; a new access key takes a moment to reach every part of AWS


@dataclass
class Account:
    """An account, seen by its main user.

    ``kind`` is sandbox, aws or endpoint; ``denials`` holds AWS's sentences of the calls refused so far, in this
    process, to any of the sessions made here (each a ``denial.Denial``, which knows its call).
    """

    kind: str
    id: str
    region: str
    user_arn: str
    session: boto3.Session
    make_session: SessionMaker = field(repr=False)
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

    def client(self, service: str) -> Any:
        """A boto3 client of the main user; the same one each time, as making one takes boto3 a while."""
        if service not in self._clients:
            self._clients[service] = cast(Any, self.session).client(service)
        return self._clients[service]

    def session_for(self, user_name: str) -> boto3.Session:
        """A session of another IAM user of this account, as its administrator can make one."""
        return self._watched(self.make_session(user_name, None))

    def sign_in(self, user_name: str, password: str) -> boto3.Session:
        """A session of the user who signs in with this name and password. Raises SignInRefused."""
        return self._watched(self.make_session(user_name, password))

    def _watched(self, session: boto3.Session) -> boto3.Session:
        """The same session, whose refusals are remembered and whose lost connection is explained."""
        denial.watch(session, self.denials)
        if self.kind == "sandbox":
            session.events.register("needs-retry", _explain_lost_sandbox)
        return session


def open_account() -> Account:
    """The account that KMSCOURSE_TARGET names; a sandbox is started where none runs.

    Raises SandboxError or KmsCourseError, one sentence each, where it can't be reached.
    """
    target = os.environ.get("KMSCOURSE_TARGET", "sandbox")
    if target == "sandbox":
        return open_sandbox()
    if target == "aws" or re.match(r"https?://", target):
        return _open_aws(None if target == "aws" else target)
    raise KmsCourseError(
        f"KMSCOURSE_TARGET is {target!r}. Set it to sandbox, to aws, or to the URL of an endpoint (http://…)."
    )


def open_sandbox() -> Account:
    """The practice account of this KMSCOURSE_HOME, started where none runs. Raises SandboxError."""
    endpoint = server.find_or_start(home())
    _point_aws_tools_at(endpoint)

    def make_session(user_name: str, password: str | None) -> boto3.Session:
        operation = "SessionFor" if password is None else "SignIn"
        asked = {"UserName": user_name} if password is None else {"UserName": user_name, "Password": password}
        given = server.ask(endpoint, operation, asked)
        return boto3.Session(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], endpoint.region
        )

    account = Account(
        "sandbox",
        endpoint.account,
        endpoint.region,
        f"arn:aws:iam::{endpoint.account}:user/{endpoint.user}",
        boto3.Session(endpoint.access_key_id, endpoint.secret_access_key, region_name=endpoint.region),
        make_session,
    )
    account._watched(account.session)
    return account


def _point_aws_tools_at(endpoint: server.Endpoint) -> None:
    """Let plain boto3 and `!aws` in this process reach the sandbox, and never a real account by mistake."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        os.environ.pop(name, None)
    os.environ.update(
        endpoint.environment(),
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_MAX_ATTEMPTS="2",  # with 1, botocore puts "(reached max retries: 0)" into every refusal
    )


def _explain_lost_sandbox(caught_exception: Exception | None, **_: object) -> None:
    if isinstance(caught_exception, LostConnection):
        raise SandboxError(
            "The practice account has stopped. Run the notebook's set-up cell again: "
            "it starts the account where it was."
        ) from None


def _open_aws(endpoint_url: str | None) -> Account:
    if endpoint_url:
        os.environ["AWS_ENDPOINT_URL"] = endpoint_url
    session = boto3.Session(region_name=boto3.Session().region_name or "us-east-1")
    try:
        identity = session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise KmsCourseError(
            f"AWS does not know you yet ({error}). Set your credentials, for example with `aws configure`, "
            "or unset KMSCOURSE_TARGET to use the practice account."
        ) from None

    @functools.cache
    def session_of(user_name: str) -> boto3.Session:
        return _session_with_new_access_key(session, user_name)

    def make_session(user_name: str, password: str | None) -> boto3.Session:
        return session_of(user_name)  # no API of AWS signs in with a password: an access key stands for it

    account = Account(
        "endpoint" if endpoint_url else "aws",
        identity["Account"],
        session.region_name,
        identity["Arn"],
        session,
        make_session,
    )
    account._watched(session)
    return account


def _session_with_new_access_key(main: boto3.Session, user_name: str) -> boto3.Session:
    """A session on an access key made now, which lives in memory alone and is deleted when the process ends."""
    iam = main.client("iam")
    key = iam.create_access_key(UserName=user_name)["AccessKey"]
    atexit.register(_delete_access_key, iam, user_name, key["AccessKeyId"])
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=main.region_name)
    deadline = time.monotonic() + _WAIT_FOR_NEW_KEY
    while True:
        try:
            session.client("sts").get_caller_identity()
        except ClientError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
        else:
            return session


def _delete_access_key(iam: IAMClient, user_name: str, access_key_id: str) -> None:
    try:
        iam.delete_access_key(UserName=user_name, AccessKeyId=access_key_id)
    except (BotoCoreError, ClientError) as error:
        print(f"Delete the access key {access_key_id} of {user_name} yourself: {error}", file=sys.stderr)
