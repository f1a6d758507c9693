"""The linter: each remark on a policy that deserves it, none on one that is nearly the same and does not."""

from __future__ import annotations

import time
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.errors import PolicyError
from kmscourse.policy import Remark, build, lint
from kmscourse.policy.lint import Severity

Kind = Literal["key", "identity"]
ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ANA, BEN = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("Ana", "Ben"))
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALIAS = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/myKey"
OURS = {"StringEquals": {"kms:CallerAccount": ACCOUNT}}


def statement(*, effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """A statement of a key policy, Ana may decrypt; an element that is None is left out."""
    usual = {"Effect": effect, "Principal": {"AWS": ANA}, "Action": "kms:Decrypt", "Resource": "*"}
    return {name: value for name, value in (usual | elements).items() if value is not None}


def key(*statements: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """A key policy with those statements behind the root statement."""
    policy = {"Version": "2012-10-17", "Statement": [build.root_statement(ACCOUNT), *statements]} | elements
    return {name: value for name, value in policy.items() if value is not None}


def bare(*statements: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """A key policy of those statements only."""
    return {"Version": "2012-10-17", "Statement": list(statements)} | elements


def mine(*, effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """An identity policy of one statement: its carrier may decrypt with the key."""
    usual = {"Effect": effect, "Action": "kms:Decrypt", "Resource": KEY}
    found = {name: value for name, value in (usual | elements).items() if value is not None}
    return {"Version": "2012-10-17", "Statement": found}


def when(operator: str, name: str, *values: str, **others: Any) -> dict[str, Any]:
    return statement(Condition={operator: {name: list(values)}, **others})


ADMINISTER = statement(Sid="Manage", Action=["kms:Put*", "kms:Describe*"])
ADMINISTRATOR = statement(Principal={"AWS": BEN}, Action=["kms:Put*", "kms:Describe*"])

# name, its severity, a policy that has it, one that nearly has.
KEY_CASES: list[tuple[str, Severity, dict[str, Any], dict[str, Any]]] = [
    ("lock-out", Severity.ERROR, bare(statement()), bare(ADMINISTER)),
    ("lock-out", Severity.ERROR, bare(), key()),
    (
        "lock-out",
        Severity.ERROR,
        key(statement(effect="Deny", Principal="*", Action="kms:Put*")),
        key(
            statement(
                effect="Deny",
                Principal="*",
                Action="kms:Put*",
                Condition={"Bool": {"aws:SecureTransport": "false"}},
            )
        ),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(ADMINISTER, statement(effect="Deny", Principal={"AWS": ANA}, Action="kms:PutKeyPolicy")),
        bare(ADMINISTER, statement(effect="Deny", Principal={"AWS": BEN}, Action="kms:PutKeyPolicy")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        key(statement(effect="Deny", Principal={"AWS": ACCOUNT}, Action="*")),
        key(statement(effect="Deny", Principal={"AWS": "111122223333"}, Action="*")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(ADMINISTER, statement(effect="Deny", Principal=None, NotPrincipal={"AWS": BEN}, Action="kms:*")),
        key(statement(effect="Deny", Principal=None, NotPrincipal={"AWS": [ROOT, BEN]}, Action="kms:*")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(statement(Principal={"AWS": "arn:aws:iam::111122223333:root"}, Action="kms:*")),
        bare(statement(Principal={"AWS": ACCOUNT}, Action="kms:*")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(statement(Action="kms:*", Resource=None)),
        bare(statement(Action="kms:*")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(statement(Principal={"Service": "dynamodb.amazonaws.com"}, Action="kms:*")),
        key(),
    ),
    ("no-root-statement", Severity.WARNING, bare(ADMINISTER), key(ADMINISTER)),
    (
        "no-root-statement",
        Severity.WARNING,
        bare(ADMINISTER, statement(Principal={"AWS": ROOT})),
        bare(ADMINISTER, statement(Principal={"AWS": ACCOUNT}, Action="kms:Put*")),
    ),
    (
        "no-root-statement",
        Severity.WARNING,
        bare(statement(Principal="*", Action="kms:*", Condition={"ArnEquals": {"aws:PrincipalArn": ANA}})),
        bare(statement(Principal="*", Action="kms:*", Condition=OURS)),
    ),
    (
        "open-to-everyone",
        Severity.SECURITY,
        key(statement(Principal="*")),
        key(statement(Principal="*", Condition=OURS)),
    ),
    (
        "open-to-everyone",
        Severity.SECURITY,
        key(
            statement(Principal={"AWS": ["*"]}, Condition={"StringEquals": {"kms:EncryptionContext:a": "b"}})
        ),
        key(
            statement(
                Principal={"AWS": ["*"]}, Condition={"StringLike": {"aws:PrincipalArn": f"{ROOT[:-4]}role/*"}}
            )
        ),
    ),
    (
        "open-to-everyone",
        Severity.SECURITY,
        key(
            statement(Principal="*", Condition={"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}})
        ),
        key(statement(effect="Deny", Principal="*")),
    ),
    (
        "open-to-everyone",
        Severity.SECURITY,
        key(statement(Principal="*", Condition={"StringEqualsIfExists": {"kms:CallerAccount": ACCOUNT}})),
        key(
            statement(Principal="*", Condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}})
        ),
    ),
    (
        "duplicate-sid",
        Severity.WARNING,
        key(statement(Sid="A"), statement(Sid="A")),
        key(statement(Sid="A"), statement(Sid="a")),
    ),
    (
        "duplicate-sid",
        Severity.WARNING,
        key(statement(Sid="A"), statement(Sid="A")),
        key(statement(Sid=""), statement(Sid="")),
    ),
    (
        "no-such-action",
        Severity.ERROR,
        key(statement(Action="kms:Decrpyt")),
        key(statement(Action="KMS:DECRYPT")),
    ),
    (
        "no-such-action",
        Severity.ERROR,
        key(statement(Action="kms:ReEncrypt")),
        key(statement(Action="kms:ReEncrypt*")),
    ),
    (
        "no-such-action",
        Severity.ERROR,
        key(statement(Action=["Decrypt"])),
        key(statement(Action=["kms:De*"])),
    ),
    (
        "no-such-action",
        Severity.ERROR,
        key(statement(effect="Deny", Action=None, NotAction="kms:Decript")),
        key(statement(effect="Deny", Action=None, NotAction="kms:Decrypt")),
    ),
    (
        "other-service-action",
        Severity.ERROR,
        key(statement(Action=["kms:Decrypt", "dynamodb:Scan"])),
        key(statement(Action=["kms:Decrypt"])),
    ),
    ("alias-as-resource", Severity.ERROR, key(statement(Resource=ALIAS)), key(statement(Resource="*"))),
    ("key-as-resource", Severity.WARNING, key(statement(Resource=[KEY])), key(statement(Resource=["*"]))),
    (
        "for-all-values-without-null",
        Severity.SECURITY,
        key(when("ForAllValues:StringEquals", "kms:EncryptionContextKeys", "a")),
        key(
            when(
                "ForAllValues:StringEquals",
                "kms:EncryptionContextKeys",
                "a",
                Null={"kms:encryptioncontextkeys": "false"},
            )
        ),
    ),
    (
        "for-all-values-without-null",
        Severity.SECURITY,
        key(when("ForAllValues:StringEquals", "aws:TagKeys", "a", Null={"aws:TagKeys": "true"})),
        key(
            when(
                "ForAllValues:StringEquals",
                "aws:TagKeys",
                "a",
                **{"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}},
            )
        ),
    ),
    (
        "for-all-values-without-null",
        Severity.SECURITY,
        key(when("ForAllValues:StringEquals", "aws:TagKeys", "a")),
        key(when("ForAllValues:StringEquals", "aws:TagKeys", "a") | {"Effect": "Deny"}),
    ),
    (
        "for-all-values-single-valued",
        Severity.ERROR,
        key(when("ForAllValues:StringEquals", "kms:EncryptionContext:Department", "a")),
        key(when("StringEquals", "kms:EncryptionContext:Department", "a")),
    ),
    (
        "for-all-values-single-valued",
        Severity.ERROR,
        key(when("ForAllValues:StringEqualsIfExists", "aws:PrincipalTag/team", "a")),
        key(when("StringEqualsIfExists", "aws:PrincipalTag/team", "a")),
    ),
    (
        "administrator-can-decrypt",
        Severity.SUGGESTION,
        key(ADMINISTER, statement()),
        key(ADMINISTRATOR, statement()),
    ),
    (
        "administrator-can-decrypt",
        Severity.SUGGESTION,
        key(statement(Action=["kms:PutKeyPolicy", "kms:D*"])),
        key(statement(Action=["kms:PutKeyPolicy", "kms:De*"]) | {"Effect": "Deny"}),
    ),
    (
        "all-actions",
        Severity.SECURITY,
        key(statement(Action="kms:*")),
        key(statement(Principal={"AWS": ROOT}, Action="kms:*")),
    ),
    ("all-actions", Severity.SECURITY, key(statement(Action="*")), key(statement(effect="Deny", Action="*"))),
    (
        "not-principal-allow",
        Severity.SECURITY,
        key(statement(Principal=None, NotPrincipal={"AWS": BEN})),
        key(statement(effect="Deny", Principal=None, NotPrincipal={"AWS": [ROOT, BEN]})),
    ),
    (
        "not-action-allow",
        Severity.SECURITY,
        key(statement(Action=None, NotAction="kms:Decrypt")),
        key(statement(effect="Deny", Action=None, NotAction="kms:Decrypt", Condition=OURS)),
    ),
    ("old-version", Severity.SUGGESTION, key(Version=None), key()),
    (
        "old-version",
        Severity.SUGGESTION,
        key(Version="2008-10-17"),
        key(when("StringEquals", "a:b", "${aws:username}")),
    ),
    (
        "old-version",
        Severity.WARNING,
        key(when("StringEquals", "a:b", "${aws:username}"), Version=None),
        key(),
    ),
    ("no-principal", Severity.ERROR, key(statement(Principal=None)), key(statement())),
    (
        "no-principal",
        Severity.ERROR,
        key(statement(Principal={"AWS": []})),
        key(statement(Principal={"Service": "a.amazonaws.com"})),
    ),
    (
        "no-such-principal",
        Severity.ERROR,
        key(statement(Principal={"AWS": f"{ANA[:-3]}*"})),
        key(statement(Principal={"AWS": ACCOUNT})),
    ),
    (
        "no-such-principal",
        Severity.ERROR,
        key(statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:group/Readers"})),
        key(statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/Readers"})),
    ),
    (
        "no-such-principal",
        Severity.ERROR,
        key(statement(Principal={"AWS": "AIDACKCEVSQ6C2EXAMPLE"})),
        key(statement()),
    ),
    ("no-such-principal", Severity.ERROR, key(statement(Principal="Ana")), key(statement(Principal=ANA))),
    ("no-effect", Severity.ERROR, key(statement(Resource=None)), key(statement())),
    (
        "no-effect",
        Severity.ERROR,
        key(statement(Action=[])),
        key(statement(Action=None, NotAction="kms:Encrypt", Condition=OURS, effect="Deny")),
    ),
    (
        "not-a-boolean",
        Severity.ERROR,
        key(when("Bool", "kms:GrantIsForAWSResource", "yes")),
        key(when("Bool", "kms:GrantIsForAWSResource", "True")),
    ),
    (
        "not-a-boolean",
        Severity.ERROR,
        key(when("Null", "aws:TokenIssueTime", "1")),
        key(
            statement(Condition={"Null": {"aws:TokenIssueTime": False}, "BoolIfExists": {"a:b": "${aws:c}"}})
        ),
    ),
    (
        "grants-by-hand",
        Severity.WARNING,
        key(statement(Action=["kms:CreateGrant", "kms:ListGrants"])),
        key(statement(Action=["kms:CreateGrant"], Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}})),
    ),
    (
        "grants-by-hand",
        Severity.WARNING,
        key(statement(Action="kms:CreateG*")),
        key(statement(Action="kms:Create*")),
    ),
]

IDENTITY_CASES: list[tuple[str, Severity, dict[str, Any], dict[str, Any]]] = [
    ("principal-in-identity-policy", Severity.ERROR, mine(Principal={"AWS": ANA}), mine()),
    (
        "principal-in-identity-policy",
        Severity.ERROR,
        mine(effect="Deny", NotPrincipal="*"),
        mine(effect="Deny"),
    ),
    ("alias-as-resource", Severity.ERROR, mine(Resource=ALIAS), mine(Resource=KEY)),
    (
        "alias-as-resource",
        Severity.ERROR,
        mine(Resource="alias/myKey"),
        mine(Resource=[ALIAS], Action="kms:CreateAlias"),
    ),
    (
        "alias-as-resource",
        Severity.ERROR,
        mine(Resource=[ALIAS], Action="kms:*"),
        mine(Resource=[ALIAS, KEY], Action="kms:*"),
    ),
    ("resource-not-an-arn", Severity.ERROR, mine(Resource=KEY.rpartition("/")[2]), mine(Resource="*")),
    ("no-effect", Severity.ERROR, mine(Action=None), mine()),
    ("no-effect", Severity.ERROR, mine(Resource=None), mine(Resource=None, NotResource=KEY, effect="Deny")),
    ("sid-characters", Severity.ERROR, mine(Sid="Allow use of the key"), mine(Sid="AllowUseOfTheKey2")),
    (
        "duplicate-sid",
        Severity.ERROR,
        {"Version": "2012-10-17", "Statement": [mine(Sid="A")["Statement"]] * 2},
        {"Version": "2012-10-17", "Statement": [mine()["Statement"]] * 2},
    ),
    (
        "no-such-action",
        Severity.ERROR,
        mine(Action="dynamodb:TransactGetItems", Resource="*"),
        mine(Action="s3:GetObject"),
    ),
    (
        "not-action-allow",
        Severity.SECURITY,
        mine(Action=None, NotAction="iam:*"),
        mine(effect="Deny", Action=None, NotAction="iam:*"),
    ),
    (
        "grants-by-hand",
        Severity.WARNING,
        mine(Action="kms:CreateGrant"),
        mine(Action="kms:CreateGrant", effect="Deny"),
    ),
    ("old-version", Severity.SUGGESTION, mine() | {"Version": "2008-10-17"}, mine()),
]

CASES: list[tuple[Kind, str, Severity, dict[str, Any], dict[str, Any]]] = [
    *(("key", *case) for case in KEY_CASES),
    *(("identity", *case) for case in IDENTITY_CASES),
]


def named(found: tuple[Remark, ...], name: str) -> list[Remark]:
    return [remark for remark in found if remark.name == name]


@pytest.mark.parametrize(("kind", "name", "severity", "wrong", "right"), CASES)
def test_each_remark_is_made_where_it_is_deserved_and_only_there(
    kind: Kind, name: str, severity: Severity, wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    made = named(lint(wrong, kind=kind, account=ACCOUNT), name)
    assert [remark.severity for remark in made[:1]] == [severity]
    assert not named(lint(right, kind=kind, account=ACCOUNT), name)


@pytest.mark.parametrize(("kind", "name", "severity", "wrong", "right"), CASES)
def test_reason_and_mend_are_sentences(
    kind: Kind, name: str, severity: Severity, wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    for remark in lint(wrong, kind=kind, account=ACCOUNT):
        assert remark.reason.endswith(".")
        assert remark.mend.endswith(".")
        assert remark.where in str(remark)


AWS_MANAGED = {
    "Version": "2012-10-17",
    "Id": "auto-dynamodb-1",
    "Statement": [
        statement(
            Sid="Everyone in the account, through DynamoDB",
            Principal={"AWS": "*"},
            Action=[*build.USER_ACTIONS, "kms:CreateGrant"],
            Condition={
                "StringEquals": {
                    "kms:CallerAccount": ACCOUNT,
                    "kms:ViaService": "dynamodb.us-east-1.amazonaws.com",
                }
            },
        ),
        statement(
            Principal={"AWS": ROOT}, Action=["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
        ),
        statement(
            Principal={"Service": "dynamodb.amazonaws.com"}, Action=["kms:Describe*", "kms:Get*", "kms:List*"]
        ),
    ],
}


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        (build.default_key_policy(ACCOUNT), "key"),
        (build.console_key_policy(ACCOUNT), "key"),
        (build.console_key_policy(ACCOUNT, [ANA], [BEN]), "key"),
        (AWS_MANAGED, "key"),
        (build.lab_user_policy(), "identity"),
    ],
    ids=["default", "console", "console with people", "AWS managed", "lab user"],
)
def test_good_policies_have_no_remark(policy: dict[str, Any], kind: Kind) -> None:
    assert lint(policy, kind=kind, account=ACCOUNT) == ()
    assert lint(policy, kind=kind) == ()


def test_who_administers_and_uses_a_console_key_is_told_so_and_nothing_else() -> None:
    (remark,) = lint(build.console_key_policy(ACCOUNT, [ANA], [ANA]), account=ACCOUNT)
    assert (remark.name, remark.statement, remark.sid) == (
        "administrator-can-decrypt",
        3,
        "Allow use of the key",
    )
    assert "Allow access for Key Administrators" in remark.reason


def test_the_labs_twin_sids_are_found_at_the_second() -> None:
    policy = build.console_key_policy(ACCOUNT, [ANA], [BEN])
    policy["Statement"].insert(
        1, build.use_statement(f"{ROOT[:-4]}user/IAMLabUser", ["kms:Encrypt", "kms:Decrypt"])
    )
    (remark,) = lint(policy, account=ACCOUNT)
    assert (remark.name, remark.statement) == ("duplicate-sid", 4)
    assert "the Sid of statement 2" in remark.reason


def test_the_nearest_action_is_offered() -> None:
    (remark,) = lint(key(statement(Action="kms:Decrpyt")), account=ACCOUNT)
    assert "kms:Decrypt" in remark.mend
    (remark,) = lint(key(statement(Action="kms:ReEncrypt")), account=ACCOUNT)
    assert "kms:ReEncryptFrom and kms:ReEncryptTo" in remark.reason


def test_without_an_account_any_accounts_statement_is_the_root_statement() -> None:
    other = bare(statement(Principal={"AWS": "arn:aws:iam::111122223333:root"}, Action="kms:*"))
    assert lint(other) == ()
    assert named(lint(other, account=ACCOUNT), "lock-out")


def test_the_policy_as_a_whole_comes_first_then_statement_by_statement_the_gravest_first() -> None:
    found = lint(
        bare(
            statement(Action=["kms:CreateGrant", "kms:Decript"]),
            statement(Principal="*"),
            Version="2008-10-17",
        )
    )
    assert [(remark.statement, remark.name) for remark in found] == [
        (None, "lock-out"),
        (None, "old-version"),
        (1, "no-such-action"),
        (1, "grants-by-hand"),
        (2, "open-to-everyone"),
    ]


def test_a_remark_reads_as_text() -> None:
    (remark,) = lint(key(statement(Sid="Mine", Resource=KEY)), account=ACCOUNT)
    first, reason, mend = str(remark).split("\n")
    assert first == 'Warning on statement 2 ("Mine"), key-as-resource:'
    assert (reason.strip(), mend.strip()) == (remark.reason, remark.mend)


def test_text_is_linted_too_and_refused_with_its_place() -> None:
    assert lint('{"Version": "2012-10-17", "Statement": []}', kind="identity") == ()
    with pytest.raises(PolicyError, match="Line 1, column 25"):
        lint('{"Version": "2012-10-17",}')


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["*", "kms:*", ANA, ALIAS, ACCOUNT, "Allow"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    [
        "*",
        "kms:Decrypt",
        "kms:*",
        "kms:Decrpyt",
        ":",
        "",
        "Decrypt",
        "s3:*",
        ANA,
        ROOT,
        ACCOUNT,
        KEY,
        ALIAS,
        "${a}",
    ]
)
TEXTS = WORDS | st.lists(WORDS, max_size=3)
OPERATORS = st.sampled_from(
    ["Bool", "Null", "StringLike", "ForAllValues:StringEquals", "ForAnyValue:Null", "BoolIfExists"]
)
KEYS = st.sampled_from(
    ["kms:CallerAccount", "kms:EncryptionContext:a", "aws:TagKeys", "", "kms:GrantIsForAWSResource"]
)
WHO = TEXTS | st.dictionaries(st.sampled_from(["AWS", "Service", "Federated"]), TEXTS, max_size=2)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": WORDS,
        "Principal": WHO,
        "NotPrincipal": WHO,
        "Action": TEXTS,
        "NotAction": TEXTS,
        "Resource": TEXTS,
        "NotResource": TEXTS,
        "Condition": st.dictionaries(
            OPERATORS, st.dictionaries(KEYS, TEXTS | st.booleans(), max_size=2), max_size=2
        ),
    },
)
POLICIES = st.fixed_dictionaries(
    {"Statement": st.lists(STATEMENTS, max_size=4) | STATEMENTS | JSON},
    optional={
        "Version": st.sampled_from(["2012-10-17", "2008-10-17"]),
        "Id": st.sampled_from(["auto-a-1", "mine"]),
    },
)


@settings(deadline=None, max_examples=300)
@given(JSON | POLICIES, st.sampled_from(["key", "identity"]), st.sampled_from([None, ACCOUNT]))
def test_any_json_has_remarks_or_is_refused(policy: Any, kind: Kind, account: str | None) -> None:
    try:
        found = lint(policy, kind=kind, account=account)
    except PolicyError:
        return
    assert all(isinstance(remark, Remark) and str(remark) for remark in found)


def test_the_time_grows_with_the_statements_and_no_faster() -> None:
    def seconds(many: int) -> float:
        names = [f"arn:aws:iam::{ACCOUNT}:user/u{number}" for number in range(many)]
        policy = bare(
            *(
                statement(
                    Sid=f"s{number % 7}",
                    effect="Deny" if number % 3 == 0 else "Allow",
                    Principal={"AWS": names[number]},
                    Action=["kms:Put*", "kms:Decrypt"],
                )
                for number in range(many)
            )
        )
        began = time.process_time()
        lint(policy, account=ACCOUNT)
        return time.process_time() - began

    small = min(seconds(1_000) for _ in range(3))
    large = min(seconds(10_000) for _ in range(2))
    assert large < 40 * small, f"ten times the statements took {large / small:.0f} times as long"
