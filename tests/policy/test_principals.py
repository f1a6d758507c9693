"""Who asks, and how closely a statement names them."""

from __future__ import annotations

import pytest

from kmscourse.policy.principals import Kind, Named, PrincipalElement, principal

A, B = "111111111111", "222222222222"
ANA = f"arn:aws:iam::{A}:user/staff/Ana"
ROLE = f"arn:aws:iam::{A}:role/team/Reader"
SESSION = f"arn:aws:sts::{A}:assumed-role/Reader/ana"
ROOT = f"arn:aws:iam::{A}:root"


@pytest.mark.parametrize(
    ("text", "kind", "name", "account"),
    [
        (ANA, Kind.USER, "Ana", A),
        (ROLE, Kind.ROLE, "Reader", A),
        (SESSION, Kind.SESSION, "Reader/ana", A),
        (ROOT, Kind.ROOT, f"the account {A}", A),
        (A, Kind.ROOT, f"the account {A}", A),
        (f"arn:aws:sts::{A}:federated-user/Ana", Kind.FEDERATED_USER, "Ana", A),
        ("dynamodb.amazonaws.com", Kind.OUTSIDER, "dynamodb.amazonaws.com", None),
        (f"arn:aws:iam::{A}:saml-provider/Corp", Kind.OUTSIDER, f"arn:aws:iam::{A}:saml-provider/Corp", None),
        ("*anonymous*", Kind.ANONYMOUS, "an anonymous caller", None),
    ],
)
def test_a_principal_is_read_from_its_name(text: str, kind: Kind, name: str, account: str | None) -> None:
    found = principal(text)
    assert (found.kind, found.name, found.account) == (kind, name, account)


@pytest.mark.parametrize(
    ("caller", "element", "named"),
    [
        (ANA, {"AWS": [ANA]}, Named.DIRECT),
        (ANA, {"AWS": ["*"]}, Named.DIRECT),
        (ANA, {"AWS": [ROOT]}, Named.ACCOUNT),
        (ANA, {"AWS": [A]}, Named.ACCOUNT),
        (ANA, {"AWS": [ROOT, ANA]}, Named.DIRECT),
        (ANA, {"AWS": [B]}, Named.NO),
        (ANA, {"AWS": [f"arn:aws:iam::{A}:user/*"]}, Named.NO),  # no wildcard inside of an ARN
        (ANA, {"AWS": [ANA.lower()]}, Named.NO),  # names are case-sensitive
        (ANA, {"Service": [ANA]}, Named.NO),
        (SESSION, {"AWS": [ROLE]}, Named.ROLE),  # the session's ARN leaves out the role's path
        (SESSION, {"AWS": [SESSION]}, Named.DIRECT),
        (SESSION, {"AWS": [SESSION + "2"]}, Named.NO),
        (SESSION, {"AWS": [f"arn:aws:iam::{B}:role/Reader"]}, Named.NO),
        (ROLE, {"AWS": [ROLE]}, Named.ROLE),
        (ROOT, {"AWS": [A]}, Named.DIRECT),
        ("dynamodb.amazonaws.com", {"Service": ["dynamodb.amazonaws.com"]}, Named.DIRECT),
        ("dynamodb.amazonaws.com", {"Service": ["s3.amazonaws.com"], "AWS": [A]}, Named.NO),
        ("accounts.google.com", {"Federated": ["accounts.google.com"]}, Named.DIRECT),
        ("*anonymous*", {"AWS": ["*"]}, Named.DIRECT),
        ("*anonymous*", {"AWS": [A]}, Named.NO),
    ],
)
def test_how_closely_a_principal_element_names_the_caller(
    caller: str, element: dict[str, list[str]], named: Named
) -> None:
    assert PrincipalElement(element).names(principal(caller)) is named


@pytest.mark.parametrize(
    ("caller", "listed", "spared"),
    [
        (ANA, [ANA], True),
        (ANA, [ROOT], False),  # the account beside a user spares no other user of it
        (SESSION, [SESSION, ROLE, ROOT], True),
        (SESSION, [ROLE, ROOT], False),  # each session must be listed
        (ROOT, [A], True),
        (ANA, ["*"], True),
        ("dynamodb.amazonaws.com", [A], False),
    ],
)
def test_whom_a_deny_with_not_principal_spares(caller: str, listed: list[str], spared: bool) -> None:
    assert PrincipalElement({"AWS": listed}).exempts(principal(caller)) is spared
