"""boto3's paginators and waiters against a running sandbox: each that belongs to an operation that is offered."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import WaiterError
from botocore.loaders import Loader
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from kmscourse.sandbox.offered import SERVICES
from kmscourse.sandbox.protocol.services import PROTOCOLS

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}]}
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
TABLE = {
    "KeySchema": [
        {"AttributeName": "Author", "KeyType": "HASH"},
        {"AttributeName": "Title", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "Author", "AttributeType": "S"},
        {"AttributeName": "Title", "AttributeType": "S"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
ACTIONS = ["kms:ListKeys", "kms:Encrypt", "kms:Decrypt"]
ONCE = {"Delay": 0, "MaxAttempts": 1}

Client = Callable[[str], Any]
# What is read in pages, of what, and how many there are of it. $key and the like are filled in.
LISTS: list[tuple[str, str, dict[str, Any], int]] = [
    ("kms", "ListKeys", {}, 3),
    ("kms", "ListAliases", {"KeyId": "$key"}, 3),
    ("kms", "ListGrants", {"KeyId": "$key"}, 3),
    ("kms", "ListRetirableGrants", {"RetiringPrincipal": "$owner"}, 3),
    ("kms", "ListResourceTags", {"KeyId": "$key"}, 3),
    ("kms", "ListKeyPolicies", {"KeyId": "$key"}, 1),
    ("kms", "ListKeyRotations", {"KeyId": "$key"}, 3),
    ("dynamodb", "ListTables", {}, 3),
    ("dynamodb", "ListTagsOfResource", {"ResourceArn": "$table"}, 3),
    ("dynamodb", "Scan", {"TableName": "Table0"}, 3),
    (
        "dynamodb",
        "Query",
        {
            "TableName": "Table0",
            "KeyConditionExpression": "Author = :author",
            "ExpressionAttributeValues": {":author": {"S": "Seth Godin"}},
        },
        3,
    ),
    ("iam", "ListUsers", {"PathPrefix": "/"}, 5),
    ("iam", "ListGroups", {}, 3),
    ("iam", "ListRoles", {}, 3),
    ("iam", "ListPolicies", {"Scope": "Local"}, 3),
    ("iam", "ListPolicyVersions", {"PolicyArn": "$policy"}, 3),
    ("iam", "ListPolicyTags", {"PolicyArn": "$policy"}, 3),
    ("iam", "ListEntitiesForPolicy", {"PolicyArn": "$policy", "EntityFilter": "Group"}, 3),
    ("iam", "ListAccessKeys", {"UserName": "Ann0"}, 2),
    ("iam", "ListAttachedUserPolicies", {"UserName": "Ann0"}, 3),
    ("iam", "ListUserPolicies", {"UserName": "Ann0"}, 3),
    ("iam", "ListUserTags", {"UserName": "Ann0"}, 3),
    ("iam", "ListGroupsForUser", {"UserName": "Ann0"}, 3),
    ("iam", "GetGroup", {"GroupName": "Group0"}, 3),
    ("iam", "ListAttachedGroupPolicies", {"GroupName": "Group0"}, 3),
    ("iam", "ListGroupPolicies", {"GroupName": "Group0"}, 3),
    ("iam", "ListAttachedRolePolicies", {"RoleName": "Role0"}, 3),
    ("iam", "ListRolePolicies", {"RoleName": "Role0"}, 3),
    ("iam", "ListRoleTags", {"RoleName": "Role0"}, 3),
    ("iam", "ListMFADevices", {"UserName": "Ann0"}, 0),
    ("iam", "ListSigningCertificates", {"UserName": "Ann0"}, 0),
    ("iam", "ListSSHPublicKeys", {"UserName": "Ann0"}, 0),
    ("iam", "ListVirtualMFADevices", {}, 0),
    ("iam", "ListInstanceProfilesForRole", {"RoleName": "Role0"}, 0),
    ("iam", "ListAccountAliases", {}, 1),
    ("iam", "GetAccountAuthorizationDetails", {"Filter": ["User"]}, 5),
    ("iam", "SimulateCustomPolicy", {"PolicyInputList": [POLICY], "ActionNames": ACTIONS}, 3),
    ("iam", "SimulatePrincipalPolicy", {"PolicySourceArn": "$owner", "ActionNames": ACTIONS}, 3),
    ("cloudtrail", "LookupEvents",
     {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateAlias"}]}, 3),
    ("resourcegroupstaggingapi", "GetResources", {}, 3),
]  # fmt: skip


def paginations(service: str) -> dict[str, Any]:
    """What botocore knows of a service's lists."""
    found: dict[str, Any] = Loader().load_service_model(service, "paginators-1")["pagination"]
    return found


