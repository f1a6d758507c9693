"""Answers in AWS's form, also where moto's are not."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.kms.key_policy import printed


def test_the_default_policy_as_kms_prints_it(gate: Any) -> None:
    assert gate("kms:GetKeyPolicy", KeyId=gate.key()) == {
        "Policy": """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}""",
        "PolicyName": "default",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_printing_loses_nothing(value: Any) -> None:
    assert json.loads(printed(value)) == value


def test_nobody_shares_keys_with_the_account(gate: Any) -> None:
    key = gate.key()
    for owners, shown in ((["SELF"], [key]), (["OTHER_ACCOUNTS_VIA_RAM"], [])):
        keys = gate("kms:ListKeys", ResourceOwners=owners)["Keys"]
        assert [entry["KeyArn"] for entry in keys] == shown
