"""Where the course does each step of the lab that it follows, and says each of its statements: a table a section.

A row is the step, in the course's own words, and its place in that section's notebook: a heading, with its ``#``, or
text of one of its cells.
"""

from __future__ import annotations

SECTION_00: dict[str, str] = {}

SECTION_01: dict[str, str] = {}

SECTION_02: dict[str, str] = {}

SECTION_03: dict[str, str] = {}

SECTION_04: dict[str, str] = {}

SECTION_05: dict[str, str] = {}

SECTION_06: dict[str, str] = {
    "KMS works with other AWS services": "Many AWS services do it for you, with KMS.",
    "what DynamoDB is": "a NoSQL database that AWS runs for you, fast at any size",
    "open the console's page that creates a table": "DynamoDB → Tables → Create table",
    "name the table, its partition key and its sort key": (
        "Name `Books` → Partition key `Author`, String → Sort key `Book_Title`, String"
    ),
    "customize the settings, and choose a key of one's own for the encryption at rest": (
        "*Stored in your account, and owned and managed by you* → `myKey`"
    ),
    "create the table": "CreateTablePage(lab)",
    "wait until the table is active": "The status is *Creating* for some seconds, then *Active*.",
    "see the table, active": '["TableStatus"]',
    "open the page that explores the table's items": "Tables → Books → Explore table items → Create item",
    "create the item": 'put_item(dynamodb, "Books", {"Author": "Seth Godin", "Book_Title": "The Dip"})',
    "see the item among those returned": "*Items returned*",
}

SECTION_07: dict[str, str] = {
    "read the policy of the second user": "## What IAMLabUser may do",
    "the policy allows the user to read Books and to describe tables": "The first row lets the user read `Books`.",
    "what a login profile is": "[login profile](glossary.md#login-profile)",
    "enable console access for the user, with a password of one's own": (
        "Security credentials → Enable console access → Enable → Custom password → `NewUs@r150` → Apply"
    ),
    "create the login profile": "enable_console_access(iam,",
    "why the second sign-in needs a private window": "in a private window, so two users can be signed in at once",
    "use the sign-in link, with the user's name and password": "SignInPage(lab)",
    "be signed in as the second user": 'reader.client("sts").get_caller_identity()["Arn"]',
    "open the table's items, choose Scan and run it": "ExploreItemsPage(lab, reader)",
    "the Scan is refused although the IAM policy allows it": (
        'reader.client("dynamodb").scan(TableName="Books")  # meant to fail'
    ),
    "the key's permissions count too, not IAM's alone": "A reader needs two permissions",
    "the key policy does not name the second user": "The key policy does not name the reader.",
    "the key policy has to change (and what the course says instead)": "an IAM policy is another way in",
}

SECTION_08: dict[str, str] = {
    "copy the ARN of the second user": "The user: IAM → Users → IAMLabUser → ARN.",
    "open the key, and switch to its policy view": "myKey → Key policy → Switch to policy view",
    "open the editor of the policy": "In the policy view: Edit → add the statement to the list",
    "write a statement that names the user (without the Encrypt that a reader does not need)": (
        "Your statement is the lab's statement without `kms:Encrypt`."
    ),
    "add the statement to the others": "KeyPolicyPage(lab)",
    "the finished policy, with a comment in it": "## Break it: the policy that the lab prints",
    "the statement's Sid, which is there already": "`Allow use of the key`",
    "save the policy": "Save changes",
    "scan the table again as the second user": "## After",
}

SECTION_09: dict[str, str] = {
    "delete the table, and confirm it": "DynamoDB → Tables → Books → Delete → type `confirm` → Delete",
    "disable the key, by its actions": "tick `myKey` → Key actions → Disable",
    "confirm that the key is to be disabled": "tick the confirmation → Disable key",
    "the end, with a disabled key": "The lab ends here, with a disabled key.",
}

LAB_STEPS = {
    0: SECTION_00,
    1: SECTION_01,
    2: SECTION_02,
    3: SECTION_03,
    4: SECTION_04,
    5: SECTION_05,
    6: SECTION_06,
    7: SECTION_07,
    8: SECTION_08,
    9: SECTION_09,
}
