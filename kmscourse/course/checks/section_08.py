"""Section 8, Modify the key policy: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise

CHECKS = (
    Check(
        "the key policy has a statement for IAMLabUser",
        state.named_in_key_policy,
        "Put it",
        ("run the cells that add the statement and put the policy.",),
        artifact="permission",
    ),
    Check(
        "IAMLabUser can read Books",
        state.reader_let_in,
        "After",
        ("the statement needs kms:Decrypt, and IAMLabUser's ARN as its principal.",),
        artifact="permission",
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "IAMLabUser can read Books by an IAM policy alone",
            state.let_in_by_iam,
            "Your turn",
            (
                "take the statement out of the key policy; then put_user_policy with kms:Decrypt on the key's ARN.",
            ),
        ),
    ),
    (
        Check(
            "the key policy refuses IAMLabUser, whatever IAM allows",
            state.denied_by_the_key,
            "Your turn again",
            ("a statement with Effect Deny, for IAMLabUser's ARN and kms:Decrypt.",),
        ),
    ),
)
