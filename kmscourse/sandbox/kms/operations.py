"""The operations of KMS that are performed here and not by moto: keys, their material, and what it encrypts.

moto never sees a plaintext, a data key or imported material. Who may call them, whether the key's state and
usage allow it, and whether the parameters are well formed has been decided before (``authorization.py``,
``rules/``). Answers are dicts as the KMS API reference shows them, bytes in base64.

encryption.py   Encrypt, Decrypt, ReEncrypt, GenerateRandom
data_keys.py    data keys and data key pairs
keys.py         keys made, described, disabled, deleted
rotation.py     automatic and on demand, and what material a key has had
imports.py      key material from outside
aliases.py      names of keys
grants.py       permissions that hang on keys
request.py      what all of them read from a call
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.kms import aliases, data_keys, encryption, grants, keys, rotation
from kmscourse.sandbox.kms import import_material as imports
from kmscourse.sandbox.kms.request import Answer, Operation, check_named, end_dry_run

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

__all__ = ["OPERATIONS", "check_named", "end_dry_run", "perform"]

OPERATIONS: Mapping[str, Operation] = {
    **encryption.OPERATIONS,
    **data_keys.OPERATIONS,
    **keys.OPERATIONS,
    **rotation.OPERATIONS,
    **imports.OPERATIONS,
    **aliases.OPERATIONS,
    **grants.OPERATIONS,
}


def perform(call: Call, account: Account) -> Answer:
    """The answer to one of ``OPERATIONS``.

    Raises AwsError: InvalidCiphertextException, IncorrectKeyException, NotFoundException, the codes of
    ``imports.py`` and ``aliases.py``, and DryRunOperationException where the caller only asks whether it would.
    """
    answer = OPERATIONS[call.operation](call, account)
    end_dry_run(call)
    return answer
