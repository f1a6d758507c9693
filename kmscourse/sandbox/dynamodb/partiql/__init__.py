"""PartiQL for DynamoDB: a statement is read once, and becomes one of DynamoDB's other operations.

What a policy is asked about is what is performed, as both are made of the same reading, and a statement costs what
the operation costs that it stands for.

tokens.py       a statement's text in pieces
syntax.py       what a statement is, once read
reader.py       from the one to the other
requests.py     the GetItem, Query, Scan, PutItem… that it stands for
perform.py      ExecuteStatement, BatchExecuteStatement, ExecuteTransaction
"""
