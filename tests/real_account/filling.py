"""What somebody has in an account before they come to the course: things that carry the course's names, and others.

``TAKEN`` has one entry for each way in which a name can be taken, ``UNRELATED`` what only lies around. None of it
carries the course's tag, so none of it may ever be touched.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from kmscourse.course import BEYOND_SECTIONS
from kmscourse.course.sections import LAB_NAMES, Names
from tests.real_account.targets import Target

PASSWORD = "My-0wn-passw0rd!"
ALLOW_SOMETHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
    }
)
TRUST_EC2 = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


@dataclass(frozen=True)
class Taken:
    """A name that is taken, and by what.

    ``differs_behind_the_stop``: whether what stands behind the stop has more to do with it than with another of the
    same name.
    """

    name: str
    by: str
    make: Callable[[Target], None]
    differs_behind_the_stop: bool = True

    def __str__(self) -> str:
        return f"{self.name.rpartition('/')[2]}-{self.by.replace(' ', '-')}"


# --- keys -----------------------------------------------------------------------------------------------------


def key(target: Target, alias: str, *statements: dict[str, Any]) -> str:
    """The id of a key under this alias, with these statements beside the one for the account."""
    kms, root = target.client("kms"), f"arn:aws:iam::{_account(target)}:root"
    whole = {"Sid": "Mine", "Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    made = kms.create_key(
        Description="Payroll",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [whole, *statements]}),
        Tags=[{"TagKey": "team", "TagValue": "payroll"}],
    )
    key_id: str = made["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=alias, TargetKeyId=key_id)
    return key_id


def enabled_key(target: Target) -> None:
    """The plainest case."""
    key(target, "alias/myKey")


def disabled_key(target: Target) -> None:
    """A key that its owner has put out of use."""
    target.client("kms").disable_key(KeyId=key(target, "alias/myKey"))


def dying_key(target: Target) -> None:
    """A key that its owner is getting rid of."""
    target.client("kms").schedule_key_deletion(KeyId=key(target, "alias/myKey"), PendingWindowInDays=30)


def key_with_deny(target: Target) -> None:
    """A key whose policy refuses an IAMLabUser in so many words, and lets it in for one thing."""
    lab_user = user(target, "IAMLabUser", bare=True)
    deny = {
        "Sid": "Never this one",
        "Effect": "Deny",
        "Principal": {"AWS": lab_user},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    allow = deny | {"Sid": "Let IAMLabUser read the table", "Effect": "Allow", "Action": "kms:DescribeKey"}
    key(target, "alias/myKey", deny, allow)


def key_with_grants(target: Target) -> None:
    """A key with grants for an IAMLabUser, rotated every year."""
    lab_user, kms = user(target, "IAMLabUser", bare=True), target.client("kms")
    key_id = key(target, "alias/myKey")
    kms.create_grant(KeyId=key_id, GranteePrincipal=lab_user, Operations=["Decrypt"], Name="mine")
    kms.create_grant(KeyId=key_id, GranteePrincipal=lab_user, Operations=["Encrypt", "DescribeKey"])
    kms.enable_key_rotation(KeyId=key_id)


def other_key(target: Target) -> None:
    """A key behind the alias that a cell uses as one that isn't there: the table that it asks for could be made."""
    key(target, "alias/noKey")


# --- tables ---------------------------------------------------------------------------------------------------


def table(target: Target, name: str, *keys: str, items: int = 5, **more: Any) -> None:
    """A table with string keys and some items."""
    dynamodb = target.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in keys],
        KeySchema=[
            {"AttributeName": each, "KeyType": kind}
            for each, kind in zip(keys, ("HASH", "RANGE"), strict=False)
        ],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "team", "Value": "payroll"}],
        **more,
    )
    for number in range(items):
        item = {each: {"S": f"{each} {number}"} for each in keys}
        dynamodb.put_item(TableName=name, Item=item | {"Pages": {"N": str(number)}})


def the_lab_book(target: Target) -> None:
    """In the course's own table's place, with the course's own book in it, and more in that than the course writes."""
    item = {"Author": {"S": "Seth Godin"}, "Book_Title": {"S": "The Dip"}, "Read": {"BOOL": True}}
    target.client("dynamodb").put_item(TableName="Books", Item=item)


def under_own_key(key_id: str) -> dict[str, Any]:
    """Encryption at rest under a key of the account."""
    return {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id}}


def books_of_the_course_shape(target: Target) -> None:
    """A table as the course's, under DynamoDB's own key."""
    table(target, "Books", "Author", "Book_Title")
    the_lab_book(target)


def books_under_another_key(target: Target) -> None:
    """A table as the course's, under another key of the account."""
    table(target, "Books", "Author", "Book_Title", **under_own_key(key(target, "alias/library")))
    the_lab_book(target)


def books_of_another_shape(target: Target) -> None:
    """A table with a key of its own, with five items."""
    table(target, "Books", "ISBN")


def protected_books(target: Target) -> None:
    """A table that is protected from deletion, and whose items expire."""
    table(target, "Books", "Author", "Book_Title", DeletionProtectionEnabled=True)
    target.client("dynamodb").update_time_to_live(
        TableName="Books", TimeToLiveSpecification={"Enabled": True, "AttributeName": "Until"}
    )


def films(target: Target) -> None:
    """The table that an exercise makes and deletes."""
    table(target, "Films", "Title")


# --- users ----------------------------------------------------------------------------------------------------


