"""What the quiz calls right is what the practice account does, or what the policy engine decides.

A case says what the account would have to show for each choice to be right. Then somebody looks, and one of the choices
must say what was seen: the one that the quiz calls right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmscourse.audit import events
from kmscourse.course.questions import FIRST_HALF, SECOND_HALF, Question
from kmscourse.dynamodb import create_encrypted_table, put_item
from kmscourse.policy import Request, evaluate
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.settings import Settings
from tests.conftest import session_of

NONCE = bytes(12)
ACCOUNT_STATEMENT = "Enable IAM User Permissions"
TABLE = "Orders"
ITEM = {"Number": {"S": "1"}}


class Scene:
    """A practice account whose clock is set by hand, with one key; and what happens in it."""

    def __init__(self, table_key_cache: float) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        self.application = Application.open(
            now=lambda: self.now, settings=Settings(table_key_cache=table_key_cache)
        )
        self.main = inprocess.session(self.application)

    def set_up(self) -> None:
        """Make the key."""
        self.key = str(self.kms.create_key()["KeyMetadata"]["Arn"])

    @property
    def kms(self) -> Any:
        return self.main.client("kms")

    @property
    def iam(self) -> Any:
        return self.main.client("iam")

    def user(self, name: str, *actions: str, resource: str = "*") -> boto3.Session:
        """A new user whose IAM policy allows these actions."""
        self.iam.create_user(UserName=name)
        if actions:
            allow = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
            self.iam.put_user_policy(UserName=name, PolicyName="Own", PolicyDocument=policy)
        return session_of(self.application, name)

    def arn(self, name: str) -> str:
        return str(self.iam.get_user(UserName=name)["User"]["Arn"])

    def name_in_key_policy(self, *arns: str, without_account: bool = False) -> None:
        """Let these people use the key by its policy; the main user stays its administrator."""
        policy = json.loads(self.kms.get_key_policy(KeyId=self.key)["Policy"])
        statements = [] if without_account else policy["Statement"]
        main = self.main.client("sts").get_caller_identity()["Arn"]
        for sid, who, action in (("Main", [main], "kms:*"), ("Users", list(arns), "kms:Decrypt")):
            if who:
                statements.append(
                    {
                        "Sid": sid,
                        "Effect": "Allow",
                        "Principal": {"AWS": who},
                        "Action": action,
                        "Resource": "*",
                    }
                )
        self.kms.put_key_policy(KeyId=self.key, Policy=json.dumps(policy | {"Statement": statements}))

    def encrypt(self, context: Mapping[str, str] | None = None, key: str = "") -> bytes:
        answer = self.kms.encrypt(
            KeyId=key or self.key, Plaintext=b"a letter", EncryptionContext=context or {}
        )
        return bytes(answer["CiphertextBlob"])

    def table(self) -> None:
        """A table under the key, with one item."""
        dynamodb = self.main.client("dynamodb")
        create_encrypted_table(dynamodb, TABLE, self.key, "Number")
        put_item(dynamodb, TABLE, {"Number": "1"})


def outcome(call: Callable[[], object]) -> str:
    """How AWS answers: ``answered``, or the code of its refusal."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "answered"


