"""The quota that KMS's cryptographic operations share: what counts, what is refused, in which words, and until when."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.request_quota import RequestQuota
from kmscourse.sandbox.settings import Settings
from tests.sandbox.conftest import Gate

START = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = base64.b64encode(b"hello").decode()
THROTTLED = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."


class Still(Gate):
    """An account whose clock stands still, but for ``later``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(settings=Settings(**settings))
        self.account.now = lambda: START + self._ahead


@pytest.fixture
def still() -> Any:
    made = Still()
    yield made
    made.application.close()


def set_quota(gate: Any, requests: int) -> None:
    gate("kmscourse:SetKmsQuota", Requests=requests)


def encrypt(gate: Any, key: str, **more: Any) -> dict[str, Any]:
    return dict(gate("kms:Encrypt", KeyId=key, Plaintext=TEXT, **more))


def test_one_too_many_in_a_second_is_refused_in_awss_words(still: Any) -> None:
    """Recorded by users of AWS: ThrottlingException, this text, HTTP status 400."""
    key = still.key()
    set_quota(still, 3)
    for _ in range(3):
        encrypt(still, key)
    refusal = still.refused("kms:Encrypt", KeyId=key, Plaintext=TEXT)
    assert (refusal.code, refusal.message, refusal.status) == ("ThrottlingException", THROTTLED, 400)
    still.later(seconds=0.999)
    assert still.refused("kms:Encrypt", KeyId=key, Plaintext=TEXT).code == "ThrottlingException"
    still.later(seconds=0.001)
    assert encrypt(still, key)["KeyId"] == key


def test_what_shares_the_quota(still: Any) -> None:
    """Developer guide, "Request quotas": the operations under "Cryptographic operations (symmetric) request rate"."""
    key = still.key()
    blob = encrypt(still, key)["CiphertextBlob"]
    mac_key = still.key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    coded = {"KeyId": mac_key, "Message": TEXT, "MacAlgorithm": "HMAC_SHA_256"}
    sharing: dict[str, dict[str, Any]] = {
        "Encrypt": {"KeyId": key, "Plaintext": TEXT},
        "Decrypt": {"CiphertextBlob": blob},
        "ReEncrypt": {"CiphertextBlob": blob, "DestinationKeyId": key},
        "GenerateDataKey": {"KeyId": key, "KeySpec": "AES_256"},
        "GenerateDataKeyWithoutPlaintext": {"KeyId": key, "KeySpec": "AES_256"},
        "GenerateRandom": {"NumberOfBytes": 16},
        "GenerateMac": coded,
        "VerifyMac": {**coded, "Mac": still("kms:GenerateMac", **coded)["Mac"]},
    }
    for operation, parameters in sharing.items():
        set_quota(still, 1)
        still(f"kms:{operation}", **parameters)
        refusal = still.refused("kms:Encrypt", KeyId=key, Plaintext=TEXT)
        assert refusal.code == "ThrottlingException", f"{operation} does not count"
        refusal = still.refused(f"kms:{operation}", **parameters)
        assert refusal.code == "ThrottlingException", f"{operation} is not refused"


