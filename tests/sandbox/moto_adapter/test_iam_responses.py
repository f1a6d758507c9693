"""IAM's answers: policy documents are encoded as in a URL, whichever answer carries them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.model import ListShape, Shape, StructureShape

from kmscourse.sandbox.iam.operations import OPERATIONS
from kmscourse.sandbox.model import shapes

# What a decoder that is asked once too often, or not at all, would take for something else.
ODD = "a%3Ab 100% +/=&<é\N{GRINNING FACE}"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": ODD}},
        }
    ],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "iam:Get*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/x": ODD}},
        }
    ],
}
ARN = "arn:aws:iam::123456789012:policy/P"
# The parameters of each operation that answers with documents.
CALLS: dict[str, dict[str, str]] = {
    "CreateRole": {"RoleName": "S", "AssumeRolePolicyDocument": json.dumps(TRUST)},
    "GetRole": {"RoleName": "R"},
    "ListRoles": {},
    "UpdateRoleDescription": {"RoleName": "R", "Description": "x"},
    "GetRolePolicy": {"RoleName": "R", "PolicyName": "own"},
    "GetUserPolicy": {"UserName": "U", "PolicyName": "own"},
    "GetGroupPolicy": {"GroupName": "G", "PolicyName": "own"},
    "GetPolicyVersion": {"PolicyArn": ARN, "VersionId": "v1"},
    "GetAccountAuthorizationDetails": {},
}
WITHOUT = {
    "CreatePolicyVersion",
    "ListPolicyVersions",
    "ListInstanceProfilesForRole",  # There are none here.
}  # Their models have documents, the answers have none.


def documents_in(shape: Shape, seen: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of the members of an answer that are policy documents."""
    if isinstance(shape, StructureShape) and shape.name not in seen:
        for name, member in shape.members.items():
            if member.name == "policyDocumentType":
                yield name
            yield from documents_in(member, (*seen, shape.name))
    elif isinstance(shape, ListShape):
        yield from documents_in(shape.member, seen)


def test_the_table_has_every_operation_that_answers_with_documents() -> None:
    answering = set()
    for operation in OPERATIONS:
        shape = shapes.output_shape("iam", operation)
        if shape is not None and any(documents_in(shape)):
            answering.add(operation)
    assert answering == set(CALLS) | WITHOUT


@pytest.mark.parametrize("operation", CALLS)
def test_documents_are_encoded_as_in_a_url(gate: Any, operation: str) -> None:
    text = json.dumps(POLICY)
    gate("iam:CreateRole", RoleName="R", AssumeRolePolicyDocument=json.dumps(TRUST))
    gate("iam:CreateUser", UserName="U")
    gate("iam:CreateGroup", GroupName="G")
    gate("iam:CreatePolicy", PolicyName="P", PolicyDocument=text)
    for kind, name in (("User", "U"), ("Group", "G"), ("Role", "R")):
        named = {f"{kind}Name": name, "PolicyName": "own"}
        gate(f"iam:Put{kind}Policy", **named, PolicyDocument=text)
    xml = gate(f"iam:{operation}", **CALLS[operation])["Xml"]
    shape = shapes.output_shape("iam", operation)
    assert shape is not None
    found = {
        (name, document)
        for name in set(documents_in(shape))
        for document in re.findall(f"<{name}>(.*?)</{name}>", xml, re.DOTALL)
    }
    assert {name for name, _ in found} == set(documents_in(shape)), "every kind of document is there"
    for _, document in found:
        assert re.fullmatch(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+", document), "RFC 3986"
    odd = [json.loads(unquote(document)) for _, document in found if "sts%3AExternalId" in document]
    assert all(document == TRUST for document in odd)
    policies = [json.loads(unquote(document)) for _, document in found if "PrincipalTag" in document]
    assert all(document == POLICY for document in policies)
    assert odd or policies
