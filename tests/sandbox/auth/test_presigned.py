"""Presigned URLs: the signature in the query, as in the one call that is passed on so, sts:GetCallerIdentity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import HttpRequest, HttpResponse
from tests.conftest import session_of

URL = "http://127.0.0.1:4599"


@pytest.fixture(scope="module")
def account() -> Iterator[Application]:
    """One account for many requests."""
    made = Application.open()
    yield made
    made.close()


def presigned(session: boto3.Session, service: str = "sts", operation: str = "get_caller_identity") -> str:
    """The URL, with what a student's client puts in it."""
    client = session.client(service, endpoint_url=URL, config=Config(signature_version="v4"))
    return client.generate_presigned_url(operation, ExpiresIn=60, HttpMethod="GET")


def opened(application: Application, url: str, method: str = "GET", **headers: str) -> HttpResponse:
    """What somebody gets who has nothing but the URL."""
    parts = urlsplit(url)
    sent = {"host": parts.netloc, **headers}
    return application.handle(HttpRequest(method, f"{parts.path or '/'}?{parts.query}", sent, b""))


def test_who_has_the_url_learns_whose_it_is(sandbox: Application, main: boto3.Session) -> None:
    answer = opened(sandbox, presigned(main))
    assert answer.status == 200
    assert sandbox.main_access_key.caller.arn.encode() in answer.body


def test_a_sessions_url_carries_its_token(sandbox: Application) -> None:
    url = presigned(session_of(sandbox, "IAMLabUser"))
    assert "X-Amz-Security-Token" in url
    assert b"user/IAMLabUser" in opened(sandbox, url).body


def test_any_call_of_the_query_services_can_be_presigned(sandbox: Application, main: boto3.Session) -> None:
    url = presigned(main, "iam", "list_users")
    answer = opened(sandbox, url)
    assert (answer.status, b"IAMLabUser" in answer.body) == (200, True)


def test_a_call_in_json_can_not_be_presigned(sandbox: Application, main: boto3.Session) -> None:
    url = presigned(main).replace("%2Fsts%2F", "%2Fkms%2F")
    answer = opened(sandbox, url, **{"x-amz-target": "TrentService.ListKeys"})
    assert answer.status == 404
    assert b"POST to the path /" in answer.body


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("GetCallerIdentity", "GetSessionToken", b"SignatureDoesNotMatch"),
        ("X-Amz-Expires=60", "X-Amz-Expires=61", b"SignatureDoesNotMatch"),
        ("X-Amz-Signature=", "X-Amz-Signature=0", b"SignatureDoesNotMatch"),
        ("X-Amz-Signature=", "X-Amz-Signatur=", b"IncompleteSignature"),
        ("X-Amz-Credential=", "X-Amz-Credentia=", b"IncompleteSignature"),
        ("X-Amz-Date=", "X-Amz-Dat=", b"IncompleteSignature"),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=", b"IncompleteSignature"),
        ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", b"IncompleteSignature"),
        ("AWS4-HMAC-SHA256", "none", b"MissingAuthenticationToken"),
        ("X-Amz-Credential=AKIA", "X-Amz-Credential=AKIB", b"InvalidClientTokenId"),
        ("%2Fus-east-1%2F", "%2Feu-west-1%2F", b"SignatureDoesNotMatch"),
    ],
)
def test_a_changed_url_opens_nothing(
    sandbox: Application, main: boto3.Session, old: str, new: str, code: bytes
) -> None:
    url = presigned(main)
    assert old in url
    answer = opened(sandbox, url.replace(old, new))
    assert answer.status in (400, 403)
    assert b"<Code>" + code + b"</Code>" in answer.body
    assert sandbox.main_access_key.caller.user_name.encode() not in answer.body


def test_only_the_header_counts_where_there_is_one(sandbox: Application, main: boto3.Session) -> None:
    answer = opened(sandbox, presigned(main), authorization="AWS4-HMAC-SHA256 Credential=a/b/c/sts/d")
    assert b"<Code>IncompleteSignature</Code>" in answer.body


def test_no_other_method_and_no_header_of_awss_can_be_added(
    sandbox: Application, main: boto3.Session
) -> None:
    url = presigned(main)
    assert opened(sandbox, url, method="POST").status == 404
    assert b"not signed: x-amz-acl" in opened(sandbox, url, **{"x-amz-acl": "public-read"}).body


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 403), (-14, 200), (-16, 403)])
def test_it_is_good_for_fifteen_minutes(minutes: int, status: int) -> None:
    account = Application.open(now=lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    assert opened(account, presigned(inprocess.session(account))).status == status
    account.close()


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200))
def test_no_query_breaks_the_reading(account: Application, query: str) -> None:
    signs = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA1/20260301/us-east-1/sts/aws4_request&"
    assert 400 <= opened(account, f"{URL}/?{signs}{query}").status < 500