def test_other_operations_have_no_part_in_it(still: Any) -> None:
    key = still.key()
    set_quota(still, 1)
    encrypt(still, key)
    pair = {"KeyId": key, "KeyPairSpec": "ECC_NIST_P256"}
    signing = still.key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    rsa = still.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    for _ in range(3):
        still("kms:Sign", KeyId=signing, Message=TEXT, SigningAlgorithm="ECDSA_SHA_256")
        still("kms:Encrypt", KeyId=rsa, Plaintext=TEXT, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
        still("kms:GenerateDataKeyPairWithoutPlaintext", **pair)
        still("kms:DescribeKey", KeyId=key)
        still("kms:CreateKey")
    assert still.refused("kms:Encrypt", KeyId=key, Plaintext=TEXT).code == "ThrottlingException"


def test_re_encrypt_is_one_request(still: Any) -> None:
    key = still.key()
    blob = encrypt(still, key)["CiphertextBlob"]
    set_quota(still, 2)
    for _ in range(2):
        still("kms:ReEncrypt", CiphertextBlob=blob, DestinationKeyId=still.key())
    refusal = still.refused("kms:ReEncrypt", CiphertextBlob=blob, DestinationKeyId=key)
    assert refusal.code == "ThrottlingException"


def test_all_principals_share_it_also_those_who_are_denied(still: Any) -> None:
    key = still.key()
    set_quota(still, 2)
    assert (
        still.refused("kms:Encrypt", by="IAMLabUser", KeyId=key, Plaintext=TEXT).code
        == "AccessDeniedException"
    )
    encrypt(still, key)
    assert still.refused("kms:Encrypt", KeyId=key, Plaintext=TEXT).code == "ThrottlingException"


def test_each_region_has_its_own(still: Any) -> None:
    set_quota(still, 1)
    for region in ("us-east-1", "eu-west-1"):
        still("kms:GenerateRandom", region=region, NumberOfBytes=1)
        refusal = still.refused("kms:GenerateRandom", region=region, NumberOfBytes=1)
        assert refusal.code == "ThrottlingException"


def test_what_dynamodb_asks_for_a_caller_counts(still: Any) -> None:
    """Developer guide, "API requests made on your behalf": the quota applies to both kinds of requests."""
    key = still.key()
    still.books(key)
    set_quota(still, 2)
    still("dynamodb:Scan", TableName="Books")
    encrypt(still, key)
    refusal = still.refused("dynamodb:Scan", TableName="Books")
    assert (refusal.code, refusal.status) == ("ThrottlingException", 400)
    assert refusal.message.startswith(
        "KMS throttling error: com.amazonaws.services.kms.model.AWSKMSException: "
    )
    assert (
        f"{THROTTLED} (Service: AWSKMS; Status Code: 400; Error Code: ThrottlingException; "
        in refusal.message
    )
    decrypt = still.events(EventName="Decrypt")[0]
    assert decrypt["userIdentity"]["invokedBy"] == "dynamodb.amazonaws.com"
    assert decrypt["errorCode"] == "ThrottlingException"


def test_who_may_not_scan_costs_no_request(still: Any) -> None:
    key = still.key()
    still.books(key)
    still.user("Nobody")
    set_quota(still, 1)
    assert still.refused("dynamodb:Scan", by="Nobody", TableName="Books").code == "AccessDeniedException"
    still("dynamodb:Scan", TableName="Books")


def test_the_trail_has_the_refused_request(still: Any) -> None:
    key = still.key()
    set_quota(still, 1)
    encrypt(still, key)
    still.refused("kms:Encrypt", KeyId=key, Plaintext=TEXT)
    event = still.events(EventName="Encrypt")[0]
    assert (event["errorCode"], event["errorMessage"]) == ("ThrottlingException", THROTTLED)
    assert event["resources"][0]["ARN"] == key


def test_without_a_quota_nobody_is_refused(still: Any) -> None:
    key = still.key()
    for _ in range(200):
        encrypt(still, key)


@given(
    limit=st.integers(1, 5), steps=st.lists(st.integers(0, 700).map(lambda ms: timedelta(milliseconds=ms)))
)
def test_no_second_ever_has_more_and_none_is_refused_that_fits(limit: int, steps: list[timedelta]) -> None:
    quota, now, taken = RequestQuota(limit), START, []
    for step in steps:
        now += step
        in_the_last_second = sum(now - earlier < timedelta(seconds=1) for earlier in taken)
        if in_the_last_second < limit:
            quota.take("us-east-1", now)
            taken.append(now)
        else:
            with pytest.raises(AwsError, match="ThrottlingException"):
                quota.take("us-east-1", now)


def test_a_clock_that_is_set_back_refuses_nobody() -> None:
    quota = RequestQuota(1)
    quota.take("us-east-1", START)
    quota.take("us-east-1", START - timedelta(hours=1))


@pytest.fixture
def limited() -> Any:
    """An application with a quota, and its main user's clients, with retries as they are given."""
    application = Application.open(settings=Settings(kms_quota=2))
    session: boto3.Session = inprocess.session(application)

    def client(**retries: Any) -> Any:
        made: Any = session
        return made.client("kms", config=Config(retries=retries))

    yield client
    application.close()


def test_an_sdk_without_retries_shows_the_error(limited: Any) -> None:
    kms = limited(total_max_attempts=1)
    for _ in range(2):
        kms.generate_random(NumberOfBytes=1)
    with pytest.raises(ClientError) as refusal:
        kms.generate_random(NumberOfBytes=1)
    assert refusal.value.response["Error"] == {"Code": "ThrottlingException", "Message": THROTTLED}
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_an_sdk_in_standard_mode_tries_again_until_it_is_let_in(limited: Any) -> None:
    kms = limited(mode="standard", total_max_attempts=10)
    retried = 0
    for _ in range(3):
        answer = kms.generate_random(NumberOfBytes=1)
        retried += answer["ResponseMetadata"]["RetryAttempts"]
    assert retried > 0
