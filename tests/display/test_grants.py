"""The grants on a key, a row for each."""

from __future__ import annotations

from typing import Any

from kmscourse.display import GrantsCard
from kmscourse.display.card import Grid
from kmscourse.kms import grants

ACCOUNT = "123456789012"
NORA = f"arn:aws:iam::{ACCOUNT}:user/Nora"


def rows(found: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    (grid,) = GrantsCard(found).blocks
    assert isinstance(grid, Grid)
    return [tuple(map(str, row)) for row in grid.rows]


def test_a_row_says_to_whom_what_and_with_which_context(main: Any, kms: Any, key_id: str) -> None:
    main.client("iam").create_user(UserName="Nora")
    kms.create_grant(KeyId=key_id, GranteePrincipal=NORA, Operations=["Decrypt", "Encrypt"], Name="first")
    for constraint in ("EncryptionContextSubset", "EncryptionContextEquals"):
        kms.create_grant(
            KeyId=key_id,
            GranteePrincipal=NORA,
            RetiringPrincipal=NORA,
            Operations=["Decrypt"],
            Constraints={constraint: {"team": "books", "year": "2026"}},
        )
    assert rows(grants(kms, key_id)) == [
        ("first", "Nora", "Decrypt\nEncrypt", "any", "·"),
        ("·", "Nora", "Decrypt", "at least team=books, year=2026", "Nora"),
        ("·", "Nora", "Decrypt", "exactly team=books, year=2026", "Nora"),
    ]


def test_a_service_has_its_name_and_the_resource_that_it_asks_for() -> None:
    source = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Books"
    grant = {
        "CreationDate": 0,
        "GranteeServicePrincipal": "dynamodb.us-east-1.amazonaws.com",
        "RetiringServicePrincipal": "dynamodb.us-east-1.amazonaws.com",
        "Operations": ["Decrypt"],
        "Constraints": {"SourceArn": source},
    }
    name = "dynamodb.us-east-1.amazonaws.com"
    assert rows([grant]) == [("·", name, "Decrypt", f"any, for {source}", name)]


def test_a_key_without_grants_says_so() -> None:
    assert "There is no grant on it." in repr(GrantsCard([]))
