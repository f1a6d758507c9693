"""The whole lab with the AWS CLI, against a running sandbox: what a student would type in a terminal."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kmscourse.sandbox import client as sandbox_client
from tests.clients.cli import Environment, aws, refusal

BOOK = {"Author": {"S": "Seth Godin"}, "Book_Title": {"S": "The Dip"}}

EnvironmentOf = Callable[..., Environment]


def test_the_lab(home: Path, environment_of: EnvironmentOf, tmp_path: Path) -> None:
    main = environment_of()

    # 1. A customer managed key with an alias.
    identity = aws(main, "sts", "get-caller-identity")
    assert ":user/ed-user-" in identity["Arn"]
    key_arn = aws(main, "kms", "create-key", "--description", "The lab's key")["KeyMetadata"]["Arn"]
    aws(main, "kms", "create-alias", "--alias-name", "alias/myKey", "--target-key-id", key_arn)

    # 2. A data key; 3. text sealed; 4. the data key opened again, without saying under which key.
    made = aws(main, "kms", "generate-data-key", "--key-id", "alias/myKey", "--key-spec", "AES_256")
    assert made["KeyId"] == key_arn
    assert len(base64.b64decode(made["Plaintext"])) == 32
    blob = tmp_path / "data-key.bin"
    blob.write_bytes(base64.b64decode(made["CiphertextBlob"]))
    opened = aws(main, "kms", "decrypt", "--ciphertext-blob", f"fileb://{blob}")
    assert opened["Plaintext"] == made["Plaintext"]

    # 5. A message under the KMS key itself, and the same message under another context.
    note = tmp_path / "note.txt"
    note.write_bytes(b"Hello, this is my sensitive data.")
    sealed = aws(
        main, "kms", "encrypt", "--key-id", key_arn, "--plaintext", f"fileb://{note}",
        "--encryption-context", "purpose=lab",
    )  # fmt: skip
    blob.write_bytes(base64.b64decode(sealed["CiphertextBlob"]))
    assert "InvalidCiphertextException" in refusal(
        main, "kms", "decrypt", "--ciphertext-blob", f"fileb://{blob}"
    )
    opened = aws(
        main, "kms", "decrypt", "--ciphertext-blob", f"fileb://{blob}", "--encryption-context", "purpose=lab"
    )
    assert base64.b64decode(opened["Plaintext"]) == note.read_bytes()

    # 6. A table under the key.
    created = aws(
        main, "dynamodb", "create-table", "--table-name", "Books", "--billing-mode", "PAY_PER_REQUEST",
        "--attribute-definitions", "AttributeName=Author,AttributeType=S", "AttributeName=Book_Title,AttributeType=S",
        "--key-schema", "AttributeName=Author,KeyType=HASH", "AttributeName=Book_Title,KeyType=RANGE",
        "--sse-specification", "Enabled=true,SSEType=KMS,KMSMasterKeyId=alias/myKey",
    )  # fmt: skip
    assert created["TableDescription"]["SSEDescription"]["KMSMasterKeyArn"] == key_arn
    aws(main, "dynamodb", "wait", "table-exists", "--table-name", "Books")
    aws(main, "dynamodb", "put-item", "--table-name", "Books", "--item", json.dumps(BOOK))

    # 7. IAMLabUser may scan the table, yet may not use its key.
    lab_user = environment_of("IAMLabUser")
    assert aws(lab_user, "sts", "get-caller-identity")["Arn"].endswith(":user/IAMLabUser")
    scan = ("dynamodb", "scan", "--table-name", "Books")
    said = refusal(lab_user, *scan)
    assert "(AccessDeniedException) when calling the Scan operation" in said
    assert "KMS key access denied error" in said
    assert "AccessDenied" in refusal(lab_user, "iam", "list-users")

    # 8. The key policy lets the user in.
    policy = json.loads(aws(main, "kms", "get-key-policy", "--key-id", key_arn)["Policy"])
    policy["Statement"].append(
        {
            "Sid": "Allow IAMLabUser to read",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{identity['Account']}:user/IAMLabUser"},
            "Action": "kms:Decrypt",
            "Resource": "*",
        }
    )
    aws(main, "kms", "put-key-policy", "--key-id", key_arn, "--policy", json.dumps(policy))
    assert aws(lab_user, *scan)["Items"] == [BOOK]

    # All of it is still there after the sandbox has ended and started again.
    sandbox_client.stop(home)
    sandbox_client.find_or_start(home)
    main, lab_user = environment_of(), environment_of("IAMLabUser")
    assert aws(lab_user, *scan)["Items"] == [BOOK]
    assert aws(main, "kms", "describe-key", "--key-id", "alias/myKey")["KeyMetadata"]["Arn"] == key_arn

    # 9. Clean up: the table goes, the key is disabled and opens nothing any more.
    aws(main, "dynamodb", "delete-table", "--table-name", "Books")
    aws(main, "dynamodb", "wait", "table-not-exists", "--table-name", "Books")
    aws(main, "kms", "disable-key", "--key-id", key_arn)
    assert "DisabledException" in refusal(
        main, "kms", "decrypt", "--ciphertext-blob", f"fileb://{blob}", "--encryption-context", "purpose=lab"
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "guess"}, "InvalidSignatureException"),
        ({"AWS_ACCESS_KEY_ID": "AKIANOBODYKNOWS00000"}, "UnrecognizedClientException"),
        ({"AWS_SESSION_TOKEN": "guess"}, "UnrecognizedClientException"),
    ],
)
def test_nobody_else_gets_in(environment_of: EnvironmentOf, changed: Environment, code: str) -> None:
    assert code in refusal(environment_of() | changed, "kms", "list-keys")


def test_a_role_and_the_policy_simulator(home: Path, environment_of: EnvironmentOf) -> None:
    main = environment_of()
    account = aws(main, "sts", "get-caller-identity")["Account"]
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = ("--role-name", "robot")
    arn = aws(main, "iam", "create-role", *role, "--assume-role-policy-document", document)["Role"]["Arn"]
    reads = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
    aws(main, "iam", "attach-role-policy", *role, "--policy-arn", reads)

    simulated = aws(
        main, "iam", "simulate-principal-policy", "--policy-source-arn", arn,
        "--action-names", "dynamodb:ListTables", "kms:Decrypt",
    )  # fmt: skip
    assert {
        result["EvalActionName"]: result["EvalDecision"] for result in simulated["EvaluationResults"]
    } == {
        "dynamodb:ListTables": "allowed",
        "kms:Decrypt": "implicitDeny",
    }

    given = aws(main, "sts", "assume-role", "--role-arn", arn, "--role-session-name", "work")["Credentials"]
    robot = {
        **main,
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }
    assert aws(robot, "sts", "get-caller-identity")["Arn"].endswith(":assumed-role/robot/work")
    assert aws(robot, "dynamodb", "list-tables")["TableNames"] == []
    assert ":assumed-role/robot/work is not authorized to perform: kms:CreateKey" in refusal(
        robot, "kms", "create-key"
    )
