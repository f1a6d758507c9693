"""Who may use a key: the same in the card, in the map and in its words."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from kmscourse.access import CONTAINED_USES, Reach, Snapshot, uses_of
from kmscourse.account import Account
from kmscourse.display.access import AccessCard
from kmscourse.display.access_map import LETTER, AccessMap, MappedKey, mapped_keys
from kmscourse.display.card import Grid
from kmscourse.kms import create_key
from kmscourse.policy import PrincipalKind

USES = list(uses_of("ENCRYPT_DECRYPT"))
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,19}", fullmatch=True)
SOME_USES = st.dictionaries(st.sampled_from(USES), st.sampled_from(["key policy", "IAM policy", "grant"]))
REACHES = st.lists(
    st.builds(
        Reach,
        name=NAMES,
        kind=st.sampled_from([PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.OUTSIDER]),
        uses=SOME_USES,
    ),
    max_size=6,
    unique_by=lambda reach: reach.name,
)


@given(REACHES)
def test_the_card_has_a_row_for_each_who_is_let_in_and_one_for_all_others(reaches: list[Reach]) -> None:
    (grid,) = AccessCard("books", USES, reaches).blocks
    assert isinstance(grid, Grid)
    let_in = [reach for reach in reaches if reach.uses]
    kept_out = [reach.name for reach in reaches if not reach.uses]
    rows = list(grid.rows)
    if kept_out:
        who, *answers = rows.pop()
        assert who.splitlines()[0] == ", ".join(kept_out), "nobody is left out"
        assert answers == ["✗"] * len(grid.head[1:])
    assert [row[0].splitlines()[0] for row in rows] == [reach.name for reach in let_in]
    for row, reach in zip(rows, let_in, strict=True):
        assert list(row[1:]) == [
            f"✓ {reach.uses[use]}" if use in reach.uses else "✗" for use in grid.head[1:]
        ]


@given(REACHES)
def test_the_card_leaves_out_only_what_another_use_lets_in_already(reaches: list[Reach]) -> None:
    (grid,) = AccessCard("books", USES, reaches).blocks
    assert isinstance(grid, Grid)
    for use in set(USES) - set(grid.head):
        for reach in reaches:
            assert reach.uses.get(use) in (None, reach.uses.get(CONTAINED_USES[use]))


@given(REACHES)
def test_the_map_draws_whoever_may_do_anything_and_its_words_say_what(reaches: list[Reach]) -> None:
    drawn = AccessMap([MappedKey("books", ["enabled"], True, reaches)])
    document = ElementTree.fromstring(drawn.svg())  # noqa: S314  our own document
    texts = [text.text for text in document.iter("{http://www.w3.org/2000/svg}text")]
    for reach in reaches:
        assert not reach.uses or reach.name in texts
        said = any(line.startswith(f"{reach.name} may ") for line in repr(drawn).splitlines())
        assert said == bool(reach.uses)


def test_a_user_who_may_only_assume_a_role_is_drawn_too() -> None:
    ada = Reach("Ada", PrincipalKind.USER, {})
    bob = Reach("Bob", PrincipalKind.USER, {})
    role = Reach("Reader", PrincipalKind.ROLE, {"decrypt": "IAM policy"}, assumed_by=("Ada",))
    drawn = AccessMap([MappedKey("books", ["enabled"], True, [ada, bob, role])])
    assert "Ada may assume the role Reader." in repr(drawn)
    assert ">Ada<" in drawn.svg()
    assert ">Bob<" not in drawn.svg()


def test_a_key_with_several_aliases_is_drawn_once(account: Account) -> None:
    kms = account.client("kms")
    arns = [create_key(kms, alias) for alias in ("first", "second")]
    kms.create_alias(AliasName="alias/other", TargetKeyId=arns[0])
    aliases = ("alias/first", "alias/missing", "alias/second", "alias/other")
    keys = mapped_keys(Snapshot(account), aliases)
    assert [(mapped.name, mapped.notes[2:]) for mapped in keys] == [("first", ["also other"]), ("second", [])]


def test_a_map_without_keys_says_so() -> None:
    assert repr(AccessMap([])) == "There is no key yet."


def test_no_line_runs_through_the_word_assumes() -> None:
    """Each of several users assumes a role of their own; the lines go down beside each other, left of the words."""
    users = [Reach(name, PrincipalKind.USER, {}) for name in ("Ada", "Ben", "Cem", "Dee")]
    roles = [
        Reach(f"Role{user.name}", PrincipalKind.ROLE, {"decrypt": "key policy"}, assumed_by=(user.name,))
        for user in users
    ]
    document = ElementTree.fromstring(  # noqa: S314  our own document
        AccessMap([MappedKey("books", ["enabled"], True, [*users, *roles])]).svg()
    )
    svg = "{http://www.w3.org/2000/svg}"
    labels = [text for text in document.iter(f"{svg}text") if text.text == "assumes"]
    assert len(labels) == len(roles)
    ways = [line.get("points", "").split() for line in document.iter(f"{svg}polyline")]
    upright = [float(way[1].partition(",")[0]) for way in ways if len(way) == 4]
    assert len(upright) == len(roles)
    for label in labels:
        assert label.get("text-anchor") == "end"
        left = float(label.get("x", 0)) - len("assumes") * LETTER
        assert max(upright) < left, "move the word to the right of the lines"
