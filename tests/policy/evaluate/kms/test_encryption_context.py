"""Keys: what conditions and grants ask of a call's encryption context.

Each case cites its rule in the AWS KMS Developer Guide: "Condition keys" (CK), "Creating grants" (CG).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.evaluate.kms.bare import context, grant, names, when
from tests.policy.evaluate.kms.cases import TABLE, both, case, check
from tests.policy.people import READER, A

DEPARTMENT = "kms:EncryptionContext:Department"
CONTEXT_KEYS = "kms:EncryptionContextKeys"


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        case("CK: two pairs, both asked for", "allowed", context=context(Department="IT", Floor="2"),
             resource_policy=names(READER, Condition={
                 "StringEquals": {DEPARTMENT: "IT", "kms:EncryptionContext:Floor": "2"}})),
        case("CK: two pairs, one given", "resource-based", context=context(Department="IT"),
             resource_policy=names(READER, Condition={
                 "StringEquals": {DEPARTMENT: "IT", "kms:EncryptionContext:Floor": "2"}})),
        case("CK: one of two values", "allowed", context=context(Department="HR"),
             resource_policy=names(READER, **when("StringEquals", DEPARTMENT, "IT", "HR"))),
        case("CK: a value by pattern", "allowed", context=context(Department="IT-Books"),
             resource_policy=names(READER, **when("StringLike", DEPARTMENT, "IT-*"))),
        case("CK: the caller's name as value", "allowed", caller=READER,
             context={**context(Owner="IAMLabUser"), "aws:username": "IAMLabUser"},
             resource_policy=names("*", **when("StringEquals", "kms:EncryptionContext:Owner", "${aws:username}"))),
        case("CK: somebody else's name", "resource-based",
             context={**context(Owner="Bob"), "aws:username": "IAMLabUser"},
             resource_policy=names("*", **when("StringEquals", "kms:EncryptionContext:Owner", "${aws:username}"))),
        case("CK: an ARN in it, as an ARN", "allowed",
             context=context(**{"aws:logs:arn": f"arn:aws:logs:us-east-1:{A}:log-group:books"}),
             resource_policy=names(
                 READER, **when("ArnLike", "kms:EncryptionContext:aws:logs:arn", f"arn:aws:logs:*:{A}:log-group:*"))),
        case("CK: in any case, both key and value", "allowed", context=context(department="it"),
             resource_policy=names(READER, **when("StringEqualsIgnoreCase", DEPARTMENT, "IT"))),
        case("CK: Deny but for this context", "Deny resource-based", context=context(Department="HR"),
             resource_policy=both(names(READER), names(
                 "*", "kms:*", "Deny", **when("StringNotEquals", DEPARTMENT, "IT")))),
        case("CK: that Deny hits calls without context", "Deny resource-based", resource_policy=both(
            names(READER), names("*", "kms:*", "Deny", **when("StringNotEquals", DEPARTMENT, "IT")))),
        case("CK: DescribeKey has no context, so an Allow on one never gives it", "resource-based",
             action="kms:DescribeKey",
             resource_policy=names(READER, "kms:*", **when("StringEquals", DEPARTMENT, "IT"))),
        case("CK EncryptionContextKeys: every one is listed", "allowed", context=context(Department="IT"),
             resource_policy=names(READER, **when("ForAllValues:StringEquals", CONTEXT_KEYS, "Department", "Floor"))),
        case("CK EncryptionContextKeys: ForAllValues holds without any", "allowed",
             resource_policy=names(READER, **when("ForAllValues:StringEquals", CONTEXT_KEYS, "Department"))),
        case("CK EncryptionContextKeys: ForAnyValue does not", "resource-based",
             resource_policy=names(READER, **when("ForAnyValue:StringEquals", CONTEXT_KEYS, "Department"))),
        case("CK EncryptionContextKeys: Null and ForAllValues ask for one", "resource-based",
             resource_policy=names(READER, Condition={
                 "ForAllValues:StringEquals": {CONTEXT_KEYS: "Department"}, "Null": {CONTEXT_KEYS: "false"}})),
        case("CK EncryptionContextKeys: by pattern", "allowed", context=context(**TABLE),
             resource_policy=names(READER, **when("ForAllValues:StringLike", CONTEXT_KEYS, "aws:dynamodb:*"))),
        case("CK EncryptionContextKeys: Deny of one key", "Deny resource-based",
             context=context(Department="IT", Secret="x"), resource_policy=both(names(READER), names(
                 "*", "kms:*", "Deny", **when("ForAnyValue:StringEquals", CONTEXT_KEYS, "Secret")))),
        case("CG: a subset and the key policy's condition are apart", "allowed", context=context(Department="IT"),
             grants=[grant(Constraints={"EncryptionContextSubset": {"Department": "IT"}})],
             resource_policy=names(READER, **when("StringEquals", DEPARTMENT, "HR"))),
        case("CG: a subset of two, one missing", "resource-based", context=context(Department="IT"),
             grants=[grant(Constraints={"EncryptionContextSubset": {"Department": "IT", "Floor": "2"}})]),
        case("CG: an empty constraint constrains nothing", "allowed", grants=[grant(Constraints={})]),
        case("CG: equal to nothing given", "resource-based",
             grants=[grant(Constraints={"EncryptionContextEquals": {"Department": "IT"}})]),
        case("CG: both constraints at once", "resource-based", context=context(Department="IT", Floor="2"),
             grants=[grant(Constraints={
                 "EncryptionContextSubset": {"Department": "IT"}, "EncryptionContextEquals": {"Department": "IT"}})]),
    ],
)  # fmt: skip
def test_encryption_context(expected: str, arguments: dict[str, Any]) -> None:
    check(expected, arguments)
