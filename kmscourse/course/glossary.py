"""The words of the course, each in a sentence or two; ``tools/glossary.py`` writes notebooks/glossary.md from them."""

from __future__ import annotations

import re
from dataclasses import dataclass

KMS_GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide/"
IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
DYNAMODB_GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
NIST = "https://csrc.nist.gov/pubs/sp/800/38/"


@dataclass(frozen=True)
class Term:
    """A word of the field, what it means, and the page that says more. ``also`` are other words for the same."""

    name: str
    meaning: str
    source: str
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """What stands behind the # in a link to it: its heading's name in a Markdown page."""
        return re.sub(r"[^\w -]", "", self.name.lower()).replace(" ", "-")

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds the term in prose, in the singular or the plural."""
        words = "|".join(re.escape(word) for word in (self.name, *self.also))
        return re.compile(rf"\b(?:{words})(?:s|es)?\b", re.IGNORECASE)


GLOSSARY = (
    Term(
        "access key",
        "An id and a secret with which a program signs its calls to AWS as one IAM user. AWS has other credentials "
        "too, which expire by themselves.",
        IAM_GUIDE + "id_credentials_access-keys.html",
    ),
    Term(
        "alias",
        "A name for a KMS key, as in `alias/myKey`. You can move it to another key. It carries no permission.",
        KMS_GUIDE + "kms-alias.html",
        ("aliases",),
    ),
    Term(
        "ARN",
        "Amazon Resource Name: the full name of a thing in AWS, with its service, Region and account.",
        IAM_GUIDE + "reference-arns.html",
    ),
    Term(
        "associated data",
        "Data that a cipher does not encrypt, but binds to the ciphertext: who decrypts must give the same again.",
        NIST + "d/final",
        ("additional authenticated data",),
    ),
    Term(
        "asymmetric key",
        "A key in two parts. Everybody may have the public part; the private part stays in KMS.",
        KMS_GUIDE + "symmetric-asymmetric.html",
    ),
    Term(
        "audit trail",
        "The record of calls to AWS: who asked for what, when, and whether AWS refused. In AWS it is the service "
        "CloudTrail.",
        KMS_GUIDE + "logging-using-cloudtrail.html",
        ("CloudTrail",),
    ),
    Term(
        "authentication tag",
        "Some bytes at the end of a ciphertext that fit only this ciphertext. With them a program notices every "
        "change.",
        NIST + "d/final",
    ),
    Term(
        "AWS managed key",
        "A KMS key in your account that AWS made for one of its services. You can read its policy, but not change "
        "it. New services no longer use this kind.",
        KMS_GUIDE + "concepts.html",
    ),
    Term(
        "AWS owned key",
        "A KMS key in an account of AWS's, which a service uses for many customers. You can't see it.",
        KMS_GUIDE + "concepts.html",
    ),
    Term(
        "ciphertext",
        "What encryption makes of data: bytes that only the right key turns back.",
        KMS_GUIDE + "concepts.html",
    ),
    Term(
        "condition",
        "A part of a statement: the statement counts only for requests for which the condition holds.",
        IAM_GUIDE + "reference_policies_elements_condition.html",
    ),
    Term(
        "condition key",
        "The name of something in a request that a condition can ask about, as in `kms:ViaService`.",
        KMS_GUIDE + "policy-conditions.html",
    ),
    Term(
        "customer managed key",
        "A KMS key that you make: you write its policy, and you can disable and delete it.",
        KMS_GUIDE + "concepts.html",
    ),
    Term(
        "data event",
        "A call on the data in a resource, as a Scan. CloudTrail records it only where you pay for that, and "
        "its event history does not have it.",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    ),
    Term(
        "data key",
        "A key with which your own program encrypts data, outside KMS. KMS generates it, encrypts it and forgets it.",
        KMS_GUIDE + "data-keys.html",
    ),
    Term(
        "digest",
        "What a hash function makes of data of any size: some bytes, 32 for SHA-256. Nobody finds other data with the "
        "same digest.",
        "https://csrc.nist.gov/pubs/fips/180-4/upd1/final",
    ),
    Term(
        "digital signature",
        "Some bytes that only a private key can make for a message, and that everybody can verify with the public key.",
        KMS_GUIDE + "symmetric-asymmetric.html",
    ),
    Term(
        "ECB",
        "Electronic codebook: a cipher encrypts each block alone. Equal blocks look equal, so patterns stay to be "
        "seen.",
        NIST + "a/final",
    ),
    Term(
        "encryption context",
        "Names and values that are bound to a ciphertext: who decrypts must give the same again. It is no secret, "
        "and the audit trail shows it.",
        KMS_GUIDE + "encrypt_context.html",
    ),
    Term(
        "envelope encryption",
        "Data is encrypted with a data key, and the data key with a KMS key. The encrypted data key lies beside the "
        "data.",
        KMS_GUIDE + "kms-cryptography.html",
    ),
    Term(
        "explicit deny",
        "A statement with the effect Deny that matches a request. It wins over every Allow.",
        IAM_GUIDE + "reference_policies_evaluation-logic.html",
    ),
    Term(
        "GCM",
        "Galois/Counter Mode: a cipher that hides patterns with a nonce, and finds every change with a tag.",
        NIST + "d/final",
        ("AES-256-GCM", "AES-GCM"),
    ),
    Term(
        "grant",
        "A permission on one KMS key for one principal and named operations, beside the key policy. It can't deny.",
        KMS_GUIDE + "grants.html",
    ),
    Term(
        "grant constraint",
        "A limit in a grant: it counts only for calls with a certain encryption context.",
        KMS_GUIDE + "create-grant-overview.html",
    ),
    Term(
        "grant token",
        "A text that makes a new grant usable at once, before all of KMS knows of it.",
        KMS_GUIDE + "using-grant-token.html",
    ),
    Term(
        "hardware security module",
        "A device that makes keys and uses them inside, and hands none out. AWS keeps KMS keys in such devices.",
        KMS_GUIDE + "concepts.html",
        ("HSM",),
    ),
    Term(
        "IAM policy",
        "A policy that hangs on a user, a group or a role. AWS calls it an identity-based policy.",
        IAM_GUIDE + "access_policies.html",
        ("IAM policies", "identity-based policy", "identity-based policies"),
    ),
    Term(
        "IAM role",
        "A name in an AWS account with permissions, and without credentials of its own. Whoever assumes it gets a "
        "session: credentials that expire.",
        IAM_GUIDE + "id_roles.html",
    ),
    Term(
        "IAM user",
        "A name in an AWS account with credentials of its own. Each has a unique id, which is never used again.",
        IAM_GUIDE + "id_users.html",
    ),
    Term(
        "item",
        "A row of a DynamoDB table: names and values, found by the table's keys.",
        DYNAMODB_GUIDE + "HowItWorks.CoreComponents.html",
    ),
    Term(
        "key administrator",
        "Who manages a KMS key: its policy, its state, its deletion. To use the key is another permission.",
        KMS_GUIDE + "key-policy-default.html",
    ),
    Term(
        "key commitment",
        "A ciphertext fits exactly one key, and whoever decrypts can check that. AES-GCM alone does not promise it.",
        "https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/concepts.html",
    ),
    Term(
        "key material",
        "The secret number in a KMS key that the cipher uses. A rotation makes a new one and keeps the old ones.",
        KMS_GUIDE + "concepts.html",
    ),
    Term(
        "key policy",
        "The policy on a KMS key. Each key has exactly one. It says who may use the key, and whether IAM policies "
        "count.",
        KMS_GUIDE + "key-policies.html",
        ("key policies",),
    ),
    Term(
        "key state",
        "Whether a KMS key is enabled, disabled, or waits for its deletion. Only an enabled key encrypts and "
        "decrypts.",
        KMS_GUIDE + "key-state.html",
    ),
    Term(
        "KMS key",
        "A key in AWS KMS. It never leaves KMS: you ask KMS to use it, and KMS asks the policies.",
        KMS_GUIDE + "concepts.html",
    ),
    Term(
        "login profile",
        "The password with which an IAM user signs in to the console. Without one, the user can't sign in there.",
        IAM_GUIDE + "id_credentials_passwords_admin-change-user.html",
    ),
    Term(
        "message authentication code",
        "MAC: some bytes that show that whoever made them had a secret, and that the message is unchanged. Whoever "
        "verifies it needs the same secret.",
        KMS_GUIDE + "hmac.html",
    ),
    Term(
        "nonce",
        "A number that is used once with a key. It makes two encryptions of the same text look different.",
        NIST + "d/final",
    ),
    Term(
        "partition key",
        "The attribute by which DynamoDB finds an item. With a sort key, the two together name one item.",
        DYNAMODB_GUIDE + "HowItWorks.CoreComponents.html",
    ),
    Term("plaintext", "Data that is not encrypted. It need not be text.", KMS_GUIDE + "concepts.html"),
    Term(
        "policy variable",
        "A name in a policy for which AWS puts in a value of the request, as in `${aws:username}`.",
        IAM_GUIDE + "reference_policies_variables.html",
    ),
    Term(
        "principal",
        "Who a policy speaks of: an account, a user, a role or a service.",
        IAM_GUIDE + "reference_policies_elements_principal.html",
    ),
    Term(
        "Region",
        "A place where AWS runs its services, as in `us-east-1`. A KMS key belongs to one Region.",
        KMS_GUIDE + "concepts.html",
    ),
    Term(
        "request quota",
        "How many requests of a kind an account may make in a Region in one second. AWS refuses those above it with "
        "ThrottlingException.",
        KMS_GUIDE + "requests-per-second.html",
    ),
    Term(
        "rotation",
        "KMS makes new key material for a KMS key, and encrypts with that from then on. It encrypts no data again.",
        KMS_GUIDE + "rotate-keys.html",
    ),
    Term(
        "server-side encryption",
        "A service encrypts the data that it stores, and decrypts it for those who may read.",
        DYNAMODB_GUIDE + "EncryptionAtRest.html",
        ("encryption at rest",),
    ),
    Term(
        "session policy",
        "A policy that is given when a session begins. The session may do what it and the other policies both allow.",
        IAM_GUIDE + "access_policies.html",
        ("session policies",),
    ),
    Term("Sid", "The label of a statement in a policy.", IAM_GUIDE + "reference_policies_elements_sid.html"),
    Term(
        "sort key",
        "The second of a DynamoDB table's keys: items with the same partition key are in its order.",
        DYNAMODB_GUIDE + "HowItWorks.CoreComponents.html",
    ),
    Term(
        "statement",
        "A part of a policy: who (principal) may or may not (effect) do what (action), with what (resource), and "
        "when (condition).",
        IAM_GUIDE + "access_policies.html",
    ),
    Term(
        "symmetric key",
        "One secret that encrypts and decrypts. In KMS it never leaves KMS.",
        KMS_GUIDE + "symmetric-asymmetric.html",
    ),
    Term(
        "table key",
        "A data key that DynamoDB uses for one table. It encrypts the data keys that encrypt the items, and lies "
        "encrypted under the table's KMS key.",
        DYNAMODB_GUIDE + "encryption.howitworks.html",
    ),
    Term(
        "tenant",
        "One customer among several whose data one application keeps, each apart from the others.",
        "https://docs.aws.amazon.com/wellarchitected/latest/saas-lens/core-isolation-concepts.html",
    ),
    Term(
        "trust policy",
        "The policy on an IAM role that says who may assume it.",
        IAM_GUIDE + "id_roles.html",
        ("trust policies",),
    ),
    Term(
        "waiting period",
        "The 7 to 30 days between the order to delete a KMS key and its deletion. In this time you can take it back.",
        KMS_GUIDE + "deleting-keys.html",
    ),
    Term(
        "wrapping key",
        "A key that encrypts another key, so that this can travel. For an import KMS gives you the public half of one, "
        "and keeps the private half.",
        KMS_GUIDE + "importing-keys-get-public-key-and-token.html",
    ),
)
"""In alphabetical order."""
