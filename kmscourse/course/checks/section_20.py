"""Section 20, Ten tickets: what is true once it is done, and once each exercise is solved.

A ticket is closed when its caller may do what they asked for, and nothing more, and nobody else may either. Where it is
the call that was wrong, the trail shows one that was answered: a policy can't tell.
"""

from __future__ import annotations

from collections.abc import Mapping

from kmscourse.account import Account
from kmscourse.course.checks.check import Check, Exercise, Observation, Observer
from kmscourse.course.checks.requests import (
    YOU,
    ExpectedRequest,
    all_of,
    nobody_else_let_in,
    refused_beside,
    requests_answered,
)
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.course.tickets import (
    BEFORE,
    FORMER,
    NOW,
    TABLE,
    TICKETS,
    USERS,
    WAGES_ROLE,
    TicketCall,
    is_set_up,
)
from kmscourse.kms import find_key

_EACH = {ticket.number: ticket for ticket in TICKETS}


def _on(
    number: int, action: str, *, key: str = "", context: Mapping[str, str] | None = None
) -> ExpectedRequest:
    """What a ticket's caller must be allowed on its key."""
    ticket = _EACH[number]
    return ExpectedRequest(ticket.user, action, f"alias/{key}" if key else ticket.alias, True, context or {})


def table(
    number: int, *allowed: ExpectedRequest, contexts: tuple[Mapping[str, str], ...] = ({},)
) -> list[ExpectedRequest]:
    """The requests of a ticket: what must be allowed, and all else, which must be refused.

    All else is what a change that is too wide would open on its keys to its caller and the others, in each of the
    ``contexts``.
    """
    ticket = _EACH[number]
    keys = [f"alias/{name}" for name in (ticket.key, FORMER.get(ticket.key)) if name]
    others = [user for user in USERS if user not in {request.who for request in allowed}]
    return [*allowed, *refused_beside(allowed, who=others, aliases=keys, contexts=contexts)]


def _works(number: int) -> Observer:
    """Is the call of a ticket answered as its caller makes it?"""

    def look(account: Account, notes: Notes) -> Observation:
        ticket = _EACH[number]
        if not is_set_up(account, notes):
            return Observation(False, "the tickets are not in the account: call lab.tickets()")
        error = TicketCall(account, notes, ticket).error()
        answer = "answered" if error is None else error.response["Error"]["Code"]
        return Observation(error is None, f"the {ticket.operation} of {ticket.user}: {answer}")

    return look


def _answered(number: int, *, by: str = "", key: str = "") -> Observer:
    """Was the call of a ticket answered, as somebody has made it?"""
    ticket = _EACH[number]
    on = f"alias/{key}" if key else ticket.alias
    return trail_shows(ticket.operation, by=by or ticket.user, on_key=on)


def _lets_in(
    number: int, *allowed: ExpectedRequest, contexts: tuple[Mapping[str, str], ...] = ({},)
) -> Observer:
    """Are the requests of a ticket answered so, and lets its key nobody in but who works in the shop?"""
    return all_of(
        requests_answered(table(number, *allowed, contexts=contexts)),
        nobody_else_let_in(_EACH[number].alias, *USERS, WAGES_ROLE),
    )


def _alias_is_not_moved_back(account: Account, _: Notes) -> Observation:
    """Does the alias of ticket 5 lead to another key than the former one?"""
    ticket, kms = _EACH[5], account.client("kms")
    former = FORMER[ticket.key]
    if (key := find_key(kms, ticket.alias)) is None or key != find_key(kms, former):
        return Observation(True, f"{ticket.key} leads to another key than {former}")
    hint = (
        "nobody asked for that: new data gets the old key again. lab.tickets(again=True) starts all ten over."
    )
    return Observation(False, f"you have moved the alias {ticket.key} to the key of {former}", hint)


_THROUGH_DYNAMODB = [
    *(
        ExpectedRequest(user, "kms:Decrypt", "alias/baskets", user == "Iris", via_table=TABLE)
        for user in USERS
    ),
    ExpectedRequest("Iris", "kms:Decrypt", "alias/wages", False, via_table=TABLE),
]
CLOSED: Mapping[int, Observer] = {
    1: all_of(requests_answered(_THROUGH_DYNAMODB), _lets_in(1), _works(1)),
    2: all_of(_lets_in(2, _on(2, "kms:Decrypt")), _works(2)),
    3: all_of(_lets_in(3, _on(3, "kms:Decrypt")), _answered(3)),
    4: all_of(
        _lets_in(4, _on(4, "kms:Decrypt")),
        requests_answered(
            [
                ExpectedRequest(YOU, action, "alias/payments", False)
                for action in ("kms:Decrypt", "kms:ReEncryptFrom")
            ]
        ),
        _works(4),
    ),
    5: all_of(
        _alias_is_not_moved_back,
        _lets_in(
            5,
            _on(5, "kms:Decrypt"),
            _on(5, "kms:GenerateDataKey"),
            _on(5, "kms:Decrypt", key="labels-old"),
        ),
        _answered(5, key="labels-old"),
    ),
    6: all_of(_lets_in(6, _on(6, "kms:Decrypt", context=NOW), contexts=({}, NOW, BEFORE)), _works(6)),
    7: all_of(_lets_in(7, _on(7, "kms:Decrypt")), _answered(7)),
    8: all_of(
        _lets_in(8, ExpectedRequest(WAGES_ROLE, "kms:Decrypt", "alias/wages", True)),
        _answered(8, by=WAGES_ROLE),
    ),
    9: all_of(
        _lets_in(9, _on(9, "kms:ReEncryptFrom", key="photos-old"), _on(9, "kms:ReEncryptTo", key="photos")),
        _works(9),
    ),
    10: all_of(_lets_in(10, _on(10, "kms:Verify")), _answered(10)),
}
"""Number of a ticket -> is it closed, and nothing opened beyond it?"""


