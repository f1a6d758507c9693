"""The architecture of the lab as the account stands: who holds what, who is let in, in words; diagram.py draws it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from kmscourse import access, audit
from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.account.denials import is_denied, unremembered
from kmscourse.course import artifacts
from kmscourse.course.notes import Notes
from kmscourse.policy import PrincipalKind, parse_principal, principals_of, statements_of

ADMINISTRATOR, ACCOUNT, MY_KEY = "the administrator", "the account's IAM", "myKey"
STATES = {
    "Enabled": "is enabled",
    "Disabled": "is disabled, so KMS does not use it",
    "PendingDeletion": "waits for its deletion, so KMS does not use it",
}
Value = TypeVar("Value")
MAX_EVENTS = 200  # of the trail, the newest: AWS hands out a hundred a second


class Component(StrEnum):
    """A component of the architecture, by the name that a list of changes gives to it."""

    ADMINISTRATOR = "the administrator"
    KEY = "the KMS key myKey"
    POLICY = "its key policy"
    ENCRYPTED = "the encrypted data key"
    PLAINTEXT = "the plaintext data key"
    DECRYPT = "the way back by Decrypt"
    MESSAGE = "the sealed message"
    TABLE = "the table Books"
    TABLE_KEY = "its table key"
    GRANT = "the grant for DynamoDB"
    READER = "the sign-in of IAMLabUser"
    AT_TABLE = "IAM's answer to IAMLabUser"
    AT_KEY = "KMS's answer to IAMLabUser"


@dataclass(frozen=True)
class Architecture:
    """What the diagram shows.

    ``key_state`` is myKey's state as KMS names it, or None (no key yet); ``lets_in`` are those whom its policy allows
    something, None where AWS doesn't show it, ``keeps_out`` those whom it denies something. ``opened``: KMS has
    decrypted a data key for the administrator. ``table_key`` says under which key that of Books is encrypted, None
    where there is no table; ``granted``: a grant lets DynamoDB use myKey. ``reader``: IAMLabUser has a password.
    ``at_table`` and ``at_key`` are the answers to IAMLabUser's Scan, None where nobody is asked, or nobody can tell.
    """

    key_state: str | None = None
    lets_in: tuple[str, ...] | None = ()
    data_key: bool = False
    opened: bool = False
    message: bool = False
    table_key: str | None = None
    granted: bool = False
    reader: bool = False
    at_table: bool | None = None
    at_key: bool | None = None
    keeps_out: tuple[str, ...] = ()

    @classmethod
    def of(cls, account: Account, notes: Notes) -> Architecture:
        """The architecture as the account's main user finds it now. Raises ClientError where AWS shows too little."""
        kms, arn = account.client("kms"), artifacts.find_key(account)
        has_encrypted_key = "encrypted_data_key" in notes or "envelope" in notes
        architecture = cls(
            data_key=has_encrypted_key,
            opened=has_encrypted_key and _has_decrypted(account),
            message="envelope" in notes,
            reader=artifacts.has_lab_user(account, notes) and artifacts.has_sign_in(account, notes),
        )
        if arn is not None:
            grants = _if_shown(account, lambda: keys.grants(kms, arn)) or []
            policy = _if_shown(account, lambda: keys.key_policy(kms, arn))
            architecture = replace(
                architecture,
                key_state=kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"],
                lets_in=None if policy is None else _named(policy, "Allow", account),
                keeps_out=() if policy is None else _named(policy, "Deny", account),
                granted=any(grant.get("GranteePrincipal", "").startswith("dynamodb.") for grant in grants),
            )
        if artifacts.table_exists(account, notes):
            at_table, at_key = _answers(account, architecture)
            architecture = replace(
                architecture, table_key=_table_key(account, arn), at_table=at_table, at_key=at_key
            )
        return architecture

    @property
    def works(self) -> bool:
        """Is there a key, and is it enabled?"""
        return self.key_state == "Enabled"

    def sentences(self) -> dict[Component, str]:
        """The parts that are there, each with the sentence that says how it is."""
        sentences = {Component.ADMINISTRATOR: "The administrator looks after the account."}
        if self.key_state is not None:
            state = STATES.get(self.key_state, f"is {self.key_state}")
            sentences[Component.KEY] = f"The administrator manages the KMS key myKey, which {state}."
            sentences[Component.POLICY] = "AWS doesn't show its key policy to the administrator."
            if self.lets_in is not None:
                denies = f", and a Deny for {listed(self.keeps_out)}" if self.keeps_out else ""
                sentences[Component.POLICY] = (
                    f"Its key policy has an Allow for {listed(self.lets_in) or 'nobody'}{denies}."
                )
        if self.data_key:
            sentences[Component.ENCRYPTED] = (
                "The application keeps a data key for each message, encrypted by KMS."
                if self.message
                else "The application keeps a data key, encrypted by KMS."
            )
            sentences[Component.PLAINTEXT] = (
                "For a moment, the application has a plaintext data key in its memory."
            )
        if self.opened:
            sentences[Component.DECRYPT] = "KMS has decrypted a data key for the application."
        if self.message:
            sentences[Component.MESSAGE] = (
                "The application keeps a message, sealed with a data key of its own."
            )
        if self.table_key is not None:
            sentences[Component.TABLE] = "DynamoDB keeps the table Books."
            sentences[Component.TABLE_KEY] = f"The table key of Books is encrypted under {self.table_key}."
        if self.granted:
            sentences[Component.GRANT] = "A grant on myKey lets DynamoDB use it."
        if self.reader:
            sentences[Component.READER] = "IAMLabUser may sign in."
        if self.at_table is not None:
            sentences[Component.AT_TABLE] = f"IAM {_does(self.at_table)} IAMLabUser's Scan of Books."
        if self.at_key is not None:
            sentences[Component.AT_KEY] = (
                f"KMS {_does(self.at_key)} the Decrypt of the table key in IAMLabUser's name."
            )
        return sentences