def user(target: Target, name: str, *, bare: bool = False, path: str = "/") -> str:
    """The ARN of a user; unless ``bare``, with everything that can hang on one."""
    iam = target.client("iam")
    arn: str = iam.create_user(UserName=name, Path=path, Tags=[{"Key": "team", "Value": "payroll"}])["User"][
        "Arn"
    ]
    if bare:
        return arn
    iam.create_login_profile(UserName=name, Password=PASSWORD, PasswordResetRequired=False)
    iam.create_access_key(UserName=name)
    spare = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName=name, AccessKeyId=spare, Status="Inactive")
    for policy in ("BooksReader", "OpenTheTable", "Mine"):
        iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=ALLOW_SOMETHING)
    iam.create_group(GroupName=f"friends-of-{name}")
    iam.add_user_to_group(GroupName=f"friends-of-{name}", UserName=name)
    policy = iam.create_policy(PolicyName=f"for-{name}", PolicyDocument=ALLOW_SOMETHING)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    return arn


def lab_user(target: Target) -> None:
    """A user who signs in, with access keys, policies of the course's names, a group and tags."""
    user(target, "IAMLabUser")


def lab_user_without_password(target: Target) -> None:
    """A user without console access, under a path: nothing about it is as in the course but its name."""
    user(target, "IAMLabUser", bare=True, path="/staff/")


def misspelt_user(target: Target) -> None:
    """The user whom a cell names by a typing error."""
    user(target, "IAMLabUsr")


# --- beyond the lab -------------------------------------------------------------------------------------------


def role(target: Target, name: str) -> None:
    """A role of a service."""
    target.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_EC2)


def _plainly(target: Target, name: str, kind: str) -> None:
    """A thing that has nothing but its name."""
    if kind == "aliases":
        key(target, name)
    elif kind == "users":
        user(target, name, bare=True)
    else:
        role(target, name)


def _beyond_the_lab() -> dict[str, dict[str, str]]:
    """The names that each section beyond the lab has for itself: slug -> name -> aliases, users or roles."""
    return {
        section.slug: {
            name: kind
            for kind in Names.__dataclass_fields__
            for name in getattr(section.names, kind)
            if name not in getattr(LAB_NAMES, kind)
        }
        for section in BEYOND_SECTIONS
        if not section.practice_only
    }


BEYOND_THE_LAB = _beyond_the_lab()
_ONE_OF_EACH_KIND = {
    (slug, kind): name for slug, names in BEYOND_THE_LAB.items() for name, kind in reversed(names.items())
}

TAKEN = (
    Taken("alias/myKey", "enabled key", enabled_key, differs_behind_the_stop=False),
    Taken("alias/myKey", "disabled key", disabled_key),
    Taken("alias/myKey", "dying key", dying_key),
    Taken("alias/myKey", "key with deny", key_with_deny),
    Taken("alias/myKey", "key with grants", key_with_grants),
    Taken("alias/noKey", "other key", other_key),
    Taken("Books", "course shape", books_of_the_course_shape, differs_behind_the_stop=False),
    Taken("Books", "another key", books_under_another_key),
    Taken("Books", "another shape", books_of_another_shape),
    Taken("Books", "protected", protected_books),
    Taken("Films", "a table", films),
    Taken("IAMLabUser", "user with everything", lab_user),
    Taken("IAMLabUser", "user without password", lab_user_without_password, differs_behind_the_stop=False),
    Taken("IAMLabUsr", "misspelt user", misspelt_user, differs_behind_the_stop=False),
    *(
        Taken(name, kind, partial(_plainly, name=name, kind=kind), differs_behind_the_stop=False)
        for (_, kind), name in _ONE_OF_EACH_KIND.items()
    ),
)


# --- everything -----------------------------------------------------------------------------------------------


def fill_with_unrelated(target: Target) -> None:
    """What lies around in an account: a key, a table, users, a role, a group, managed policies."""
    table(target, "Payroll", "Person", **under_own_key(key(target, "alias/wages")))
    user(target, "payroll")
    user(target, "bare", bare=True)
    iam = target.client("iam")
    iam.create_role(
        RoleName="IAMLabRole", AssumeRolePolicyDocument=TRUST_EC2, Tags=[{"Key": "a", "Value": "b"}]
    )
    iam.put_role_policy(RoleName="IAMLabRole", PolicyName="BooksReader", PolicyDocument=ALLOW_SOMETHING)
    iam.create_group(GroupName="Books")
    iam.put_group_policy(GroupName="Books", PolicyName="BooksReader", PolicyDocument=ALLOW_SOMETHING)
    for name in ("BooksReader", "OpenTheTable"):
        iam.create_policy(PolicyName=name, PolicyDocument=ALLOW_SOMETHING)
    iam.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True)


def fill_with_the_lab(target: Target) -> None:
    """Every name of the lab taken at once, each by the thing that has most to lose, and what is unrelated."""
    fill_with_unrelated(target)
    kms, reader = target.client("kms"), user(target, "IAMLabUser")
    deny = {
        "Sid": "No",
        "Effect": "Deny",
        "Principal": {"AWS": reader},
        "Action": "kms:Sign",
        "Resource": "*",
    }
    key_id = key(target, "alias/myKey", deny)
    kms.create_grant(KeyId=key_id, GranteePrincipal=reader, Operations=["Decrypt"])
    table(target, "Books", "Author", "Book_Title", **under_own_key(key_id))
    the_lab_book(target)
    films(target)
    other_key(target)
    misspelt_user(target)


def fill_with_everything(target: Target) -> None:
    """The names beyond the lab taken too."""
    fill_with_the_lab(target)
    for names in BEYOND_THE_LAB.values():
        for name, kind in names.items():
            _plainly(target, name, kind)


def _account(target: Target) -> str:
    account: str = target.client("sts").get_caller_identity()["Account"]
    return account