def _close(number: int, outcome: str, step: str, *hints: str) -> Check:
    return Check(
        f"ticket {number} is closed: {outcome}, and nothing more is open", CLOSED[number], step, hints
    )


CHECKS = (
    Check(
        "none of the ten may delete a key",
        requests_answered(
            [
                ExpectedRequest(user, "kms:ScheduleKeyDeletion", ticket.alias, False)
                for user in USERS
                for ticket in TICKETS
            ]
        ),
        "What else did that open?",
        (
            "kms:* has to go again.",
            "look at the last cell under “What else did that open?”.",
            'call delete_user_policy with PolicyName="Star" for each of the ten.',
        ),
    ),
    Check(
        "KMS has refused Iris a Decrypt of her own",
        trail_shows("Decrypt", by="Iris", error="AccessDenied"),
        "Ticket 1",
        (
            "somebody has to try it with the condition in force.",
            "look at the last cells under “Ticket 1”.",
            "call iris.decrypt(CiphertextBlob=other) after you have put the narrow policy.",
        ),
    ),
    _close(
        1,
        "Iris reads Baskets through DynamoDB",
        "Ticket 1",
        "for Iris, the key is needed only while DynamoDB works for her.",
        "look at the condition in the last policy under “Ticket 1”.",
        "put the policy with the condition kms:ViaService.",
    ),
)

_FIRST, _SECOND = "Your turn", "Your turn again"

EXERCISES: tuple[Exercise, ...] = (
    (
        _close(
            2,
            "Jona opens returns",
            _FIRST,
            "the permissions are right. What does DescribeKey say?",
            "section 9 has the two calls. After the first one, read the new error.",
            "call cancel_key_deletion, then enable_key.",
        ),
        _close(
            3,
            "Kira opens the coupons",
            _FIRST,
            "with which context was it encrypted?",
            "look at the Encrypt event on this key in the audit trail, letter by letter.",
            'call decrypt with the client of the ticket and EncryptionContext={"purpose": "coupon"}.',
        ),
        _close(
            4,
            "Liam opens payments",
            _FIRST,
            "the sentence says explicit deny. No Allow helps.",
            "look at the condition of the Deny in the key policy: what does Liam lack?",
            "tag the user with team=audit. The Deny stays.",
        ),
        _close(
            5,
            "Nils opens old labels",
            _FIRST,
            "the alias is a name. Where does it lead now?",
            "compare DescribeKey of labels with the key of the Encrypt event in the trail.",
            'leave the alias where it is. Call decrypt with KeyId="alias/labels-old".',
        ),
    ),
    (
        _close(
            6,
            "Mona opens notes of the day",
            _SECOND,
            "nobody can change a grant. What can you do instead?",
            "look at the constraint in ListGrants.",
            "create a grant with shift=day, and revoke the one with shift=night.",
        ),
        _close(
            7,
            "Olga opens the stock list",
            _SECOND,
            "the sentence has an ARN. Which Region does it name?",
            "a key is in one Region. Change the program, and not the keys.",
            "make a client with ticket.session and region_name=lab.account.region, and call decrypt.",
        ),
        _close(
            8,
            "the role WagesReader opens wages",
            _SECOND,
            "the sentence names its caller. Is that the role?",
            "section 10 shows how a user gets a session of a role.",
            'call lab.session_for_role("WagesReader", by=ticket.session), and decrypt with that session.',
        ),
        _close(
            9,
            "Rita moves photos without seeing them",
            _SECOND,
            "what can Rita do now that she did not ask for?",
            "section 13 names the two permissions of ReEncrypt.",
            "replace her policy: kms:ReEncryptFrom on the old key, kms:ReEncryptTo on the new one.",
        ),
        _close(
            10,
            "Sven verifies the release",
            _SECOND,
            "what did the build sign, the file or its digest?",
            "look at the Sign event in the audit trail, and at the parameters of Verify.",
            'call verify with the client of the ticket and MessageType="DIGEST".',
        ),
    ),
)