@pytest.fixture(scope="module")
def things(client: Client) -> dict[str, str]:
    """An account with three of all that comes in lists, and what the lists are asked for."""
    kms, dynamodb, iam = client("kms"), client("dynamodb"), client("iam")
    for number in range(3):
        dynamodb.create_table(TableName=f"Table{number}", **TABLE)
        book = {"Author": {"S": "Seth Godin"}, "Title": {"S": f"Book {number}"}}
        dynamodb.put_item(TableName="Table0", Item=book)
    table = dynamodb.describe_table(TableName="Table0")["Table"]["TableArn"]
    for number in range(3):
        dynamodb.tag_resource(ResourceArn=table, Tags=[{"Key": str(number), "Value": "x"}])
    owner = iam.get_user()["User"]["Arn"]
    return {"$key": _keys(kms, owner), "$owner": owner, "$table": table, "$policy": _people(iam)}


def _keys(kms: Any, owner: str) -> str:
    """Three keys; the first of them has aliases, grants, tags and rotations."""
    keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(3)]
    for number in range(3):
        kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=keys[0])
        kms.create_grant(
            KeyId=keys[0], GranteePrincipal=owner, RetiringPrincipal=owner, Operations=["Decrypt"]
        )
        kms.tag_resource(KeyId=keys[0], Tags=[{"TagKey": str(number), "TagValue": "x"}])
        kms.rotate_key_on_demand(KeyId=keys[0])
    return str(keys[0])


def _people(iam: Any) -> str:
    """Three users, groups, roles and policies: the first of each with all the others that it can have."""
    arns = []
    for number in range(3):
        iam.create_user(UserName=f"Ann{number}")
        iam.create_group(GroupName=f"Group{number}")
        iam.create_role(RoleName=f"Role{number}", AssumeRolePolicyDocument=TRUST)
        made = iam.create_policy(PolicyName=f"Policy{number}", PolicyDocument=POLICY)
        arns.append(made["Policy"]["Arn"])
    for number, arn in enumerate(arns):
        tag = [{"Key": str(number), "Value": "x"}]
        iam.add_user_to_group(GroupName=f"Group{number}", UserName="Ann0")
        iam.add_user_to_group(GroupName="Group0", UserName=f"Ann{number}")
        iam.put_user_policy(UserName="Ann0", PolicyName=f"p{number}", PolicyDocument=POLICY)
        iam.put_group_policy(GroupName="Group0", PolicyName=f"p{number}", PolicyDocument=POLICY)
        iam.put_role_policy(RoleName="Role0", PolicyName=f"p{number}", PolicyDocument=POLICY)
        iam.attach_user_policy(UserName="Ann0", PolicyArn=arn)
        iam.attach_group_policy(GroupName="Group0", PolicyArn=arn)
        iam.attach_role_policy(RoleName="Role0", PolicyArn=arn)
        iam.attach_group_policy(GroupName=f"Group{number}", PolicyArn=arns[0])
        iam.tag_user(UserName="Ann0", Tags=tag)
        iam.tag_role(RoleName="Role0", Tags=tag)
        iam.tag_policy(PolicyArn=arns[0], Tags=tag)
    for _ in range(2):
        iam.create_access_key(UserName="Ann0")
        iam.create_policy_version(PolicyArn=arns[0], PolicyDocument=POLICY)
    iam.create_account_alias(AccountAlias="practice")
    return str(arns[0])


@pytest.mark.parametrize(("service", "operation", "wanted", "count"), LISTS, ids=[row[1] for row in LISTS])
def test_a_paginator_finds_all_whatever_the_pages_size(
    client: Client, things: dict[str, str], service: str, operation: str, wanted: dict[str, Any], count: int
) -> None:
    paginator = client(service).get_paginator(xform_name(operation))
    asked = {name: things.get(str(value), value) for name, value in wanted.items()}
    member = paginator.result_keys[0].expression
    whole = paginator.paginate(**asked).build_full_result()[member]
    assert len(whole) == count
    if "limit_key" in paginations(service)[operation]:
        pages = list(paginator.paginate(**asked, PaginationConfig={"PageSize": 1}))
        assert [len(page[member]) for page in pages if page[member]] == [1] * count
        assert [entry for page in pages for entry in page[member]] == whole
    first = paginator.paginate(**asked, PaginationConfig={"MaxItems": 1}).build_full_result()
    assert first[member] == whole[:1]
    if count > 1:
        rest = {"StartingToken": first["NextToken"]}
        assert paginator.paginate(**asked, PaginationConfig=rest).build_full_result()[member] == whole[1:]


