"""Section 18, The library for it: what is true once it is done, and once each exercise is solved."""

from __future__ import annotations

import json

from kmscourse import audit, kms
from kmscourse.account import Account
from kmscourse.course import orders
from kmscourse.course.checks.check import Check, Exercise, Observation, Observer
from kmscourse.course.notes import Notes
from kmscourse.course.received import received

OLD_TEXT = b"1 x Old news"
"""The text of the uncommitted order that the first exercise writes anew, as the notebook has it."""
REWRITTEN = "rewritten"


def key_has_done(event_name: str, alias: str) -> Observer:
    """Has KMS answered such a call on this key for the main user?"""

    def look(account: Account, _: Notes) -> Observation:
        key = kms.find_key(account.client("kms"), alias)
        if key is None:
            return Observation(False, f"there is no key {alias}")
        events = audit.events(account.client("cloudtrail"), resource=key)
        found = any(
            event["eventName"] == event_name
            and "errorCode" not in event
            and event["userIdentity"].get("arn") == account.user_arn
            for event in events
        )
        name = alias.removeprefix("alias/")
        return Observation(found, f"in the audit trail: {'' if found else 'no '}{event_name} with {name}")

    return look


def orders_enabled(account: Account, _: Notes) -> Observation:
    """Is the key orders enabled?"""
    client = account.client("kms")
    if (key := kms.find_key(client, orders.ALIAS)) is None:
        return Observation(False, f"there is no key {orders.ALIAS}")
    state = client.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    return Observation(state == "Enabled", f"it is {state}")


# --- the old order, written anew ------------------------------------------------------------------------------


def opens_by(alias: str) -> Observer:
    """Does this key alone open the note, a committed message?"""

    def look(account: Account, notes: Notes) -> Observation:
        if (missing := _missing(account, notes)) is not None:
            return missing
        is_open = orders.opened(account, bytes.fromhex(notes[REWRITTEN]), [alias]) is not None
        name = alias.removeprefix("alias/")
        return Observation(
            is_open, f"{name} alone {'opens' if is_open else 'does not open'} it, with commitment"
        )

    return look


def says_the_same(account: Account, notes: Notes) -> Observation:
    """Has the note the text and the encryption context of the old order?"""
    if (missing := _missing(account, notes)) is not None:
        return missing
    message = bytes.fromhex(notes[REWRITTEN])
    for alias in (orders.ALIAS, orders.BACKUP):
        if (order := orders.opened(account, message, [alias])) is not None:
            text, context = order
            if text != OLD_TEXT:
                return Observation(False, "it has another text")
            if context != orders.SHOP:
                hint = "the context is a part of the message. Who writes the message again gives it again."
                return Observation(False, f"its context is {dict(context) or 'empty'}", hint)
            return Observation(True, "the same text, and the same context")
    return Observation(False, "your keys do not open it")


def _missing(account: Account, notes: Notes) -> Observation | None:
    if REWRITTEN not in notes:
        return Observation(False, "no note of a message")
    return _missing_key(account)


def _missing_key(account: Account) -> Observation | None:
    client = account.client("kms")
    for alias in (orders.ALIAS, orders.BACKUP):
        if kms.find_key(client, alias) is None:
            return Observation(False, f"there is no key {alias}")
    return None


# --- the shop's own orders ------------------------------------------------------------------------------------


def only_own_opened(account: Account, notes: Notes) -> Observation:
    """Are exactly the shop's own orders among those that are opened?"""
    came = received(notes, orders.NOTE)
    if not came or orders.ANSWER not in notes:
        return Observation(False, "no note of what is opened" if came else "no orders have come in")
    if (missing := _missing_key(account)) is not None:
        return missing
    if kms.find_key(account.client("kms"), orders.ALIAS) != came["key"]:
        return Observation(False, "the orders are for another key", "call receive_orders again.")
    names = set(json.loads(notes[orders.ANSWER]))
    for order in came["items"]:
        fault, is_opened = _fault(account, order), order["name"] in names
        if is_opened and fault is not None:
            return Observation(False, f"{order['name']} is opened, and {fault[0]}", fault[1])
        if not is_opened and fault is None:
            hint = "it opens with one of your keys, and its context has shop=books."
            return Observation(False, f"{order['name']} is missing, and it is the shop's own", hint)
    if unknown := names - {order["name"] for order in came["items"]}:
        return Observation(False, f"no order has the name {min(unknown)}")
    return Observation(True, f"{len(names)} opened, {len(came['items']) - len(names)} refused")


def _fault(account: Account, order: dict[str, str]) -> tuple[str, str] | None:
    """Why an order is not to be opened, and a hint; None where it is the shop's own."""
    found = orders.opened(account, bytes.fromhex(order["message"]), (orders.ALIAS, orders.BACKUP))
    if found is None:
        hint = "name your keys in strict mode, and keep the policy that requires commitment."
        return "your keys do not open it as a committed message that nobody has changed", hint
    if not orders.is_own(found[1]):
        hint = "the library takes the context from the message. Compare it yourself, letter by letter."
        return f"its context is {dict(found[1]) or 'empty'}", hint
    return None


CHECKS = (
    Check(
        "the second key has opened a message",
        key_has_done("Decrypt", orders.BACKUP),
        "One message, two keys",
        (
            "decrypt while the first key is disabled.",
            "look at the second cell under “One message, two keys”.",
            "call disable_key, and then sdk.decrypt with own_keys.",
        ),
    ),
    Check(
        "a stranger's message was opened",
        key_has_done("Decrypt", orders.STRANGER),
        "Whose message is it?",
        (
            "let the message say which key opens it.",
            "look at the cell after the prediction.",
            "call sdk.decrypt with DiscoveryAwsKmsMasterKeyProvider().",
        ),
    ),
    Check(
        "the key orders is enabled",
        orders_enabled,
        "What is in a message",
        (
            "you have disabled it yourself.",
            "look at the cell under “What is in a message”.",
            "call enable_key with KeyId=orders.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    (
        Check(
            "the key orders alone opens the rewritten message",
            opens_by(orders.ALIAS),
            "Your turn",
            (
                "encrypt it for both of your keys, with commitment.",
                "look at the cell under “One message, two keys”: own_keys has both.",
                "call sdk.encrypt with key_provider=own_keys.",
            ),
        ),
        Check(
            "the key orders-backup alone opens it too",
            opens_by(orders.BACKUP),
            "Your turn",
            (
                "each key has to encrypt the data key.",
                "look at the list of encrypted data keys under “What is in a message”.",
                "call sdk.encrypt with key_provider=own_keys.",
            ),
        ),
        Check(
            "text and context are those of the old message",
            says_the_same,
            "Your turn",
            (
                "one policy reads both kinds of messages, for a time of change.",
                "look at the hint: REQUIRE_ENCRYPT_ALLOW_DECRYPT.",
                "call sdk.encrypt with the text that you have decrypted, and encryption_context=shop.",
            ),
        ),
    ),
    (
        Check(
            "the shop's own orders are opened, and no others",
            only_own_opened,
            "Your turn again",
            (
                "two questions for each order: do my keys open it, and is it for my shop?",
                "look at open_order under “For which shop?”.",
                'write lab.notes["opened"] = json.dumps(names), the names of the orders that pass both.',
            ),
        ),
    ),
)
