"""Parameters drawn from the shapes of botocore's models: what could be right, what is rightly typed, and anything."""

from __future__ import annotations

import base64
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st

from tests.sandbox.fuzz.account import ACCOUNT, ALLOW, PAIRS, TRUST, book

UNKNOWN = "1234abcd-12ab-34cd-56ef-1234567890ab"
HUGE = "x" * 70_000

integers = st.integers(-5, 100) | st.integers()
texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "Books",
            "alias/myKey",
            "alias/aws/dynamodb",
            "IAMLabUser",
            "$main",
            "$key",
            UNKNOWN,
            "AES_256",
            "default",
        ]
    ),
    st.sampled_from(
        [
            f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{UNKNOWN}",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/myKey",
            f"arn:aws:iam::{ACCOUNT}:user/IAMLabUser",
            f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Books",
            "arn:::::",
            "*",
            "x" * 5000,
            HUGE,
            "%s%n{0}${jndi:x}",
            "../../etc/passwd",
            "\x00\x1b[2J\u202e\ufffe",
            '{"Version":"2012-10-17","Statement":[{}]}',
            'SELECT * FROM "Books"',
        ]
    ),
)
scalars = st.one_of(
    st.none(), st.booleans(), integers, st.floats(allow_nan=False, allow_infinity=False), texts
)
_names = st.sampled_from(
    ["S", "N", "B", "Key", "Value", "KeyType", "AttributeName", "Put", "Get", "TableName", ""]
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_names | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)

_KEYS = [
    "$key",
    "$keyArn",
    "alias/myKey",
    f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/myKey",
    "$off",
    "$mac",
    "alias/aws/dynamodb",
    *PAIRS,
]
_POLICIES = [
    ALLOW,
    TRUST,
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}}',
    '{"Statement":[{"Effect":"Deny","NotAction":["kms:*"],"NotResource":"arn:*","Condition":{"Bool":{"a":true}}}]}',
    "{}",
    "[]",
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"' + "*a" * 3000 + '","Resource":"*"}]}',
]
_NUMBERS = [
    "1",
    "0",
    "-1.5",
    "1e125",
    "1e999999999",
    "-1E-130",
    "NaN",
    "Infinity",
    "9" * 39,
    "0x1",
    " 1",
    "\uff11",
]
_EXPRESSIONS = [
    "Author = :a",
    "#n = :a AND Title > :b",
    "attribute_not_exists(Author)",
    "SET Sold = Sold + :n REMOVE Tags[0] ADD Hits :n",
    "SET a = if_not_exists(a, :n), b = list_append(Tags, :l)",
    "DELETE x :s",
    "size(Cover) > :n OR NOT contains(Tags, :a)",
    "Author BETWEEN :a AND :b",
    "Author, Tags[0], #n.x",
    "((((((((((Author = :a))))))))))",
    "SET " + ", ".join(f"a{n} = :a" for n in range(300)),
    "(" * 500,
]


def each(names: tuple[str, ...], values: list[Any]) -> dict[str, list[Any]]:
    """The same values under several names."""
    return dict.fromkeys(names, values)


