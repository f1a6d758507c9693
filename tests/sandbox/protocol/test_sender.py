"""Whose protocol a request speaks, told by what AWS's clients put in it."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from pathlib import Path

import botocore
import pytest

from kmscourse.sandbox.call import HttpRequest
from kmscourse.sandbox.protocol import sender as senders
from kmscourse.sandbox.protocol.claimed_signature import read_claimed_signature
from kmscourse.sandbox.protocol.sender import WireFormat, read_sender
from tests.sandbox.protocol.sending import SCOPE, form_request, rest_request


def names_by_protocol() -> dict[str, set[str]]:
    """The names that the services of each protocol sign with, out of every model in botocore."""
    found = defaultdict(set)
    for model in (Path(botocore.__file__).parent / "data").glob("*/*/service-2.json.gz"):
        with gzip.open(model, "rt", encoding="utf-8") as text:
            whole = text.read()
        said = dict(re.findall(r'"(protocol|signingName|endpointPrefix)"\s*:\s*"([^"]+)"', whole))
        found[said["protocol"]].add(said.get("signingName") or said["endpointPrefix"])
    return found


def test_the_protocols_that_only_a_name_tells_are_those_of_botocores_models() -> None:
    names = names_by_protocol()
    assert names["ec2"] == senders.EC2_NAMES
    assert names["rest-xml"] <= senders.S3_NAMES | senders.REST_XML_NAMES
    assert len(names["rest-json"]) > 100, "the models were not read"


@pytest.mark.parametrize(
    ("request_", "protocol"),
    [
        (rest_request("GET", "/", "kms"), WireFormat.JSON),
        (rest_request("GET", "/", "iam"), WireFormat.QUERY),
        (rest_request("PUT", "/b/k", "s3"), WireFormat.S3),
        (rest_request("GET", "/2013-04-01/hostedzone", "route53"), WireFormat.QUERY),
        (rest_request("GET", "/clusters", "eks"), WireFormat.JSON),
        (rest_request("POST", "/clusters", "eks", b'{"Action=":1}'), WireFormat.JSON),
        (form_request("Action=ListTopics&Version=2010-03-31", "sns"), WireFormat.QUERY),
        (form_request("Action=DescribeInstances&Version=2016-11-15", "ec2"), WireFormat.EC2),
        (HttpRequest("GET", "/bucket", {}, b""), WireFormat.S3),
        (HttpRequest("GET", "/bucket", {"authorization": "AWS AKIA1:c2ln"}, b""), WireFormat.S3),
    ],
)
def test_what_tells_the_protocol(request_: HttpRequest, protocol: WireFormat) -> None:
    assert read_sender(request_, read_claimed_signature(request_)).protocol is protocol


def test_a_signature_for_several_regions_names_its_service_too() -> None:
    scope = SCOPE.format("s3").replace("HMAC-SHA256", "ECDSA-P256-SHA256").replace("/eu-west-1", "")
    request = HttpRequest("GET", "/bucket", {"authorization": scope, "x-amz-region-set": "*"}, b"")
    said = read_claimed_signature(request)
    assert (said.access_key_id, said.region, said.service) == ("AKIAEXAMPLE", "", "s3")


@pytest.mark.parametrize("name", ["", "<script>", "a" * 200, "sécret", "a b"])
def test_only_a_plain_name_is_repeated(name: str) -> None:
    request = rest_request("GET", "/", name)
    assert read_sender(request, read_claimed_signature(request)).service_name == ""
