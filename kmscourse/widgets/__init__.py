"""The console's pages, to be filled in beside the cell that does the same: each calls the helper that the cell calls.

create_key.py    KMS: Create key, in its six steps; configure.py has the first, people.py whom to tick
key.py           KMS: a key, with key_policy.py, key_rotation.py and key_actions.py as its tabs
create_table.py  DynamoDB: Create table
table.py         DynamoDB: a table, and Delete
explore_items.py DynamoDB: Explore items; items.py shows them
user.py          IAM: a user, its permissions and its console access
sign_in.py       the sign-in page
explorer.py      no page of the console: who may do what, and what if; what_if.py has the policies as they are typed
seal_file.py     no page of the console: a big file sealed, with its progress
questions.py     no pages either: predictions, and questions from earlier sections; quiz.py goes through the quiz
start_over.py    what stands below the set-up cell of a section that is not as it begins

page.py, form.py, steps.py     what a page is, a page to fill in, one in steps
field.py, policy_field.py      a labelled control that says what is wrong; one for a policy's text
controls.py, pairs.py          the controls, and what is typed as name=value
calls.py, opens.py, look.py    a call shown and made; what a change opens; the HTML and its style
"""

from __future__ import annotations

from kmscourse.widgets.create_key import CreateKeyPage
from kmscourse.widgets.create_table import CreateTablePage
from kmscourse.widgets.explore_items import ExploreItemsPage
from kmscourse.widgets.explorer import DecisionExplorer
from kmscourse.widgets.key import KeyPage
from kmscourse.widgets.key_actions import KeyActionsPage
from kmscourse.widgets.key_policy import KeyPolicyPage
from kmscourse.widgets.key_rotation import KeyRotationPage
from kmscourse.widgets.seal_file import SealFilePage
from kmscourse.widgets.sign_in import SignInPage
from kmscourse.widgets.table import TablePage
from kmscourse.widgets.user import UserPage

__all__ = [
    "CreateKeyPage",
    "CreateTablePage",
    "DecisionExplorer",
    "ExploreItemsPage",
    "KeyActionsPage",
    "KeyPage",
    "KeyPolicyPage",
    "KeyRotationPage",
    "SealFilePage",
    "SignInPage",
    "TablePage",
    "UserPage",
]
