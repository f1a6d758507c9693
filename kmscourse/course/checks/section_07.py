"""Section 7, Read the table as someone else: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kmscourse import audit
from kmscourse.account import Account
from kmscourse.course import artifacts
from kmscourse.course.checks import state
from kmscourse.course.checks.check import Check, Exercise, Observation, Observer
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER


def _answered_on_books(account: Account, _: Notes) -> Observation:
    """Has DynamoDB answered IAMLabUser a call about Books, whichever?"""
    missed = []
    for event in audit.events(account.client("cloudtrail"), user_name=LAB_USER):
        if (
            event["eventSource"] != "dynamodb.amazonaws.com"
            or event["userIdentity"].get("userName") != LAB_USER
        ):
            continue
        call, error = f"in the audit trail: {event['eventName']} by {LAB_USER}", event.get("errorCode")
        if error is not None:
            hint = "look for a call that the second row of the policy allows."
            missed.append(Observation(False, f"{call}, refused with {error}", hint))
        elif not _is_about_books(event.get("requestParameters") or {}):
            hint = f"ask about the table {artifacts.TABLE} itself."
            missed.append(Observation(False, f"{call}, not about {artifacts.TABLE}", hint))
        else:
            return Observation(True, f"{call}, answered")
    return next(iter(missed), Observation(False, f"in the audit trail: no call of DynamoDB by {LAB_USER}"))


def _is_about_books(parameters: Mapping[str, Any]) -> bool:
    """Is the table that a call names, by its name or by its ARN, Books?"""
    named = parameters.get("tableName") or parameters.get("resourceArn") or ""
    return str(named).rpartition("/")[2] == artifacts.TABLE


def _books_arn(account: Account) -> str:
    return f"arn:aws:dynamodb:{account.region}:{account.id}:table/{artifacts.TABLE}"


def _simulator_asked(action: str, on: Callable[[Account], str | None], hint: str) -> Observer:
    """Has IAM's simulator answered whether IAMLabUser's policies allow this action on this resource?

    One call may ask about several actions and resources. ``hint`` is for a question about another action of the same
    service. Where nothing fits, the question that comes nearest is named, of several the newest.
    """
    service = action.partition(":")[0]

    def look(account: Account, _: Notes) -> Observation:
        missed = {
            "nothing": Observation(
                False, f"in the audit trail: no question to the simulator about an action {service}:…"
            )
        }
        for event in audit.events(account.client("cloudtrail"), event_name="SimulatePrincipalPolicy"):
            asked = event.get("requestParameters") or {}
            actions = [
                each for each in asked.get("actionNames", ()) if each.lower().startswith(f"{service}:")
            ]
            user, resources = asked.get("policySourceArn"), asked.get("resourceArns", ["*"])
            if event.get("errorCode") is not None or not actions:
                continue
            if action.lower() not in [each.lower() for each in actions]:
                found = f"the simulator was asked about {', '.join(actions)}"
                missed.setdefault("another action", Observation(False, found, hint))
            elif user != artifacts.lab_user_arn(account):
                found, mend = (
                    f"the simulator was asked about {action} for {user}",
                    f"PolicySourceArn is the ARN of {LAB_USER}.",
                )
                missed.setdefault("another user", Observation(False, found, mend))
            elif on(account) not in resources:
                found = f"the simulator was asked about {action} on {', '.join(resources)}"
                mend = "a permission can be for one resource only: name its ARN in ResourceArns."
                missed.setdefault("another resource", Observation(False, found, mend))
            else:
                return Observation(True, f"in the audit trail: the simulator was asked about {action}")
        ranks = ("another resource", "another user", "another action", "nothing")
        return next(missed[rank] for rank in ranks if rank in missed)

    return look


CHECKS = (
    Check(
        "IAMLabUser can sign in",
        state.can_sign_in,
        "Give the user a password",
        (
            "an IAM user without a password cannot sign in to the console.",
            "look at the cell that enables console access, and run it.",
            'enable_console_access(iam, "IAMLabUser", password).',
        ),
        artifact="sign-in",
    ),
    Check(
        "IAMLabUser's Scan is refused by the key",
        state.reader_kept_out,
        "Read the refusal",
        (
            "has somebody let IAMLabUser in already?",
            "look at the key policy, at the grants on myKey and at the policies of IAMLabUser.",
            "start over: Lab.open(section=7, again=True).",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "DynamoDB has answered IAMLabUser a call about Books",
            _answered_on_books,
            "Your turn",
            (
                "only the items are encrypted under your key. Which calls need no item?",
                "look at the second row of the policy under “What IAMLabUser may do”: which action has a star?",
                'reader.client("dynamodb").describe_table(TableName="Books").',
            ),
        ),
    ),
    (
        Check(
            "the simulator has answered about the permission that is missing on the table",
            _simulator_asked("dynamodb:PutItem", _books_arn, "which action of DynamoDB writes one item?"),
            "Your turn again",
            (
                "two services decide about a write. Begin with DynamoDB, and with the table's ARN.",
                "compare what put_item needs with the first row of the policy under “What IAMLabUser may do”.",
                "iam.simulate_principal_policy(PolicySourceArn=…, ActionNames=…, ResourceArns=…), for "
                "dynamodb:PutItem on the ARN of Books.",
            ),
        ),
        Check(
            "the simulator has answered about the permission that is missing on the key",
            _simulator_asked(
                "kms:Decrypt",
                artifacts.find_key,
                "which call on the key did your put_item cause in section 6? DynamoDB never called Encrypt.",
            ),
            "Your turn again",
            (
                "the table is under myKey, so a write needs a permission on this key too.",
                "look at the audit trail of section 6: which call on myKey did put_item cause?",
                "iam.simulate_principal_policy(PolicySourceArn=…, ActionNames=…, ResourceArns=…), for kms:Decrypt "
                "on lab.key_arn.",
            ),
        ),
    ),
)
