"""``kmscourse aws``: what the course has in the real account that KMSCOURSE_TARGET names, and how to remove it.

The account stands in the first line of what is printed. The practice account is never touched.
"""

from __future__ import annotations

import argparse
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kmscourse.cli.arguments import Parser
from kmscourse.cli.terminal import agreed
from kmscourse.errors import KmsCourseError
from kmscourse.home import home

if TYPE_CHECKING:
    from kmscourse.account import Account
    from kmscourse.course.inventory import InventoryItem


def add_aws(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verb with its actions to the command line."""
    aws = verbs.add_parser("aws", help="what the course has in the real account that KMSCOURSE_TARGET names")
    aws.set_defaults(run=lambda _: aws.print_help())
    actions = aws.add_subparsers(metavar="action")
    status = actions.add_parser("status", help="what it has there, what that costs, and what is in its way")
    status.set_defaults(run=aws_status)
    cleanup = actions.add_parser("cleanup", help="remove all of it, and nothing else")
    cleanup.add_argument("--yes", action="store_true", help="without asking first")
    cleanup.set_defaults(run=aws_cleanup)


def aws_status(_: argparse.Namespace) -> None:
    """What the course has in the real account, what it costs in a month, and what is in the way there."""
    from kmscourse.course.inventory import find_taken_names
    from kmscourse.course.sections import all_names

    account, items = _real_account()
    cost = sum(item.monthly_cost for item in items)
    print(f"Together {cost:.2f} USD a month, at the prices of us-east-1 in 2026.")
    for name in find_taken_names(account, all_names()):
        print(f"In the way: {name}. The course did not make it, so it needs another account or Region.")


def aws_cleanup(chosen: argparse.Namespace) -> None:
    """Remove everything of the course's from the real account; keys are scheduled for deletion."""
    from kmscourse.course.cleanup import CleanUp

    account, items = _real_account()
    if any(not item.is_gone for item in items):
        if not chosen.yes and not agreed(f"Remove this from {account.id}? What is in it is lost. [y/N] "):
            raise KmsCourseError("Nothing was removed.")
    else:
        print("There is nothing to remove.")
    cleanup = CleanUp(account)
    for sentence in cleanup.run():
        print(sentence, flush=True)
    if cleanup.failures:
        raise KmsCourseError("\n".join(f"Could not be removed: {failure}" for failure in cleanup.failures))


def _real_account() -> tuple[Account, list[InventoryItem]]:
    """The account that KMSCOURSE_TARGET names, and what the course has there; both are said."""
    from kmscourse.account import open_real_account
    from kmscourse.course.inventory import Inventory
    from kmscourse.sandbox import client as sandbox_client

    account = open_real_account()
    practice = sandbox_client.find(home())
    if practice is not None and _is_same_place(account.client("kms").meta.endpoint_url, practice.url):
        raise KmsCourseError(
            f"{account} is your practice account. Start it over with: kmscourse sandbox reset"
        )
    print(account, flush=True)
    inventory = Inventory(account)
    items = []
    for item in inventory:
        items.append(item)
        print(f"  {item}", flush=True)
    if not items:
        print("  The course has nothing here.")
    print(
        f"Looked at: {', '.join(inventory.regions)}. Things in another Region are found by the ledger alone."
    )
    for sentence in [*inventory.missed, *inventory.hidden]:
        print(sentence)
    return account, items


def _is_same_place(url: str, another: str) -> bool:
    """Do two URLs lead to one port of one machine, whatever they call the machine?"""
    first, second = urlsplit(url), urlsplit(another)
    try:
        return first.port == second.port and socket.gethostbyname(first.hostname or "") == second.hostname
    except OSError:  # It has no address of the kind that the practice account has.
        return False
