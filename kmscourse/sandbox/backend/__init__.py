"""One AWS account: what is in it, and moto's operations on it. No other package touches moto's internals.

journal.py      which rows a call has reached
items.py        tables, and their items, each a row
models.py       moto's backends of the account: which, and where
kms.py          what replaces parts of moto's KMS; likewise dynamodb.py and iam.py
invoke.py       one operation of moto's
material.py     what a key encrypts with, and what time does to it
keys.py         keys, by whatever names them; sealing and opening
key_life.py     a key's life: made, rotated, imported into, deleted
aliases.py      names of keys
grants.py       grants on keys, and the tokens that stand for them
tables.py       tables, and the transactions on them
people.py       moto's users, groups, roles and policies, with what they lack
iam_policies.py, iam_credentials.py, iam_answers.py   the rest of what replaces parts of moto's IAM
aws_policies.py AWS's own managed policies
principals.py   whose an access key is, and which policies apply; sessions.py is what is kept of temporary ones
main_user.py    the account's administrator, and how it gets back in
passwords.py    signing in, and which passwords may be
entities.py     users, groups, roles and policies as the stages see them
keeping.py      the account's rows, written and read back
account.py      Backend, through which the stages see all of it
"""

from kmscourse.sandbox.backend.account import Backend

__all__ = ["Backend"]
