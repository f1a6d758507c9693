"""Users and roles to tick: with what they are, and a search that hides and never unticks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from kmscourse.account import Account
from kmscourse.widgets.people import People, Person, people_of
from tests.widgets.reading import words

ADA, GRACE, MARY = (Person(name, "/", "User", f"arn:{name.lower()}") for name in ("Ada", "Grace", "Mary"))
PEOPLE = [ADA, GRACE, MARY]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


def rows(people: People) -> list[str]:
    """Each row that is shown, as people read it."""
    return [
        f"{box.description} {words(path.value)} {words(kind.value)}"
        for row in people.children[3].children
        for box, path, kind in [row.children]
        if row.layout.display != "none"
    ]


def boxes(people: People) -> list[bool]:
    return [row.children[0].value for row in people.children[3].children]


@given(st.lists(st.integers(0, 2)))
def test_ticking_and_choosing_are_the_same(ticks: list[int]) -> None:
    people, heard = People("People", PEOPLE), []
    people.observe(lambda change: heard.append(change["new"]), "value")
    expected: set[int] = set()
    for number in ticks:
        box = people.children[3].children[number].children[0]
        box.value = not box.value
        expected ^= {number}
        assert people.value == tuple(PEOPLE[i].arn for i in sorted(expected))
        assert people.index == tuple(sorted(expected))
    assert len(heard) == len(ticks)
    again = People("People", PEOPLE)
    again.value = people.value[::-1]
    assert (again.value, boxes(again)) == (people.value, boxes(people))


def test_who_is_nobody_cannot_be_chosen() -> None:
    people = People("People", PEOPLE)
    with pytest.raises(TraitError, match="arn:eve"):
        people.value = ("arn:eve",)
    assert people.value == ()


def test_other_people_keep_who_is_still_among_them() -> None:
    people = People("People", PEOPLE)
    people.value = (ADA.arn, MARY.arn)
    people.offer([MARY, Person("Nell", "/", "User", "arn:nell")])
    assert (people.value, boxes(people)) == ((MARY.arn,), [True, False])


def test_a_search_hides_the_others_and_unticks_nobody() -> None:
    people = People("People", PEOPLE)
    people.value = (ADA.arn,)
    people.search.value = " MAR "
    assert rows(people) == ["Mary / User"]
    assert people.value == (ADA.arn,)
    assert words(people.children[4].value) == "1 of 3 shown, 1 chosen"
    people.search.value = "nobody"
    assert rows(people) == []
    people.search.value = ""
    assert len(rows(people)) == 3


def test_users_come_first_then_roles_and_awss_own_roles_are_left_out(account: Account) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="Ada", Path="/people/")
    iam.create_role(RoleName="Reader", Path="/readers/", AssumeRolePolicyDocument=json.dumps(TRUST))
    shown = rows(People("People", people_of(iam)))
    assert shown[0] == "Ada /people/ User"
    assert shown[-1] == "Reader /readers/ Role"
    assert [row.split()[-1] for row in shown] == sorted((row.split()[-1] for row in shown), reverse=True)


def test_a_name_is_text_and_never_html() -> None:
    people = People("<b>People</b>", [Person("<b>", "/<b>/", "User", "arn")])
    assert "<b>" not in people.children[0].value
    assert "<b>" not in people.children[3].children[0].children[1].value
