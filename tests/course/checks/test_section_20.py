"""The tickets of section 20: each can be closed in more than one way, and nothing may be opened beyond it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.course import tickets
from kmscourse.course.checks import CHECKS, EXERCISES, Result, run
from kmscourse.course.checks.section_20 import CLOSED
from kmscourse.course.notes import Notes
from kmscourse.course.tickets import TABLE, TICKETS, USERS, WAGES_ROLE, TicketCall
from kmscourse.iam import delete_user
from kmscourse.policy import use_statement, with_statement


@dataclass
class Shop:
    """The shop with its tickets, and what is often done in it."""

    account: Account
    notes: Notes

    @property
    def kms(self) -> Any:
        return self.account.client("kms")

    def key(self, name: str) -> str:
        arn = keys.find_key(self.kms, name)
        assert arn is not None
        return arn

    def arn(self, user: str) -> str:
        return f"arn:aws:iam::{self.account.id}:user/{user}"

    def ticket(self, number: int) -> TicketCall:
        return TicketCall(self.account, self.notes, TICKETS[number - 1])

    def allow(self, user: str, *actions: str, on: str = "*", name: str = "More", **more: object) -> None:
        """An IAM policy of one statement."""
        resource = on if on == "*" else self.key(on)
        statement = {"Effect": "Allow", "Action": actions, "Resource": resource, **more}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.account.client("iam").put_user_policy(UserName=user, PolicyName=name, PolicyDocument=document)

    def allow_by_key(self, name: str, user: str, *actions: str, **more: object) -> None:
        """A statement of a key policy."""
        key = self.key(name)
        statement = use_statement(self.arn(user), list(actions), sid=f"{user} {' '.join(actions)}")
        policy = with_statement(keys.key_policy(self.kms, key), {**statement, **more})
        keys.put_key_policy(self.kms, key, policy)

    def grant(self, name: str, user: str, *operations: str, **constraints: object) -> None:
        self.kms.create_grant(
            KeyId=self.key(name),
            GranteePrincipal=self.arn(user),
            Operations=list(operations),
            Constraints=constraints,
        )

    def take_policy(self, user: str) -> None:
        self.account.client("iam").delete_user_policy(UserName=user, PolicyName="work")

    @property
    def via(self) -> dict[str, object]:
        return {"StringEquals": {"kms:ViaService": f"dynamodb.{self.account.region}.amazonaws.com"}}

    def closed(self, number: int) -> Result:
        """What the check of a ticket says now."""
        checks = [*CHECKS[20], *EXERCISES[20][0], *EXERCISES[20][1]]
        (check,) = [each for each in checks if each.look is CLOSED[number]]
        return run([check], self.account, self.notes).results[0]


Way = Callable[[Shop], object]


@pytest.fixture
def shop(account: Account, notes: Notes) -> Shop:
    tickets.set_up(account, notes)
    return Shop(account, notes)


def several(*ways: Way) -> Way:
    return lambda shop: [way(shop) for way in ways]


# --- right ways: ticket, name, what is done -----------------------------------------------------------------------


def enable_again(shop: Shop) -> None:
    shop.kms.cancel_key_deletion(KeyId=shop.key("returns"))
    shop.kms.enable_key(KeyId=shop.key("returns"))


def call(number: int, **changes: object) -> Way:
    """The call of a ticket with other parameters, as its caller; None leaves one out."""

    def way(shop: Shop) -> None:
        ticket = shop.ticket(number)
        parameters = {k: v for k, v in (ticket.parameters | changes).items() if v is not None}
        getattr(ticket.client, ticket.ticket.operation.lower())(**parameters)

    return way


def name_old_labels(shop: Shop) -> None:
    call(5, KeyId=shop.key("labels-old"))(shop)


def tag_liam(shop: Shop, team: str = "audit") -> None:
    shop.account.client("iam").tag_user(UserName="Liam", Tags=[{"Key": "team", "Value": team}])


def change_deny(condition: Callable[[Shop], object]) -> Way:
    """Another condition of the Deny on payments; without one, there is no Deny."""

    def way(shop: Shop) -> None:
        key = shop.key("payments")
        policy = keys.key_policy(shop.kms, key)
        deny = policy["Statement"].pop()
        if new := condition(shop):
            policy["Statement"].append(deny | {"Condition": new})
        keys.put_key_policy(shop.kms, key, policy)

    return way


def deny_decrypt_alone(shop: Shop) -> None:
    """Liam is let in, and the Deny forgets that ReEncrypt opens a ciphertext too."""
    tag_liam(shop)
    key = shop.key("payments")
    policy = keys.key_policy(shop.kms, key)
    policy["Statement"][-1]["Action"] = "kms:Decrypt"
    keys.put_key_policy(shop.kms, key, policy)


def but_liam(shop: Shop) -> object:
    return {
        "StringNotEquals": {"aws:PrincipalTag/team": "audit"},
        "ArnNotEquals": {"aws:PrincipalArn": shop.arn("Liam")},
    }


def two_teams(_: Shop) -> object:
    return {"StringNotEquals": {"aws:PrincipalTag/team": ["audit", "auditors"]}}


def end_night(shop: Shop) -> None:
    for grant in keys.grants(shop.kms, shop.key("shifts")):
        if grant.get("Name") == "night-shift":
            shop.kms.revoke_grant(KeyId=shop.key("shifts"), GrantId=grant["GrantId"])


def day_by_grant(shop: Shop) -> None:
    shop.grant("shifts", "Mona", "Decrypt", EncryptionContextEquals={"shift": "day"})


IF_DAY = {"Condition": {"StringEquals": {"kms:EncryptionContext:shift": "day"}}}


def olga_at_home(shop: Shop, **changes: object) -> None:
    ticket: Any = shop.ticket(7)
    client = ticket.session.client("kms", region_name=shop.account.region)
    client.decrypt(**ticket.parameters | changes)


def by_the_role(shop: Shop) -> None:
    ticket = shop.ticket(8)
    session: Any = shop.account.session_for_role(WAGES_ROLE, by=ticket.session)
    session.client("kms").decrypt(**ticket.parameters)


def by_the_role_with_less(shop: Shop) -> None:
    """A session policy that allows just this."""
    ticket = shop.ticket(8)
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": shop.key("wages")}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    session: Any = shop.account.session_for_role(WAGES_ROLE, policy=policy, by=ticket.session)
    session.client("kms").decrypt(**ticket.parameters | {"KeyId": "alias/wages"})


def move_by_iam(shop: Shop) -> None:
    shop.allow("Rita", "kms:ReEncryptFrom", on="photos-old", name="work")
    shop.allow("Rita", "kms:ReEncryptTo", on="photos")


def move_by_key_policies(shop: Shop) -> None:
    shop.allow_by_key("photos-old", "Rita", "kms:ReEncryptFrom")
    shop.allow_by_key("photos", "Rita", "kms:ReEncryptTo")


def move_by_grants(shop: Shop) -> None:
    shop.grant("photos-old", "Rita", "ReEncryptFrom")
    shop.grant("photos", "Rita", "ReEncryptTo")


def take_ritas_policy(shop: Shop) -> None:
    shop.take_policy("Rita")


RIGHT: list[tuple[int, str, Way]] = [
    (1, "IAM policy", lambda shop: shop.allow("Iris", "kms:Decrypt", on="baskets", Condition=shop.via)),
    (
        1,
        "key policy",
        lambda shop: shop.allow_by_key("baskets", "Iris", "kms:Decrypt", Condition=shop.via),
    ),
    (
        1,
        "grant",
        lambda shop: shop.grant(
            "baskets",
            "Iris",
            "Decrypt",
            EncryptionContextSubset={"aws:dynamodb:tableName": TABLE},
        ),
    ),
    (2, "cancelled and enabled", enable_again),
    (3, "its context", call(3, EncryptionContext={"purpose": "coupon"})),
    (3, "and its key", call(3, EncryptionContext={"purpose": "coupon"}, KeyId="alias/coupons")),
    (4, "tag", tag_liam),
    (4, "an exception of the Deny", change_deny(but_liam)),
    (4, "another tag", several(change_deny(two_teams), lambda shop: tag_liam(shop, "auditors"))),
    (5, "the old key's alias", call(5, KeyId="alias/labels-old")),
    (5, "the old key's ARN", name_old_labels),
    (5, "no key", call(5, KeyId=None)),
    (6, "grant", several(day_by_grant, end_night)),
    (6, "IAM policy", several(end_night, lambda s: s.allow("Mona", "kms:Decrypt", on="shifts", **IF_DAY))),
    (
        6,
        "key policy",
        several(end_night, lambda s: s.allow_by_key("shifts", "Mona", "kms:Decrypt", **IF_DAY)),
    ),
    (7, "the key's Region", olga_at_home),
    (7, "the key's ARN", lambda shop: olga_at_home(shop, KeyId=shop.key("stock"))),
    (8, "a session of the role", by_the_role),
    (8, "a narrow session", by_the_role_with_less),
    (9, "IAM policies", several(take_ritas_policy, move_by_iam)),
    (9, "key policies", several(take_ritas_policy, move_by_key_policies)),
    (9, "grants", several(move_by_grants, take_ritas_policy)),
    (10, "the digest as a digest", call(10, MessageType="DIGEST")),
    (10, "the file itself", call(10, Message=b"shop-app 4.2")),
]


@pytest.mark.parametrize(
    ("number", "way"), [(n, w) for n, _, w in RIGHT], ids=[f"{n} {t}" for n, t, _ in RIGHT]
)
def test_a_ticket_is_closed(shop: Shop, number: int, way: Way) -> None:
    assert not shop.closed(number).passed
    way(shop)
    result = shop.closed(number)
    assert result.passed, result


# --- near misses: ticket, what is done, what is found -------------------------------------------------------------


def other_key_for_returns(shop: Shop) -> None:
    """The alias leads to a key that works, and that did not encrypt the return."""
    shop.kms.update_alias(AliasName="alias/returns", TargetKeyId=shop.kms.create_key()["KeyMetadata"]["Arn"])
    shop.allow("Jona", "kms:Decrypt", on="returns")


def move_alias_back(shop: Shop) -> None:
    shop.kms.update_alias(AliasName="alias/labels", TargetKeyId=shop.key("labels-old"))
    call(5)(shop)


def stock_elsewhere(shop: Shop) -> None:
    ticket = shop.ticket(7)
    kms = shop.account.client_in("kms", ticket.region)
    kms.create_alias(AliasName="alias/stock", TargetKeyId=kms.create_key()["KeyMetadata"]["Arn"])


def role_may_more(shop: Shop) -> None:
    by_the_role(shop)
    allow = {"Effect": "Allow", "Action": "kms:*", "Resource": shop.key("wages")}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    shop.account.client("iam").put_role_policy(
        RoleName=WAGES_ROLE, PolicyName="More", PolicyDocument=document
    )


def yourself(number: int, **changes: object) -> Way:
    """The right call, made by the account's main user."""
    return lambda shop: getattr(shop.kms, TICKETS[number - 1].operation.lower())(
        **shop.ticket(number).parameters | changes
    )