# What a member of this name could hold for the call to make sense, or nearly.
LIKELY: dict[str, list[Any]] = {
    **each(("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId", "KMSMasterKeyId"), _KEYS),
    **each(("Policy", "PolicyDocument", "AssumeRolePolicyDocument"), _POLICIES),
    **each(("Plaintext", "Message", "EncryptedKeyMaterial"), ["aGVsbG8=", "", "AAAA" * 2000]),
    **each(("CiphertextBlob", "Ciphertext"), ["$blob", "AAAA"]),
    "PublicKey": ["$public", "AAAA"],
    "SharedSecretCiphertextBlob": ["AAAA" * 363, "AAAA"],
    "AliasName": ["alias/myKey", "alias/new", "alias/aws/mine", "alias/", "myKey"],
    "GrantId": ["$grant"],
    "GrantToken": ["$token"],
    "GrantTokens": [["$token"], []],
    **each(
        ("GranteePrincipal", "RetiringPrincipal", "PolicySourceArn", "CallerArn"),
        [
            "$mainArn",
            f"arn:aws:iam::{ACCOUNT}:role/robot",
            f"arn:aws:iam::{ACCOUNT}:root",
            "dynamodb.amazonaws.com",
        ],
    ),
    "PendingWindowInDays": [7, 30, 31],
    "RotationPeriodInDays": [90, 365, 2560],
    "NumberOfBytes": [0, 1, 32, 1024, 1025],
    "Limit": [1, 2, 100],
    **each(("EncryptionContext", "SourceEncryptionContext"), [{"a": "b"}, {}]),
    "TableName": ["Books", "New", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Books", "No-Such"],
    "IndexName": ["ByTitle", "None"],
    **each(("Key", "ExclusiveStartKey"), [{"Author": {"S": "a0"}}, {"Title": {"S": "t"}}, "mykey"]),
    "Item": [book(7), {**book(1), "Deep": {"M": {"a": {"L": [{"M": {}}]}}}}, {}],
    **each(
        (
            "KeyConditionExpression",
            "ConditionExpression",
            "FilterExpression",
            "UpdateExpression",
            "ProjectionExpression",
        ),
        _EXPRESSIONS,
    ),
    "ExpressionAttributeNames": [{"#n": "Author"}, {}],
    "ExpressionAttributeValues": [
        {":a": {"S": "a0"}, ":b": {"S": "z"}, ":n": {"N": "1"}, ":l": {"L": []}, ":s": {"SS": ["x"]}},
        {":a": {"S": "a0"}},
        {":n": {"N": "1e999999999"}},
    ],
    "N": _NUMBERS,
    "NS": [["1", "2"], ["1", "1.0"], ["x"]],
    "B": ["AAAA", ""],
    "SSESpecification": [
        {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "$key"},
        {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "$mac"},
        {"Enabled": False},
    ],
    "ResourceArn": [f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Books"],
    "AttributeDefinitions": [[{"AttributeName": "Author", "AttributeType": "S"}]],
    "KeySchema": [[{"AttributeName": "Author", "KeyType": "HASH"}]],
    "BillingMode": ["PAY_PER_REQUEST"],
    "UserName": ["IAMLabUser", "$main", "new", "No-Such"],
    "GroupName": ["readers", "new"],
    "RoleName": ["robot", "new"],
    "RoleArn": [f"arn:aws:iam::{ACCOUNT}:{end}" for end in ("role/robot", "role/none", "user/IAMLabUser")],
    **each(("PolicyInputList", "PermissionsBoundaryPolicyInputList"), [[text] for text in _POLICIES]),
    "ResourcePolicy": _POLICIES,
    "ActionNames": [["kms:Decrypt", "sts:AssumeRole", "dynamodb:Scan"], ["kms:*"], ["*"]],
    "ResourceArns": [["$keyArn", "*", f"arn:aws:iam::{ACCOUNT}:role/robot"], ["*"], ["arn:::::"]],
    "ContextEntries": [
        [{"ContextKeyName": "aws:a", "ContextKeyValues": ["b", "c"], "ContextKeyType": "string"}, {}]
    ],
    "PermissionsBoundary": [f"arn:aws:iam::{ACCOUNT}:policy/own", "arn:aws:iam::aws:policy/PowerUserAccess"],
    "RoleSessionName": ["session"],
    "PolicyArn": [f"arn:aws:iam::{ACCOUNT}:policy/own", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
    "PolicyName": ["own", "inline", "new", "default"],
    "AccessKeyId": ["$accessKey", "AKIANOBODYKNOWS00000"],
    "Password": ["NewUs@r150", "x", "OldUs@r151"],
    "Path": ["/", "/a/b/", "a"],
    "DurationSeconds": [900, 3600, 5],
    "MaxItems": [1, 100],
    "TagKeys": [["a"], ["a", "a"]],
    "LookupAttributes": [[{"AttributeKey": "EventName", "AttributeValue": "CreateKey"}]],
}


def drawn(shape: Shape, name: str = "", depth: int = 0) -> st.SearchStrategy[Any]:
    """Values for a member: of the right type with whatever in it, or such that the call could make sense."""
    if name in LIKELY:
        likely = st.sampled_from(LIKELY[name])
        return likely if depth > 3 else likely | likely | _typed(shape, depth)
    return _typed(shape, depth)


def _typed(shape: Shape, depth: int) -> st.SearchStrategy[Any]:
    if isinstance(shape, StructureShape):
        if depth > 6:
            return st.just({})
        members = {name: drawn(member, name, depth + 1) for name, member in shape.members.items()}
        required = {name: members.pop(name) for name in shape.required_members}
        if shape.name == "AttributeValue":
            return st.sampled_from(sorted(members)).flatmap(
                lambda kind: st.fixed_dictionaries({kind: members[kind]})
            )
        return st.fixed_dictionaries(required, optional=members)
    if isinstance(shape, ListShape):
        return st.lists(drawn(shape.member, "", depth + 1), max_size=2)
    if isinstance(shape, MapShape):
        names = st.sampled_from(["Author", ":a", "#n", "Books", ""])
        return st.dictionaries(names, drawn(shape.value, "", depth + 1), max_size=2)
    if shape.type_name == "blob":
        return st.binary(max_size=200).map(lambda blob: base64.b64encode(blob).decode())
    if getattr(shape, "enum", None):
        return st.sampled_from(shape.enum) | texts
    kinds = {"integer": integers, "long": integers, "boolean": st.booleans(), "timestamp": integers}
    return kinds.get(shape.type_name, texts)


@st.composite
def mutated(draw: st.DrawFn, parameters: dict[str, Any]) -> Any:
    """``parameters`` with one thing in them exchanged for anything, taken away, put into a list, or added."""
    places = list(_places(parameters))
    if not places:
        return {draw(st.text(max_size=10)): draw(anything)}
    holder, key = draw(st.sampled_from(places))
    match draw(st.sampled_from(["exchange", "remove", "add", "wrap"])):
        case "exchange":
            holder[key] = draw(anything)
        case "remove":
            del holder[key]
        case "wrap":
            holder[key] = [holder[key]]
        case "add" if isinstance(holder, dict):
            holder[draw(st.text(max_size=10))] = draw(anything)
        case "add":
            holder.append(draw(anything))
    return parameters


def _places(value: Any) -> Any:
    """Every place in nested lists and dicts: what holds it, and its name or number there."""
    if isinstance(value, dict | list):
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from _places(inner)
