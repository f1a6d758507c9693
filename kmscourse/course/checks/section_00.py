"""Section 0, Welcome: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise
from kmscourse.course.checks.trail import trail_shows
from kmscourse.iam import LAB_USER

CHECKS = (
    Check(
        "every package of the course is here, in a version that it was made for",
        state.all_packages_here,
        "Is everything here?",
        ("run `from kmscourse.course import problems; problems()`: each line says what is wrong.",),
    ),
    Check(
        "KMS has answered you",
        trail_shows("ListAliases"),
        "Ask KMS",
        ("run the cell that calls kms.list_aliases.",),
    ),
    Check(
        "KMS has refused IAMLabUser the same question",
        trail_shows("ListAliases", by=LAB_USER, error="AccessDenied"),
        "Break it",
        ("run the cell that calls list_aliases in IAMLabUser's session: it is meant to fail.",),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "you have asked KMS for the list of its keys",
            trail_shows("ListKeys"),
            "Your turn",
            ('a client has a method for each operation: lab.client("kms").list_keys().',),
        ),
    ),
    (
        Check(
            "AWS has told IAMLabUser who they are",
            trail_shows("GetCallerIdentity", by=LAB_USER),
            "Your turn again",
            ('ask the client "sts" of IAMLabUser\'s session for get_caller_identity.',),
        ),
    ),
)
