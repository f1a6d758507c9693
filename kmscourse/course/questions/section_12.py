"""Questions of section 12, One statement, ten tenants."""

from __future__ import annotations

from kmscourse.course.questions.question import IAM_GUIDE, KMS_GUIDE, Choice, Question

PREDICTIONS = (
    Question(
        "a-context-that-is-known",
        12,
        "The user of bravo may call `Decrypt` with your key. They have a copy of the record of alfa, and they know its "
        "encryption context. They ask KMS to decrypt it with this context. What do they get?",
        (
            Choice(
                "`AccessDeniedException`, because the record is for alfa.",
                "KMS does not know that a tenant and a user belong together. No policy says so yet.",
            ),
            Choice(
                "`InvalidCiphertextException`",
                "This is the answer to a wrong context. They gave the right one.",
            ),
            Choice(
                "The record of alfa.",
                "Whoever calls KMS chooses the context. If it is right and the policy allows Decrypt, KMS decrypts.",
                right=True,
            ),
        ),
        KMS_GUIDE + "encrypt_context.html",
    ),
    Question(
        "a-tag-of-ones-own",
        12,
        "The key policy compares the tenant in the context with the tag `tenant` of the caller. Somebody allows bravo "
        "to change the tags of their own user, and nothing else. What can bravo read then?",
        (
            Choice(
                "Nothing more, because no policy about the key has changed.",
                "The policy about the key asks for the tag. Whoever sets the tag gives the answer.",
            ),
            Choice(
                "The records of every tenant, one after the other.",
                "With another value in the tag, bravo is another tenant for the key policy.",
                right=True,
            ),
            Choice(
                "No record at all, because a user may not change their own tags.",
                "AWS has no such rule. The permission is `iam:TagUser`, and a policy can give it for one's own user.",
            ),
        ),
        IAM_GUIDE + "access_tags.html",
    ),
)

REVIEW = (
    Question(
        "a-caller-without-the-tag",
        12,
        "A key policy allows `kms:Decrypt` if the context's `tenant` equals `${aws:PrincipalTag/tenant}`. The caller "
        "has no such tag, and sends no context. What does KMS do?",
        (
            Choice(
                "It refuses, because the condition does not hold.",
                "A variable without a value matches nothing, and a request without the key has nothing to compare.",
                right=True,
            ),
            Choice(
                "It decrypts, because both are empty and so equal.",
                "For AWS a missing value is not an empty value. The condition does not hold.",
            ),
            Choice(
                "It decrypts, because a condition without values is ignored.",
                "AWS ignores no condition. A statement counts only if all of its conditions hold.",
            ),
        ),
        IAM_GUIDE + "reference_policies_variables.html",
    ),
    Question(
        "which-error-for-which-fault",
        12,
        "A tenant asks for the record of another tenant. The key policy has a condition on the encryption context. "
        "Which error says that this condition kept the tenant out?",
        (
            Choice(
                "`InvalidCiphertextException`",
                "This is the answer to a context that does not fit the ciphertext. It says nothing about permissions.",
            ),
            Choice(
                "`AccessDeniedException`",
                "A condition is a part of a policy. If no statement lets the tenant in, this is the code.",
                right=True,
            ),
            Choice(
                "`IncorrectKeyException`",
                "This is about the key that a call names. All tenants have the same key.",
            ),
        ),
        KMS_GUIDE + "conditions-kms.html",
    ),
)
