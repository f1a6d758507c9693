"""What is true once the archive is right, whatever way led there: each call is made, or decided, and its answer read.

KMS is asked with ``DryRun``: it decides as it would, and no data key travels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from kmscourse import access
from kmscourse import dynamodb as tables
from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.course.artifacts import WOULD_SUCCEED
from kmscourse.course.challenge.set_up import ALIAS, CLERK, COURIER, INTERN, LETTERS, TABLE
from kmscourse.course.checks.check import Check, Observation, Observer
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER
from kmscourse.policy import Request, evaluate

STRANGER = "arn:aws:iam::999999999999:user/stranger"
TO_ADMINISTER = ("kms:PutKeyPolicy", "kms:EnableKey", "kms:ScheduleKeyDeletion")


def _key(account: Account) -> str:
    """The ARN of the key under which the letters are; "" where that is DynamoDB's own."""
    return tables.key_of_table(account.client("dynamodb"), TABLE) or ""


def _answer(call: Callable[[], object]) -> str:
    """How AWS answers a call: ``answered``, or the code of its refusal."""
    try:
        call()
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        return "answered" if code == WOULD_SUCCEED else code
    return "answered"


def _client(account: Account, user_name: str, service: str) -> Any:
    session: Any = account.session_for(user_name)
    return session.client(service)


def _decrypt(account: Account, user_name: str) -> str:
    """How KMS answers this user who has a ciphertext of the archive's key."""
    ciphertext = account.client("kms").encrypt(KeyId=_key(account), Plaintext=b"sealed")["CiphertextBlob"]
    kms = _client(account, user_name, "kms")
    return _answer(lambda: kms.decrypt(CiphertextBlob=ciphertext, DryRun=True))


def _scan(account: Account, user_name: str) -> str:
    """How many letters this user reads, or why none."""
    dynamodb = _client(account, user_name, "dynamodb")
    try:
        titles = {item["Title"]["S"] for item in dynamodb.scan(TableName=TABLE)["Items"]}
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return f"{len(titles & set(LETTERS))} of {len(LETTERS)} letters"


def _is_there(account: Account, user_name: str) -> bool:
    iam = account.client("iam")
    try:
        iam.get_user(UserName=user_name)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def _seen(look: Callable[[Account], tuple[bool, str]]) -> Observer:
    """A look at the archive. Without its table, or those who work there, there is nothing to look at."""

    def observe(account: Account, _: Notes) -> Observation:
        for name in (CLERK, COURIER):
            if not _is_there(account, name):
                return Observation(False, f"there is no user {name}")
        if not tables.has_table(account.client("dynamodb"), TABLE):
            return Observation(False, f"there is no table {TABLE}")
        if not _key(account):
            return Observation(False, f"{TABLE} is under no key of your own")
        try:
            return Observation(*look(account))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            return Observation(False, f"your own {error.operation_name} under the archive's key: {code}")

    return observe


def _the_clerk_reads(account: Account) -> tuple[bool, str]:
    answer = _scan(account, CLERK)
    return answer == f"{len(LETTERS)} of {len(LETTERS)} letters", f"a Scan by {CLERK}: {answer}"


def _refused_directly(user_name: str) -> Callable[[Account], tuple[bool, str]]:
    def look(account: Account) -> tuple[bool, str]:
        answer = _decrypt(account, user_name)
        return answer == "AccessDeniedException", f"a Decrypt by {user_name}: {answer}"

    return look


def _the_courier_gets_a_data_key(account: Account) -> tuple[bool, str]:
    kms = _client(account, COURIER, "kms")
    answer = _answer(lambda: kms.generate_data_key(KeyId=ALIAS, KeySpec="AES_256", DryRun=True))
    leads_there = keys.find_key(account.client("kms"), ALIAS) == _key(account)
    found = f"a GenerateDataKey by {COURIER} with {ALIAS}: {answer}"
    if answer == "answered" and not leads_there:
        found += ", but under another key than the letters"
    return answer == "answered" and leads_there, found


def _the_intern_has_nothing(account: Account) -> tuple[bool, str]:
    if not _is_there(account, INTERN):
        return True, f"there is no user {INTERN} any more"
    snapshot = access.Snapshot(account)
    arn, key = access.find_identity(snapshot.identities, INTERN).arn, _key(account)
    allowed = [
        action for action in access.KEY_ACTIONS if access.case(snapshot, arn, action, key).decision.allowed
    ]
    by_call = [
        name for name, how in (("Decrypt", _decrypt), ("Scan", _scan)) if "Denied" not in how(account, INTERN)
    ]
    found = ", ".join(dict.fromkeys([*allowed, *by_call]))
    return not found, f"{INTERN} may {found or 'do nothing with the key, and read nothing'}"


def _nobody_else_is_let_in(account: Account) -> tuple[bool, str]:
    key = _key(account)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    policy = keys.key_policy(account.client("kms"), key)
    stranger = evaluate(
        Request(STRANGER, "kms:Decrypt", key), identity_policies=[everything], resource_policy=policy
    )
    answer = _decrypt(account, LAB_USER)
    if stranger.allowed:
        return False, "a stranger in another account may decrypt"
    return answer == "AccessDeniedException", f"a Decrypt by {LAB_USER}: {answer}"


def _you_administer_it(account: Account) -> tuple[bool, str]:
    snapshot, key = access.Snapshot(account), _key(account)
    lacking = [
        action
        for action in TO_ADMINISTER
        if not access.case(snapshot, account.user_arn, action, key).decision.allowed
    ]
    return (
        not lacking,
        f"you may not call {', '.join(lacking)}" if lacking else "you may change its policy and its state",
    )


OUTCOME = (
    Check(f"{CLERK} reads the letters in {TABLE}", _seen(_the_clerk_reads)),
    Check(f"{CLERK} decrypts nothing with the key directly", _seen(_refused_directly(CLERK))),
    Check(
        f"{COURIER} gets data keys by {ALIAS}, under the key of the letters",
        _seen(_the_courier_gets_a_data_key),
    ),
    Check(f"{COURIER} decrypts nothing", _seen(_refused_directly(COURIER))),
    Check(
        f"{INTERN} has left: they may do nothing with the key, and read nothing",
        _seen(_the_intern_has_nothing),
    ),
    Check("nobody else is let in", _seen(_nobody_else_is_let_in)),
    Check("you still administer the key", _seen(_you_administer_it)),
)
"""The challenge is solved where all of it is true at once."""
