"""Section 7, Read the table as someone else: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course import artifacts
from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise
from kmscourse.course.checks.trail import trail_shows
from kmscourse.iam import LAB_USER

CHECKS = (
    Check(
        "IAMLabUser can sign in",
        state.can_sign_in,
        "Give the user a password",
        ("run the cell that enables console access.",),
        artifact="sign-in",
    ),
    Check(
        "IAMLabUser's Scan is refused by the key",
        state.reader_kept_out,
        "Read the refusal",
        ("has somebody let IAMLabUser in already? Start over: Lab.open(section=7, again=True).",),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "IAMLabUser has made a call on Books that was answered",
            trail_shows("DescribeTable", by=LAB_USER, tableName=artifacts.TABLE),
            "Your turn",
            ("describing a table reads no item. Which action in the policy has a star?",),
        ),
    ),
    (
        Check(
            "IAM has answered what IAMLabUser's policies say to kms:Decrypt",
            trail_shows("SimulatePrincipalPolicy", actionNames=["kms:Decrypt"]),
            "Your turn again",
            ("simulate_principal_policy takes PolicySourceArn, ActionNames and ResourceArns.",),
        ),
    ),
)
