"""The arithmetic of signatures agrees with botocore's signer, whatever is signed."""

from __future__ import annotations

from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.auth import sigv4
from kmscourse.sandbox.call import HttpRequest

printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
names = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True)
secrets = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=40)
times = st.datetimes().map(lambda moment: moment.strftime("%Y%m%dT%H%M%SZ").zfill(16))
pairs = st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5)


class Exact(SigV4Auth):
    """botocore's signer over exactly the headers that it is given."""

    def headers_to_sign(self, request: AWSRequest) -> object:
        return request.headers


def botocores(request: HttpRequest, secret: str, timestamp: str, region: str, service: str) -> str:
    made = AWSRequest(request.method, f"http://sandbox{request.target}", request.headers, request.body)
    made.context["timestamp"] = timestamp
    signer = Exact(Credentials("AKIA", secret), service, region)
    return str(signer.signature(signer.string_to_sign(made, signer.canonical_request(made)), made))


@given(
    method=st.sampled_from(["GET", "POST"]),
    query=pairs,
    headers=st.dictionaries(names, printable, min_size=1, max_size=6),
    body=st.binary(max_size=50),
    secret=secrets,
    timestamp=times,
    scope=st.tuples(names, names),
)
def test_it_agrees_with_botocores_signer(
    method: str,
    query: list[tuple[str, str]],
    headers: dict[str, str],
    body: bytes,
    secret: str,
    timestamp: str,
    scope: tuple[str, str],
) -> None:
    request = HttpRequest(method, f"/?{urlencode(query)}" if query else "/", headers, body)
    ours = sigv4.signature(request, headers, secret, timestamp, *scope)
    assert ours == botocores(request, secret, timestamp, *scope)


def test_a_stated_hash_of_the_body_is_what_is_signed() -> None:
    headers = {"host": "sandbox", "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    request = HttpRequest("POST", "/", headers, b"body")
    at = "20260301T120000Z"
    assert sigv4.signature(request, headers, "secret", at, "us-east-1", "kms") == botocores(
        request, "secret", at, "us-east-1", "kms"
    )


def test_the_keys_it_remembers_are_few() -> None:
    limit = sigv4._signing_key.cache_info().maxsize
    assert limit is not None
    assert limit <= 1000
