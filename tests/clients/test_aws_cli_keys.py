"""Grants, aliases, rotation and long lists with the AWS CLI, against a running sandbox."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.cli import Environment, aws, refusal, run

EnvironmentOf = Callable[..., Environment]


@pytest.fixture(scope="module")
def main(environment_of: EnvironmentOf) -> Environment:
    """The main user's terminal."""
    return environment_of()


@pytest.fixture
def key(main: Environment) -> str:
    """The ARN of a new key."""
    return str(aws(main, "kms", "create-key")["KeyMetadata"]["Arn"])


def test_a_grant_is_given_used_and_taken_back(
    main: Environment, environment_of: EnvironmentOf, key: str, tmp_path: Path
) -> None:
    user = environment_of("IAMLabUser")
    user_arn = aws(user, "sts", "get-caller-identity")["Arn"]
    blob = tmp_path / "data-key.bin"
    made = aws(
        main, "kms", "generate-data-key", "--key-id", key, "--key-spec", "AES_256",
        "--encryption-context", "Dept=HR",
    )  # fmt: skip
    blob.write_bytes(base64.b64decode(made["CiphertextBlob"]))
    decrypt = (
        "kms", "decrypt", "--ciphertext-blob", f"fileb://{blob}", "--encryption-context", "Dept=HR",
    )  # fmt: skip
    assert "(AccessDeniedException)" in refusal(user, *decrypt)

    create = (
        "kms", "create-grant", "--key-id", key, "--grantee-principal", user_arn, "--operations", "Decrypt",
        "--name", "hr", "--constraints", "EncryptionContextSubset={Dept=HR}",
    )  # fmt: skip
    assert "(DryRunOperationException)" in refusal(main, *create, "--dry-run")
    grant, again = aws(main, *create), aws(main, *create)
    assert grant["GrantId"] == again["GrantId"]
    assert aws(user, *decrypt, "--grant-tokens", grant["GrantToken"])["Plaintext"] == made["Plaintext"]
    assert "(InvalidGrantTokenException)" in refusal(user, *decrypt, "--grant-tokens", "junk")
    [listed] = aws(main, "kms", "list-grants", "--key-id", key, "--grantee-principal", user_arn)["Grants"]
    assert (listed["GrantId"], listed["Name"], listed["KeyId"]) == (grant["GrantId"], "hr", key)

    revoke = ("kms", "revoke-grant", "--key-id", key, "--grant-id", grant["GrantId"])
    assert "(AccessDeniedException)" in refusal(user, *revoke)
    assert aws(main, *revoke) is None
    assert "(NotFoundException)" in refusal(main, *revoke)
    assert "(AccessDeniedException)" in refusal(user, *decrypt)


def test_a_grantee_retires_its_grant(main: Environment, environment_of: EnvironmentOf, key: str) -> None:
    user = environment_of("IAMLabUser")
    user_arn = aws(user, "sts", "get-caller-identity")["Arn"]
    token = aws(
        main, "kms", "create-grant", "--key-id", key, "--grantee-principal", user_arn,
        "--retiring-principal", user_arn, "--operations", "DescribeKey",
    )["GrantToken"]  # fmt: skip
    retirable = ("kms", "list-retirable-grants", "--retiring-principal", user_arn)
    [grant] = aws(main, *retirable)["Grants"]
    assert grant["RetiringPrincipal"] == user_arn
    assert aws(user, "kms", "retire-grant", "--grant-token", token) is None
    assert aws(main, *retirable)["Grants"] == []


def test_an_alias_is_made_moved_and_removed(main: Environment, key: str) -> None:
    name = ("--alias-name", "alias/app")
    assert "(ValidationException)" in refusal(
        main, "kms", "create-alias", "--alias-name", "app", "--target-key-id", key
    )
    assert aws(main, "kms", "create-alias", *name, "--target-key-id", key) is None
    other = aws(main, "kms", "create-key")["KeyMetadata"]["Arn"]
    assert "(AlreadyExistsException)" in refusal(main, "kms", "create-alias", *name, "--target-key-id", other)
    assert aws(main, "kms", "update-alias", *name, "--target-key-id", other) is None
    assert aws(main, "kms", "describe-key", "--key-id", "alias/app")["KeyMetadata"]["Arn"] == other
    [alias] = aws(main, "kms", "list-aliases", "--key-id", other)["Aliases"]
    assert alias["LastUpdatedDate"] > alias["CreationDate"]
    assert "(InvalidArnException)" in refusal(main, "kms", "disable-key", "--key-id", alias["AliasArn"])
    assert aws(main, "kms", "delete-alias", *name) is None
    assert "(NotFoundException)" in refusal(main, "kms", "describe-key", "--key-id", "alias/app")


def test_a_key_rotates(main: Environment, key: str) -> None:
    aws(main, "kms", "enable-key-rotation", "--key-id", key, "--rotation-period-in-days", "90")
    status = aws(main, "kms", "get-key-rotation-status", "--key-id", key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)
    aws(main, "kms", "rotate-key-on-demand", "--key-id", key)
    [rotation] = aws(main, "kms", "list-key-rotations", "--key-id", key)["Rotations"]
    assert rotation["RotationType"] == "ON_DEMAND"


def test_long_lists_come_in_pages(main: Environment, key: str) -> None:
    """--page-size is the service's Limit, --max-items and --starting-token the CLI's own."""
    tags = [f"TagKey={name},TagValue=x" for name in "abcde"]
    aws(main, "kms", "tag-resource", "--key-id", key, "--tags", *tags)
    listing = ("kms", "list-resource-tags", "--key-id", key)
    whole = aws(main, *listing, "--page-size", "2")["Tags"]
    assert [tag["TagKey"] for tag in whole] == list("abcde")
    first = aws(main, *listing, "--page-size", "2", "--max-items", "3")
    rest = aws(main, *listing, "--page-size", "2", "--starting-token", first["NextToken"])
    assert first["Tags"] + rest["Tags"] == whole
    assert "(ValidationException)" in refusal(main, *listing, "--page-size", "51")
    assert "(InvalidMarkerException)" in refusal(main, *listing, "--marker", "junk")
    assert aws(main, "kms", "list-keys", "--query", f"Keys[?KeyArn=='{key}'].KeyArn") == [key]


def test_the_cli_tells_a_refusal_from_a_slip_of_the_pen(main: Environment, key: str) -> None:
    """Whoever writes scripts goes by the exit code: 254 or 255 is AWS's no, 252 or 2 a command that is none."""
    assert run(main, "kms", "describe-key", "--key-id", key).status == 0
    assert run(main, "kms", "describe-key", "--key-id", "alias/none").status in (254, 255)
    assert run(main, "kms", "describe-key").status in (252, 2)
    assert run(main, "kms", "describe-every-key").status in (252, 2)