def star(user: str) -> Way:
    return lambda shop: shop.allow(user, "kms:*")


OUTSIDE = {"AWS": "arn:aws:iam::999999999999:root"}
NEAR: list[tuple[int, Way, str]] = [
    (1, lambda s: s.allow("Iris", "kms:Decrypt", on="baskets"), "kms:Decrypt by Iris is allowed"),
    (
        1,
        lambda s: s.allow("Iris", "kms:Decrypt", Condition=s.via),
        "kms:Decrypt by Iris through the table Baskets on alias/wages is allowed",
    ),
    (
        1,
        lambda s: s.allow_by_key("baskets", "*", "kms:Decrypt", Principal="*", Condition=s.via),
        "kms:Decrypt by Jona through the table Baskets on alias/baskets is allowed",
    ),
    (
        2,
        lambda s: s.kms.cancel_key_deletion(KeyId=s.key("returns")),
        "the Decrypt of Jona: DisabledException",
    ),
    (2, star("Jona"), "kms:Encrypt by Jona is allowed"),
    (2, lambda s: s.allow("Jona", "kms:DisableKey", on="returns"), "kms:DisableKey by Jona is allowed"),
    (
        2,
        several(enable_again, lambda s: s.grant("returns", "Sven", "Encrypt")),
        "kms:Encrypt by Sven is allowed",
    ),
    (
        2,
        several(enable_again, lambda s: s.allow_by_key("returns", "Jona", "kms:*", Principal=OUTSIDE)),
        "returns lets in more: the account 999999999999",
    ),
    (2, other_key_for_returns, "the Decrypt of Jona: "),
    (3, yourself(3, EncryptionContext={"purpose": "coupon"}), "by you, not by Kira"),
    (3, star("Kira"), "kms:Encrypt by Kira is allowed"),
    (4, change_deny(lambda _: None), "kms:Decrypt by you is allowed"),
    (4, deny_decrypt_alone, "kms:ReEncryptFrom by you is allowed"),
    (4, lambda shop: tag_liam(shop, "Audit"), "kms:Decrypt by Liam is refused"),
    (4, star("Liam"), "kms:Decrypt by Liam is refused"),
    (5, move_alias_back, "you have moved the alias labels to the key of labels-old"),
    (5, yourself(5, KeyId="alias/labels-old"), "by you, not by Nils"),
    (6, day_by_grant, "kms:Decrypt by Mona with shift=night is allowed"),
    (6, lambda s: s.grant("shifts", "Mona", "Decrypt"), "kms:Decrypt by Mona is allowed"),
    (6, end_night, "kms:Decrypt by Mona with shift=day is refused"),
    (7, stock_elsewhere, "not by Olga"),
    (7, star("Olga"), "kms:Encrypt by Olga is allowed"),
    (8, lambda s: s.allow("Paul", "kms:Decrypt", on="wages"), "kms:Decrypt by Paul is allowed"),
    (8, role_may_more, "kms:Encrypt by WagesReader is allowed"),
    (8, yourself(8), "not by WagesReader"),
    (9, move_by_grants, "kms:Encrypt by Rita on alias/photos is allowed"),
    (
        9,
        lambda s: s.allow("Rita", "kms:ReEncrypt*", name="work"),
        "kms:ReEncryptTo by Rita on alias/photos-old is allowed",
    ),
    (10, yourself(10, MessageType="DIGEST"), "by you, not by Sven"),
    (10, lambda s: s.allow("Sven", "kms:Sign", on="updates"), "kms:Sign by Sven is allowed"),
    (10, several(call(10, MessageType="DIGEST"), star("Sven")), "by Sven is allowed"),
]


