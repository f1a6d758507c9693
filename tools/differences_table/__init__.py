"""Where the practice account differs from AWS: one table, from which docs/differences.md is written.

A row is true as long as its proof is: the test that shows what happens here. What happens on AWS comes from the
documentation and the recorded answers that the docstrings of the modules name. Which operations there are at all is
not repeated here: the page lists them from ``offered.SERVICES``, by which the account itself decides.
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.differences_table import dynamodb, iam
from tools.differences_table.row import Difference

__all__ = ["DIFFERENCES", "Difference"]

DIFFERENCES: Mapping[str, tuple[Difference, ...]] = {
    "The account": (
        Difference(
            "Other services",
            "Refused at once with UnsupportedOperationException and a sentence that says what there is. HEAD has no "
            "body to say it in: an S3 client then shows 403 Forbidden.",
            "More than two hundred services.",
            "tests/clients/test_other_services.py::test_boto3_fails_at_once_and_says_what_there_is",
        ),
        Difference(
            "Other operations",
            "Refused at once with the same code. The list below says which there are.",
            "Each service's whole API.",
            "tests/sandbox/fuzz/test_requests.py::test_every_known_operation_that_is_not_offered_says_so",
        ),
        Difference(
            "Other members of an operation's input",
            "Refused by their names with the same code. The last list below says which they are. Every other member "
            "counts.",
            "The whole input of each operation.",
            "tests/sandbox/honoured/test_honoured.py::test_it_makes_a_difference_or_is_refused_by_its_name",
        ),
        Difference(
            "Where keys are kept",
            "In a file in KMSCOURSE_HOME that only you can read. Put no real secrets in.",
            "In certified hardware that nobody can open.",
            "tests/sandbox/storage/test_file.py::test_the_file_is_for_its_owner_only",
        ),
        Difference(
            "The way to it",
            "HTTP on 127.0.0.1, which counts as aws:SecureTransport: nothing leaves the machine.",
            "TLS.",
            "tests/sandbox/auth/test_authorize.py::test_conditions_see_the_request",
        ),
        Difference(
            "Other accounts",
            "There are none. A key of another account is refused as one that you may not know of.",
            "A key policy can let other accounts in.",
            "tests/sandbox/kms/test_permissions.py::test_of_another_accounts_key_nothing_is_said",
        ),
        Difference(
            "When a change counts",
            "With the next request; of a grant later, where a delay is set for it.",
            "IAM policies, grants and a key's state may take some seconds to minutes to be known everywhere.",
            "tests/sandbox/test_differences.py::test_a_change_counts_with_the_next_request",
        ),
        Difference(
            "How often you may ask",
            "As often as you like, but for KMS's cryptographic operations where a quota is set for them.",
            "Each operation has a quota, as CreateKey with five a second; above it AWS answers ThrottlingException.",
            "tests/sandbox/test_differences.py::test_nobody_is_throttled",
        ),
        Difference(
            "What the account can't do with a request that AWS takes",
            "Answered with HTTP status 400, so that no client tries it again.",
            "Status 500 is kept for failures, which SDKs try again.",
            "tests/sandbox/test_account.py::"
            "test_where_moto_breaks_the_answer_is_a_sentence_and_the_account_as_it_was",
        ),
    ),
    "KMS": (
        Difference(
            "Ciphertext blobs",
            "Laid out as published samples are, 184 bytes for an encrypted 256-bit data key. The layout is a model.",
            "Opaque: AWS documents no layout, and a blob of one account opens nothing here.",
            "tests/sandbox/kms/test_encryption_data_keys.py::test_an_encrypted_data_key_has_the_size_that_it_has_on_aws",
        ),
        Difference(
            "When the material of an asymmetric or HMAC key is made",
            "When it is first needed, as by the first Sign or GetPublicKey: that call takes longer then, with RSA_4096 "
            "by seconds.",
            "When the key is made.",
            "tests/sandbox/kms/test_keys.py::test_no_key_has_a_private_key_before_it_is_needed",
        ),
        Difference(
            "ED25519_PH_SHA_512",
            "Computed in Python, so that its time tells something about the private key.",
            "In certified hardware, as every use of a key.",
            "tests/sandbox/kms/test_ed25519ph.py::test_the_standards_vector",
        ),
        Difference(
            "The texts for a MessageType that an algorithm does not take, and for a mu of a wrong length",
            "As another emulator of KMS has them, behind ValidationException.",
            "Not recorded, but for a digest of a wrong length.",
            "tests/sandbox/kms/test_signatures.py::test_what_is_refused",
        ),
        Difference(
            "The texts for RSA: an encryption context, a plaintext that is too long",
            "As another emulator of KMS has them, behind ValidationException.",
            "Not recorded.",
            "tests/sandbox/kms/test_rsa_encryption.py::test_a_plaintext_has_a_longest_length",
        ),
        Difference(
            "An EncryptionAlgorithm of asymmetric keys without a KeyId, in Decrypt and ReEncrypt",
            "ValidationException with a sentence of the practice account's own.",
            "KeyId is required then; what is said without it was not recorded.",
            "tests/sandbox/kms/test_rsa_encryption.py::test_what_does_not_open",
        ),
        Difference(
            "The text for a PublicKey of another curve in DeriveSharedSecret",
            "A sentence of the practice account's own behind ValidationException.",
            "Neither code nor text was recorded.",
            "tests/sandbox/kms/test_key_agreement.py::test_what_is_no_public_key_on_the_keys_curve",
        ),
        Difference(
            "The text of GetPublicKey for a key that has none",
            "A sentence of the practice account's own behind UnsupportedOperationException.",
            "The same code; its text was not recorded.",
            "tests/sandbox/kms/test_private_keys.py::test_only_asymmetric_keys_have_a_public_key",
        ),
        Difference(
            "Custom key stores, enclaves, the key specs ML_KEM_512 and SM2",
            "Refused with UnsupportedOperationException.",
            "Offered; SM2 in China alone.",
            "tests/sandbox/kms/test_operations.py::test_what_only_aws_offers_is_said_so",
        ),
        Difference(
            "Keys for imported material",
            "Symmetric encryption and HMAC keys only; the material is wrapped with RSAES_OAEP_SHA_256 or "
            "RSAES_OAEP_SHA_1.",
            "Also asymmetric keys, whose private keys are wrapped with RSA_AES_KEY_WRAP.",
            "tests/sandbox/kms/test_key_material_imports.py::test_wrappings_that_are_not_offered",
        ),
        Difference(
            "Data key pairs",
            "RSA and elliptic curves.",
            "Also ML-KEM, and SM2 in China.",
            "tests/sandbox/kms/test_encryption_data_keys.py::test_pairs_that_only_aws_makes",
        ),
        Difference(
            "Multi-Region keys",
            "A primary key works in its region; it can't be replicated.",
            "ReplicateKey makes related keys in other regions.",
            "tests/sandbox/kms/test_keys.py::test_other_regions_are_not_reached_and_it_is_said",
        ),
        Difference(
            "When a date of a key's comes: a rotation, an expiry, its deletion",
            "It comes about with the next request after it, dated as it should have been.",
            "In the background; a key may be deleted up to 24 hours after its date.",
            "tests/sandbox/kms/test_key_material_rotation.py::test_rotations_that_nobody_saw_are_made_up_for_each_at_its_date",
        ),
        Difference(
            "How long a rotation on demand takes",
            "It is done when RotateKeyOnDemand answers, so OnDemandRotationStartDate is never seen.",
            "A while, during which GetKeyRotationStatus shows that date.",
            "tests/sandbox/kms/test_key_material_rotation.py::test_rotation_on_demand_leaves_the_schedule_as_it_is",
        ),
        Difference(
            "When a key was last used",
            "Known with the next request, from the latest 10,000 events; TrackingStartDate says from when on. KeyId in "
            "GetKeyLastUsage's answer is the key's id, as on its page, whatever named the key.",
            "Known within the hour, and kept for good, since April 2026.",
            "tests/sandbox/kms/test_last_usage.py::test_what_the_trail_has_forgotten_is_not_known",
        ),
        Difference(
            "Decrypt without KeyId where the key is deleted, or of another region or account",
            "InvalidCiphertextException without a text, as for a damaged blob.",
            "AccessDeniedException was recorded until 2022, with a text that tells of a key that does not exist.",
            "tests/sandbox/kms/test_keys_deletion.py::test_its_ciphertexts_open_no_more",
        ),
        Difference(
            "Numbers in an encryption context",
            "Refused with SerializationException; no SDK sends any.",
            "Taken for the text that they are written as.",
            "tests/sandbox/model/test_shapes.py::test_a_wrong_type_is_a_serialization_exception",
        ),
        Difference(
            "The texts of refused imports",
            "Sentences of the practice account's own, but for those about a missing date, material of another size "
            "and material that waits for its rotation; AWS's codes.",
            "The same codes; most texts were not recorded.",
            "tests/sandbox/kms/test_key_material_imports.py::test_imports_that_are_refused_change_nothing",
        ),
        Difference(
            "Several faults in one request",
            "Permission comes before the key's state, and a wrong KeyId before it too.",
            "The order is not documented.",
            "tests/sandbox/kms/test_operations.py::test_an_incorrect_key_comes_before_its_state",
        ),
        Difference(
            "Grant tokens",
            "A new grant counts at once, with its token or without, where no delay is set; the token of a grant that is"
            " gone is refused.",
            "A new grant may for some minutes count only with its token. What is said of a token whose grant is gone "
            "is not documented.",
            "tests/sandbox/kms/test_grants.py::test_what_is_no_token_is_refused_wherever_tokens_are_taken",
        ),
        Difference(
            "How long a grant takes to be known, where a delay is set",
            "The same time for each request and for each change, from 0 to 300 seconds. A grant that isn't known yet "
            "can be retired by its id too.",
            "Usually less than five minutes; some requests may meet a change earlier than others. Whether a grant that "
            "isn't known yet can be retired by its id is not documented.",
            "tests/sandbox/kms/test_grant_delay.py::test_a_new_grant_counts_only_with_its_token",
        ),
        Difference(
            "The quota of cryptographic operations, where one is set",
            "It holds in any second. A request counts before it is decided who may, and not where it is itself refused "
            "for the quota. CloudTrail has refused requests too.",
            "It holds in each one-second interval. The rest is not documented.",
            "tests/sandbox/kms/test_request_quota.py::test_all_principals_share_it_also_those_who_are_denied",
        ),
        Difference(
            "What DynamoDB says where KMS has had too many requests",
            "ThrottlingException with status 400, KMS's sentence within a sentence of the practice account's own.",
            "Not recorded.",
            "tests/sandbox/kms/test_request_quota.py::test_what_dynamodb_asks_for_a_caller_counts",
        ),
        Difference(
            "The text for a grant that can't be",
            "A sentence of the practice account's own behind ValidationException or InvalidGrantIdException.",
            "The same codes; few of the texts were recorded.",
            "tests/sandbox/kms/test_grants_terms.py::test_terms_that_are_refused",
        ),
        Difference(
            "AWS's own aliases",
            "A fixed list of services. A key is made when its alias is named.",
            "The list grows with the services. A key is made when its service, or DescribeKey, first asks for it.",
            "tests/sandbox/kms/test_keys_aliases.py::test_awss_own_aliases_are_listed_beside_ones_own",
        ),
        Difference(
            "The text for an alias that moves between symmetric and asymmetric keys",
            "A sentence of the practice account's own behind ValidationException.",
            "The same code; its text was not recorded.",
            "tests/sandbox/kms/test_keys_aliases.py::test_an_alias_moves_between_keys_of_one_kind",
        ),
        Difference(
            "The text for a policy that is no policy",
            "A sentence of the practice account's own behind MalformedPolicyDocumentException.",
            "The same code; its text was not recorded.",
            "tests/sandbox/kms/test_key_policy.py::test_a_policy_that_can_not_be_read",
        ),
    ),
    "DynamoDB": dynamodb.ROWS,
    "IAM and STS": iam.ROWS,
    "CloudTrail": (
        Difference(
            "The texts of LookupEvents' refusals",
            "Sentences of the practice account's own behind documented codes.",
            "The same codes; their texts were not recorded.",
            "tests/sandbox/cloudtrail/test_trail.py::test_lookups_that_are_refused",
        ),
        Difference(
            "The errorCode of a call that was refused, but not denied",
            "The name that AWS's model gives the error, NoSuchEntityException for NoSuchEntity, for all services.",
            "Recorded so of IAM, KMS and DynamoDB; of STS no record is known.",
            "tests/sandbox/cloudtrail/test_trail.py::test_the_trail_names_an_error_by_its_class",
        ),
        Difference(
            "When an event appears",
            "With the next request.",
            "Within about five minutes on average, at times fifteen.",
            "tests/sandbox/test_differences.py::test_an_event_appears_with_the_next_request",
        ),
        Difference(
            "How far the history goes back",
            "The latest 10,000 events.",
            "Ninety days.",
            "tests/sandbox/storage/test_file.py::test_only_the_latest_events_are_kept",
        ),
        Difference(
            "What an event keeps of a request",
            "No policy documents but session policies, other texts cut at 500 characters, lists at 25 entries, nothing "
            "above 8,000 characters.",
            "The whole request but for what is sensitive, up to 100 KB.",
            "tests/sandbox/cloudtrail/test_trail.py::test_long_parameters_are_cut",
        ),
        Difference(
            "What an event keeps of a call that was denied",
            "Who called, when and from where, and AWS's sentence: no parameters and no resources.",
            "Public records have no parameters. None of KMS is whole, so that one can't see whether it has resources.",
            "tests/sandbox/cloudtrail/test_trail.py::test_of_a_call_that_was_not_allowed_no_parameters_are_kept",
        ),
        Difference(
            "What an event keeps of an answer",
            "Of KMS and STS what names a new thing or a changed key, the key material but for Encrypt, and a new "
            "access key without its secret. Nothing else of IAM, nothing of DynamoDB, nor of what it asked KMS.",
            "Also the new user, table or grant, without secrets; and the key material of every use of a key.",
            "tests/sandbox/cloudtrail/test_events.py::test_of_dynamodb_and_iam_no_answer_is_recorded",
        ),
        Difference(
            "Insights",
            "None are ever found.",
            "Found where they are turned on.",
            "tests/sandbox/cloudtrail/test_trail.py::test_there_are_no_insights",
        ),
    ),
    "Tags of all services (tag:GetResources)": (
        Difference(
            "What it finds",
            "Keys and tables of the Region that have a tag now; in us-east-1 customer managed policies too.",
            "Resources of many more services; also some that had a tag before, with none. A new tag may take a while.",
            "tests/sandbox/tagging/test_operations.py::test_tags_that_come_and_go",
        ),
        Difference(
            "Compliance with tag policies",
            "IncludeComplianceDetails and ExcludeCompliantResources are refused with UnsupportedOperationException.",
            "Told for each resource.",
            "tests/sandbox/tagging/test_operations.py::test_what_is_refused",
        ),
        Difference(
            "The texts of its refusals",
            "Sentences of the practice account's own behind documented codes, but for the text about an ARN that is "
            "none.",
            "The same codes; their texts were not recorded.",
            "tests/sandbox/tagging/test_operations.py::test_what_is_refused",
        ),
    ),
}
