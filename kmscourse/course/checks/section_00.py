"""Section 0, Welcome: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse import audit
from kmscourse.account import Account
from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise, Observation
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER

RECENT = 200
"""So many of the newest events are looked at where no name of an event is known."""


def told_that_it_is_missing(account: Account, _: Notes) -> Observation:
    """Has DynamoDB told IAMLabUser, in whatever call they may make, that a thing isn't there?"""
    misses = []
    for event in audit.events(account.client("cloudtrail"), max_events=RECENT):
        code, name = event.get("errorCode", ""), event["eventName"]
        who = event["userIdentity"].get("userName", "you")
        hint = _why_not(event["eventSource"], code, who)
        found = f"{name} by {who}, {f'refused with {code}' if code else 'answered'}"
        if hint is None:
            return Observation(True, f"in the audit trail: {found}")
        if hint:
            misses.append(Observation(False, found, hint))
    return misses[0] if misses else Observation(False, "no such call in the audit trail")


def _why_not(source: str, code: str, who: str) -> str | None:
    """What a call lacks to be the one asked for: None for nothing, an empty text where it is another matter."""
    from_dynamodb, missing = source == "dynamodb.amazonaws.com", "NotFound" in code
    if who != LAB_USER:
        return f"make the call in the session of {LAB_USER}." if from_dynamodb and missing else ""
    if not from_dynamodb:
        return (
            "no policy lets them ask this service. Ask the one that their policy allows." if missing else ""
        )
    if missing:
        return None
    if not code:
        return "it was answered. Ask about a table that isn't there."
    if "AccessDenied" in code:
        return "here a permission is missing. Make a call that their policy allows."
    return "the request itself was wrong. Give the table a name that a table could have."


CHECKS = (
    Check(
        "every package of the course is here, in a version that it was made for",
        state.all_packages_here,
        "Is everything here?",
        (
            "a package is missing or too old.",
            "run the cell that prints the problems: each line says what is wrong.",
            "run `from kmscourse.course import problems; problems()`.",
        ),
    ),
    Check(
        "KMS has listed its aliases for you",
        trail_shows("ListAliases", limit=100),
        "Ask KMS",
        (
            "one question to KMS is still missing.",
            "run the cell that prints the names.",
            "call kms.list_aliases(Limit=100).",
        ),
    ),
    Check(
        "KMS has refused IAMLabUser the same question",
        trail_shows("ListAliases", by=LAB_USER, error="AccessDenied"),
        "Break it",
        (
            "one question of IAMLabUser's is still missing.",
            "run the cell that asks in IAMLabUser's session: it is meant to fail.",
            'call lab.session_for("IAMLabUser").client("kms").list_aliases().',
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "KMS has made random bytes for you",
            trail_shows("GenerateRandom"),
            "Your turn",
            (
                "a client has a method for each operation.",
                "its name is the operation's, in small letters, with a _ between the words.",
                "call kms.generate_random(NumberOfBytes=32).",
            ),
        ),
    ),
    (
        Check(
            "DynamoDB has told IAMLabUser that something isn't there",
            told_that_it_is_missing,
            "Your turn again",
            (
                "you need a call that their policy allows, about a thing that does not exist.",
                "their policy allows every Describe call of DynamoDB, and reader is their session.",
                'call reader.client("dynamodb").describe_table(TableName="Nothing").',
            ),
        ),
    ),
)
