"""What must survive a restart: the folder KMSCOURSE_HOME, and how anything is written there.

folder.py          where it is
files.py           small files, written whole or not at all
lock.py            by one process at a time
account_file.py    JSON, an object for each account: notes, progress, the ledger of a real account
"""

from kmscourse.home.folder import cannot_write, home

__all__ = ["cannot_write", "home"]
