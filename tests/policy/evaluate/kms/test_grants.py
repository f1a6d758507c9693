"""Keys: grants, those that let others be made, and how they end.

Each case cites its rule in the AWS KMS Developer Guide: "Grants" (G), "Creating grants" (CG), "Managing grants" (MG);
the IAM User Guide, "Policy evaluation logic" (PEL); or the Amazon DynamoDB Developer Guide's "Encryption at rest"
(DDB).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.evaluate.kms.cases import DEFAULT, TABLE, both, case, check, iam
from tests.policy.evaluate.kms.statements import CLOSED, encryption_context, grant, names
from tests.policy.people import DYNAMODB, OWNER, READER, ROOT, SESSION, STRANGER, A, B

ROLE = f"arn:aws:iam::{A}:role/Reader"


def subset(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextSubset": pairs}}


def equals(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextEquals": pairs}}


def creating(*operations: str, type_: str = "EncryptionContextSubset", **pairs: str) -> dict[str, Any]:
    return {
        "kms:GrantOperations": list(operations),
        "kms:GrantConstraintType": type_,
        **encryption_context(**pairs),
    }


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        case("G: a grant gives what no policy does", "allowed", grants=[grant()]),
        case("G: without the account's delegation too", "allowed", resource_policy=CLOSED, grants=[grant()]),
        case("G: for its operations only", "identity-based", action="kms:Encrypt", grants=[grant()]),
        case("G: for its grantee only", "identity-based", grants=[grant(OWNER)]),
        case("G: any of several", "allowed", grants=[grant(OWNER), grant(READER, "Encrypt", "Decrypt")]),
        case("G: a grant never beats a Deny in IAM", "Deny identity-based", grants=[grant()],
             identity_policies=[iam("kms:*", "Deny")]),
        case("G: nor one in the key policy", "Deny resource-based", grants=[grant()],
             resource_policy=both(DEFAULT, names(READER, effect="Deny"))),
        case("PEL: nor a service control policy", "service control", grants=[grant()],
             service_control_policies=[[iam("s3:*")]]),
        case("G: a role, for its sessions", "allowed", caller=SESSION, grants=[grant(ROLE)]),
        case("G: a session", "allowed", caller=SESSION, grants=[grant(SESSION)]),
        case("G: another session", "identity-based", caller=SESSION + "2", grants=[grant(SESSION)]),
        case("G: the account hands on through IAM", "allowed", resource_policy=CLOSED, grants=[grant(ROOT)],
             identity_policies=[iam()]),
        case("G: the account gives its users nothing", "identity-based",
             resource_policy=CLOSED, grants=[grant(ROOT)]),
        case("G: across accounts", "allowed", caller=STRANGER, grants=[grant(STRANGER)]),
        case("G: nobody is everyone", "identity-based", grants=[grant("*")]),
        case("G: ReEncrypt is two operations", "identity-based", action="kms:ReEncryptTo",
             grants=[grant(READER, "ReEncryptFrom")]),
        case("G: from", "allowed", action="kms:ReEncryptFrom", grants=[grant(READER, "ReEncryptFrom")]),
        case("DDB: the service by its grant", "allowed", caller=DYNAMODB, action="kms:GenerateDataKey",
             grants=[grant(DYNAMODB, "GenerateDataKey", **subset(**TABLE))], context=encryption_context(**TABLE)),
        case("DDB: not for another table", "resource-based", caller=DYNAMODB, action="kms:GenerateDataKey",
             grants=[grant(DYNAMODB, "GenerateDataKey", **subset(**TABLE))],
             context=encryption_context(**TABLE | {"aws:dynamodb:tableName": "Films"})),
        # Constraints
        case("CG: a subset, exactly", "allowed", grants=[grant(READER, **subset(Department="IT"))],
             context=encryption_context(Department="IT")),
        case("CG: a subset, with more beside it", "allowed", grants=[grant(READER, **subset(Department="IT"))],
             context=encryption_context(Department="IT", Purpose="Test")),
        case("CG: a subset, missing", "identity-based", grants=[grant(READER, **subset(Department="IT"))]),
        case("CG: a subset, in other case", "identity-based", grants=[grant(READER, **subset(Department="IT"))],
             context=encryption_context(department="IT")),
        case("CG: equal", "allowed", grants=[grant(READER, **equals(Department="IT"))],
             context=encryption_context(Department="IT")),
        case("CG: equal, in any order", "allowed", grants=[grant(READER, **equals(a="1", b="2"))],
             context=encryption_context(b="2", a="1")),
        case("CG: more than equal", "identity-based", grants=[grant(READER, **equals(Department="IT"))],
             context=encryption_context(Department="IT", Purpose="Test")),
        case("CG: DescribeKey has no context", "allowed", action="kms:DescribeKey",
             grants=[grant(READER, "DescribeKey", **equals(Department="IT"))]),
        case("CG: a constraint that nobody knows", "identity-based",
             grants=[grant(READER, Constraints={"Weather": {"is": "fine"}})]),
        case("CG: SourceArn, for this resource", "allowed", caller=DYNAMODB,
             context={"aws:SourceArn": "arn:x"},
             grants=[grant("", GranteeServicePrincipal=DYNAMODB, Constraints={"SourceArn": "arn:x"})]),
        case("CG: SourceArn, for another", "resource-based", caller=DYNAMODB,
             context={"aws:SourceArn": "arn:y"},
             grants=[grant("", GranteeServicePrincipal=DYNAMODB, Constraints={"SourceArn": "arn:x"})]),
        case("CG: SourceArn, of nobody's", "resource-based", caller=DYNAMODB,
             grants=[grant("", GranteeServicePrincipal=DYNAMODB, Constraints={"SourceArn": "arn:x"})]),
        # Grants that let others be made
        case("CG: pass on what one has", "allowed", action="kms:CreateGrant", context=creating("Decrypt"),
             grants=[grant(READER, "CreateGrant", "Decrypt")]),
        case("CG: pass on what one has not", "identity-based", action="kms:CreateGrant",
             context=creating("Decrypt", "Encrypt"), grants=[grant(READER, "CreateGrant", "Decrypt")]),
        case("CG: pass on what is not said", "identity-based", action="kms:CreateGrant",
             grants=[grant(READER, "CreateGrant", "Decrypt")]),
        case("CG: CreateGrant is not among them", "identity-based", action="kms:CreateGrant",
             context=creating("Decrypt"), grants=[grant(READER, "Decrypt")]),
        case("CG: a stricter constraint", "allowed", action="kms:CreateGrant",
             context=creating("Decrypt", Department="IT", Floor="2"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **subset(Department="IT"))]),
        case("CG: a looser constraint", "identity-based", action="kms:CreateGrant",
             context=creating("Decrypt"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **subset(Department="IT"))]),
        case("CG: from subset to equals", "allowed", action="kms:CreateGrant",
             context=creating("Decrypt", type_="EncryptionContextEquals", Department="IT"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **subset(Department="IT"))]),
        case("CG: but not the reverse", "identity-based", action="kms:CreateGrant",
             context=creating("Decrypt", Department="IT"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **equals(Department="IT"))]),
        case("CG: equals to equals", "allowed", action="kms:CreateGrant",
             context=creating("Decrypt", type_="EncryptionContextEquals", Department="IT"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **equals(Department="IT"))]),
        case("G: by policy one may pass on anything", "allowed", action="kms:CreateGrant",
             context=creating("Decrypt", "Encrypt"), resource_policy=names(READER, "kms:CreateGrant")),
        # Retiring
        case("MG: the retiring principal", "allowed", action="kms:RetireGrant",
             grants=[grant(OWNER, RetiringPrincipal=READER)]),
        case("MG: the grantee, where the grant says so", "allowed", action="kms:RetireGrant",
             grants=[grant(READER, "Decrypt", "RetireGrant", **subset(Department="IT"))]),
        case("MG: the grantee, where it does not", "identity-based",
             action="kms:RetireGrant", grants=[grant()]),
        case("MG: RetireGrant is not effective in a key policy", "identity-based", action="kms:RetireGrant",
             resource_policy=names(READER, "kms:RetireGrant"), grants=[grant(OWNER)]),
        case("MG: the key's account", "allowed", caller=ROOT, action="kms:RetireGrant", grants=[grant()]),
        case("MG: whom the key's account lets", "allowed", action="kms:RetireGrant", grants=[grant(OWNER)],
             identity_policies=[iam("kms:RetireGrant")]),
        case("MG: permission alone, in another account", "resource-based", caller=STRANGER,
             action="kms:RetireGrant",
             grants=[grant()], identity_policies=[iam("kms:RetireGrant")]),
        case("MG: whom the retiring account lets", "allowed", caller=STRANGER, action="kms:RetireGrant",
             grants=[grant(RetiringPrincipal=f"arn:aws:iam::{B}:root")], identity_policies=[iam("kms:RetireGrant")]),
        case("MG: a Deny of kms:RetireGrant", "Deny identity-based", action="kms:RetireGrant",
             grants=[grant(RetiringPrincipal=READER)], identity_policies=[iam("kms:RetireGrant", "Deny")]),
        case("MG: RevokeGrant is by policy only", "identity-based", action="kms:RevokeGrant",
             grants=[grant(READER, "Decrypt", "RetireGrant", RetiringPrincipal=READER)]),
        case("G: a grant is no grant outside of KMS", "identity-based", action="s3:Decrypt", resource="*",
             resource_policy=None, grants=[grant()]),
        case("G: what is no grant gives nothing", "identity-based",
             grants=[{}, {"GranteePrincipal": READER}, {"Operations": ["Decrypt"]}, grant(READER, Constraints="IT"),
                     {"GranteePrincipal": [READER], "Operations": "Decrypt"}, "Decrypt"]),
    ],
)  # fmt: skip
def test_grants(expected: str, arguments: dict[str, Any]) -> None:
    check(expected, {"resource_policy": DEFAULT, **arguments})
