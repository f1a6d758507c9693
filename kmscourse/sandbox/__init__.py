"""The practice account: a small AWS on the student's own machine, by service. CONTRIBUTING.md walks a call through it.

application.py      one request, through every stage in its order
operation.py        what an operation is, and a call of it that is under way
http/ protocol/     HTTP and AWS's wire formats
auth/               who signed, and whether they may
model/              what AWS's own models say of parameters
kms/ dynamodb/ iam/ sts/ cloudtrail/      a folder a service, each with its table in operations.py
account.py          what there is: keys, tables, identities, the trail
storage/            the account's file, and one unit of work for each call
moto_adapter/       moto, which keeps DynamoDB's and IAM's things; no other room touches it
process.py client.py console.py           the server process; finding and starting it; what only a console can do
"""
