"""What the sections leave behind in an account and in the notes: how to find it, make it, and take it away again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from kmscourse import access, iam
from kmscourse import dynamodb as tables
from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.account.passwords import show_once
from kmscourse.course.notes import Notes
from kmscourse.envelope import Envelope, generate_data_key, seal
from kmscourse.errors import CourseError
from kmscourse.iam import LAB_POLICY_NAME, LAB_USER
from kmscourse.policy import (
    deleted_principals,
    statements_naming,
    use_statement,
    with_statement,
    without_principal,
)

WOULD_SUCCEED = "DryRunOperationException"
"""The error code of KMS for a call with DryRun that would succeed."""

KEY_ALIAS = "alias/myKey"
TABLE = "Books"
PARTITION_KEY, SORT_KEY = "Author", "Book_Title"
BOOK = {PARTITION_KEY: "Seth Godin", SORT_KEY: "The Dip"}
MESSAGE = "Hello, this is my sensitive data."
MESSAGE_CONTEXT = {"course": "kms", "section": "3"}
PERMISSION_SID = f"Let {LAB_USER} read the table"


def _says_nothing(account: Account, notes: Notes) -> str:
    return ""


@dataclass(frozen=True)
class Artifact:
    """Something that a section leaves behind.

    ``is_ready`` says whether it is there as a later section needs it, ``make`` makes it so; where something else of its
    name would be lost by that, ``misfit`` says what is wrong with that one, and ``make`` must not be called.
    ``exists`` says whether it is there although the section that makes it begins without it, and ``undo`` takes it
    away; ``effect`` says what is otherwise in that section where it stays. ``identity`` tells it from another of its
    name. What ``holds_data``, which would be lost with it, is not taken away in a real account.
    """

    name: str
    section: int
    is_ready: Callable[[Account, Notes], bool]
    make: Callable[[Account, Notes], None]
    exists: Callable[[Account, Notes], bool]
    undo: Callable[[Account, Notes], None]
    identity: Callable[[Account, Notes], str | None]
    effect: Callable[[Account, Notes], str]
    misfit: Callable[[Account, Notes], str] = _says_nothing
    holds_data: bool = False


# --- IAMLabUser -----------------------------------------------------------------------------------------------


def lab_user_arn(account: Account) -> str:
    """The ARN that IAMLabUser has, or would have, in this account."""
    return f"arn:aws:iam::{account.id}:user/{LAB_USER}"


def has_lab_user(account: Account, _: Notes) -> bool:
    """Is there an IAMLabUser?"""
    users = account.client("iam").get_paginator("list_users").paginate()
    return any(user["UserName"] == LAB_USER for page in users for user in page["Users"])


def make_lab_user(account: Account, _: Notes) -> None:
    """IAMLabUser, with the policy that the lab gives to it."""
    iam.create_lab_user(account.client("iam"))


def identify_lab_user(account: Account, _: Notes) -> str:
    """The user's unique id, which no other user ever has."""
    return str(account.client("iam").get_user(UserName=LAB_USER)["User"]["UserId"])


def has_sign_in(account: Account, _: Notes) -> bool:
    """May IAMLabUser sign in to the console?"""
    return iam.has_console_access(account.client("iam"), LAB_USER)


def make_sign_in(account: Account, _: Notes) -> None:
    """Console access for IAMLabUser: with the lab's password, outside the practice account with one of its own."""
    password = account.new_password()
    iam.enable_console_access(account.client("iam"), LAB_USER, password)
    if not account.practice:
        show_once(LAB_USER, password)


def remove_sign_in(account: Account, _: Notes) -> None:
    """Take IAMLabUser's console access away."""
    account.client("iam").delete_login_profile(UserName=LAB_USER)


def identify_sign_in(account: Account, notes: Notes) -> str | None:
    """The moment at which the password was first set."""
    if not has_sign_in(account, notes):
        return None
    profile = account.client("iam").get_login_profile(UserName=LAB_USER)["LoginProfile"]
    return str(profile["CreateDate"])


# --- myKey ----------------------------------------------------------------------------------------------------


def find_key(account: Account) -> str | None:
    """The ARN of the key that the alias myKey leads to."""
    return keys.find_key(account.client("kms"), KEY_ALIAS)


def key_arn(account: Account) -> str:
    """The same, where there must be one. Raises CourseError where there is none yet."""
    arn = find_key(account)
    if arn is None:
        raise CourseError("There is no key with the alias myKey yet: section 1 creates it.")
    return arn


