"""The exercises of section 16: a thousand records within two bounds, by any way, and a reader who is out in time."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmscourse.account import Account
from kmscourse.account.as_of import Origin, session_as_of
from kmscourse.course.checks import CHECKS, EXERCISES, Report, run
from kmscourse.course.checks.section_16 import BOUNDED, ONE_BY_ONE, READER, RECORDS, SHARED
from kmscourse.course.notes import Notes
from kmscourse.envelope import DataKeyCache, Envelope, context_bytes, generate_data_key, seal
from kmscourse.envelope.header import write_header
from kmscourse.envelope.message import KIND
from kmscourse.iam import create_user
from kmscourse.kms import create_key, find_key, key_policy, put_key_policy
from kmscourse.policy import use_statement, with_statement, without_principal

Sealer = Callable[[Any, str], list[Envelope]]
Way = Callable[[Account, str], None]


@pytest.fixture
def key(account: Account) -> str:
    create_user(account.client("iam"), READER)
    return create_key(account.client("kms"), "records")


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[16][number - 1], account, notes)


def note(notes: Notes, envelopes: list[Envelope]) -> None:
    notes["thousand_records"] = json.dumps({n: each.to_json() for n, each in enumerate(envelopes)})


# --- within two bounds ----------------------------------------------------------------------------------------


def by_cache(kms: Any, key: str, uses: int = 40) -> list[Envelope]:
    cache = DataKeyCache(kms, key, max_uses=uses, max_age=600)
    return [cache.seal(record, BOUNDED) for record in RECORDS]


def by_cache_of_fifty(kms: Any, key: str) -> list[Envelope]:
    return by_cache(kms, key, 50)


def by_hand(kms: Any, key: str) -> list[Envelope]:
    """A data key for each batch, and AES-GCM as in section 3."""
    sealed = []
    for start in range(0, len(RECORDS), 45):
        data_key = generate_data_key(kms, key, BOUNDED)
        cipher = AESGCM(data_key.plaintext)
        for record in RECORDS[start : start + 45]:
            nonce = os.urandom(12)
            bound = write_header(KIND, data_key.encrypted, nonce) + context_bytes(BOUNDED)
            sealed.append(Envelope(data_key.encrypted, nonce, cipher.encrypt(nonce, record, bound)))
    return sealed


@pytest.mark.parametrize("way", [by_cache, by_cache_of_fifty, by_hand])
def test_within_both_bounds(account: Account, notes: Notes, key: str, way: Sealer) -> None:
    note(notes, way(account.client("kms"), key))
    report = report_of(1, account, notes)
    assert report.passed, report


def too_few_each(kms: Any, key: str) -> list[Envelope]:
    return by_cache(kms, key, 30)


def too_many_each(kms: Any, key: str) -> list[Envelope]:
    return by_cache(kms, key, 100)


def with_another_context(kms: Any, key: str) -> list[Envelope]:
    cache = DataKeyCache(kms, key, max_uses=40, max_age=600)
    return [cache.seal(record, SHARED) for record in RECORDS]


def one_less(kms: Any, key: str) -> list[Envelope]:
    return by_cache(kms, key)[:-1]


def in_another_order(kms: Any, key: str) -> list[Envelope]:
    return by_cache(kms, key)[::-1]


def with_one_nonce(kms: Any, key: str) -> list[Envelope]:
    envelopes = by_cache(kms, key)
    return [*envelopes[:-1], envelopes[-2]]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (too_few_each, "1000 records are under 34 data keys"),
        (too_many_each, "one data key is over 100 records"),
        (with_another_context, "KMS does not open the data key of record 0: InvalidCiphertextException"),
        (one_less, "1 records are missing, record 999 among them"),
        (in_another_order, "what opens as record 0 is another text"),
        (with_one_nonce, "a nonce comes twice under one data key"),
    ],
)
def test_what_is_not_within_both_bounds(
    account: Account, notes: Notes, key: str, way: Sealer, said: str
) -> None:
    note(notes, way(account.client("kms"), key))
    report = report_of(1, account, notes)
    assert not report.passed
    assert said in repr(report)


def test_a_ciphertext_that_was_changed_is_told_apart(account: Account, notes: Notes, key: str) -> None:
    first, *others = by_cache(account.client("kms"), key)
    changed = first.ciphertext[:-1] + bytes([first.ciphertext[-1] ^ 1])
    note(notes, [Envelope(first.encrypted_data_key, first.nonce, changed), *others])
    assert "record 0: This envelope can't be opened" in repr(report_of(1, account, notes))


# --- out in time ----------------------------------------------------------------------------------------------


def reader_arn(account: Account) -> str:
    return f"arn:aws:iam::{account.id}:user/{READER}"


def let_in(account: Account, key: str, kms: Any = None) -> None:
    kms = kms or account.client("kms")
    put_key_policy(
        kms, key, with_statement(key_policy(kms, key), use_statement(reader_arn(account), sid="In"))
    )


def lock_out(account: Account, key: str, kms: Any = None) -> None:
    policy = without_principal(key_policy(account.client("kms"), key), reader_arn(account))
    put_key_policy(kms or account.client("kms"), key, policy)


def reading(account: Account, key: str, notes: Notes, uses: int = 1000) -> Callable[[], bytes]:
    """All records read, with a new cache after each ``uses`` of them; what is returned asks KMS once more."""
    kms: Any = cast(Any, account.session_for(READER)).client("kms")
    noted = [Envelope.from_json(text) for text in json.loads(notes["thousand_records"]).values()]
    for start in range(0, len(noted), uses):
        cache = DataKeyCache(kms, key, max_uses=1, max_age=600)
        for envelope in noted[start : start + uses]:
            cache.unseal(envelope, BOUNDED)
    return lambda: DataKeyCache(kms, key, max_uses=1, max_age=1).unseal(noted[0], BOUNDED)


def refused(call: Callable[[], bytes]) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        call()


def let_in_and_lock_out_in_time(account: Account, key: str, notes: Notes) -> None:
    let_in(account, key)
    once_more = reading(account, key, notes)
    lock_out(account, key)
    refused(once_more)
    report = report_of(2, account, notes)
    assert report.passed, report


def test_out_in_time_by_the_key_policy(account: Account, notes: Notes, key: str) -> None:
    note(notes, by_cache(account.client("kms"), key))
    let_in_and_lock_out_in_time(account, key, notes)


def test_out_in_time_by_a_grant(account: Account, notes: Notes, key: str) -> None:
    kms = account.client("kms")
    note(notes, by_cache(kms, key))
    grant = kms.create_grant(KeyId=key, GranteePrincipal=reader_arn(account), Operations=["Decrypt"])
    once_more = reading(account, key, notes)
    kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    refused(once_more)
    report = report_of(2, account, notes)
    assert report.passed, report


def test_out_in_time_by_an_iam_policy_at_the_second_try(account: Account, notes: Notes, key: str) -> None:
    """What was asked before an earlier refusal does not count."""
    iam, kms = account.client("iam"), account.client("kms")
    note(notes, by_cache(kms, key))
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    for _ in range(2):
        iam.put_user_policy(UserName=READER, PolicyName="Read", PolicyDocument=document)
        once_more = reading(account, key, notes)
        iam.delete_user_policy(UserName=READER, PolicyName="Read")
        refused(once_more)
    report = report_of(2, account, notes)
    assert report.passed, report


def test_a_reader_who_asks_too_often_or_too_little_is_not_enough(
    account: Account, notes: Notes, key: str
) -> None:
    note(notes, by_cache(account.client("kms"), key))
    let_in(account, key)
    reading(account, key, notes, uses=20)
    assert "50 answered calls of Decrypt" in repr(report_of(2, account, notes))


def test_what_was_read_too_often_counts_no_more_once_the_reader_is_let_in_again(
    account: Account, notes: Notes, key: str
) -> None:
    note(notes, by_cache(account.client("kms"), key))
    let_in(account, key)
    reading(account, key, notes, uses=20)
    assert "then the count starts over" in repr(report_of(2, account, notes))
    let_in_and_lock_out_in_time(account, key, notes)


def test_a_reader_who_still_reads_is_not_out(account: Account, notes: Notes, key: str) -> None:
    note(notes, by_cache(account.client("kms"), key))
    let_in(account, key)
    reading(account, key, notes)
    said = repr(report_of(2, account, notes))
    assert "no Decrypt by records-reader was answered, and then one refused" in said
    assert "kms:Decrypt by records-reader with records=bounded is allowed" in said


def test_a_reader_who_was_refused_too_late_was_not_out_in_time(
    account: Account, notes: Notes, key: str
) -> None:
    note(notes, by_cache(account.client("kms"), key))
    main = account.session.get_credentials()
    assert main is not None
    origin = Origin("127.0.0.1", "test", datetime.now(UTC) - timedelta(minutes=2))
    earlier = session_as_of(account, origin, str(main.access_key), str(main.secret_key))
    kms = cast(Any, earlier).client("kms")
    let_in(account, key, kms)
    once_more = reading(account, key, notes)
    origin.at += timedelta(minutes=1)
    lock_out(account, key, kms)
    refused(once_more)
    report = report_of(2, account, notes)
    assert not report.passed
    assert re.search(r"refused 6\d seconds after your PutKeyPolicy", repr(report)), report


def test_the_text_alone_passes_the_section_and_no_exercise(account: Account, notes: Notes, key: str) -> None:
    kms = account.client("kms")
    for record in RECORDS:
        seal(kms, key, record, ONE_BY_ONE)
    let_in(account, key)
    reader = cast(Any, account.session_for(READER)).client("kms")
    envelope = DataKeyCache(kms, key, max_uses=10, max_age=60).seal(b"x", SHARED)
    DataKeyCache(reader, key, max_uses=1, max_age=60).unseal(envelope, SHARED)
    lock_out(account, key)
    refused(lambda: DataKeyCache(reader, key, max_uses=1, max_age=60).unseal(envelope, SHARED))
    assert run(CHECKS[16], account, notes).passed
    assert find_key(kms, "records") == key
    for number in (1, 2):
        assert not report_of(number, account, notes).passed
