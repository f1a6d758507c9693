"""What differs in IAM and STS."""

from __future__ import annotations

from tools.differences_table.row import Difference

ROWS = (
    Difference(
        "Signing in to the console",
        "A page of the course, without a second factor, for a session of twelve hours.",
        "The web console, with MFA where the account asks for it.",
        "tests/sandbox/iam/test_store.py::test_a_session_ends",
    ),
    Difference(
        "An administrator who has locked himself out",
        "Each start of the practice account, and each reset, makes its main user the administrator again.",
        "The account's root user can help.",
        "tests/sandbox/iam/test_main_user.py::test_the_next_start_makes_it_the_administrator_again",
    ),
    Difference(
        "A second factor",
        "Nobody has one: a SerialNumber or TokenCode is refused, and aws:MultiFactorAuthPresent is never true.",
        "Users can have MFA devices, and policies can ask for them.",
        "tests/sandbox/sts/test_operations.py::test_nobody_has_a_second_factor",
    ),
    Difference(
        "MFA devices, signing certificates, SSH keys, credentials for one service, instance profiles",
        "None can be made: their lists are read, and are empty. Those of all users' credentials at once (AllUsers) are "
        "refused with UnsupportedOperationException.",
        "Can be made, and have to go before their user or role does.",
        "tests/sandbox/iam/test_empty_lists.py::test_of_a_user",
    ),
    Difference(
        "A password that has to be changed",
        "SignIn takes the new one beside the old one, whatever the user's policies say.",
        "The console asks for it, and the user needs iam:ChangePassword.",
        "tests/sandbox/iam/test_passwords.py::test_a_password_that_must_be_changed_first",
    ),
    Difference(
        "AWS's own managed policies",
        "As moto ships them: the version in force alone, without its description.",
        "Also earlier versions; AWS changes them at any time.",
        "tests/sandbox/moto_adapter/test_iam_policies.py::test_awss_own_policies_say_what_they_say_on_aws",
    ),
    Difference(
        "Which services a policy can name as a principal",
        "Those of a list that is kept with the course, with a Region in their name or without. It may lack the newest.",
        "Those that there are. No list of them is published.",
        "tests/policy/language/test_service_principals.py::test_a_service_that_is_on_the_list",
    ),
    Difference(
        "A key policy that names a user, and that user's federated users",
        "Lets the user in and none of them.",
        "Lets them in as far as their session policy allows.",
        "tests/sandbox/sts/test_sessions.py::test_a_federated_user_is_not_the_user_whom_a_key_policy_names",
    ),
    Difference(
        "How much session policies and tags may hold",
        "2,048 characters together.",
        "They are packed into a space whose size is not documented; PackedPolicySize says how full it is.",
        "tests/sandbox/sts/test_sessions.py::test_session_policies_that_are_too_long_or_not_there",
    ),
    Difference(
        "When something was last used",
        "Only by calls that were allowed, to a quarter of an hour.",
        "By every call with a right signature; shown some time later.",
        "tests/sandbox/iam/test_store.py::test_the_last_use_is_remembered_to_a_quarter_of_an_hour",
    ),
    Difference(
        "The policy simulator and several ResourceArns",
        "EvalResourceName is * where it stands for all of them.",
        "It shows the form of their ARNs.",
        "tests/sandbox/iam/test_policy_simulator.py::test_of_several_resources_each_is_told_and_the_strictest_counts",
    ),
    Difference(
        "The policy simulator and trust policies",
        "A trust policy given as ResourcePolicy decides about sts:AssumeRole.",
        "It is ignored, as users of AWS report.",
        "tests/sandbox/iam/test_policy_simulator.py::test_a_trust_policy_counts",
    ),
    Difference(
        "The policy simulator and the types of context keys",
        "A value that is not of its ContextKeyType is refused with InvalidInput, in words of the practice account's "
        "own.",
        "What is said of it is not recorded.",
        "tests/sandbox/iam/test_policy_simulator.py::test_the_values_of_a_context_key_are_of_its_type",
    ),
    Difference(
        "ListPolicies by PolicyUsageFilter",
        "PermissionsPolicy lists what is attached to somebody, PermissionsBoundary what bounds somebody.",
        "Whether policies that nobody uses are listed under PermissionsPolicy is not documented.",
        "tests/sandbox/iam/test_operations.py::test_policies_are_listed_by_what_they_are_used_for",
    ),
    Difference(
        "UpdateRole without MaxSessionDuration, or without Description",
        "What is left out stays.",
        "The API reference says that one hour is applied where no duration is given; whether a role that has a longer "
        "one loses it is not recorded.",
        "tests/sandbox/moto_adapter/test_iam.py::test_what_an_update_of_a_role_leaves_out_stays",
    ),
    Difference(
        "The text for a change of one of AWS's own managed policies",
        "A sentence of the practice account's own behind AccessDenied.",
        "Refused; the text is not recorded.",
        "tests/sandbox/iam/test_operations.py::test_awss_own_policies_are_changed_by_nobody",
    ),
    Difference(
        "The policy simulator and who calls",
        "aws:username, aws:userid and aws:PrincipalArn of the simulated caller are known.",
        "Which keys need no ContextEntries is not documented.",
        "tests/sandbox/iam/test_policy_simulator.py::test_variables_stand_for_the_simulated_user",
    ),
)
