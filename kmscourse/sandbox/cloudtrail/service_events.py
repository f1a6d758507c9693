"""The CloudTrail events of what KMS does to keys by itself, which nobody called for.

Source: AWS KMS Developer Guide, "DeleteKey", "RotateKey" and "DeleteExpiredKeyMaterial" in "Logging AWS KMS API calls
with AWS CloudTrail"; AWS CloudTrail User Guide, "AWS service events".
"""

from __future__ import annotations

import uuid
from typing import Any

from kmscourse.sandbox.kms.views import Happening

_KMS = "AWS Internal"


def service_event(happening: Happening, account: str) -> dict[str, Any]:
    """The event, as CloudTrail's records are."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {"accountId": account, "invokedBy": _KMS},
        "eventTime": happening.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "kms.amazonaws.com",
        "eventName": happening.name,
        "awsRegion": happening.key_arn.split(":")[3],
        "sourceIPAddress": _KMS,
        "userAgent": _KMS,
        "requestParameters": None,
        "responseElements": {"keyId": happening.key_arn} if happening.name == "DeleteKey" else None,
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "resources": [{"accountId": account, "type": "AWS::KMS::Key", "ARN": happening.key_arn}],
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": account,
        "serviceEventDetails": dict(happening.details),
        "eventCategory": "Management",
    }
