"""The CloudTrail events of what KMS does to keys by itself, which nobody called for.

Source: AWS KMS Developer Guide, "DeleteKey", "RotateKey" and "DeleteExpiredKeyMaterial" in "Logging AWS KMS API calls
with AWS CloudTrail"; AWS CloudTrail User Guide, "AWS service events".
"""

from __future__ import annotations

import uuid
from typing import Any

from kmscourse.sandbox.call import ServiceEvent

_KMS = "AWS Internal"


def service_event(event: ServiceEvent, account: str) -> dict[str, Any]:
    """The event, as CloudTrail's records are."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {"accountId": account, "invokedBy": _KMS},
        "eventTime": event.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "kms.amazonaws.com",
        "eventName": event.name,
        "awsRegion": event.key_arn.split(":")[3],
        "sourceIPAddress": _KMS,
        "userAgent": _KMS,
        "requestParameters": None,
        "responseElements": {"keyId": event.key_arn} if event.name == "DeleteKey" else None,
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "resources": [{"accountId": account, "type": "AWS::KMS::Key", "ARN": event.key_arn}],
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": account,
        "serviceEventDetails": dict(event.details),
        "eventCategory": "Management",
    }