def key_state(account: Account) -> str | None:
    """The state of myKey: Enabled, Disabled, PendingDeletion, or None where there is no such alias."""
    arn = find_key(account)
    return arn and account.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]


def key_works(account: Account, _: Notes) -> bool:
    """Is myKey there, and enabled?"""
    return key_state(account) == "Enabled"


def make_key(account: Account, _: Notes) -> None:
    """A key under the alias myKey as the console makes it; one that is disabled or awaits deletion is revived."""
    kms = account.client("kms")
    if find_key(account) is None:
        keys.create_key(kms, KEY_ALIAS, administrators=[account.user_arn], users=[account.user_arn])
        return
    keys.make_usable(kms, KEY_ALIAS)


def free_alias(account: Account, _: Notes) -> None:
    """Take the alias myKey from its key. The key stays, and so does all that is encrypted under it."""
    account.client("kms").delete_alias(AliasName=KEY_ALIAS)


def identify_key(account: Account, _: Notes) -> str | None:
    """The ARN of the key behind the alias."""
    return find_key(account)


def tell_of_key(account: Account, _: Notes) -> str:
    """What is otherwise where a key has the alias already."""
    return f"myKey is there already ({key_state(account)}), so the cell that creates a key makes none"


# --- the data key and the message -----------------------------------------------------------------------------


def can_decrypt(account: Account, blob: bytes, context: dict[str, str], key_arn: str | None = None) -> bool:
    """Would KMS open it, with the key ``key_arn`` alone if one is given?

    Asked as a dry run: no plaintext travels, and no Decrypt of the student's is pretended.
    """
    named = {} if key_arn is None else {"KeyId": key_arn}
    try:
        account.client("kms").decrypt(CiphertextBlob=blob, EncryptionContext=context, DryRun=True, **named)
    except ClientError as error:
        return error.response["Error"]["Code"] == WOULD_SUCCEED
    return True


def has_data_key(account: Account, notes: Notes) -> bool:
    """Is there a note of an encrypted data key that this account's key opens?"""
    return "encrypted_data_key" in notes and can_decrypt(
        account, bytes.fromhex(notes["encrypted_data_key"]), {}
    )


def make_data_key(account: Account, notes: Notes) -> None:
    """Note an encrypted data key; its plaintext is not kept."""
    notes["encrypted_data_key"] = generate_data_key(account.client("kms"), KEY_ALIAS).encrypted.hex()


def has_message(account: Account, notes: Notes) -> bool:
    """Is there a note of a sealed message that this account's key opens?"""
    if "envelope" not in notes:
        return False
    return can_decrypt(account, Envelope.from_json(notes["envelope"]).encrypted_data_key, MESSAGE_CONTEXT)


def make_message(account: Account, notes: Notes) -> None:
    """Note the lab's message, sealed under myKey."""
    sealed = seal(account.client("kms"), KEY_ALIAS, MESSAGE.encode(), encryption_context=MESSAGE_CONTEXT)
    notes["envelope"] = sealed.to_json()


def _identify_note(name: str) -> Callable[[Account, Notes], str | None]:
    def identify(_: Account, notes: Notes) -> str | None:
        """A digest of the note."""
        return hashlib.sha256(notes[name].encode()).hexdigest() if name in notes else None

    return identify


# --- Books ----------------------------------------------------------------------------------------------------


def table_exists(account: Account, _: Notes) -> bool:
    """Is there a table Books?"""
    return tables.has_table(account.client("dynamodb"), TABLE)


def key_of_table(account: Account) -> str | None:
    """The ARN of the key that encrypts Books; None where that is DynamoDB's own."""
    return tables.key_of_table(account.client("dynamodb"), TABLE)


def table_ready(account: Account, notes: Notes) -> bool:
    """Is there a table Books, encrypted under myKey, with the lab's book in it?"""
    return _is_under_my_key(account, notes) and BOOK in tables.scan(account.client("dynamodb"), TABLE)


def _is_under_my_key(account: Account, notes: Notes) -> bool:
    """Is there a table Books with the lab's keys, encrypted under myKey, and can that be used?"""
    if not table_exists(account, notes) or not key_works(account, notes):
        return False
    described = account.client("dynamodb").describe_table(TableName=TABLE)["Table"]
    names = {key["AttributeName"] for key in described["KeySchema"]}
    # What imitates AWS may tell the key's name as it was given.
    return names == {PARTITION_KEY, SORT_KEY} and key_of_table(account) in (find_key(account), KEY_ALIAS)


