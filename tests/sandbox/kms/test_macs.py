"""GenerateMac and VerifyMac: a code is that of its key, algorithm and message, and of no other."""

from __future__ import annotations

import base64
import hmac
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BITS = [224, 256, 384, 512]
ONCE = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def asked(key: str, bits: int, message: bytes) -> dict[str, str]:
    """The parameters of GenerateMac."""
    return {
        "KeyId": key,
        "Message": base64.b64encode(message).decode(),
        "MacAlgorithm": f"HMAC_SHA_{bits}",
    }


def mac_key(gate: Any, bits: int) -> str:
    return str(gate.key(KeySpec=f"HMAC_{bits}", KeyUsage="GENERATE_VERIFY_MAC"))


@pytest.mark.parametrize("bits", BITS)
def test_a_code_is_of_its_key_and_message_alone(gate: Any, bits: int) -> None:
    key, other = mac_key(gate, bits), mac_key(gate, bits)

    @ONCE
    @given(
        st.binary(min_size=1, max_size=4096),
        st.binary(min_size=1, max_size=99),
        st.integers(0),
        st.integers(1, 255),
    )
    def coded(message: bytes, another: bytes, place: int, difference: int) -> None:
        answer = gate("kms:GenerateMac", **asked(key, bits, message))
        assert answer.keys() == {"Mac", "MacAlgorithm", "KeyId"}
        assert (answer["MacAlgorithm"], answer["KeyId"]) == (f"HMAC_SHA_{bits}", key)
        assert gate("kms:GenerateMac", **asked(key, bits, message)) == answer
        mac = base64.b64decode(answer["Mac"])
        assert len(mac) == bits // 8
        assert gate("kms:VerifyMac", **asked(key, bits, message), Mac=answer["Mac"]) == {
            "KeyId": key,
            "MacValid": True,
            "MacAlgorithm": f"HMAC_SHA_{bits}",
        }
        changed = bytearray(mac)
        changed[place % len(mac)] ^= difference
        for parameters in (
            {**asked(other, bits, message), "Mac": answer["Mac"]},
            {**asked(key, bits, message), "Mac": base64.b64encode(changed).decode()},
            {**asked(key, bits, message), "Mac": base64.b64encode(mac[:-1]).decode()},
            *([{**asked(key, bits, another), "Mac": answer["Mac"]}] if another != message else []),
        ):
            refusal = gate.refused("kms:VerifyMac", **parameters)
            # Code and text as recorded from AWS.
            assert (refusal.code, refusal.message, refusal.status) == ("KMSInvalidMacException", "", 400)

    coded()


@pytest.mark.parametrize("operation", ["GenerateMac", "VerifyMac"])
def test_a_key_of_another_kind(gate: Any, operation: str) -> None:
    """Recorded from AWS."""
    key, symmetric = mac_key(gate, 224), gate.key()
    refusal = gate.refused(f"kms:{operation}", **asked(key, 256, b"hello"), Mac="AAAA")
    text = "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224."
    assert (refusal.code, refusal.message) == ("InvalidKeyUsageException", text)
    refusal = gate.refused(f"kms:{operation}", **asked(symmetric, 256, b"hello"), Mac="AAAA")
    text = f"{symmetric} key usage is ENCRYPT_DECRYPT which is not valid for {operation}."
    assert (refusal.code, refusal.message) == ("InvalidKeyUsageException", text)


@pytest.mark.parametrize("size", [0, 4097])
def test_how_long_a_message_is(gate: Any, size: int) -> None:
    refusal = gate.refused("kms:GenerateMac", **asked(mac_key(gate, 256), 256, bytes(size)))
    assert refusal.code == "ValidationException"
    assert "'message' failed to satisfy constraint" in refusal.message


def test_a_dry_run_tells_no_code(gate: Any) -> None:
    parameters = asked(mac_key(gate, 256), 256, b"hello")
    assert gate.refused("kms:GenerateMac", **parameters, DryRun=True).code == "DryRunOperationException"
    mac = gate("kms:GenerateMac", **parameters)["Mac"]
    assert (
        gate.refused("kms:VerifyMac", **parameters, Mac=mac, DryRun=True).code == "DryRunOperationException"
    )


FOR_EVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}


def external(gate: Any, bits: int) -> str:
    """A key that waits for its material."""
    return str(gate.key(KeySpec=f"HMAC_{bits}", KeyUsage="GENERATE_VERIFY_MAC", Origin="EXTERNAL"))


@pytest.mark.parametrize("bits", BITS)
def test_imported_material_is_the_very_key_of_the_code(gate: Any, bits: int) -> None:
    material, key = os.urandom(bits // 8), external(gate, bits)
    refusal = gate.refused("kms:GenerateMac", **asked(key, bits, b"hello"))
    assert (refusal.code, refusal.message) == ("KMSInvalidStateException", f"{key} is pending import.")
    gate.import_into(key, material, **FOR_EVER)
    mac = gate("kms:GenerateMac", **asked(key, bits, b"hello"))["Mac"]
    assert base64.b64decode(mac) == hmac.digest(material, b"hello", f"sha{bits}")
    shown = gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]
    assert (shown["KeyState"], shown["Origin"]) == ("Enabled", "EXTERNAL")
    assert "CurrentKeyMaterialId" not in shown


def test_imported_material_goes_and_comes_back_and_no_other_does(gate: Any) -> None:
    """Of an HMAC key the material never changes, as the API reference of ImportKeyMaterial has it."""
    material, key = os.urandom(32), external(gate, 256)
    gate.import_into(key, material, **FOR_EVER)
    mac = gate("kms:GenerateMac", **asked(key, 256, b"hello"))["Mac"]
    gate("kms:DeleteImportedKeyMaterial", KeyId=key)
    assert (
        gate.refused("kms:VerifyMac", **asked(key, 256, b"hello"), Mac=mac).code == "KMSInvalidStateException"
    )
    for imported, more, code in (
        (os.urandom(32), {}, "IncorrectKeyMaterialException"),
        (os.urandom(31), {}, "IncorrectKeyMaterialException"),
        (os.urandom(32), {"ImportType": "NEW_KEY_MATERIAL"}, "ValidationException"),
        (material, {"ImportType": "EXISTING_KEY_MATERIAL"}, "ValidationException"),
    ):
        parameters = {"KeyId": key, **gate.wrapped_for(key, imported), **FOR_EVER, **more}
        assert gate.refused("kms:ImportKeyMaterial", **parameters).code == code
    gate.import_into(key, material, **FOR_EVER)
    assert gate("kms:VerifyMac", **asked(key, 256, b"hello"), Mac=mac)["MacValid"] is True
