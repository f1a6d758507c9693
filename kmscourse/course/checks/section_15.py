"""Section 15, Test a policy before it is in force: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kmscourse.account import Account
from kmscourse.course.checks.check import Check, Exercise, Observation, Observer
from kmscourse.course.checks.requests import ExpectedRequest, refused_beside, requests_answered
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.course.policy_tests import ALLOWED, REFUSED, PolicyTests, Row
from kmscourse.errors import CourseError, KmsCourseError
from kmscourse.kms import find_key, key_policy
from kmscourse.policy import root_statement, statements_of, use_statement, with_statement

REPORTS, PARCELS = "reports", "parcels"
WRITER, READER, MANAGER = "Wanda", "Rolf", "Max"
NEWS, BOARD, CAPITAL = ({"topic": topic} for topic in ("news", "board", "Board"))
MAX_NAMED = 2  # of the requests that are answered otherwise

USED = (
    ExpectedRequest(READER, "kms:Decrypt", REPORTS, True, NEWS),
    ExpectedRequest(READER, "kms:Decrypt", REPORTS, False, BOARD),
    ExpectedRequest(READER, "kms:Decrypt", REPORTS, False, CAPITAL),
    ExpectedRequest(READER, "kms:Decrypt", REPORTS, False),
    ExpectedRequest(WRITER, "kms:Encrypt", REPORTS, True, BOARD),
    ExpectedRequest(WRITER, "kms:Decrypt", REPORTS, False, NEWS),
)
MOVED = (
    ExpectedRequest(WRITER, "kms:ReEncryptTo", REPORTS, True, NEWS),
    ExpectedRequest(WRITER, "kms:ReEncryptFrom", REPORTS, False, NEWS),
    ExpectedRequest(READER, "kms:ReEncryptTo", REPORTS, False, NEWS),
    ExpectedRequest(READER, "kms:ReEncryptFrom", REPORTS, False, NEWS),
)
MAY: Mapping[str, str] = {WRITER: "kms:Encrypt", READER: "kms:Decrypt", MANAGER: "kms:PutKeyPolicy"}
_READS_AND_WRITES = (
    ExpectedRequest(READER, "kms:Decrypt", REPORTS, True, NEWS),
    *(ExpectedRequest(WRITER, "kms:Encrypt", REPORTS, True, topic) for topic in ({}, NEWS, BOARD, CAPITAL)),
)
NOTHING_ELSE = [
    request
    for request in refused_beside(_READS_AND_WRITES, who=[MANAGER])
    if (request.who, request.action) != (WRITER, "kms:ReEncryptTo")
]
TWELVE: tuple[Row, ...] = tuple(
    (who, action, {"topic": "parcels"}, ALLOWED if action == allowed else REFUSED)
    for who, allowed in MAY.items()
    for action in ("kms:Encrypt", "kms:Decrypt", "kms:CreateGrant", "kms:PutKeyPolicy")
)


def _tests(name: str, look: Callable[[PolicyTests, Account], Observation]) -> Observer:
    """Look at the tests that the learner keeps. What is not there, or can't be read, is not yet as it should be."""

    def observe(account: Account, notes: Notes) -> Observation:
        try:
            return look(PolicyTests(notes.folder, account, name), account)
        except KmsCourseError as error:
            return Observation(False, str(error))

    return observe


def is_green(tests: PolicyTests, _: Account) -> Observation:
    """Does pytest pass for the policy that is kept?"""
    green = tests.is_green()
    return Observation(green, f"the tests of {tests.name} are {'green' if green else 'red'}")


def is_right(tests: PolicyTests, _: Account) -> Observation:
    """Does the policy that is kept answer all twelve requests?"""
    wrong = tests.wrong(TWELVE)
    said = f"{len(TWELVE) - len(wrong)} of {len(TWELVE)} requests are answered as they should be"
    for who, action, _context, answer in wrong[:MAX_NAMED]:
        said += f"; {action} by {who} is not {answer}"
    return Observation(not wrong, said)


def _goes_red(tests: PolicyTests, policies: Mapping[str, Mapping[str, Any]]) -> Observation:
    """Does pytest pass for the policy that is kept, and fail for each of these others?"""
    if not tests.is_green():
        return Observation(False, f"the tests of {tests.name} are red", _hint_on_the_file(tests))
    for what, policy in policies.items():
        if tests.is_green(policy):
            said = f"the tests of {tests.name} stay green for a policy that {what}"
            return Observation(False, said, _hint_on_the_file(tests))
    return Observation(True, f"the tests of {tests.name} are green, and red for wrong policies")


def _hint_on_the_file(tests: PolicyTests) -> str:
    """How to come back to the course's pytest file; "" where it is that."""
    if tests.is_as_written:
        return ""
    file, name = tests.test_file.name, tests.name
    return (
        f"{file} has been changed: {name}.test_file.unlink() deletes it, and {name}.keep(…) writes it anew."
    )