def make_table(account: Account, notes: Notes) -> None:
    """The table Books, encrypted under myKey, with the lab's book in it. What else is in it stays."""
    dynamodb = account.client("dynamodb")
    if not table_exists(account, notes):
        tables.create_encrypted_table(dynamodb, TABLE, KEY_ALIAS, PARTITION_KEY, SORT_KEY)
    tables.put_item(dynamodb, TABLE, BOOK)


def table_misfit(account: Account, notes: Notes) -> str:
    """What is wrong with a table Books that another one would have to replace; "" where nothing is."""
    if not table_exists(account, notes) or _is_under_my_key(account, notes):
        return ""
    return (
        f"The table {TABLE} is not as this section needs it: encrypted under {KEY_ALIAS}, with the keys "
        f"{PARTITION_KEY} and {SORT_KEY}. It is yours, so it stays"
    )


def identify_table(account: Account, notes: Notes) -> str | None:
    """The table's unique id, which no other table ever has; the moment it was made, where something has no such ids."""
    if not table_exists(account, notes):
        return None
    described = account.client("dynamodb").describe_table(TableName=TABLE)["Table"]
    return str(described.get("TableId") or described["CreationDateTime"])


def tell_of_table(account: Account, _: Notes) -> str:
    """What is otherwise where the table is there already."""
    return f"{TABLE} is there already, so the cell that creates a table makes none"


def remove_table(account: Account, _: Notes) -> None:
    """Delete the table Books and all that is in it."""
    tables.delete_table(account.client("dynamodb"), TABLE)


# --- IAMLabUser's permission on myKey -------------------------------------------------------------------------


def _statements_for_reader(account: Account) -> list[dict[str, Any]]:
    """The statements of myKey's policy that name IAMLabUser."""
    arn = find_key(account)
    if arn is None:
        return []
    return statements_naming(keys.key_policy(account.client("kms"), arn), lab_user_arn(account))


def _names_earlier_reader(account: Account) -> bool:
    """Does myKey's policy name anybody who was deleted, as an earlier IAMLabUser?"""
    arn = find_key(account)
    return arn is not None and bool(deleted_principals(keys.key_policy(account.client("kms"), arn)))


def has_permission(account: Account, _: Notes) -> bool:
    """Does myKey's policy let IAMLabUser in, in a statement of its own, and refuse nothing in another?"""
    return {statement["Effect"] for statement in _statements_for_reader(account)} == {"Allow"}


def give_permission(account: Account, _: Notes) -> None:
    """Let IAMLabUser decrypt with myKey, by the one statement that its key policy then has for them."""
    statement = use_statement(lab_user_arn(account), sid=PERMISSION_SID)
    _put_key_policy(account, with_statement(_key_policy_without_reader(account), statement))


def _key_policy_without_reader(account: Account) -> dict[str, Any]:
    """myKey's policy without IAMLabUser, and without whoever was deleted: KMS takes no policy that names those."""
    policy = keys.key_policy(account.client("kms"), key_arn(account))
    for principal in (lab_user_arn(account), *deleted_principals(policy)):
        policy = without_principal(policy, principal)
    return policy


def _put_key_policy(account: Account, policy: dict[str, Any]) -> None:
    keys.put_key_policy(account.client("kms"), key_arn(account), policy)


def extra_policies(account: Account) -> list[str]:
    """The names of IAMLabUser's inline policies beside the lab's own; none where there is no such user."""
    client = account.client("iam")
    pages = client.get_paginator("list_user_policies").paginate(UserName=LAB_USER)
    try:
        names = [name for page in pages for name in page["PolicyNames"]]
    except client.exceptions.NoSuchEntityException:
        return []
    return [name for name in names if name != LAB_POLICY_NAME]


def reader_grants(account: Account) -> list[str]:
    """The ids of the grants on myKey for IAMLabUser."""
    arn = find_key(account)
    if arn is None:
        return []
    grants = keys.grants(account.client("kms"), arn)
    return [grant["GrantId"] for grant in grants if grant.get("GranteePrincipal") == lab_user_arn(account)]


def may_have_permission(account: Account, _: Notes) -> bool:
    """Is IAMLabUser, or an earlier one, spoken of in the key policy, a grant, or an IAM policy beside the lab's?"""
    return bool(places_of_permission(account))


