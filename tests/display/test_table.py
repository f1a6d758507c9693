"""A table says how much room it needs, so that no word in it is broken and no sentence squeezed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.display.policy import PolicyCard
from kmscourse.display.refusal import RefusalCard
from kmscourse.display.table import ROOMS, Code, breakable, html_table, inline, kind_of
from kmscourse.policy import console_key_policy
from tests.access.test_refusal import KNOWN

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/ed-user-0123abcd"
SENTENCE = "A sentence that needs a line of some length."


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([("a", "b")], "kms-narrow"),
        ([("a", SENTENCE)], "kms-narrow"),
        ([("a", SENTENCE, SENTENCE, SENTENCE)], "kms-middle"),
        ([(SENTENCE,) * 5], "kms-wide"),
        ([(SENTENCE,) * 50], "kms-wide"),
        ([("a", Code(USER))], "kms-narrow"),
        ([("x" * 60, "a")], "kms-middle"),
    ],
)
def test_the_kind_follows_what_the_columns_need(rows: list[tuple[str, ...]], kind: str) -> None:
    assert kind_of(rows) == kind


def test_a_key_policy_needs_most_and_a_refusal_less() -> None:
    assert 'class="kms-wide"' in PolicyCard(console_key_policy(ACCOUNT, [USER], [USER])).html()
    for text in KNOWN:
        assert 'class="kms-wide"' not in RefusalCard(text).html()


@given(st.lists(st.lists(st.text(max_size=40), min_size=3, max_size=3), min_size=1, max_size=3))
def test_more_rows_never_need_less_room(rows: list[list[str]]) -> None:
    widths = [ROOMS[kind_of(rows[:count])] for count in range(1, len(rows) + 1)]
    assert widths == sorted(widths)


def test_each_cell_knows_its_column_where_there_is_a_head() -> None:
    html = html_table("c", ("Who", "Why"), [("me", "so")])
    assert '<td data-label="Who">me</td><td data-label="Why">so</td>' in html
    assert "data-label" not in html_table("c", (), [("me", "so")], row_headers=True)


def test_long_words_are_broken_at_their_joints_alone() -> None:
    assert breakable("com.amazonaws.services.kms.model.AWSKMSException") == (
        "com.amazonaws.<wbr>services.<wbr>kms.<wbr>model.<wbr>AWSKMSException"
    )
    assert (
        breakable("an ordinary sentence: with/without joints.")
        == "an ordinary sentence: with/without joints."
    )


@pytest.mark.parametrize(
    ("text", "kind"), [("✓ Enabled", "kms-allow"), ("✗ AccessDenied", "kms-refuse"), ("! Note", "kms-warn")]
)
def test_what_begins_with_a_sign_wears_its_colour(text: str, kind: str) -> None:
    assert inline(text) == f'<span class="kms-sign {kind}">{text.replace(" ", "&nbsp;")}</span>'
    assert "kms-sign" not in inline(f"a {text}")