def refusal(call: Callable[[], object]) -> str:
    """AWS's sentence; "" where it answers."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return ""


def decrypts(session: boto3.Session, ciphertext: bytes, **more: Any) -> str:
    return outcome(lambda: session.client("kms").decrypt(CiphertextBlob=ciphertext, **more))


# --- the first half -------------------------------------------------------------------------------------------


def a_data_key_in_memory(scene: Scene) -> str:
    data_key = scene.kms.generate_data_key(KeyId=scene.key, KeySpec="AES_256")
    file = AESGCM(data_key["Plaintext"]).encrypt(NONCE, b"data", None)
    scene.kms.disable_key(KeyId=scene.key)
    in_memory = AESGCM(data_key["Plaintext"]).decrypt(NONCE, file, None) == b"data"
    another = decrypts(scene.main, data_key["CiphertextBlob"])
    new = outcome(lambda: scene.kms.generate_data_key(KeyId=scene.key, KeySpec="AES_256"))
    return f"in memory: {in_memory}, another: {another}, new: {new}"


def ciphertexts_of_last_year(scene: Scene) -> str:
    ciphertext = scene.encrypt()
    before = scene.kms.decrypt(CiphertextBlob=ciphertext)["KeyMaterialId"]
    scene.kms.rotate_key_on_demand(KeyId=scene.key)
    current = scene.kms.describe_key(KeyId=scene.key)["KeyMetadata"]["CurrentKeyMaterialId"]
    assert current != before, "the rotation has happened"
    try:
        used = scene.kms.decrypt(CiphertextBlob=ciphertext)["KeyMaterialId"]
    except ClientError:
        return "refused"
    return {before: "decrypted with the old material", current: "decrypted with the new material"}[used]


def nobody_but_the_administrator(scene: Scene) -> str:
    scene.name_in_key_policy(without_account=True)
    context = {"purpose": "letters"}
    ciphertext = scene.encrypt(context)
    ana, by_iam = scene.user("ana"), scene.user("by-iam", "kms:*")
    assert decrypts(ana, ciphertext, EncryptionContext=context) == "AccessDeniedException", (
        "a context lets nobody in"
    )
    assert decrypts(by_iam, ciphertext, EncryptionContext=context) == "AccessDeniedException"
    scene.kms.create_grant(KeyId=scene.key, GranteePrincipal=scene.arn("ana"), Operations=["Decrypt"])
    answer = decrypts(ana, ciphertext, EncryptionContext=context)
    return "by a grant" if answer == "answered" else "not at all"


def decrypted_at_home(scene: Scene) -> str:
    data_key = scene.kms.generate_data_key(KeyId=scene.key, KeySpec="AES_256")
    file = AESGCM(data_key["Plaintext"]).encrypt(NONCE, b"data", None)
    trail = scene.main.client("cloudtrail")
    before = [event["eventID"] for event in events(trail)]
    AESGCM(data_key["Plaintext"]).decrypt(NONCE, file, None)
    new = [event["eventName"] for event in events(trail) if event["eventID"] not in before]
    return ", ".join(name for name in new if name != "LookupEvents") or "nothing"


def a_grant_and_a_new_user(scene: Scene) -> str:
    ciphertext = scene.encrypt()
    ana = scene.user("ana")
    scene.kms.create_grant(KeyId=scene.key, GranteePrincipal=scene.arn("ana"), Operations=["Decrypt"])
    assert decrypts(ana, ciphertext) == "answered"
    scene.iam.delete_user(UserName="ana")
    new = scene.user("ana")
    if decrypts(new, ciphertext) == "answered":
        return "decrypts"
    scene.iam.create_login_profile(UserName="ana", Password="Another-Passw0rd!")
    signed_in = session_of(scene.application, "ana", "Another-Passw0rd!")
    return "decrypts once signed in" if decrypts(signed_in, ciphertext) == "answered" else "nothing"


def an_iam_policy_alone(scene: Scene) -> str:
    ciphertext = scene.encrypt()
    ben = scene.user("ben", "kms:Decrypt", resource=scene.key)
    return decrypts(ben, ciphertext)


def the_wrong_key(scene: Scene) -> str:
    another = scene.kms.create_key()["KeyMetadata"]["Arn"]
    return decrypts(scene.main, scene.encrypt(key=another), KeyId=scene.key)


def the_name_of_a_patient(scene: Scene) -> str:
    scene.kms.generate_data_key(
        KeyId=scene.key, KeySpec="AES_256", EncryptionContext={"patient": "Greta Thorn"}
    )
    auditor = scene.user("auditor", "cloudtrail:LookupEvents")
    assert decrypts(auditor, scene.encrypt()) == "AccessDeniedException", "the auditor may not use the key"
    seen = json.dumps(events(auditor.client("cloudtrail"), event_name="GenerateDataKey"))
    return "who reads the trail" if "Greta Thorn" in seen else "nobody"


def data_keys_that_are_kept(scene: Scene) -> str:
    """Is there a call that would return a data key, and does the same call return the same one?"""
    operations = scene.kms.meta.service_model.operation_names
    if [name for name in operations if "DataKey" in name and not name.startswith("Generate")]:
        return "kept"
    twice = [scene.kms.generate_data_key(KeyId=scene.key, KeySpec="AES_256") for _ in range(2)]
    assert twice[0]["Plaintext"] != twice[1]["Plaintext"]
    seen = json.dumps(events(scene.main.client("cloudtrail"), event_name="GenerateDataKey"))
    for data_key in twice:
        assert data_key["Plaintext"].hex() not in seen
    return "not kept"


def the_day_after_scheduling(scene: Scene) -> str:
    ciphertext = scene.encrypt()
    scene.kms.schedule_key_deletion(KeyId=scene.key, PendingWindowInDays=7)
    scene.now += timedelta(days=1)
    answer = decrypts(scene.main, ciphertext)
    if outcome(lambda: scene.kms.cancel_key_deletion(KeyId=scene.key)) != "answered":
        return f"{answer}, for ever"
    scene.kms.enable_key(KeyId=scene.key)
    return f"{answer}, then {decrypts(scene.main, ciphertext)}"


def a_policy_for_an_alias(scene: Scene) -> str:
    scene.kms.create_alias(AliasName="alias/reports", TargetKeyId=scene.key)
    (alias,) = scene.kms.list_aliases(KeyId=scene.key)["Aliases"]
    ciphertext = scene.encrypt(key="alias/reports")
    dan = scene.user("dan", "kms:*", resource=alias["AliasArn"])
    answer = decrypts(dan, ciphertext, KeyId="alias/reports")
    assert decrypts(scene.main, ciphertext, KeyId="alias/reports") == "answered", "Decrypt does take an alias"
    return answer


def a_reader_of_orders(scene: Scene) -> str:
    scene.table()
    eva = scene.user("eva", "dynamodb:GetItem")
    said = refusal(lambda: eva.client("dynamodb").get_item(TableName=TABLE, Key=ITEM))
    return (
        "the caller lacks kms:Decrypt"
        if f"{scene.arn('eva')} is not authorized to perform: kms:Decrypt" in said
        else said
    )


# --- the second half ------------------------------------------------------------------------------------------


def a_leaked_data_key(scene: Scene) -> str:
    data_key, other = (scene.kms.generate_data_key(KeyId=scene.key, KeySpec="AES_256") for _ in range(2))
    files = [AESGCM(data_key["Plaintext"]).encrypt(NONCE, b"old", None)]
    for _ in range(3):
        scene.now += timedelta(days=365)
        scene.kms.rotate_key_on_demand(KeyId=scene.key)
        again = scene.kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"])["Plaintext"]
        files.append(AESGCM(again).encrypt(NONCE, b"newer", None))
    others = AESGCM(other["Plaintext"]).encrypt(NONCE, b"other", None)
    leaked = AESGCM(data_key["Plaintext"])
    opened = [outcome_of_aes(leaked, file) for file in files]
    return f"its own: {all(opened)}, of another data key: {outcome_of_aes(leaked, others)}"


def outcome_of_aes(cipher: AESGCM, file: bytes) -> bool:
    try:
        cipher.decrypt(NONCE, file, None)
    except Exception:
        return False
    return True


def what_to_read_for_access(scene: Scene) -> str:
    ciphertext = scene.encrypt()
    people = {name: scene.user(name) for name in ("by-key-policy", "by-grant", "by-alias")}
    people["by-iam"] = scene.user("by-iam", "kms:Decrypt", resource=scene.key)
    scene.name_in_key_policy(scene.arn("by-key-policy"))
    scene.kms.create_grant(KeyId=scene.key, GranteePrincipal=scene.arn("by-grant"), Operations=["Decrypt"])
    scene.kms.create_alias(AliasName="alias/by-alias", TargetKeyId=scene.key)
    let_in = sorted(name for name, session in people.items() if decrypts(session, ciphertext) == "answered")
    return ", ".join(let_in)


def another_frank(scene: Scene) -> str:
    ciphertext = scene.encrypt()
    frank = scene.user("frank")
    scene.name_in_key_policy(scene.arn("frank"))
    assert decrypts(frank, ciphertext) == "answered"
    scene.iam.delete_user(UserName="frank")
    return decrypts(scene.user("frank"), ciphertext)


def everything_in_iam(scene: Scene) -> str:
    ciphertext = scene.encrypt()
    scene.user("gina")
    scene.name_in_key_policy(scene.arn("gina"), without_account=True)
    hugo = scene.user("hugo", "kms:*")
    said = refusal(lambda: hugo.client("kms").decrypt(CiphertextBlob=ciphertext))
    return "answered" if not said else said.partition("because ")[2]


def a_message_from_a_supplier(_: Scene) -> str:
    request = Request(
        "arn:aws:iam::111111111111:user/you",
        "kms:Decrypt",
        "arn:aws:kms:us-east-1:222222222222:key/0d5a1c5e-0000-4000-8000-000000000000",
    )
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    key_policy = {"Version": "2012-10-17", "Statement": [{**allow, "Principal": {"AWS": "111111111111"}}]}
    identity_policy = {"Version": "2012-10-17", "Statement": [allow]}
    alone = evaluate(request, resource_policy=key_policy).allowed
    both = evaluate(request, resource_policy=key_policy, identity_policies=[identity_policy]).allowed
    return {(True, True): "the key policy is enough", (False, True): "an IAM policy too"}.get(
        (alone, both), "more"
    )


def a_context_as_a_password(scene: Scene) -> str:
    ciphertext = scene.encrypt({"customer": "1001"})
    thief = scene.user("thief", "kms:Decrypt", "cloudtrail:LookupEvents")
    assert decrypts(thief, ciphertext) == "InvalidCiphertextException"
    seen = events(thief.client("cloudtrail"), event_name="Encrypt")[0]["requestParameters"][
        "encryptionContext"
    ]
    answer = decrypts(thief, ciphertext, EncryptionContext=seen)
    return "nothing, once it is found" if answer == "answered" else "the context"


def after_the_waiting_period(scene: Scene) -> str:
    scene.kms.create_alias(AliasName="alias/backups", TargetKeyId=scene.key)
    ciphertext = scene.encrypt()
    scene.kms.schedule_key_deletion(KeyId=scene.key, PendingWindowInDays=7)
    scene.now += timedelta(days=8)
    assert outcome(lambda: scene.kms.cancel_key_deletion(KeyId=scene.key)) == "NotFoundException"
    new = scene.kms.create_key()["KeyMetadata"]["Arn"]
    scene.kms.create_alias(AliasName="alias/backups", TargetKeyId=new)
    if decrypts(scene.main, ciphertext, KeyId="alias/backups") == "answered":
        return "a new key with the alias decrypts"
    return "nobody decrypts" if decrypts(scene.main, ciphertext) != "answered" else "decrypted"


def an_alias_that_moves(scene: Scene) -> str:
    second = scene.kms.create_key()["KeyMetadata"]["Arn"]
    scene.kms.create_alias(AliasName="alias/app", TargetKeyId=scene.key)
    ivy = scene.user("ivy", "kms:Decrypt", resource=scene.key)
    ciphertexts = {"first": scene.encrypt(), "second": scene.encrypt(key=second)}
    scene.kms.update_alias(AliasName="alias/app", TargetKeyId=second)
    return (
        ", ".join(name for name, each in ciphertexts.items() if decrypts(ivy, each) == "answered")
        or "neither"
    )


def a_grant_that_does_not_help(scene: Scene) -> str:
    scene.table()
    (grant,) = scene.kms.list_grants(KeyId=scene.key)["Grants"]
    assert grant["GranteePrincipal"].startswith("dynamodb.")
    kim = scene.user("kim", "dynamodb:Scan")
    said = refusal(lambda: kim.client("dynamodb").scan(TableName=TABLE))
    return (
        "asked in the caller's name"
        if f"User: {scene.arn('kim')} is not authorized" in said
        else said or "answered"
    )


def a_reader_while_you_disable(scene: Scene) -> str:
    """With the pause that AWS's DynamoDB has; ``scene`` keeps opened table keys for five minutes."""
    scene.table()
    reader = scene.user("reader", "dynamodb:*", "kms:Decrypt").client("dynamodb")
    reader.scan(TableName=TABLE)
    scene.kms.disable_key(KeyId=scene.key)
    scene.now += timedelta(minutes=1)
    soon = outcome(lambda: reader.scan(TableName=TABLE))
    scene.now += timedelta(minutes=10)
    assert outcome(lambda: reader.scan(TableName=TABLE)) != "answered", "then it is over"
    return soon


