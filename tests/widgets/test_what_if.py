"""Policies as they are typed: what would bear on a request, and nothing of it in the account."""

from __future__ import annotations

import json

import pytest

from kmscourse import Lab
from kmscourse.access import Snapshot
from kmscourse.iam import LAB_USER
from kmscourse.kms import key_policy
from kmscourse.policy import Request, evaluate, use_statement, with_statement
from kmscourse.widgets.policy_field import text_of
from kmscourse.widgets.what_if import STRANGER, Sheet, WhatIf


@pytest.fixture(scope="module")
def reader(seen_lab8: Lab) -> str:
    return f"arn:aws:iam::{seen_lab8.account.id}:user/{LAB_USER}"


@pytest.fixture
def what_if(seen_lab8: Lab) -> WhatIf:
    return WhatIf(Snapshot(seen_lab8.account))


def test_the_sheets_are_the_policies_that_bear_on_the_request(
    seen_lab8: Lab, what_if: WhatIf, reader: str
) -> None:
    key = seen_lab8.key_arn
    assert list(what_if.sheets(reader, key).values()) == [
        "Key policy of myKey",
        "BooksReader, a policy of IAMLabUser",
        "One more policy for IAMLabUser",
    ]
    table = next(iter(what_if.snapshot.tables))
    assert list(what_if.sheets(reader, table)) == list(what_if.sheets(reader, key)), (
        "the table's key has a say"
    )
    assert [sheet.kind for sheet in what_if.sheets("*anonymous*", key)] == ["key"]
    assert Sheet("identity", STRANGER) in what_if.sheets(STRANGER, key)


def test_what_is_typed_decides(seen_lab8: Lab, what_if: WhatIf, reader: str) -> None:
    key = seen_lab8.key_arn
    request = Request(reader, "kms:Decrypt", key, resource_account=seen_lab8.account.id)

    def allowed() -> bool:
        return evaluate(request, **what_if.layers(reader, key)).allowed

    sheet = Sheet("key", key)
    assert not allowed()
    what_if.type(sheet, text_of(with_statement(what_if.saved(sheet), use_statement(reader))))
    assert (allowed(), what_if.edited) == (True, [sheet])
    what_if.put_back(sheet)
    assert (allowed(), what_if.edited) == (False, [])
    more = Sheet("identity", reader)
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
    what_if.type(more, text_of({"Version": "2012-10-17", "Statement": [statement]}))
    assert allowed(), "an IAM policy opens it as well"
    assert key_policy(seen_lab8.client("kms"), key) == what_if.saved(sheet), "the account is as it was"


def test_a_text_that_cannot_be_read_changes_nothing_and_is_kept(
    seen_lab8: Lab, what_if: WhatIf, reader: str
) -> None:
    sheet, before = Sheet("key", seen_lab8.key_arn), what_if.layers(reader, seen_lab8.key_arn)
    what_if.type(sheet, '{"Version":')
    assert what_if.text(sheet) == '{"Version":'
    assert what_if.layers(reader, seen_lab8.key_arn) == before
    assert what_if.edited == []


def test_another_layout_is_no_edit(seen_lab8: Lab, what_if: WhatIf) -> None:
    sheet = Sheet("key", seen_lab8.key_arn)
    what_if.type(sheet, json.dumps(what_if.saved(sheet)))
    assert what_if.edited == []
    assert what_if.text(sheet) == json.dumps(what_if.saved(sheet))


def test_a_visitor_is_let_in_by_the_key_and_by_their_own_account(seen_lab8: Lab, what_if: WhatIf) -> None:
    key = seen_lab8.key_arn
    request = Request(STRANGER, "kms:Decrypt", key, resource_account=seen_lab8.account.id)
    sheet, own = Sheet("key", key), Sheet("identity", STRANGER)
    assert not evaluate(request, **what_if.layers(STRANGER, key)).allowed
    what_if.type(sheet, text_of(with_statement(what_if.saved(sheet), use_statement(STRANGER))))
    assert evaluate(request, **what_if.layers(STRANGER, key)).allowed
    what_if.type(own, text_of({"Version": "2012-10-17", "Statement": []}))
    assert not evaluate(request, **what_if.layers(STRANGER, key)).allowed
