"""The console's pages, to be filled in beside the cell that does the same: each calls the helper that the cell calls.

field.py        a labelled control, which says what is wrong with what was filled in
page.py         what the pages share: a preview, a button, what was answered
create_key.py   KMS: Create key
create_table.py DynamoDB: Create table
sign_in.py      the sign-in page
key_policy.py   KMS: a key's policy, policy view and edit
"""

from __future__ import annotations

from kmscourse.widgets.create_key import CreateKeyPage
from kmscourse.widgets.create_table import CreateTablePage
from kmscourse.widgets.key_policy import KeyPolicyPage
from kmscourse.widgets.sign_in import SignInPage

__all__ = ["CreateKeyPage", "CreateTablePage", "KeyPolicyPage", "SignInPage"]