CASES: dict[str, tuple[Callable[[Scene], str], tuple[str, str, str, str]]] = {
    "a-data-key-in-memory": (
        a_data_key_in_memory,
        (
            "in memory: False, another: DisabledException, new: DisabledException",
            "in memory: True, another: DisabledException, new: DisabledException",
            "in memory: True, another: answered, new: DisabledException",
            "in memory: True, another: DisabledException, new: answered",
        ),
    ),
    "ciphertexts-of-last-year": (
        ciphertexts_of_last_year,
        (
            "decrypted with the new material",
            "refused",
            "refused until told",
            "decrypted with the old material",
        ),
    ),
    "nobody-but-the-administrator": (
        nobody_but_the_administrator,
        ("by a grant", "not at all", "by IAM", "by the context"),
    ),
    "decrypted-at-home": (decrypted_at_home, ("Decrypt", "Decrypt, refused", "nothing", "GenerateDataKey")),
    "a-grant-and-a-new-user": (
        a_grant_and_a_new_user,
        ("decrypts", "nothing", "decrypts once signed in", "everything"),
    ),
    "an-iam-policy-alone": (
        an_iam_policy_alone,
        ("AccessDeniedException", "AccessDeniedException, first", "answered", "as the root user"),
    ),
    "the-wrong-key": (
        the_wrong_key,
        ("IncorrectKeyException", "InvalidCiphertextException", "AccessDeniedException", "answered"),
    ),
    "the-name-of-a-patient": (
        the_name_of_a_patient,
        ("nobody", "who may decrypt", "the program", "who reads the trail"),
    ),
    "a-file-without-its-data-key": (
        data_keys_that_are_kept,
        ("not kept", "kept", "kept, and listed", "expired"),
    ),
    "the-day-after-scheduling": (
        the_day_after_scheduling,
        (
            "the file is gone",
            "answered, then answered",
            "KMSInvalidStateException, then answered",
            "KMSInvalidStateException, for ever",
        ),
    ),
    "a-policy-for-an-alias": (
        a_policy_for_an_alias,
        ("answered", "AccessDeniedException", "answered by the star", "ValidationException"),
    ),
    "a-reader-of-orders": (
        a_reader_of_orders,
        ("DynamoDB lacks it", "not the maker", "no key was named", "the caller lacks kms:Decrypt"),
    ),
    "a-reader-while-you-disable": (
        a_reader_while_you_disable,
        ("answered", "ValidationException", "ciphertext", "answered to writes"),
    ),
    "a-leaked-data-key": (
        a_leaked_data_key,
        (
            "its own: False, of another data key: False",
            "its own: partly, of another data key: False",
            "its own: True, of another data key: False",
            "its own: True, of another data key: True",
        ),
    ),
    "what-to-read-for-access": (
        what_to_read_for_access,
        ("by-key-policy", "by-grant, by-iam, by-key-policy", "by-alias, by-key-policy", "whoever asked"),
    ),
    "another-frank": (
        another_frank,
        ("AccessDeniedException", "answered", "answered until the rotation", "answered with the password"),
    ),
    "everything-in-iam": (
        everything_in_iam,
        (
            "no identity-based policy allows the kms:Decrypt action",
            "answered",
            "no resource-based policy allows the kms:Decrypt action",
            "not the root user",
        ),
    ),
    "a-message-from-a-supplier": (
        a_message_from_a_supplier,
        ("a key of one's own", "the context", "the key policy is enough", "an IAM policy too"),
    ),
    "a-context-as-a-password": (
        a_context_as_a_password,
        ("the context", "nothing, once it is found", "the trail", "the alias"),
    ),
    "a-list-of-data-keys": (
        data_keys_that_are_kept,
        ("kept by AWS", "kept, encrypted", "not kept", "kept for 90 days"),
    ),
    "after-the-waiting-period": (
        after_the_waiting_period,
        ("nobody decrypts", "the backups are gone", "decrypted", "a new key with the alias decrypts"),
    ),
    "an-alias-that-moves": (an_alias_that_moves, ("second", "neither", "first, second", "first")),
    "a-grant-that-does-not-help": (
        a_grant_that_does_not_help,
        ("the grant is gone", "asked in the caller's name", "no token", "answered"),
    ),
}
"""The name of a question: how to look, and what would be seen if its first, second, third, fourth choice were right."""

UNDECIDED = {"a-caller-from-another-account"}
"""The practice account is one account, and so has one trail."""
EVERY = {question.name: question for question in (*FIRST_HALF, *SECOND_HALF)}
TABLE_KEY_SECONDS = {"a-reader-while-you-disable": 300.0}


def test_every_question_is_decided_here_but_those_that_one_account_cannot_decide() -> None:
    assert set(CASES) | UNDECIDED == set(EVERY)


@pytest.fixture
def scene(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """An account of its own for each question. Clients sign at its time."""
    scene = Scene(TABLE_KEY_SECONDS.get(request.node.callspec.params["name"], 0.0))
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: scene.now.replace(tzinfo=None))
    scene.set_up()
    yield scene
    scene.application.close()


@pytest.mark.parametrize("name", CASES)
def test_the_account_does_what_the_right_choice_says(scene: Scene, name: str) -> None:
    question: Question = EVERY[name]
    look, would_be_seen = CASES[name]
    assert len(would_be_seen) == len(question.choices) == len(set(would_be_seen))
    seen = look(scene)
    assert seen in would_be_seen, f"{name}: no choice says {seen!r}"
    assert would_be_seen.index(seen) == question.right, f"{name}: the account shows {seen!r}"