def places_of_permission(account: Account) -> list[str]:
    """Where IAMLabUser, or an earlier one, is spoken of, beside the lab's IAM policy: in words."""
    in_key_policy = bool(_statements_for_reader(account)) or _names_earlier_reader(account)
    return [
        *(["the key policy"] if in_key_policy else []),
        *(["a grant"] if reader_grants(account) else []),
        *(f"the IAM policy {name}" for name in extra_policies(account)),
    ]


def permission_is_settled(account: Account, _: Notes) -> bool:
    """Has somebody decided about IAMLabUser, as there is now, in whatever way?"""
    is_decided = bool(_statements_for_reader(account) or reader_grants(account) or extra_policies(account))
    return is_decided and not _names_earlier_reader(account)


def take_permission(account: Account, notes: Notes) -> None:
    """Take IAMLabUser out of myKey's policy and grants, and every inline policy but the lab's away from it."""
    for name in extra_policies(account):
        account.client("iam").delete_user_policy(UserName=LAB_USER, PolicyName=name)
    for grant_id in reader_grants(account):
        account.client("kms").revoke_grant(KeyId=key_arn(account), GrantId=grant_id)
    if _statements_for_reader(account) or _names_earlier_reader(account):
        _put_key_policy(account, _key_policy_without_reader(account))


def identify_permission(account: Account, _: Notes) -> str | None:
    """A digest of the key's ARN and of the statements of its policy that name IAMLabUser."""
    arn = find_key(account)
    statements = json.dumps([arn, _statements_for_reader(account)], sort_keys=True)
    return hashlib.sha256(statements.encode()).hexdigest() if arn else None


def tell_of_permission(account: Account, notes: Notes) -> str:
    """What is otherwise where somebody has spoken of IAMLabUser already."""
    if not has_lab_user(account, notes) or find_key(account) is None:
        return ""
    if _names_earlier_reader(account):
        return "the key policy names a user who was deleted, and KMS takes no change of it as long as it does"
    if _is_let_in(account):
        return f"{LAB_USER} may already use myKey, so the next refusal will not happen"
    return f"a policy or a grant speaks of {LAB_USER} already, so the next refusal may be worded otherwise"


def _is_let_in(account: Account) -> bool:
    """May IAMLabUser decrypt with myKey directly? False where the main user may not read the policies."""
    try:
        snapshot = access.Snapshot(account)
        return access.case(snapshot, lab_user_arn(account), "kms:Decrypt", key_arn(account)).decision.allowed
    except ClientError:
        return False


def _never_exists(account: Account, notes: Notes) -> bool:
    return False


def _undo_nothing(account: Account, notes: Notes) -> None:
    """Nothing to take away: it is in nobody's way."""


ARTIFACTS = (
    Artifact(
        *(LAB_USER, 0, has_lab_user, make_lab_user, _never_exists, _undo_nothing),
        identity=identify_lab_user,
        effect=_says_nothing,
    ),
    Artifact(
        *("myKey", 1, key_works, make_key, lambda account, _: find_key(account) is not None, free_alias),
        identity=identify_key,
        effect=tell_of_key,
        holds_data=True,
    ),
    Artifact(
        *("data key", 2, has_data_key, make_data_key, _never_exists, _undo_nothing),
        identity=_identify_note("encrypted_data_key"),
        effect=_says_nothing,
    ),
    Artifact(
        *("message", 3, has_message, make_message, _never_exists, _undo_nothing),
        identity=_identify_note("envelope"),
        effect=_says_nothing,
    ),
    Artifact(
        *("Books", 6, table_ready, make_table, table_exists, remove_table),
        identity=identify_table,
        effect=tell_of_table,
        misfit=table_misfit,
        holds_data=True,
    ),
    Artifact(
        *("sign-in", 7, has_sign_in, make_sign_in, has_sign_in, remove_sign_in),
        identity=identify_sign_in,
        effect=_says_nothing,
    ),
    Artifact(
        *("permission", 8, permission_is_settled, give_permission, may_have_permission, take_permission),
        identity=identify_permission,
        effect=tell_of_permission,
    ),
)
"""In the order in which the course makes them."""


def artifact_named(name: str) -> Artifact:
    """The artifact of that name, which there has to be."""
    return next(artifact for artifact in ARTIFACTS if artifact.name == name)