def notices_wrong_policies(tests: PolicyTests, account: Account) -> Observation:
    """Would the tests notice a policy that allows everything, and one that allows nothing?"""
    nothing = {"Version": "2012-10-17", "Statement": [root_statement(account.id)]}
    everything: Mapping[str, Any] = nothing
    for who in MAY:
        everything = with_statement(everything, use_statement(_arn(account, who), ["kms:*"], sid=who))
    return _goes_red(tests, {"allows everything": everything, "allows nothing": nothing})


def notices_a_move(tests: PolicyTests, account: Account) -> Observation:
    """Would the tests notice the colleague's policy, and the one by which Wanda can move nothing?"""
    for_news = {"Condition": {"StringEquals": {"kms:EncryptionContext:topic": "news"}}}
    before: Mapping[str, Any] = {"Version": "2012-10-17", "Statement": [root_statement(account.id)]}
    for statement in (
        use_statement(_arn(account, READER), ["kms:Decrypt"], sid="Read") | for_news,
        use_statement(_arn(account, WRITER), ["kms:Encrypt"], sid="Write"),
    ):
        before = with_statement(before, statement)
    star = use_statement(_arn(account, WRITER), ["kms:ReEncrypt*"], sid="Move reports")
    policies = {
        f"allows {WRITER} kms:ReEncryptFrom": with_statement(before, star),
        f"allows {WRITER} no kms:ReEncryptTo": before,
    }
    return _goes_red(tests, policies)


def is_in_force(tests: PolicyTests, account: Account) -> Observation:
    """Is the policy that is kept the key policy of the key of that name?"""
    kms = account.client("kms")
    if (arn := find_key(kms, tests.name)) is None:
        raise CourseError(f"no key has the alias {tests.name}")
    same = _statements(key_policy(kms, arn)) == _statements(tests.policy)
    return Observation(
        same, f"the policy that you keep is {'' if same else 'not '}the one of the key {tests.name}"
    )


def _statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements as KMS may write them: a list of one value is that value."""
    return [
        {
            name: value[0] if isinstance(value, list) and len(value) == 1 else value
            for name, value in statement.items()
        }
        for statement in statements_of(policy)
    ]


def _arn(account: Account, user: str) -> str:
    return f"arn:aws:iam::{account.id}:user/{user}"


CHECKS = (
    Check(
        "the policy in force on reports answers six requests as the table says",
        requests_answered(USED),
        "Put it in force, and try it dry",
        (
            "which policy is in force on the key now?",
            "look at the first cell under “Put it in force, and try it dry”.",
            "call put_key_policy(kms, live, repaired).",
        ),
    ),
    Check(
        "your tests of reports are green",
        _tests(REPORTS, is_green),
        "Repair it",
        (
            "run the tests, and read which request is answered otherwise.",
            "look at the cell under “Repair it”.",
            "call reports.keep(repaired, requests), then reports.run().",
        ),
    ),
    Check(
        "Rolf has tried a Decrypt, dry",
        trail_shows("Decrypt", by=READER, error="DryRunOperationException"),
        "Predict",
        (
            "a dry run is a call with one more parameter.",
            "run the cell after the prediction.",
            "call decrypt with DryRun=True, with a client of Rolf's.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "the policy that you keep as parcels answers all twelve requests as the table says",
            _tests(PARCELS, is_right),
            "Your turn",
            (
                "let pytest tell you which requests are answered otherwise.",
                "one statement allows too much by a star, one by another star, and one allows too little.",
                "each person needs exactly one action. Then call parcels.keep(…) with your policy.",
            ),
        ),
        Check(
            "your tests of parcels are green, and they go red for a wrong policy",
            _tests(PARCELS, notices_wrong_policies),
            "Your turn",
            (
                "a test that cannot fail tests nothing.",
                "keep the whole table, and the pytest file as it is.",
                "call parcels.keep(policy, twelve), then parcels.run().",
            ),
        ),
    ),
    (
        Check(
            "Wanda can move reports to this key, and none away from it; all else is as before",
            requests_answered((*USED, *MOVED, *NOTHING_ELSE)),
            "Your turn again",
            (
                "ReEncrypt needs one permission on each of its two keys.",
                "let compare show which requests the star opens.",
                "allow Wanda kms:ReEncryptTo, and put the policy with put_key_policy.",
            ),
        ),
        Check(
            "your tests of reports notice if Wanda can move reports away, or none here",
            _tests(REPORTS, notices_a_move),
            "Your turn again",
            (
                "two new requests belong in the table: one allowed, one refused.",
                "a row has four parts. Add your rows to requests.",
                'add ("Wanda", "kms:ReEncryptFrom", news, "refused") and one for kms:ReEncryptTo; call keep.',
            ),
        ),
        Check(
            "the policy that you keep as reports is in force on the key",
            _tests(REPORTS, is_in_force),
            "Your turn again",
            (
                "keep the policy that you have put, or put the one that you keep.",
                "reports.policy is the policy that you keep.",
                "call put_key_policy(kms, live, reports.policy).",
            ),
        ),
    ),
)
