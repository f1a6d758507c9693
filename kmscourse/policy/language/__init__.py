"""What a policy says: its text read, its elements checked and compiled. Nothing here knows of a request.

principals.py   the principals that a policy names, and that call
variables.py    policy variables and wildcards, as tokens
patterns.py     actions and ARNs against patterns
operators.py    the condition operators, one value at a time
conditions.py   the Condition element
statement.py    one statement
document.py     a policy, compiled once and reused
read.py         a policy's text, with the place of every mistake; places.py finds where in it
build.py        policies made, changed and taken apart as plain dicts
actions.py      which actions there are
service_principals.py   which services a policy can name
"""
