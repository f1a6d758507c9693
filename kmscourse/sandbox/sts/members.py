"""The members of STS's inputs that are honoured; whatever else AWS's model has is refused by its name.

By operation, and for the structures within by the name of a structure's shape. ``offered.py`` refuses the rest.
"""

from __future__ import annotations

from kmscourse.sandbox.operation import Members

OPERATIONS = {
    "GetAccessKeyInfo": "AccessKeyId",
    "GetSessionToken": "DurationSeconds SerialNumber TokenCode",
    "AssumeRole": (
        "RoleArn RoleSessionName PolicyArns Policy DurationSeconds Tags TransitiveTagKeys ExternalId SerialNumber "
        "TokenCode SourceIdentity"
    ),
    "GetFederationToken": "Name Policy PolicyArns DurationSeconds Tags",
}

STRUCTURES = {
    "PolicyDescriptorType": "arn",
    "Tag": "Key Value",
}

MEMBERS = Members(OPERATIONS, STRUCTURES)
