"""How a request is decided: the request, the policies that bear on it, and AWS's questions in AWS's order.

request.py      what somebody wants to do
match.py        statements against the request
kms.py          what only KMS has: grants, aliases
policies.py     every policy that bears on a request, by layer
findings.py     the questions on the way, and their answers
evaluation.py   the order of the questions, and the verdict
"""
