"""Signatures made by botocore's signer as a client makes them, then checked, bent and refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.credentials
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox import protocol
from kmscourse.sandbox.auth import signature
from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError, Caller, HttpRequest

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
USER = Caller("arn:aws:iam::123456789012:user/Ana", "123456789012", "AIDAEXAMPLE", "Ana", "AKIAANA")
SECRET = "wJalrXUtnFEMI/K7MDENG"


class Ring:
    """Three access keys: a user's, the same user's switched off, and a session's."""

    def credentials(self, access_key_id: str) -> Credentials | None:
        return {
            "AKIAANA": Credentials(USER, SECRET, None, active=True),
            "AKIAOFF": Credentials(replace(USER, access_key_id="AKIAOFF"), SECRET, None, active=False),
            "ASIAANA": Credentials(replace(USER, access_key_id="ASIAANA"), SECRET, "token", active=True),
        }.get(access_key_id)


def signed(
    *,
    key: str = "AKIAANA",
    secret: str = SECRET,
    token: str | None = None,
    service: str = "kms",
    scope_service: str | None = None,
    region: str = "us-east-1",
    at: datetime = NOW,
    method: str = "POST",
    target: str = "/",
    body: bytes = b"{}",
    headers: dict[str, str] | None = None,
) -> HttpRequest:
    """A request as a client of ``service`` signs it."""
    named = {"X-Amz-Target": "TrentService.ListKeys"} if service == "kms" else {}
    request = AWSRequest(method, f"http://127.0.0.1:5000{target}", {**named, **(headers or {})}, body)
    request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
    request.headers["Host"] = "127.0.0.1:5000"
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    if token is not None:
        request.headers["X-Amz-Security-Token"] = token
    signer = SigV4Auth(botocore.credentials.Credentials(key, secret), scope_service or service, region)
    string = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(string, request))
    return HttpRequest(
        method, target, {name.lower(): str(value) for name, value in request.headers.items()}, body
    )


def verified(request: HttpRequest, now: datetime = NOW) -> Caller:
    return signature.verify(protocol.read(request), Ring(), now)


def refusal(request: HttpRequest, now: datetime = NOW) -> AwsError:
    with pytest.raises(AwsError) as refused:
        verified(request, now)
    return refused.value


def with_header(request: HttpRequest, name: str, value: str | None) -> HttpRequest:
    headers = {**request.headers, name: value or ""}
    if value is None:
        del headers[name]
    return replace(request, headers=headers)


def bent(request: HttpRequest, old: str, new: str) -> HttpRequest:
    """The request with a part of its Authorization header replaced."""
    authorization = request.headers["authorization"]
    assert old in authorization, f"the test's own header has no {old!r}: {authorization}"
    return with_header(request, "authorization", authorization.replace(old, new))


FORM = b"Action=ListUsers&Version=2010-05-08"


def test_a_rightly_signed_request_names_its_caller() -> None:
    assert verified(signed()) == USER
    assert verified(signed(service="iam", body=FORM)) == USER
    assert verified(signed(region="eu-west-1")) == USER


def test_a_session_signs_with_its_token() -> None:
    assert verified(signed(key="ASIAANA", token="token")).access_key_id == "ASIAANA"


def test_a_signed_get_covers_its_query() -> None:
    request = signed(
        service="sts", method="GET", target="/?Action=GetCallerIdentity&Version=2011-06-15", body=b""
    )
    assert verified(request) == USER
    assert refusal(replace(request, target=request.target + "&X=1")).code == "SignatureDoesNotMatch"


@given(
    body=st.dictionaries(st.text(), st.text()),
    extra=st.dictionaries(
        st.from_regex(r"x-[a-z]{1,8}", fullmatch=True),
        st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    ),
)
def test_any_request_verifies_and_any_other_body_does_not(
    body: dict[str, str], extra: dict[str, str]
) -> None:
    request = signed(body=json.dumps(body).encode(), headers=extra)
    assert verified(request) == USER
    changed = replace(request, body=json.dumps({**body, "more": "!"}).encode())
    assert refusal(changed).code == "InvalidSignatureException"


@given(st.data())
def test_every_signed_header_is_bound(data: st.DataObject) -> None:
    request = signed(key="ASIAANA", token="token", headers={"X-Mine": "a", "Content-Type": "text/plain"})
    names = request.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    name = data.draw(st.sampled_from([name for name in names if name not in ("x-amz-target", "x-amz-date")]))
    error = refusal(with_header(request, name, request.headers[name] + "x"))
    assert error.code == "InvalidSignatureException"


JSON_CODES = {
    "unsigned": "MissingAuthenticationTokenException",
    "unknown": "UnrecognizedClientException",
    "wrong": "InvalidSignatureException",
    "incomplete": "IncompleteSignatureException",
}
QUERY_CODES = {
    "unsigned": "MissingAuthenticationToken",
    "unknown": "InvalidClientTokenId",
    "wrong": "SignatureDoesNotMatch",
    "incomplete": "IncompleteSignature",
}


