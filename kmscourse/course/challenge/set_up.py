"""Makes the account of an archive: a key, a table under it, three people. And then breaks it."""

from __future__ import annotations

import json
from typing import Any

from kmscourse import dynamodb as tables
from kmscourse import iam, kms
from kmscourse.account import Account
from kmscourse.course.stage import Stage
from kmscourse.policy import use_statement, with_statement

ALIAS = "alias/archive"
TABLE = "Letters"
CLERK, COURIER, INTERN = "archive-clerk", "archive-courier", "archive-intern"
STAGE = Stage("the challenge", TABLE, (CLERK, COURIER, INTERN), (ALIAS,))
LETTERS = ("To Ada, about the engine", "To Auguste, about the cipher", "To Grace, about the moth")


def is_set_up(account: Account) -> bool:
    """Is the challenge in the account, solved or not?"""
    return STAGE.is_there(account)


def set_up(account: Account) -> None:
    """Put the challenge into the account as it begins; what is there of an earlier one goes.

    Raises CourseError in another account than the practice account, and where something of the learner's has one of
    its names.
    """
    STAGE.require_practice_account(account, "The challenge breaks an account on purpose, so it is")
    STAGE.clear(account)
    key = _make_archive(account)
    _break(account, key)


def _make_archive(account: Account) -> str:
    """The ARN of the archive's key: everything is as it should be."""
    dynamodb, keys, people = (account.client(service) for service in ("dynamodb", "kms", "iam"))
    key = kms.create_key(
        keys, ALIAS, administrators=[account.user_arn], users=[account.user_arn], tags=STAGE.tag
    )
    table = tables.create_encrypted_table(dynamodb, TABLE, key, "Title")
    dynamodb.tag_resource(ResourceArn=table, Tags=STAGE.tags)
    for title in LETTERS:
        tables.put_item(dynamodb, TABLE, {"Title": title})
    for name in (CLERK, COURIER, INTERN):
        people.create_user(UserName=name, Tags=STAGE.tags)
    return key


def _break(account: Account, key: str) -> None:
    """What somebody has done who meant well: each line is a mistake that the course has shown."""
    keys, region = account.client("kms"), account.region
    table = f"arn:aws:dynamodb:{region}:{account.id}:table/{TABLE}"
    alias = f"arn:aws:kms:{region}:{account.id}:{ALIAS}"
    elsewhere = f"dynamodb.{'us-west-2' if region != 'us-west-2' else 'us-east-1'}.amazonaws.com"
    _allow(account, CLERK, ("dynamodb:Scan", table))
    _allow(account, COURIER, ("kms:GenerateDataKey", alias))
    _allow(account, INTERN, ("dynamodb:Scan", table), ("kms:*", key))
    keys.create_grant(KeyId=key, GranteePrincipal=_arn(account, INTERN), Operations=["Decrypt"])
    policy = kms.key_policy(keys, key)
    clerk = use_statement(_arn(account, CLERK), ["kms:Decrypt"], sid="The clerk reads")
    policy = with_statement(policy, clerk | {"Condition": {"StringEquals": {"kms:ViaService": elsewhere}}})
    policy = with_statement(policy, clerk | {"Sid": "Until the audit is over", "Effect": "Deny"})
    kms.put_key_policy(keys, key, policy)
    keys.update_alias(AliasName=ALIAS, TargetKeyId=keys.create_key(Tags=STAGE.key_tags)["KeyMetadata"]["Arn"])
    keys.disable_key(KeyId=key)


def _allow(account: Account, user_name: str, *allowed: tuple[str, str]) -> None:
    statements = [{"Effect": "Allow", "Action": action, "Resource": arn} for action, arn in allowed]
    document = {"Version": "2012-10-17", "Statement": statements}
    account.client("iam").put_user_policy(
        UserName=user_name, PolicyName="Archive", PolicyDocument=json.dumps(document)
    )


def _arn(account: Account, user_name: str) -> Any:
    return iam.user_arn(account.client("iam"), user_name)
