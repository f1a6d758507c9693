"""What KMSCOURSE_TARGET names: the sandbox, a real account, or a URL; and who one is there.

Every failure is one sentence, and holds no password: a URL may have one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, HTTPClientError, SSLError
from botocore.exceptions import ConnectionError as LostConnection
from botocore.parsers import ResponseParserError
from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

from kmscourse.errors import KmsCourseError

IDENTITY_SECONDS = (
    10  # for a target to say who one is there; nobody waits longer for a URL that leads nowhere
)
_OTHERWISE = "or unset KMSCOURSE_TARGET to use the practice account."


def read_target() -> str:
    """``sandbox``, ``aws``, or the URL of an endpoint. Raises KmsCourseError for anything else."""
    target_name = os.environ.get("KMSCOURSE_TARGET", "sandbox")
    if target_name in ("sandbox", "aws") or _is_endpoint(target_name):
        return target_name
    raise KmsCourseError(
        f"KMSCOURSE_TARGET is {without_password(target_name)!r}. Set it to sandbox, to aws, or to the URL of an "
        "endpoint: http:// or https://, a host, and perhaps a port and a path."
    )


def open_session() -> boto3.Session:
    """A session by the AWS settings of whoever runs this. Raises KmsCourseError where these can't be used."""
    try:
        return boto3.Session(region_name=boto3.Session().region_name or "us-east-1")
    except BotoCoreError as error:
        raise KmsCourseError(
            f"Your AWS settings can't be used ({error}). Correct AWS_PROFILE or the file that is meant, {_OTHERWISE}"
        ) from None


def ask_identity(session: boto3.Session, url: str | None) -> Mapping[str, Any]:
    """Who one is in the account, as STS says: ``Account`` and ``Arn``. Raises KmsCourseError where nobody says it."""
    where = url or "AWS"
    patience = Config(
        connect_timeout=IDENTITY_SECONDS, read_timeout=IDENTITY_SECONDS, retries={"total_max_attempts": 2}
    )
    try:
        answer = session.client("sts", config=patience).get_caller_identity()
        return {
            "Account": _like(r"\d{12}", answer["Account"]),
            "Arn": _like(r"arn:[\w-]+:\w+:.+", answer["Arn"]),
        }
    except SSLError as error:
        raise _failure(
            f"{where}, which KMSCOURSE_TARGET names, can't be trusted ({error})",
            "See whether its URL begins with http or https, name the authority of its certificate in AWS_CA_BUNDLE",
        ) from None
    except (ConnectionClosedError, ResponseParserError, KeyError, ValueError):
        raise _failure(f"{where} answers, and not as AWS does", "Correct KMSCOURSE_TARGET") from None
    except (HTTPClientError, LostConnection) as error:
        raise _nobody_answers(where, error) from None
    except (BotoCoreError, ClientError) as error:
        if url and isinstance(error, BotoCoreError):
            _require_answer(session, url, patience)
        if _is_status(error):
            raise _failure(
                f"{where} answers, and not as AWS does ({error})", "Correct KMSCOURSE_TARGET, try again later"
            ) from None
        how = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" if url else "`aws configure`"
        raise _failure(
            f"{where} does not know you yet ({error})", f"Set your credentials, for example with {how}"
        ) from None


def _require_answer(session: boto3.Session, url: str, patience: Config) -> None:
    """Without credentials botocore asks nobody: see whether anybody answers there. Raises KmsCourseError."""
    unsigned = patience.merge(Config(signature_version=UNSIGNED))
    try:
        session.client("sts", config=unsigned).get_caller_identity()
    except (HTTPClientError, LostConnection) as error:
        raise _nobody_answers(url, error) from None
    except (BotoCoreError, ClientError, ResponseParserError):
        return  # Somebody does.


def _nobody_answers(where: str, error: Exception) -> KmsCourseError:
    return _failure(
        f"Nobody answers at {where}, which KMSCOURSE_TARGET names ({error})",
        "Start what should answer there",
    )


def without_password(text: str) -> str:
    """The text without the user name and the password that a URL in it may hold."""
    return re.sub(r"(?i)(https?://)[^\s/?#]*@", r"\1", text)


def _is_endpoint(url: str) -> bool:
    """Can this be the URL of an endpoint? One with a query or a fragment can't: AWS's paths are added to it."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError where that is no port
        whole = re.fullmatch(r"https?://[!-~]+", url) and not parts.query and not parts.fragment
        return bool(whole) and (is_valid_endpoint_url(url) or is_valid_ipv6_endpoint_url(url))
    except ValueError:
        return False


def _like(pattern: str, value: str) -> str:
    if not re.fullmatch(pattern, value):
        raise ValueError(value)
    return value


def _is_status(error: Exception) -> bool:
    """Is the error's code a status of HTTP's? botocore takes that where it finds none of AWS's."""
    return isinstance(error, ClientError) and str(error.response["Error"]["Code"]).isdigit()


def _failure(problem: str, advice: str) -> KmsCourseError:
    return KmsCourseError(without_password(f"{problem}. {advice}, {_OTHERWISE}"))
