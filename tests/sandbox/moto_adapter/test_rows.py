"""Whatever a call changes is written, and what was written is the account again."""

from __future__ import annotations

import json
import random
import sqlite3
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.store import AWS_ALIASES
from kmscourse.sandbox.moto_adapter.models import COLLECTIONS
from kmscourse.sandbox.storage.file import Row
from tests.sandbox.storage.life import LIFE, filled_in


def everything(account: Any) -> dict[Row, str]:
    """All that the account holds, as it would be written."""
    unit, models = account._unit_of_work, account._models
    rows: dict[Row, Any] = {}
    for service, paths in COLLECTIONS.items():
        for region in ["aws"] if service == "iam" else ["us-east-1", "eu-west-1"]:
            for path in paths:
                collection = models.collection(f"{service}/{region}/{path}")
                for key in collection:
                    rows[Row(collection.collection, collection.row_key(key))] = key
                    if path == "tables":
                        rows |= items_of(dict.__getitem__(collection, key).items)
    regions = account.keys._regions.values()
    of_kms = [collection for region in regions for collection in (region.keys, region.grants)]
    for collection in (*account._own_collections(), *of_kms):
        rows |= {Row(collection.collection, key): key for key in collection}
    return {row: unit._owner(row).document(row, key) for row, key in rows.items()}


def items_of(items: Any) -> dict[Row, Any]:
    """The rows of a table's items."""
    if not items.ranged:
        return {Row(items.collection, items.row_key(key)): key for key in items}
    pairs = [(key, pair) for key in items for pair in dict.__getitem__(items, key)]
    return {Row(items.collection, dict.__getitem__(items, pair[0]).row_key(pair)): pair for pair in pairs}


def check_indexes(account: Any) -> None:
    """What is derived from the keys says what they say."""
    keys = account.keys.of_region("us-east-1")
    assert account.keys.key_ids("us-east-1") == sorted(key.id for key in keys)
    names = {alias for key in keys for alias in key.aliases}
    assert account.keys.alias_names("us-east-1") == sorted({*AWS_ALIASES, *names})
    for key in keys:
        assert all(account.keys.key_of_alias("us-east-1", name) is key for name in key.aliases)


def compare(written: dict[Row, str], held: dict[Row, str], after: str) -> None:
    assert written.keys() == held.keys(), f"after {after} rows are missing or left over"
    for row, document in held.items():
        assert json.loads(written[row]) == json.loads(document), (
            f"after {after} {row} is not written as it is"
        )


def test_after_each_operation_all_that_the_account_holds_is_written(practice: Any) -> None:
    compare(dict(practice.account.storage.rows()), everything(practice.account), "the beginning")
    for action, parameters in LIFE:
        practice(action, **filled_in(parameters, practice))
        compare(dict(practice.account.storage.rows()), everything(practice.account), action)


def test_the_account_is_the_same_after_a_restart_at_any_moment(kept: Any) -> None:
    for number, (action, parameters) in enumerate(LIFE):
        kept(action, **filled_in(parameters, kept))
        if number % 6 == 0 or action in ("dynamodb:DeleteTable", "iam:AttachGroupPolicy"):
            before = everything(kept.account)
            kept.restart()
            compare(everything(kept.account), before, f"{action} and a restart")


def test_a_rollback_undoes_every_operation(practice: Any) -> None:
    account = practice.account
    for action, parameters in LIFE:
        filled = filled_in(parameters, practice)
        before = everything(account)
        commit, account.commit = account.commit, account.rollback
        practice(action, **filled)
        account.commit = commit
        compare(everything(account), before, f"undoing {action}")
        check_indexes(account)
        assert set(everything(account)) == set(dict(account.storage.rows()))
        practice(action, **filled_in(parameters, practice))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_in_whatever_order_is_kept(kept: Any, seed: int) -> None:
    """Operations at moments at which they may be refused, break or hit what is not there."""
    choose = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    for action, parameters in choose.choices(LIFE, k=250):
        before = everything(kept.account)
        try:
            kept(action, **filled_in(parameters, kept))
        except AwsError:
            compare(everything(kept.account), before, f"a refused {action}")
        compare(dict(kept.account.storage.rows()), everything(kept.account), action)
        check_indexes(kept.account)
    before = everything(kept.account)
    kept.restart()
    assert kept.account.notices == []
    compare(everything(kept.account), before, "a restart")


def test_a_write_that_fails_is_answered_so_and_undone(practice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    practice.key(Description="before")
    before = everything(practice.account)

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(practice.account.storage, "write", full)
        with pytest.raises(
            AwsError, match=r"could not write this change to disk \(database or disk is full\)"
        ) as caught:
            practice.key(Description="after")
    assert caught.value.status == 500
    assert everything(practice.account) == before
    practice.key(Description="after")
