"""What the course has made outside the practice account, and that it changes nothing else there.

mark.py      the tag ``kmscourse``, which every such thing carries, and who carries it
ledger.py    what the course is about to make, written down in KMSCOURSE_HOME before it is made
guard.py     stands before each call of the lab's clients: marks what is made, refuses what changes anything foreign
"""

from kmscourse.account.ownership.guard import Guard
from kmscourse.account.ownership.ledger import Ledger
from kmscourse.account.ownership.mark import ABSENT_CODES, MARK, Owner, Owners

__all__ = ["ABSENT_CODES", "MARK", "Guard", "Ledger", "Owner", "Owners"]
