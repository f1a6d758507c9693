"""Section 1, Create a customer managed key: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise

START_OVER = "start over with Lab.open(section=1, again=True): the alias is then free for another key."

CHECKS = (
    Check(
        "the alias myKey leads to an enabled key",
        state.key_enabled,
        "Create it",
        (
            "the page or the cell under it creates the key.",
            "if the alias is taken by another key, start over: Lab.open(section=1, again=True).",
            'call create_key(kms, "myKey", administrators=[me], users=[me]).',
        ),
        artifact="myKey",
    ),
    Check(
        "the key is symmetric, for encrypting and decrypting",
        state.is_symmetric,
        "Decide",
        (
            "type and usage of a key never change, so this needs another key.",
            START_OVER,
            "create_key makes a SYMMETRIC_DEFAULT key for ENCRYPT_DECRYPT.",
        ),
        artifact="myKey",
    ),
    Check(
        "its key policy has the console's four statements, three of them for you",
        state.policy_names_main_user,
        "Create it",
        (
            f"you are to be the administrator and the user of the key. {START_OVER[0].upper()}{START_OVER[1:]}",
            START_OVER,
            'call create_key(kms, "myKey", administrators=[me], users=[me]), with your own ARN as me.',
        ),
        artifact="myKey",
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "the key myKey has a description",
            state.has_description,
            "Your turn",
            (
                "a description can change: you don't have to make a new key.",
                "KMS has a call whose name begins with update_key_.",
                'call kms.update_key_description(KeyId=arn, Description="…").',
            ),
        ),
    ),
    (
        Check(
            "a program finds myKey under CostCenter, with the value 4711",
            state.is_in_cost_centre,
            "Your turn again",
            (
                "which of alias, description and tag has a name and a value?",
                "a tag has both: look at page 2 of the table under “Decide”.",
                'call kms.tag_resource(KeyId=arn, Tags=[{"TagKey": "CostCenter", "TagValue": "4711"}]).',
            ),
        ),
    ),
)
