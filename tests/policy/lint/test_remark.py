"""How a remark reads."""

from __future__ import annotations

from kmscourse.policy import lint
from tests.policy.lint.remarks import ACCOUNT, KEY, key, statement


def test_a_remark_reads_as_text() -> None:
    (remark,) = lint(key(statement(Sid="Mine", Resource=KEY)), account=ACCOUNT)
    first, reason, mend = str(remark).split("\n")
    assert first == 'Warning on statement 2 ("Mine"), key-as-resource:'
    assert (reason.strip(), mend.strip()) == (remark.reason, remark.mend)
