"""Section 1, Create a customer managed key: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise

CHECKS = (
    Check(
        "the alias myKey leads to an enabled key",
        state.key_enabled,
        "Create it",
        (
            "run the cell that calls create_key.",
            "where the alias is taken, start over: Lab.open(section=1, again=True).",
        ),
        artifact="myKey",
    ),
    Check(
        "the key is symmetric, for encrypting and decrypting",
        state.is_symmetric,
        "Decide",
        ("KeySpec is SYMMETRIC_DEFAULT and KeyUsage is ENCRYPT_DECRYPT where create_key gets neither.",),
        artifact="myKey",
    ),
    Check(
        "its key policy has the console's four statements, three of them for you",
        state.policy_names_main_user,
        "Create it",
        (
            "create_key takes your ARN as administrator and as user.",
            "start over with Lab.open(section=1, again=True): the alias is then free for another key.",
        ),
        artifact="myKey",
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "the key has a description",
            state.has_description,
            "Your turn",
            ("KMS has a call whose name begins with update_key_; it takes KeyId and Description.",),
        ),
    ),
    (
        Check(
            "the key has the tag Purpose with the value course",
            state.has_tag,
            "Your turn again",
            ("tag_resource takes KeyId and Tags, a list of TagKey and TagValue pairs.",),
        ),
    ),
)
