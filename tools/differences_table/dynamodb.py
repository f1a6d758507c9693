"""Where the practice account's DynamoDB differs from AWS's."""

from __future__ import annotations

from tools.differences_table.row import Difference

ROWS = (
    Difference(
        "How long a table takes",
        "CreateTable answers CREATING and DeleteTable DELETING, and the next request finds it done.",
        "Seconds to minutes. Use the waiters: they work on both.",
        "tests/sandbox/dynamodb/test_answers.py::test_a_table_comes_and_goes_as_on_aws",
    ),
    Difference(
        "How long an opened table key is kept",
        "Not at all: every request asks the key, so a change of a policy or of the key shows at once. With "
        "KMSCOURSE_TABLE_KEY_CACHE, so many seconds for each principal and table.",
        "About five minutes for each connection; a reader who was let in can go on for that long.",
        "tests/sandbox/dynamodb/test_table_key_cache.py::test_by_default_nothing_is_kept",
    ),
    Difference(
        "When a table notices that its key does not work, or works again",
        "At once.",
        "After 12 to 75 minutes, and 18 to 57 for the return; reads are refused some five minutes after the key "
        "was disabled. A table that was still CREATING then vanishes within the hour.",
        "tests/sandbox/dynamodb/test_store.py::test_it_is_said_to_be_inaccessible",
    ),
    Difference(
        "A table whose key stays unusable",
        "Stays INACCESSIBLE_ENCRYPTION_CREDENTIALS.",
        "Is archived after seven days: ARCHIVED, with a backup of it.",
        "tests/sandbox/dynamodb/test_store.py::test_a_key_that_is_gone_leaves_the_table_closed_for_ever",
    ),
    Difference(
        "DynamoDB's grant on a key, revoked",
        "The table goes on: only a listing of grants shows that it is missing.",
        "The table becomes INACCESSIBLE_ENCRYPTION_CREDENTIALS; another key for it mends that.",
        "tests/sandbox/dynamodb/test_store.py::test_a_revoked_grant_is_not_missed_here",
    ),
    Difference(
        "Another key for a table",
        "The next request finds it changed, as often as you like.",
        "Takes about twenty seconds, four times a day; then one every six hours.",
        "tests/sandbox/dynamodb/test_encryption_changes.py::test_the_answer_shows_the_table_as_it_was",
    ),
    Difference(
        "Streams, global tables, resource policies of tables",
        "Refused with UnsupportedOperationException, in CreateTable and UpdateTable too.",
        "Offered.",
        "tests/sandbox/dynamodb/test_table_validation.py::test_what_only_aws_offers_is_said_so",
    ),
    Difference(
        "Backups and point-in-time recovery",
        "Refused with UnsupportedOperationException.",
        "Offered; a backup has a key of its own.",
        "tests/sandbox/dynamodb/test_table_validation.py::test_backups_and_global_tables_are_refused_clearly",
    ),
    Difference(
        "How many items a table has",
        "ItemCount is exact, TableSizeBytes always 0.",
        "Both are brought up to date about every six hours.",
        "tests/sandbox/dynamodb/test_answers.py::test_items_are_counted_at_once",
    ),
    Difference(
        "The size that ItemCollectionMetrics tell",
        "Always 0 to 1 GB.",
        "By the size of the item collection.",
        "tests/sandbox/dynamodb/test_capacity.py::test_only_tables_with_local_indexes_have_item_collections",
    ),
    Difference(
        "The text for a NextToken that ListTagsOfResource has not given",
        "A sentence of the practice account's own behind ValidationException.",
        "Not recorded.",
        "tests/sandbox/dynamodb/test_table_validation.py::"
        "test_tags_come_in_pages_and_a_token_is_one_that_was_given",
    ),
    Difference(
        "A table under a key that is no symmetric encryption key",
        "InternalServerError with status 500, as AWS's records have it; clients try it again before they tell you.",
        "The same in the records that are known; what it answers today is not.",
        "tests/sandbox/dynamodb/test_encryption.py::test_a_key_of_another_kind",
    ),
    Difference(
        "The capacity that a Scan of a small table takes",
        "By what it reads: half a unit for up to 4 KB, one if the read is consistent.",
        "Two and four units were recorded of a table with one small item: each partition that is read counts.",
        "tests/sandbox/dynamodb/test_capacity.py::test_reads_are_counted_by_four_kilobytes",
    ),
    Difference(
        "What counts for the 4 MB of a transaction",
        "The items that are put.",
        "The payload of the request; what of it counts is not documented.",
        "tests/sandbox/dynamodb/test_writing.py::test_a_transaction_has_four_megabytes",
    ),
    Difference(
        "Keys of global secondary indexes with several attributes",
        "Refused with UnsupportedOperationException: a key is one attribute, or two with a sort key.",
        "Offered: up to four attributes for each of the two.",
        "tests/sandbox/dynamodb/test_index_validation.py::test_keys_of_several_attributes_are_not_offered",
    ),
    Difference(
        "Time to live",
        "Turned on and off, but no item is ever deleted by it.",
        "Deletes items within a few days of their time.",
        "tests/sandbox/dynamodb/test_table_validation.py::test_time_to_live_deletes_nothing_here",
    ),
    Difference(
        "What KMS says inside a refusal of DynamoDB's",
        "KMS's sentence of today within the words recorded around it.",
        "No recording of a refused Scan with KMS's sentence in it is known. Rely on the code, the beginning and "
        "the end.",
        "tests/sandbox/auth/test_authorize.py::test_a_relayed_refusal_knows_what_kms_said",
    ),
    Difference(
        "PartiQL",
        "Refused with UnsupportedOperationException.",
        "Offered: ExecuteStatement, BatchExecuteStatement, ExecuteTransaction.",
        "tests/sandbox/test_ways_around_the_key.py::test_what_is_not_offered_is_refused_at_once",
    ),
    Difference(
        "The parameters from before expressions, such as AttributesToGet and KeyConditions",
        "Refused with UnsupportedOperationException, which names the expression to use.",
        "Still understood.",
        "tests/sandbox/dynamodb/test_legacy_parameters.py::test_it_is_refused_and_its_successor_named",
    ),
)
