"""The CloudTrail event of a sign-in to the console, let in or not; never with what was typed as the password.

A name that is no user's is not kept: a password is easily typed into the wrong field.

Source: AWS CloudTrail User Guide, "AWS Management Console sign-in events". That an unknown name is hidden, and its
message, are known from public logs of AWS.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from kmscourse.sandbox.call import Call, Caller

SIGN_IN = "kmscourse:SignIn"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def sign_in_event(
    call: Call, account: str, user: Caller | None, now: datetime, success: bool
) -> dict[str, Any]:
    """The event of ``call``; ``user`` is who has the name that was typed, None where nobody has."""
    identity = {"type": "IAMUser", "accountId": account, "accessKeyId": "", "userName": HIDDEN}
    message = "No username found in supplied account"
    if user is not None:
        identity.update({"principalId": user.user_id, "userName": user.user_name})
        message = "Failed authentication"
    if success and user is not None:
        del identity["accessKeyId"]
        identity["arn"] = user.arn
    event = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": call.source_ip,
        "userAgent": call.user_agent[:500],
        "requestParameters": None,
        "responseElements": {"ConsoleLogin": "Success" if success else "Failure"},
        "additionalEventData": {
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": "No",
        },
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    return event if success else {**event, "errorMessage": message}
