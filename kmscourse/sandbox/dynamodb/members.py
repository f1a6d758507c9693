"""The members of DynamoDB's inputs that are honoured; whatever else AWS's model has is refused by its name.

By operation, and for the structures within by the name of a structure's shape. ``offered.py`` refuses the rest.
"""

from __future__ import annotations

from kmscourse.sandbox.operation import Members

_VALUES = "ExpressionAttributeNames ExpressionAttributeValues"
_CONDITION = f"ConditionExpression ReturnValuesOnConditionCheckFailure {_VALUES}"
_WRITTEN = f"ReturnValues ReturnConsumedCapacity ReturnItemCollectionMetrics {_CONDITION}"
_READ = (
    "TableName IndexName Select Limit ConsistentRead ExclusiveStartKey ReturnConsumedCapacity ProjectionExpression "
    f"FilterExpression {_VALUES}"
)

OPERATIONS = {
    "GetItem": (
        "TableName Key ConsistentRead ReturnConsumedCapacity ProjectionExpression ExpressionAttributeNames"
    ),
    "Query": f"{_READ} KeyConditionExpression ScanIndexForward",
    "Scan": f"{_READ} TotalSegments Segment",
    "PutItem": f"TableName Item {_WRITTEN}",
    "UpdateItem": f"TableName Key UpdateExpression {_WRITTEN}",
    "DeleteItem": f"TableName Key {_WRITTEN}",
    "BatchGetItem": "RequestItems ReturnConsumedCapacity",
    "BatchWriteItem": "RequestItems ReturnConsumedCapacity ReturnItemCollectionMetrics",
    "TransactGetItems": "TransactItems ReturnConsumedCapacity",
    "TransactWriteItems": (
        "TransactItems ReturnConsumedCapacity ReturnItemCollectionMetrics ClientRequestToken"
    ),
    "CreateTable": (
        "AttributeDefinitions TableName KeySchema LocalSecondaryIndexes GlobalSecondaryIndexes BillingMode "
        "ProvisionedThroughput SSESpecification Tags TableClass DeletionProtectionEnabled WarmThroughput"
    ),
    "UpdateTable": (
        "AttributeDefinitions TableName BillingMode ProvisionedThroughput GlobalSecondaryIndexUpdates "
        "SSESpecification TableClass DeletionProtectionEnabled WarmThroughput"
    ),
    "DeleteTable": "TableName",
    "DescribeTable": "TableName",
    "DescribeTimeToLive": "TableName",
    "UpdateTimeToLive": "TableName TimeToLiveSpecification",
    "DescribeContinuousBackups": "TableName",
    "TagResource": "ResourceArn Tags",
    "UntagResource": "ResourceArn TagKeys",
    "ListTagsOfResource": "ResourceArn NextToken",
    "ListTables": "ExclusiveStartTableName Limit",
}

STRUCTURES = {
    "AttributeValue": "S N B SS NS BS M L NULL BOOL",
    # What batches and transactions are made of
    "KeysAndAttributes": "Keys ConsistentRead ProjectionExpression ExpressionAttributeNames",
    "WriteRequest": "PutRequest DeleteRequest",
    "PutRequest": "Item",
    "DeleteRequest": "Key",
    "TransactGetItem": "Get",
    "Get": "TableName Key ProjectionExpression ExpressionAttributeNames",
    "TransactWriteItem": "ConditionCheck Put Delete Update",
    "ConditionCheck": f"TableName Key {_CONDITION}",
    "Put": f"TableName Item {_CONDITION}",
    "Delete": f"TableName Key {_CONDITION}",
    "Update": f"TableName Key UpdateExpression {_CONDITION}",
    # What a table is made of
    "AttributeDefinition": "AttributeName AttributeType",
    "KeySchemaElement": "AttributeName KeyType",
    "Projection": "ProjectionType NonKeyAttributes",
    "LocalSecondaryIndex": "IndexName KeySchema Projection",
    "GlobalSecondaryIndex": "IndexName KeySchema Projection ProvisionedThroughput WarmThroughput",
    "GlobalSecondaryIndexUpdate": "Create Update Delete",
    "CreateGlobalSecondaryIndexAction": "IndexName KeySchema Projection ProvisionedThroughput WarmThroughput",
    "UpdateGlobalSecondaryIndexAction": "IndexName ProvisionedThroughput WarmThroughput",
    "DeleteGlobalSecondaryIndexAction": "IndexName",
    "ProvisionedThroughput": "ReadCapacityUnits WriteCapacityUnits",
    "WarmThroughput": "ReadUnitsPerSecond WriteUnitsPerSecond",
    "SSESpecification": "Enabled SSEType KMSMasterKeyId",
    "TimeToLiveSpecification": "Enabled AttributeName",
    "Tag": "Key Value",
}

# The parameters from before expressions, each with what takes its place.
SUCCESSORS = {
    "AttributesToGet": "ProjectionExpression",
    "AttributeUpdates": "UpdateExpression",
    "ConditionalOperator": "ConditionExpression FilterExpression",
    "Expected": "ConditionExpression",
    "KeyConditions": "KeyConditionExpression",
    "QueryFilter": "FilterExpression",
    "ScanFilter": "FilterExpression",
}

MEMBERS = Members(OPERATIONS, STRUCTURES, SUCCESSORS)
