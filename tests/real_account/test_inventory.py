"""The inventory sees every harm: what it does not see proves nothing."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.real_account.conftest import Learner
from tests.real_account.filling import fill_with_the_lab
from tests.real_account.harms import harms
from tests.real_account.inventory import added, changed, take_inventory


@pytest.mark.parametrize("server", ["practice"], indirect=True)
def test_each_harm_changes_the_inventory(learner: Learner) -> None:
    target = learner.target
    fill_with_the_lab(target)
    before = {service: take_inventory(target, service) for service in ("kms", "dynamodb", "iam")}
    refused, unseen = [], []
    for harm in harms(target):
        try:
            harm.do(target.client(harm.service))
        except ClientError as error:
            refused.append(f"{harm}: {error}")
            continue
        after = take_inventory(target, harm.service)
        if not changed(before[harm.service], after) and not added(before[harm.service], after):
            unseen.append(str(harm))
        before[harm.service] = after
    assert unseen == []
    assert [one for one in refused if "does not offer" not in one] == [], (
        "a harm that is refused shows nothing"
    )
