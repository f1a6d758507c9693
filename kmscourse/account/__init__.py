"""One AWS account, and sessions for the people in it: the practice account, a real one, or whatever a URL leads to.

account.py          the account, as the rest of the course sees it
opening.py          opens the one that KMSCOURSE_TARGET names; alone here knows the sandbox, to find or start it
target.py           what KMSCOURSE_TARGET names, and who one is there
aws_settings.py     the variables that lead AWS's tools to one endpoint and nowhere else
aws_session.py      a session that reaches one endpoint and nowhere else
user_sessions.py    sessions of other users on a real account
role_sessions.py    sessions of roles, what each was made with, and the wait for a new role
passwords.py        passwords for a real account, shown once
practice_settings.py  what a notebook sets in the practice account for a while
as_of.py            sessions whose calls reach the practice account as of an earlier time
denials.py          refusals as they happen, and what may be remembered of the call
table_names.py      the DynamoDB tables that a call names
ownership/          what the course made in a real account: its mark, its ledger, the guard of everything else
"""

from kmscourse.account.account import Account
from kmscourse.account.opening import open_account, open_real_account, open_sandbox

__all__ = ["Account", "open_account", "open_real_account", "open_sandbox"]
