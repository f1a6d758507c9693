"""Write down which actions there are, for the linter of policies: ``python -m tools.actions``.

The names come from botocore's service models, so run it again after an upgrade of botocore. policy/ imports no AWS
client; it reads the file that is written here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore
from botocore.session import get_session

FILE = Path(__file__).parents[1] / "kmscourse" / "policy" / "language" / "actions.json"

# The prefix of the actions, and the models that share it.
MODELS = {
    "kms": ["kms"],
    "dynamodb": ["dynamodb", "dynamodbstreams"],
    "iam": ["iam"],
    "sts": ["sts"],
    "cloudtrail": ["cloudtrail"],
    "tag": ["resourcegroupstaggingapi"],
}

# Actions that are no operation. Service Authorization Reference, the page of each service (June 2026):
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
PERMISSIONS = {
    "kms": ["ReEncryptFrom", "ReEncryptTo", "SynchronizeMultiRegionKey"],
    "dynamodb": [
        "AssociateTableReplica", "ConditionCheckItem", "CreateGlobalTableWitness", "CreateTableReplica",
        "DeleteGlobalTableWitness", "DeleteTableReplica", "DescribeReservedCapacity",
        "DescribeReservedCapacityOfferings", "GetAbacStatus", "InjectError", "PartiQLDelete", "PartiQLInsert",
        "PartiQLSelect", "PartiQLUpdate", "PurchaseReservedCapacityOfferings", "ReadDataForReplication",
        "ReplicateSettings", "RestoreTableFromAwsBackup", "StartAwsBackupJob", "UpdateAbacStatus",
        "UpdateGlobalTableVersion", "WriteDataForReplication",
    ],
    "iam": [
        "DeleteCloudFrontPublicKey", "GetAccountEmailAddress", "GetAccountName", "GetCloudFrontPublicKey",
        "ListCloudFrontPublicKeys", "ListSTSRegionalEndpointsStatus", "PassRole", "SetSTSRegionalEndpointStatus",
        "UpdateAccountEmailAddress", "UpdateAccountName", "UpdateCloudFrontPublicKey", "UploadCloudFrontPublicKey",
    ],
    "sts": ["GetServiceBearerToken", "SetContext", "SetSourceIdentity", "TagGetWebIdentityToken", "TagSession"],
    "cloudtrail": [
        "CreateServiceLinkedChannel", "DeleteServiceLinkedChannel", "GenerateQueryResultsSummary",
        "GetEventDataStoreData", "GetServiceLinkedChannel", "ListServiceLinkedChannels",
        "UpdateServiceLinkedChannel",
    ],
}  # fmt: skip

# Operations that are no action: what they need is asked for under these names (the same pages).
REQUIRED = {
    "kms": {"ReEncrypt": ["ReEncryptFrom", "ReEncryptTo"]},
    "dynamodb": {
        "BatchExecuteStatement": ["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"],
        "ExecuteStatement": ["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"],
        "ExecuteTransaction": ["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"],
        "TransactGetItems": ["GetItem"],
        "TransactWriteItems": ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"],
    },
}


def actions() -> dict[str, Any]:
    """What the installed botocore knows, and its version: service -> its operations, permissions, and exceptions."""
    loader = get_session().get_component("data_loader")
    services = {}
    for prefix, models in MODELS.items():
        loaded = [loader.load_service_model(model, "service-2") for model in models]
        services[prefix] = {
            "operations": sorted(name for model in loaded for name in model["operations"]),
            "permissions": PERMISSIONS.get(prefix, []),
            "required": REQUIRED.get(prefix, {}),
        }
    return {"botocore": botocore.__version__, "services": services}


def main() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(actions(), indent=1) + "\n", encoding="utf-8")
    print(f"{FILE.name}: written from botocore {botocore.__version__}")


if __name__ == "__main__":
    main()