@pytest.mark.parametrize(("number", "way", "said"), NEAR, ids=[f"{n}-{said}" for n, _, said in NEAR])
def test_too_little_or_too_much_leaves_a_ticket_open(shop: Shop, number: int, way: Way, said: str) -> None:
    way(shop)
    result = shop.closed(number)
    assert not result.passed
    assert said in result.observation.text, result


def test_others_are_not_let_in_for_a_ticket(shop: Shop) -> None:
    """A statement for everybody closes every door that its ticket had, and opens it to nine more people."""
    enable_again(shop)
    assert shop.closed(2).passed
    shop.allow_by_key("returns", "*", "kms:Decrypt", Principal={"AWS": "*"})
    assert "kms:Decrypt by Iris is allowed" in shop.closed(2).observation.text


def test_who_is_dismissed_has_no_ticket_closed(shop: Shop) -> None:
    enable_again(shop)
    delete_user(shop.account.client("iam"), "Jona")
    assert "there is no user or role Jona" in shop.closed(2).observation.text


def test_what_closed_earlier_tickets_closes_no_new_ones(shop: Shop) -> None:
    call(10, MessageType="DIGEST")(shop)
    assert shop.closed(10).passed
    tickets.set_up(shop.account, shop.notes)
    assert not shop.closed(10).passed


def test_each_ticket_is_asked_for_once() -> None:
    asked = [check.look for check in (*CHECKS[20], *EXERCISES[20][0], *EXERCISES[20][1])]
    assert [sum(look is CLOSED[ticket.number] for look in asked) for ticket in TICKETS] == [1] * len(USERS)