def verdict(allowed: bool) -> str:
    """An answer as a word."""
    return "allowed" if allowed else "refused"


def _does(allowed: bool) -> str:
    return "allows" if allowed else "refuses"


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _has_decrypted(account: Account) -> bool:
    """Has KMS decrypted something for the main user, not counting what DynamoDB asked in their name?"""
    for event in audit.events(account.client("cloudtrail"), event_name="Decrypt", max_events=MAX_EVENTS):
        identity = event["userIdentity"]
        if (
            identity.get("arn") == account.user_arn
            and "invokedBy" not in identity
            and "errorCode" not in event
        ):
            return True
    return False


def _named(policy: Mapping[str, Any], effect: str, account: Account) -> tuple[str, ...]:
    """Whom a key policy allows or denies something, each once and in its order; of those who were deleted, none."""
    names: list[str] = []
    for statement in statements_of(policy):
        if statement.get("Effect") == effect:
            living = (
                name
                for name in principals_of(statement)
                if parse_principal(name).kind is not PrincipalKind.DELETED
            )
            names += [_name(arn, account) for arn in living]
            if spared := [_name(arn, account) for arn in principals_of(statement, "NotPrincipal")]:
                names.append(f"everyone but {listed(spared)}")
    return tuple(dict.fromkeys(names))


def _name(arn: str, account: Account) -> str:
    if arn == account.user_arn:
        return ADMINISTRATOR
    if arn == "*":
        return "everyone"
    who = parse_principal(arn)
    return ACCOUNT if who.kind is PrincipalKind.ROOT and who.account == account.id else who.name


def _table_key(account: Account, arn: str | None) -> str:
    """What the table's key is encrypted under."""
    under = artifacts.key_of_table(account)
    if under is None:
        return "a key that AWS owns"
    return MY_KEY if under == arn else "another KMS key"


def _answers(account: Account, architecture: Architecture) -> tuple[bool | None, bool | None]:
    """The answers to a Scan by IAMLabUser, where IAMLabUser can ask. A key that is switched off lets nobody in."""
    if not architecture.reader:
        return None, None
    answers = _if_shown(
        account, lambda: access.scan_answers(account, artifacts.lab_user_arn(account), artifacts.TABLE)
    )
    if answers is None:
        return None, None
    at_table, at_key = answers
    return at_table.allowed, None if at_key is None else at_key.allowed and architecture.works


def _if_shown(account: Account, read: Callable[[], Value]) -> Value | None:
    """What is read, None where the account's main user may not read it."""
    try:
        with unremembered(account.denials):
            return read()
    except ClientError as error:
        if not is_denied(error):
            raise
        return None
