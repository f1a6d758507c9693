"""A console password for a real account: made for it, shown once, stored nowhere.

In a notebook it is shown by a button, and stands in the browser alone: what a cell prints is saved with the notebook.
"""

from __future__ import annotations

import secrets
import string
import sys
from html import escape
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

LENGTH = 20  # characters, or what the account's password policy asks for
SYMBOLS = "!@#$%^&*()_+-=[]{}|"  # IAM User Guide, "Set an account password policy for IAM users"
CLASSES = (string.ascii_uppercase, string.ascii_lowercase, string.digits, SYMBOLS)


class Password(str):
    """A password like any text, which a cell that ends with it does not print: outputs are saved with the notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<a password, which is not printed>"


def make_password(iam: IAMClient) -> Password:
    """A random password that suits the account's password policy: letters of both kinds, digits and symbols.

    IAM's own policy, where the account has none, asks for less. Where the policy may not be read, IAM tells on use.
    """
    try:
        shortest = iam.get_account_password_policy()["PasswordPolicy"].get("MinimumPasswordLength", LENGTH)
    except ClientError:
        shortest = LENGTH
    characters = [secrets.choice(characters) for characters in CLASSES]
    characters += [secrets.choice("".join(CLASSES)) for _ in range(max(shortest, LENGTH) - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return Password("".join(characters))


def show_once(user_name: str, password: str) -> None:
    """Show a new password to whoever sits before the notebook or the terminal, and to nothing that keeps it."""
    sentence = f"A password was made for {user_name} on this account. It is stored nowhere."
    if _in_notebook():
        _show_in_notebook(sentence, password)
    elif sys.stderr.isatty():
        print(f"{sentence} Write it down: {password}", file=sys.stderr)
    else:
        print(f"{sentence} Nobody can be shown it here: set another one where it is needed.", file=sys.stderr)


def _in_notebook() -> bool:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and hasattr(shell, "kernel")


def _show_in_notebook(sentence: str, password: str) -> None:
    """A button that shows it, and then takes it away for good. A page that is saved has the button alone."""
    from IPython.display import display
    from ipywidgets import HTML, Button, HBox

    shown, button = HTML(sentence), Button(description="Show it once", layout={"width": "auto"})

    def hide(_: object) -> None:
        shown.value = "The password is written down, or lost: it is stored nowhere."
        button.close()

    def show(_: object) -> None:
        shown.value = f"<code>{escape(password)}</code>"
        button.description = "I have written it down"
        button.on_click(show, remove=True)
        button.on_click(hide)

    button.on_click(show)
    display(HBox([shown, button]))  # type: ignore[no-untyped-call]  # IPython has no types here
