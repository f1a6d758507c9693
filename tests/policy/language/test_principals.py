"""Who asks, and how closely a statement names them."""

from __future__ import annotations

import pytest

from kmscourse.policy import PrincipalKind, parse_principal
from kmscourse.policy.language.principals import Naming, PrincipalElement

A, B = "111111111111", "222222222222"
ANA = f"arn:aws:iam::{A}:user/staff/Ana"
ROLE = f"arn:aws:iam::{A}:role/team/Reader"
SESSION = f"arn:aws:sts::{A}:assumed-role/Reader/ana"
ROOT = f"arn:aws:iam::{A}:root"
GONE = "AIDACKCEVSQ6C2EXAMPLE"


@pytest.mark.parametrize(
    ("text", "kind", "name", "account"),
    [
        (ANA, PrincipalKind.USER, "Ana", A),
        (ROLE, PrincipalKind.ROLE, "Reader", A),
        (SESSION, PrincipalKind.SESSION, "Reader/ana", A),
        (ROOT, PrincipalKind.ROOT, f"the account {A}", A),
        (A, PrincipalKind.ROOT, f"the account {A}", A),
        (f"arn:aws:sts::{A}:federated-user/Ana", PrincipalKind.FEDERATED_USER, "Ana", A),
        ("dynamodb.amazonaws.com", PrincipalKind.OUTSIDER, "dynamodb.amazonaws.com", None),
        (
            f"arn:aws:iam::{A}:saml-provider/Corp",
            PrincipalKind.OUTSIDER,
            f"arn:aws:iam::{A}:saml-provider/Corp",
            None,
        ),
        ("*anonymous*", PrincipalKind.ANONYMOUS, "an anonymous caller", None),
        (GONE, PrincipalKind.DELETED, f"the deleted user {GONE}", None),
        ("AROACKCEVSQ6C2EXAMPLE", PrincipalKind.DELETED, "the deleted role AROACKCEVSQ6C2EXAMPLE", None),
        ("AIDA", PrincipalKind.OUTSIDER, "AIDA", None),
        ("AGPACKCEVSQ6C2EXAMPLE", PrincipalKind.OUTSIDER, "AGPACKCEVSQ6C2EXAMPLE", None),  # a group's
    ],
)
def test_a_principal_is_read_from_its_name(
    text: str, kind: PrincipalKind, name: str, account: str | None
) -> None:
    found = parse_principal(text)
    assert (found.kind, found.name, found.account) == (kind, name, account)


@pytest.mark.parametrize(
    ("caller", "element", "named"),
    [
        (ANA, {"AWS": [ANA]}, Naming.DIRECT),
        (ANA, {"AWS": ["*"]}, Naming.DIRECT),
        (ANA, {"AWS": [ROOT]}, Naming.ACCOUNT),
        (ANA, {"AWS": [A]}, Naming.ACCOUNT),
        (ANA, {"AWS": [ROOT, ANA]}, Naming.DIRECT),
        (ANA, {"AWS": [B]}, Naming.NONE),
        (ANA, {"AWS": [f"arn:aws:iam::{A}:user/*"]}, Naming.NONE),  # no wildcard inside of an ARN
        (ANA, {"AWS": [ANA.lower()]}, Naming.NONE),  # names are case-sensitive
        (ANA, {"Service": [ANA]}, Naming.NONE),
        (ANA, {"AWS": [GONE]}, Naming.NONE),
        (ANA, {"AWS": [GONE, ANA]}, Naming.DIRECT),
        (SESSION, {"AWS": [ROLE]}, Naming.ROLE),  # the session's ARN leaves out the role's path
        (SESSION, {"AWS": [SESSION]}, Naming.DIRECT),
        (SESSION, {"AWS": [SESSION + "2"]}, Naming.NONE),
        (SESSION, {"AWS": [f"arn:aws:iam::{B}:role/Reader"]}, Naming.NONE),
        (ROLE, {"AWS": [ROLE]}, Naming.ROLE),
        (ROOT, {"AWS": [A]}, Naming.DIRECT),
        ("dynamodb.amazonaws.com", {"Service": ["dynamodb.amazonaws.com"]}, Naming.DIRECT),
        ("dynamodb.amazonaws.com", {"Service": ["s3.amazonaws.com"], "AWS": [A]}, Naming.NONE),
        ("accounts.google.com", {"Federated": ["accounts.google.com"]}, Naming.DIRECT),
        ("*anonymous*", {"AWS": ["*"]}, Naming.DIRECT),
        ("*anonymous*", {"AWS": [A]}, Naming.NONE),
    ],
)
def test_how_closely_a_principal_element_names_the_caller(
    caller: str, element: dict[str, list[str]], named: Naming
) -> None:
    assert PrincipalElement(element).names(parse_principal(caller)) is named


@pytest.mark.parametrize(
    ("caller", "listed", "spared"),
    [
        (ANA, [ANA], True),
        (ANA, [ROOT], False),  # the account beside a user spares no other user of it
        (SESSION, [SESSION, ROLE, ROOT], True),
        (SESSION, [ROLE, ROOT], False),  # each session must be listed
        (ROOT, [A], True),
        (ANA, [GONE, ROOT], False),
        (ANA, ["*"], True),
        ("dynamodb.amazonaws.com", [A], False),
    ],
)
def test_whom_a_deny_with_not_principal_spares(caller: str, listed: list[str], spared: bool) -> None:
    assert PrincipalElement({"AWS": listed}).exempts(parse_principal(caller)) is spared
