"""The ten tickets, as data: who asks for help, which call fails for them, and what they wrote.

A shop keeps its data under a key for each kind of data. Each of ten people has a call that fails, each for another
reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TABLE = "Baskets"
WAGES_ROLE = "WagesReader"
RELEASE = hashlib.sha384(b"shop-app 4.2").digest()
"""What the shop signs of its software: a digest of the file."""


@dataclass(frozen=True)
class Ticket:
    """A call that fails, and what its caller wrote about it.

    ``action`` is as in a policy, ``key`` the alias of the key that it is about, without ``alias/``. ``parameters`` are
    the call's, as boto3 takes them, but for ``sealed``: the parameter that takes what KMS has encrypted or signed,
    under ``context`` if it is encrypted. ``elsewhere``: it is made in another Region than the key's.
    """

    number: int
    user: str
    wrote: str
    action: str
    key: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    sealed: str = "CiphertextBlob"
    context: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False

    @property
    def alias(self) -> str:
        """The key's alias in full, as in alias/baskets."""
        return f"alias/{self.key}"

    @property
    def service(self) -> str:
        """The service that it calls, as boto3 names it."""
        return self.action.partition(":")[0]

    @property
    def operation(self) -> str:
        """The operation that it calls."""
        return self.action.partition(":")[2]


_PURPOSE, _DAY, _NIGHT = {"purpose": "coupon"}, {"shift": "day"}, {"shift": "night"}

TICKETS = (
    Ticket(
        1,
        "Iris",
        "I may scan the table Baskets. Why does DynamoDB refuse?",
        "dynamodb:Scan",
        "baskets",
        {"TableName": TABLE},
        sealed="",
    ),
    Ticket(
        2,
        "Jona",
        "Since this morning I cannot open a return. Nobody has changed my permissions.",
        "kms:Decrypt",
        "returns",
    ),
    Ticket(
        3,
        "Kira",
        "Our new program cannot open the coupons. The old one could.",
        "kms:Decrypt",
        "coupons",
        {"EncryptionContext": {"Purpose": "coupon"}},
        context=_PURPOSE,
    ),
    Ticket(
        4,
        "Liam",
        "I am in the audit team now. My IAM policy allows kms:Decrypt, and I am refused.",
        "kms:Decrypt",
        "payments",
    ),
    Ticket(
        5,
        "Nils",
        "I name the key labels, as always. Old labels do not open any more.",
        "kms:Decrypt",
        "labels",
        {"KeyId": "alias/labels"},
    ),
    Ticket(
        6,
        "Mona",
        "I have left the night shift for the day shift. I cannot open the notes of the day.",
        "kms:Decrypt",
        "shifts",
        {"EncryptionContext": _DAY},
        context=_DAY,
    ),
    Ticket(
        7,
        "Olga",
        "Our program has moved to another Region. Since then it cannot open the stock list.",
        "kms:Decrypt",
        "stock",
        {"KeyId": "alias/stock"},
        elsewhere=True,
    ),
    Ticket(
        8,
        "Paul",
        "The role WagesReader may open the wages, and I may assume it. I am refused.",
        "kms:Decrypt",
        "wages",
    ),
    Ticket(
        9,
        "Rita",
        "I move photos to the new key. I may decrypt and encrypt, and ReEncrypt is refused. I must not see photos.",
        "kms:ReEncrypt",
        "photos",
        {"DestinationKeyId": "alias/photos"},
    ),
    Ticket(
        10,
        "Sven",
        "Our build signs the digest of each release. KMS says that the signature is wrong.",
        "kms:Verify",
        "updates",
        {"KeyId": "alias/updates", "Message": RELEASE, "SigningAlgorithm": "ECDSA_SHA_384"},
        sealed="Signature",
    ),
)
"""The tickets, by their number."""

FORMER = {"labels": "labels-old", "photos": "photos-old"}
"""Keys that have followed another one: the alias of each, and of the one before it, which has sealed what there is."""
USERS = tuple(ticket.user for ticket in TICKETS)
ALIASES = tuple(f"alias/{key}" for ticket in TICKETS for key in (ticket.key, FORMER.get(ticket.key)) if key)
BEFORE, NOW = _NIGHT, _DAY
"""The context that Mona's work had, and the one that it has."""
