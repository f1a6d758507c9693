"""The services of the practice account, and how each of them speaks.

KMS, DynamoDB, CloudTrail and the Resource Groups Tagging API speak JSON and name the operation in ``X-Amz-Target``;
so does ``kmscourse``, what a console does and no AWS API offers. IAM and STS speak the query protocol: a form,
answered in XML.

Source: the metadata of botocore's service models; the Smithy specification, "AWS JSON" and "AWS Query".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from botocore.loaders import Loader


@dataclass(frozen=True)
class ServiceProtocol:
    """How one service speaks: ``target`` is the prefix in X-Amz-Target, ``version`` the form's Version.

    ``name`` is the one that it signs with, ``model`` the one that botocore has for it.
    """

    name: str
    target: str = ""
    version: str = ""
    content_type: str = "application/x-amz-json-1.1"
    namespace: str = ""
    model: str = ""
    is_json: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_json", bool(self.target))
        object.__setattr__(self, "model", self.model or self.name)


HOME_REGION = "us-east-1"
GLOBAL_REGION = "aws-global"  # What SDKs call the endpoint that IAM and STS have for all regions.
_GLOBAL = ("iam", "sts")

PROTOCOLS = {
    service.name: service
    for service in (
        ServiceProtocol("kms", target="TrentService"),
        ServiceProtocol(
            "dynamodb",
            target="DynamoDB_20120810",
            content_type="application/x-amz-json-1.0",
            namespace="com.amazonaws.dynamodb.v20120810#",
        ),
        ServiceProtocol("cloudtrail", target="com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"),
        ServiceProtocol(
            "tagging", target="ResourceGroupsTaggingAPI_20170126", model="resourcegroupstaggingapi"
        ),
        ServiceProtocol("kmscourse", target="KmsCourse"),
        ServiceProtocol("iam", version="2010-05-08", namespace="https://iam.amazonaws.com/doc/2010-05-08/"),
        ServiceProtocol("sts", version="2011-06-15", namespace="https://sts.amazonaws.com/doc/2011-06-15/"),
    )
}
# The SDKs that are made from Smithy models, as JavaScript's is, leave out the namespace of a target.
BY_TARGET = {
    target: service
    for service in PROTOCOLS.values()
    if service.is_json
    for target in (service.target, service.target.rpartition(".")[2])
}


def offered() -> str:
    """The services that a student may call, for a sentence."""
    return "kms, dynamodb, iam, sts, cloudtrail and tagging"


def region_of_call(service: str, signed: str) -> str:
    """The region of a call whose signature names ``signed``: IAM and the global endpoint of STS are in one."""
    return HOME_REGION if service == "iam" or signed in ("", GLOBAL_REGION) else signed


@cache
def regions(service: str) -> frozenset[str]:
    """The regions of AWS's public partition that a service is signed for, as botocore lists them."""
    all_regions = frozenset(Loader().load_data("partitions")["partitions"][0]["regions"])
    return all_regions if service in _GLOBAL else all_regions - {GLOBAL_REGION}