@pytest.mark.parametrize(("service", "codes"), [("kms", JSON_CODES), ("iam", QUERY_CODES)])
def test_each_fault_has_the_code_of_its_protocol(service: str, codes: dict[str, str]) -> None:
    def request(**options: Any) -> HttpRequest:
        return signed(service=service, body=b"{}" if service == "kms" else FORM, **options)

    good = request()
    skew = timedelta(minutes=5 if service == "kms" else 15)
    faults = {
        "no Authorization": ("unsigned", with_header(good, "authorization", "")),
        "basic authentication": ("unsigned", with_header(good, "authorization", "Basic YTpi")),
        "unknown key": ("unknown", request(key="AKIANOBODY")),
        "inactive key": ("unknown", request(key="AKIAOFF")),
        "wrong secret": ("wrong", request(secret="guess")),
        "session without its token": ("unknown", request(key="ASIAANA")),
        "session with another token": ("unknown", request(key="ASIAANA", token="other")),
        "user's key with a token": ("unknown", request(token="token")),
        "no signature": ("incomplete", bent(good, ", Signature=", ", Nothing=")),
        "no signed headers": ("incomplete", bent(good, "SignedHeaders=", "Headers=")),
        "no date": ("incomplete", with_header(good, "x-amz-date", None)),
        "odd date": ("incomplete", with_header(good, "x-amz-date", "yesterday")),
        "another algorithm": ("incomplete", bent(good, "AWS4-HMAC-SHA256", "AWS4-HMAC-MD5")),
        "four parts of a scope": ("incomplete", bent(good, "/aws4_request", "")),
        "no such region": ("wrong", request(region="mars-north-1")),
        "another day's scope": ("wrong", bent(good, "/20260301/", "/20260302/")),
        "another end of the scope": ("wrong", bent(good, "/aws4_request", "/aws5_request")),
        "host unsigned": ("wrong", bent(good, "host;", "")),
        "a header signed but not sent": ("wrong", bent(good, "host;", "host;x-gone;")),
        "AWS's own header unsigned": ("wrong", with_header(good, "x-amz-extra", "1")),
        "an old request": ("wrong", request(at=NOW - skew - timedelta(seconds=1))),
        "a request from the future": ("wrong", request(at=NOW + skew + timedelta(seconds=1))),
        "a hash of another body": ("wrong", request(headers={"X-Amz-Content-SHA256": "0" * 64})),
        "an unhashed body": ("wrong", request(headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})),
    }
    found = {fault: refusal(faulty).code for fault, (_, faulty) in faults.items()}
    assert found == {fault: codes[kind] for fault, (kind, _) in faults.items()}


def test_a_signature_for_one_service_is_none_for_another() -> None:
    error = refusal(signed(service="kms", scope_service="dynamodb"))
    assert error.code == "InvalidSignatureException"
    assert "'kms'" in error.message


def test_query_refusals_are_forbidden_and_json_refusals_bad_requests() -> None:
    assert refusal(signed(secret="guess")).status == 400
    assert refusal(signed(service="iam", body=FORM, secret="guess")).status == 403


@pytest.mark.parametrize("share", [-1, -0.01, 0, 1])
def test_five_minutes_of_skew_are_allowed_and_fifteen_in_the_query_services(share: float) -> None:
    assert verified(signed(at=NOW + share * timedelta(minutes=5))) == USER
    assert verified(signed(service="iam", body=FORM, at=NOW + share * timedelta(minutes=15))) == USER


def test_an_old_request_is_told_the_times() -> None:
    error = refusal(signed(at=NOW - timedelta(minutes=6)))
    assert error.message == (
        "Signature expired: 20260301T115400Z is now earlier than 20260301T115500Z (20260301T120000Z - 5 min.)"
    )
    error = refusal(signed(service="iam", body=FORM, at=NOW - timedelta(minutes=16)))
    assert error.message == (
        "Signature expired: 20260301T114400Z is now earlier than 20260301T114500Z (20260301T120000Z - 15 min.)"
    )


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "aws-global"])
@pytest.mark.parametrize("service", ["iam", "sts"])
def test_iam_and_sts_take_the_region_that_a_client_was_made_for(service: str, region: str) -> None:
    """With an endpoint's URL, botocore signs for it, ``aws-global`` included."""
    version = {"iam": "2010-05-08", "sts": "2011-06-15"}[service]
    request = signed(service=service, body=f"Action=Anything&Version={version}".encode(), region=region)
    assert verified(request) == USER
    assert protocol.read(request).region == (
        "us-east-1" if service == "iam" else region.replace("aws-global", "us-east-1")
    )


def test_a_form_for_iam_is_signed_for_iam() -> None:
    assert refusal(signed(service="iam", scope_service="sts", body=FORM)).code == "InvalidAction"


@pytest.mark.parametrize(
    ("service", "region"), [("kms", "aws-global"), ("kms", "mars-north-1"), ("iam", "mars-north-1")]
)
def test_a_region_that_is_none_is_named(service: str, region: str) -> None:
    error = refusal(signed(service=service, body=b"{}" if service == "kms" else FORM, region=region))
    assert error.message == f"Credential should be scoped to a valid region, not '{region}'."


def test_the_region_is_bound_by_the_signature() -> None:
    request = bent(signed(service="iam", body=FORM), "/us-east-1/", "/eu-central-1/")
    assert refusal(request).code == "SignatureDoesNotMatch"


def test_no_refusal_quotes_a_secret_or_a_token() -> None:
    request = signed(key="ASIAANA", token="hush-token", secret="hush-secret")
    assert "hush" not in refusal(request).message
