"""The exercises of section 17: a short signature that a lock verifies offline, and updates to accept or refuse."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256

from kmscourse.account import Account
from kmscourse.course.checks import CHECKS, EXERCISES, Report, run
from kmscourse.course.checks.section_17 import IMAGE
from kmscourse.course.notes import Notes
from kmscourse.course.updates import ALGORITHM, INSTALLED, is_newer, is_signed, receive_updates
from kmscourse.errors import CourseError
from kmscourse.iam import create_user
from kmscourse.kms import create_key, discard_key, find_key, key_policy, put_key_policy
from kmscourse.policy import use_statement, with_statement

Way = Callable[[Account, Notes], None]
PSS = padding.PSS(padding.MGF1(SHA256()), salt_length=32)


@pytest.fixture
def maker(account: Account) -> Account:
    """An account with the key that signs updates."""
    create_key(account.client("kms"), "releases", spec="RSA_2048", usage="SIGN_VERIFY")
    return account


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[17][number - 1], account, notes)


# --- a signature that a small lock can verify -----------------------------------------------------------------


def sign(account: Account, notes: Notes, message: bytes, spec: str = "ECC_NIST_P256", **more: Any) -> None:
    kms = account.client("kms")
    key = create_key(kms, "lock", spec=spec, usage="SIGN_VERIFY")  # type: ignore[arg-type]  # a table has strings
    request = {"SigningAlgorithm": "ECDSA_SHA_256", **more}
    notes["signature"] = kms.sign(KeyId=key, Message=message, **request)["Signature"].hex()


def by_its_digest(account: Account, notes: Notes) -> None:
    sign(account, notes, hashlib.sha256(IMAGE).digest(), MessageType="DIGEST")


def by_the_curve_of_bitcoin(account: Account, notes: Notes) -> None:
    sign(account, notes, hashlib.sha256(IMAGE).digest(), "ECC_SECG_P256K1", MessageType="DIGEST")


def by_ed25519ph(account: Account, notes: Notes) -> None:
    digest, spec = hashlib.sha512(IMAGE).digest(), "ECC_NIST_EDWARDS25519"
    sign(account, notes, digest, spec, MessageType="DIGEST", SigningAlgorithm="ED25519_PH_SHA_512")


@pytest.mark.parametrize("way", [by_its_digest, by_the_curve_of_bitcoin, by_ed25519ph])
def test_a_signature_for_the_lock(account: Account, notes: Notes, way: Way) -> None:
    way(account, notes)
    report = report_of(1, account, notes)
    assert report.passed, report


def without_message_type(account: Account, notes: Notes) -> None:
    sign(account, notes, hashlib.sha256(IMAGE).digest())


def of_the_beginning(account: Account, notes: Notes) -> None:
    sign(account, notes, IMAGE[:4096])


def too_long(account: Account, notes: Notes) -> None:
    digest = hashlib.sha256(IMAGE).digest()
    sign(account, notes, digest, "RSA_2048", MessageType="DIGEST", SigningAlgorithm=ALGORITHM)


def by_a_key_of_ones_own(account: Account, notes: Notes) -> None:
    create_key(account.client("kms"), "lock", spec="ECC_NIST_P256", usage="SIGN_VERIFY")
    own = ec.generate_private_key(ec.SECP256R1())
    digest = utils.Prehashed(SHA256())
    notes["signature"] = own.sign(hashlib.sha256(IMAGE).digest(), ec.ECDSA(digest)).hex()


def by_a_mac(account: Account, notes: Notes) -> None:
    kms = account.client("kms")
    key = create_key(kms, "lock", spec="HMAC_512", usage="GENERATE_VERIFY_MAC")
    digest = hashlib.sha256(IMAGE).digest()
    mac = kms.generate_mac(KeyId=key, Message=digest, MacAlgorithm="HMAC_SHA_512")
    notes["signature"] = mac["Mac"].hex()


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (without_message_type, "a signature of the digest as a message"),
        (of_the_beginning, "a signature that is not one of the image by the key alias/lock"),
        (too_long, "RSA_2048: a public key of 294 bytes"),
        (too_long, "a signature of the image, of 256 bytes"),
        (by_a_key_of_ones_own, "a signature that is not one of the image by the key alias/lock"),
        (by_a_mac, "its usage is GENERATE_VERIFY_MAC"),
    ],
)
def test_what_is_not_a_signature_for_the_lock(account: Account, notes: Notes, way: Way, said: str) -> None:
    way(account, notes)
    report = report_of(1, account, notes)
    assert not report.passed
    assert said in repr(report)


@pytest.mark.parametrize("way", [too_long, by_a_mac])
def test_a_key_that_does_not_fit_gives_its_name_to_another(account: Account, notes: Notes, way: Way) -> None:
    way(account, notes)
    assert 'lab.make_key("lock", spec=…, usage=…, again=True)' in repr(report_of(1, account, notes))
    discard_key(account.client("kms"), "lock")
    by_its_digest(account, notes)
    report = report_of(1, account, notes)
    assert report.passed, report


# --- the updates that came in ---------------------------------------------------------------------------------


def public_key(account: Account) -> bytes:
    answer: bytes = account.client("kms").get_public_key(KeyId="alias/releases")["PublicKey"]
    return answer


def accept(account: Account, notes: Notes, is_right: Callable[[dict[str, str]], bool]) -> None:
    updates = receive_updates(account, notes)
    notes["accepted"] = json.dumps([update["name"] for update in updates if is_right(update)])


def by_the_package(account: Account, notes: Notes) -> None:
    key = public_key(account)
    accept(account, notes, lambda update: is_signed(update, key) and is_newer(update))


def _verifies(key: Any, update: dict[str, str], scheme: Any) -> bool:
    try:
        key.verify(bytes.fromhex(update["signature"]), update["text"].encode(), scheme, SHA256())
    except InvalidSignature:
        return False
    return True


def by_one_algorithm(account: Account, notes: Notes) -> None:
    """Without a look at the field algorithm, as in the notebook."""
    key = serialization.load_der_public_key(public_key(account))
    accept(account, notes, lambda each: _verifies(key, each, PSS) and json.loads(each["text"])["version"] > 5)


def by_the_recovered_digest(account: Account, notes: Notes) -> None:
    """With the digest computed by the caller."""
    key = serialization.load_der_public_key(public_key(account))
    assert isinstance(key, rsa.RSAPublicKey)

    def is_right(update: dict[str, str]) -> bool:
        digest = hashlib.sha256(update["text"].encode()).digest()
        try:
            key.verify(bytes.fromhex(update["signature"]), digest, PSS, utils.Prehashed(SHA256()))
        except InvalidSignature:
            return False
        return json.loads(update["text"])["version"] > INSTALLED

    accept(account, notes, is_right)


@pytest.mark.parametrize("way", [by_the_package, by_one_algorithm, by_the_recovered_digest])
def test_the_updates_that_are_genuine_and_newer(maker: Account, notes: Notes, way: Way) -> None:
    way(maker, notes)
    report = report_of(2, maker, notes)
    assert report.passed, report
    assert "3 accepted, 7 refused" in repr(report)


def whatever_came(account: Account, notes: Notes) -> None:
    accept(account, notes, lambda _: True)


def nothing(account: Account, notes: Notes) -> None:
    accept(account, notes, lambda _: False)


def old_ones_too(account: Account, notes: Notes) -> None:
    key = public_key(account)
    accept(account, notes, lambda update: is_signed(update, key))


def as_the_message_says(account: Account, notes: Notes) -> None:
    """A verifier that obeys the field algorithm, as some of JSON Web Tokens did (RFC 8725, section 2.1)."""
    der = public_key(account)
    key = serialization.load_der_public_key(der)

    def is_right(update: dict[str, str]) -> bool:
        if not is_newer(update):
            return False
        match update["algorithm"]:
            case "none":
                return True
            case "HMAC_SHA_256":
                return hmac.digest(der, update["text"].encode(), "sha256").hex() == update["signature"]
            case "RSASSA_PKCS1_V1_5_SHA_256":
                return _verifies(key, update, padding.PKCS1v15())
        return _verifies(key, update, PSS)

    accept(account, notes, is_right)


def a_name_that_did_not_come(account: Account, notes: Notes) -> None:
    by_the_package(account, notes)
    notes["accepted"] = json.dumps([*json.loads(notes["accepted"]), "update-99"])


def of_another_key(account: Account, notes: Notes) -> None:
    by_the_package(account, notes)
    kms = account.client("kms")
    kms.delete_alias(AliasName="alias/releases")
    create_key(kms, "releases", spec="RSA_2048", usage="SIGN_VERIFY")


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (whatever_came, "is accepted, and"),
        (nothing, "is refused, and it is genuine and newer"),
        (old_ones_too, "is accepted, and it is older than what is installed"),
        (as_the_message_says, "is accepted, and its algorithm is"),
        (a_name_that_did_not_come, "no update has the name update-99"),
        (of_another_key, "the updates are of another key"),
    ],
)
def test_what_are_not_the_right_updates(maker: Account, notes: Notes, way: Way, said: str) -> None:
    way(maker, notes)
    report = report_of(2, maker, notes)
    assert not report.passed
    assert said in repr(report)


def ask_kms(account: Account, update: dict[str, str]) -> None:
    request = {"KeyId": "alias/releases", "SigningAlgorithm": ALGORITHM}
    signature = bytes.fromhex(update["signature"]) or b"none"
    kms = account.client("kms")
    with suppress(kms.exceptions.KMSInvalidSignatureException):  # for the check an answer like any other
        kms.verify(Message=update["text"].encode(), Signature=signature, **request)


@pytest.mark.parametrize("is_right", [True, False])
def test_kms_may_verify_none_of_them(maker: Account, notes: Notes, is_right: bool) -> None:
    by_the_package(maker, notes)
    key = public_key(maker)
    updates = receive_updates(maker, notes)
    ask_kms(maker, next(each for each in updates if is_signed(each, key) == is_right))
    report = report_of(2, maker, notes)
    assert not report.passed
    assert "KMS has verified a signature since the updates came in" in repr(report)


def test_a_verify_that_kms_refused_has_told_nothing(maker: Account, notes: Notes) -> None:
    by_the_package(maker, notes)
    kms, update = maker.client("kms"), receive_updates(maker, notes)[0]
    kms.disable_key(KeyId=find_key(kms, "releases"))
    with pytest.raises(kms.exceptions.DisabledException):
        ask_kms(maker, update)
    kms.enable_key(KeyId=find_key(kms, "releases"))
    assert report_of(2, maker, notes).passed


# --- what comes in --------------------------------------------------------------------------------------------


def test_the_updates_stay_until_others_are_asked_for(maker: Account, notes: Notes) -> None:
    by_the_package(maker, notes)
    assert receive_updates(maker, notes) == receive_updates(maker, notes)
    assert "accepted" in notes
    before, after = receive_updates(maker, notes), receive_updates(maker, notes, again=True)
    assert after == receive_updates(maker, notes)
    first, others = (
        {each["signature"] for each in some if each["algorithm"] == ALGORITHM} for some in (before, after)
    )
    assert not first & others, "a PSS signature has a salt"
    assert "accepted" not in notes, "it was about the updates before"


def test_three_are_right_and_each_other_one_is_wrong_in_its_own_way(maker: Account, notes: Notes) -> None:
    updates, key = receive_updates(maker, notes), public_key(maker)
    right = [each for each in updates if is_signed(each, key) and is_newer(each)]
    assert sorted(json.loads(each["text"])["version"] for each in right) == [6, 7, 8]
    algorithms = sorted(each["algorithm"] for each in updates if each["algorithm"] != ALGORITHM)
    assert algorithms == ["HMAC_SHA_256", "RSASSA_PKCS1_V1_5_SHA_256", "none"]
    assert len({each["name"] for each in updates}) == len(updates) == 10


def test_no_update_comes_in_without_the_key(account: Account, notes: Notes) -> None:
    with pytest.raises(CourseError, match="run the cells of this section from its first one"):
        receive_updates(account, notes)


# --- the section itself ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "passed"),
    [
        ({"StringEquals": {"kms:SigningAlgorithm": ALGORITHM}}, True),
        ({"StringLike": {"kms:SigningAlgorithm": "RSASSA_PSS_*"}}, False),
        ({"StringEquals": {"kms:MessageType": "RAW"}}, False),
    ],
)
def test_rosa_signs_by_one_algorithm(maker: Account, notes: Notes, condition: Any, passed: bool) -> None:
    kms, rosa = maker.client("kms"), create_user(maker.client("iam"), "Rosa")
    key = find_key(kms, "releases")
    assert key is not None
    statement = use_statement(rosa, ["kms:Sign"], sid="Rosa signs") | {"Condition": condition}
    put_key_policy(kms, key, with_statement(key_policy(kms, key), statement))
    (result,) = [each for each in run(CHECKS[17], maker, notes).results if "Rosa" in each.check.goal]
    assert result.passed == passed, result
