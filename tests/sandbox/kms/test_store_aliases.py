"""Aliases in the account: they follow their keys, know their dates, and are there before AWS's own have a key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import store

REGION = "us-east-1"
HERE = "arn:aws:kms:us-east-1:123456789012:"


def entry(practice: Any, name: str) -> dict[str, Any]:
    """What ListAliases shows of an alias."""
    [found] = [each for each in practice("kms:ListAliases")["Aliases"] if each["AliasName"] == name]
    return dict(found)


def test_aliases_follow_their_key(kept: Any) -> None:
    one, other = kept.key(), kept.key()
    keys = kept.account.keys
    kept("kms:CreateAlias", AliasName="alias/a", TargetKeyId=one)
    assert keys.key_of_alias(REGION, "alias/a").arn == one
    assert keys.key_of_alias("eu-west-1", "alias/a") is None
    kept("kms:UpdateAlias", AliasName="alias/a", TargetKeyId=other)
    assert keys.named(REGION, "alias/a").arn == other
    assert not keys.find(one).aliases
    kept.restart()
    assert kept.account.keys.named(REGION, "alias/a").arn == other
    kept("kms:DeleteAlias", AliasName="alias/a")
    kept.restart()
    assert kept.account.keys.key_of_alias(REGION, "alias/a") is None
    with pytest.raises(AwsError, match=f"Alias {HERE}alias/a is not found."):
        kept.account.keys.named(REGION, "alias/a")


def test_an_alias_knows_when_it_was_made_and_when_it_was_moved(kept: Any) -> None:
    one, other = kept.key(), kept.key()
    day = datetime(2026, 1, 1, tzinfo=UTC)
    made, moved, again = (day + timedelta(days=days) for days in (1, 2, 3))
    kept.account.now = lambda: made
    kept("kms:CreateAlias", AliasName="alias/a", TargetKeyId=one)
    dates = {"CreationDate": made.timestamp(), "LastUpdatedDate": made.timestamp()}
    named = {"AliasName": "alias/a", "AliasArn": HERE + "alias/a", "TargetKeyId": one.rpartition("/")[2]}
    assert entry(kept, "alias/a") == {**named, **dates}
    kept.account.now = lambda: moved
    kept("kms:UpdateAlias", AliasName="alias/a", TargetKeyId=other)
    kept.restart()
    found = entry(kept, "alias/a")
    assert (found["CreationDate"], found["LastUpdatedDate"]) == (made.timestamp(), moved.timestamp())
    kept.account.now = lambda: again
    kept("kms:DeleteAlias", AliasName="alias/a")
    kept("kms:CreateAlias", AliasName="alias/a", TargetKeyId=other)
    assert entry(kept, "alias/a")["CreationDate"] == again.timestamp(), "another alias of the same name"


def test_awss_own_aliases_have_no_key_until_one_is_asked_for(practice: Any) -> None:
    assert entry(practice, "alias/aws/s3") == {"AliasName": "alias/aws/s3", "AliasArn": HERE + "alias/aws/s3"}
    key = practice.account.keys.named(REGION, "alias/aws/s3")
    found = entry(practice, "alias/aws/s3")
    assert found["TargetKeyId"] == key.id
    assert found["CreationDate"] == found["LastUpdatedDate"] > 0


def test_a_key_has_so_many_aliases(practice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = practice.key(), practice.key()
    monkeypatch.setattr(store, "MAX_ALIASES", 2)
    for name in "ab":
        practice("kms:CreateAlias", AliasName=f"alias/{name}", TargetKeyId=one)
    with pytest.raises(AwsError, match="LimitExceededException"):
        practice("kms:CreateAlias", AliasName="alias/c", TargetKeyId=one)
    practice("kms:CreateAlias", AliasName="alias/c", TargetKeyId=other)
    with pytest.raises(AwsError, match="LimitExceededException"):
        practice("kms:UpdateAlias", AliasName="alias/c", TargetKeyId=one)
    practice("kms:UpdateAlias", AliasName="alias/a", TargetKeyId=one)
    assert list(practice.account.keys.find(one).aliases) == ["alias/b", "alias/a"]