def test_every_paginator_of_what_is_offered_is_tried() -> None:
    offered = {
        (service, operation)
        for service, operations in (
            (PROTOCOLS[name].model, offered.operations) for name, offered in SERVICES.items()
        )
        if service != "sts"
        for operation in paginations(service)
        if operation in operations
    }
    assert {row[:2] for row in LISTS} == offered


def test_grants_can_be_revoked_page_by_page(client: Client) -> None:
    kms, iam = client("kms"), client("iam")
    key, owner = kms.create_key()["KeyMetadata"]["Arn"], iam.get_user()["User"]["Arn"]
    for _ in range(5):
        kms.create_grant(KeyId=key, GranteePrincipal=owner, Operations=["Decrypt"])
    for page in kms.get_paginator("list_grants").paginate(KeyId=key, PaginationConfig={"PageSize": 2}):
        for grant in page["Grants"]:
            kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    assert kms.list_grants(KeyId=key)["Grants"] == []


@pytest.mark.parametrize(
    ("service", "waiter", "make", "wanted"),
    [
        ("iam", "user_exists", ("create_user", {"UserName": "Bea"}), {"UserName": "Bea"}),
        ("iam", "role_exists", ("create_role", {"RoleName": "Robot", "AssumeRolePolicyDocument": TRUST}),
         {"RoleName": "Robot"}),
        ("iam", "policy_exists", ("create_policy", {"PolicyName": "Mine", "PolicyDocument": POLICY}),
         {"PolicyArn": "arn:aws:iam::123456789012:policy/Mine"}),
        ("dynamodb", "table_exists", ("create_table", {"TableName": "Waited", **TABLE}), {"TableName": "Waited"}),
        ("dynamodb", "table_not_exists", ("delete_table", {"TableName": "Waited"}), {"TableName": "Waited"}),
    ],
)  # fmt: skip
def test_a_waiter_waits_until_it_is_so(
    client: Client, service: str, waiter: str, make: tuple[str, dict[str, Any]], wanted: dict[str, Any]
) -> None:
    waiting = client(service).get_waiter(waiter)
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        waiting.wait(**wanted, WaiterConfig=ONCE)
    operation, parameters = make
    getattr(client(service), operation)(**parameters)
    waiting.wait(**wanted, WaiterConfig=ONCE)


def test_signatures_codes_and_secrets(client: Client) -> None:
    """What boto3 hands over are bytes, and the refusals are classes of KMS's own."""
    kms, message = client("kms"), {"Message": b"attack at dawn"}
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    signed = {"KeyId": key, **message, "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(**signed)["Signature"]
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signature, b"attack at dawn", ec.ECDSA(hashes.SHA256()))
    assert kms.verify(**signed, Signature=signature)["SignatureValid"] is True
    with pytest.raises(kms.exceptions.KMSInvalidSignatureException):
        kms.verify(**{**signed, "Message": b"attack at dusk"}, Signature=signature)
    mac_key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    coded = {"KeyId": mac_key, **message, "MacAlgorithm": "HMAC_SHA_256"}
    mac = kms.generate_mac(**coded)["Mac"]
    assert kms.verify_mac(**coded, Mac=mac)["MacValid"] is True
    with pytest.raises(kms.exceptions.KMSInvalidMacException):
        kms.verify_mac(**coded, Mac=mac[::-1])
    agreement = kms.create_key(KeySpec="ECC_NIST_P384", KeyUsage="KEY_AGREEMENT")["KeyMetadata"]["Arn"]
    peer = ec.generate_private_key(ec.SECP384R1())
    own = load_der_public_key(kms.get_public_key(KeyId=agreement)["PublicKey"])
    assert isinstance(own, ec.EllipticCurvePublicKey)
    peers = peer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    answer = kms.derive_shared_secret(KeyId=agreement, KeyAgreementAlgorithm="ECDH", PublicKey=peers)
    assert answer["SharedSecret"] == peer.exchange(ec.ECDH(), own)
