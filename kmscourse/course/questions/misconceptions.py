"""What people often take for true of KMS, and isn't: the wrong choices of the quiz come from here."""

from __future__ import annotations

MISCONCEPTIONS = {
    "disabling": "To disable a key cuts everybody off at once.",
    "rotation": "To rotate a key encrypts the data again.",
    "policy shows all": "The key policy shows everybody who has access.",
    "owner sees all": "The owner of a key sees every attack on the data.",
    "same name": "A user who is made again under the same name has the access of the old one.",
    "only the key policy": "Only the key policy can let somebody in, and it is enough.",
    "any key opens": "A key decrypts what it did not encrypt.",
    "context is secret": "The encryption context is secret, and keeps people out.",
    "data keys are stored": "KMS stores the data keys that it generates.",
    "deletion": "To delete a key deletes the data at once.",
    "alias": "An alias carries permissions.",
    "own permission": "DynamoDB reads a table with its own permission, whoever asks.",
    "kms:*": "kms:* in an IAM policy is always enough.",
}
"""Name -> the sentence."""
