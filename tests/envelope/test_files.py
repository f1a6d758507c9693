"""Sealing files: every size comes back, nothing that was touched does, and nothing is left behind."""

from __future__ import annotations

import base64
import os
import stat
import struct
import tempfile
import traceback
import tracemalloc
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse.envelope import files, seal_file, unseal_file
from kmscourse.errors import EnvelopeError, KmsCourseError

CONTEXT = {"file": "letter.txt"}
FRAME = 64 * 1024
SENTENCE = r"^The file .+ can't be opened: .+\.$"

same_kms = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def small_frames(monkeypatch):
    """Frames of 16 bytes, so that a file of a few hundred has many borders."""
    monkeypatch.setattr(files, "FRAME_SIZE", 16)


@pytest.fixture
def letter(tmp_path):
    """A file of 50 bytes: four frames of 16, the last of them with two."""
    path = tmp_path / "letter"
    path.write_bytes(b"Hello, this is my sensitive data. Keep it to you.")
    return path


@pytest.fixture
def sealed(pocket_kms, small_frames, letter, tmp_path):
    path = tmp_path / "sealed"
    seal_file(pocket_kms, pocket_kms.key_id, letter, path, CONTEXT)
    return path


def refused_without_trace(kms, source: Path, context=CONTEXT) -> BaseException:
    """What unsealing ``source`` raised; neither an output nor a draft may be there afterwards."""
    before = set(source.parent.iterdir())
    with pytest.raises((EnvelopeError, ClientError)) as refused:
        unseal_file(kms, source, source.parent / "opened", context)
    assert set(source.parent.iterdir()) == before
    return refused.value


@pytest.mark.parametrize(
    "size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME - 1, 2 * FRAME, 2 * FRAME + 1, 40 * FRAME + 7]
)
def test_a_file_of_any_size_comes_back(pocket_kms, tmp_path, size):
    source, target, opened = tmp_path / "source", tmp_path / "target", tmp_path / "opened"
    source.write_bytes(os.urandom(size))
    seal_file(pocket_kms, pocket_kms.key_id, source, target, CONTEXT)
    unseal_file(pocket_kms, target, opened, CONTEXT)
    assert opened.read_bytes() == source.read_bytes()
    frames = max(1, -(-size // FRAME))
    assert target.stat().st_size == 8 + 60 + 7 + size + 16 * frames


@same_kms
@given(st.binary(max_size=100), st.dictionaries(st.text("abc"), st.text("abc"), max_size=3))
def test_any_bytes_in_any_context_come_back(pocket_kms, small_frames, plaintext, context):
    with tempfile.TemporaryDirectory() as name:
        source, target, opened = (Path(name, each) for each in ("source", "target", "opened"))
        source.write_bytes(plaintext)
        seal_file(pocket_kms, pocket_kms.key_id, source, target, context)
        unseal_file(pocket_kms, target, opened, context)
        assert opened.read_bytes() == plaintext


def test_memory_stays_the_same_however_long_the_file_is(pocket_kms, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(16 * 1024 * 1024))
    tracemalloc.start()
    try:
        seal_file(pocket_kms, pocket_kms.key_id, source, target)
        unseal_file(pocket_kms, target, tmp_path / "opened")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1024 * 1024, f"{most} bytes at most for a file of 16 MiB"


def test_it_works_with_kms_itself(kms, key_id, letter, tmp_path):
    seal_file(kms, key_id, str(letter), str(tmp_path / "sealed"), CONTEXT)
    unseal_file(kms, str(tmp_path / "sealed"), str(tmp_path / "opened"), CONTEXT, key_id=key_id)
    assert (tmp_path / "opened").read_bytes() == letter.read_bytes()


def test_the_format_is_as_written(pocket_kms, tmp_path):
    """Opened here without the package's code: a later version must still open what this one sealed."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(FRAME + 5))
    seal_file(pocket_kms, pocket_kms.key_id, source, target, CONTEXT)
    data = target.read_bytes()
    assert data[:6] == b"KMSF\x01\x01"
    (length,) = struct.unpack(">H", data[6:8])
    header, prefix, frames = data[: 15 + length], data[8 + length : 15 + length], data[15 + length :]
    associated = header + b"\0\0\0\1" + b"\0\0\0\4file" + b"\0\0\0\x0aletter.txt"
    cipher = AESGCM(pocket_kms.plaintexts[0])
    first = cipher.decrypt(prefix + b"\0\0\0\0" + b"\0", frames[: FRAME + 16], associated)
    last = cipher.decrypt(prefix + b"\0\0\0\1" + b"\1", frames[FRAME + 16 :], associated)
    assert first + last == source.read_bytes()


def test_every_flipped_bit_is_refused(pocket_kms, sealed):
    data = sealed.read_bytes()
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        sealed.write_bytes(changed)
        refused_without_trace(pocket_kms, sealed)


def test_every_cut_is_refused(pocket_kms, sealed):
    data = sealed.read_bytes()
    for size in range(len(data)):
        sealed.write_bytes(data[:size])
        refused_without_trace(pocket_kms, sealed)


def test_frames_stay_where_they_were(pocket_kms, sealed):
    """Swapped, left out, doubled, taken from another file, or followed by more: all refused alike."""
    data = sealed.read_bytes()
    header, frames = data[:75], [data[75 + at : 75 + at + 32] for at in range(0, len(data) - 75, 32)]
    one, two, three, last = frames
    wrong = [
        [two, one, three, last],
        [one, three, two, last],
        [two, three, last],
        [one, two, last],
        [one, two, three],
        [last],
        [],
        [one, one, two, three, last],
        [one, two, three, last, last],
        [one, two, three, last, b"x"],
        [one, two, three, last, one],
        [one, two, last, three],
    ]
    refusals = set()
    for order in wrong:
        sealed.write_bytes(header + b"".join(order))
        refusals.add(str(refused_without_trace(pocket_kms, sealed)))
    assert len(refusals) == 1


def test_frames_of_another_file_are_refused(pocket_kms, sealed, letter, tmp_path):
    other = tmp_path / "other"
    seal_file(pocket_kms, pocket_kms.key_id, letter, other, CONTEXT)
    data, foreign = sealed.read_bytes(), other.read_bytes()
    for mixed in (data[:75] + foreign[75:], foreign[:75] + data[75:], data[:107] + foreign[107:]):
        sealed.write_bytes(mixed)
        with pytest.raises(EnvelopeError, match=SENTENCE):
            unseal_file(pocket_kms, sealed, tmp_path / "opened", CONTEXT)


@pytest.mark.parametrize("context", [None, {"file": "other.txt"}, {**CONTEXT, "more": "x"}])
def test_another_context_is_refused_in_the_words_of_kms(kms, key_id, letter, tmp_path, context):
    seal_file(kms, key_id, letter, tmp_path / "sealed", CONTEXT)
    refusal = refused_without_trace(kms, tmp_path / "sealed", context)
    assert refusal.response["Error"]["Code"] == "InvalidCiphertextException"


def test_the_context_is_bound_to_the_frames_too(pocket_kms, sealed):
    pocket_kms.decrypt = lambda **_: {"KeyId": pocket_kms.key_id, "Plaintext": pocket_kms.plaintexts[0]}
    assert isinstance(refused_without_trace(pocket_kms, sealed, {"file": "other.txt"}), EnvelopeError)


def test_a_file_that_was_never_sealed_is_one_sentence_and_no_call(pocket_kms, letter):
    assert str(refused_without_trace(pocket_kms, letter)).startswith(f"The file {letter} can't be opened: ")
    assert pocket_kms.decrypted == 0


def test_an_envelope_is_no_file(pocket_kms, sealed):
    sealed.write_bytes(b"KMSE" + sealed.read_bytes()[4:])
    assert isinstance(refused_without_trace(pocket_kms, sealed), EnvelopeError)


def test_neither_plaintext_nor_data_key_is_in_a_sealed_file(pocket_kms, sealed):
    data = sealed.read_bytes()
    for secret in (pocket_kms.plaintexts[0], b"Hello", CONTEXT["file"].encode()):
        assert secret not in data
        assert secret.hex().encode() not in data


@pytest.mark.parametrize("size", [0, 1, FRAME, 3 * FRAME + 1])
def test_progress_counts_the_bytes_of_the_source(pocket_kms, tmp_path, size):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(size))
    calls = []
    seal_file(pocket_kms, pocket_kms.key_id, source, target, progress=lambda *call: calls.append(call))
    assert calls == [(min(size, (n + 1) * FRAME), size) for n in range(max(1, -(-size // FRAME)))]
    calls.clear()
    unseal_file(pocket_kms, target, tmp_path / "opened", progress=lambda *call: calls.append(call))
    total = target.stat().st_size
    assert calls[-1] == (total, total)
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})


@pytest.mark.parametrize("error", [RuntimeError("enough"), KeyboardInterrupt()])
@pytest.mark.parametrize("after", [1, 2, 3])
def test_cancelling_leaves_nothing_behind(pocket_kms, tmp_path, error, after):
    source, target, kept = tmp_path / "source", tmp_path / "target", tmp_path / "kept"
    source.write_bytes(os.urandom(2 * FRAME + 1))
    kept.write_bytes(b"what was there")
    seen = []

    def progress(done: int, total: int) -> None:
        seen.append(done)
        if len(seen) == after:
            raise error

    for name in (target, kept):
        seen.clear()
        with pytest.raises(type(error)):
            seal_file(pocket_kms, pocket_kms.key_id, source, name, progress=progress)
    assert {path.name for path in tmp_path.iterdir()} == {"source", "kept"}
    assert kept.read_bytes() == b"what was there"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@same_kms
@given(st.integers(0, 0o777), st.integers(0, 0o777), st.integers(0, 0o777))
def test_a_plaintext_is_as_private_as_any_new_file_and_what_is_sealed_as_its_source(
    pocket_kms, small_frames, mask, plain_mode, sealed_mode
):
    def mode_of(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    with tempfile.TemporaryDirectory() as name:
        plain, sealed, opened = (Path(name, each) for each in ("plain", "sealed", "opened"))
        plain.write_bytes(b"Hello")
        plain.chmod(plain_mode | stat.S_IRUSR)
        before = os.umask(mask)
        try:
            seal_file(pocket_kms, pocket_kms.key_id, plain, sealed)
            assert mode_of(sealed) == 0o666 & ~mask & (plain_mode | stat.S_IRWXU)
            sealed.chmod(sealed_mode | stat.S_IRUSR)
            unseal_file(pocket_kms, sealed, opened)
            assert mode_of(opened) == 0o666 & ~mask, "whatever the sealed file's mode"
            opened.chmod(plain_mode | stat.S_IWUSR)
            unseal_file(pocket_kms, sealed, opened)
            assert mode_of(opened) == (plain_mode | stat.S_IWUSR) & ~mask, "as what it replaces, at most"
        finally:
            os.umask(before)


def test_no_traceback_shows_the_data_key(pocket_kms, tmp_path):
    """Not even one with the values of all variables, as IPython and pytest print them."""
    source, sealed = tmp_path / "source", tmp_path / "sealed"
    source.write_bytes(bytes(FRAME + 1))
    seal_file(pocket_kms, pocket_kms.key_id, source, sealed)
    damaged = tmp_path / "damaged"
    damaged.write_bytes(sealed.read_bytes()[:-1])

    def stop(*_: int) -> None:
        raise RuntimeError("enough")

    for work in (
        lambda: seal_file(pocket_kms, pocket_kms.key_id, source, sealed, progress=stop),
        lambda: unseal_file(pocket_kms, sealed, tmp_path / "opened", progress=stop),
        lambda: unseal_file(pocket_kms, damaged, tmp_path / "opened"),
    ):
        with pytest.raises((RuntimeError, EnvelopeError)) as raised:
            work()
        frames = traceback.StackSummary.extract(traceback.walk_tb(raised.tb), capture_locals=True)
        ours = [frame for frame in frames if Path(files.__file__).parent in Path(frame.filename).parents]
        shown = "\n".join(value for frame in ours for value in (frame.locals or {}).values())
        assert "DataKey(" in shown, "the frames that hold the key are shown"
        for secret in pocket_kms.plaintexts:
            for form in (repr(secret)[2:-1], secret.hex(), base64.b64encode(secret).decode()):
                assert form not in shown


def test_a_refusal_of_kms_loses_nothing(kms, letter, tmp_path):
    (tmp_path / "kept").write_bytes(b"what was there")
    with pytest.raises(ClientError):
        seal_file(kms, "not-a-key", letter, tmp_path / "kept")
    assert (tmp_path / "kept").read_bytes() == b"what was there"
    assert {path.name for path in tmp_path.iterdir()} == {"letter", "kept"}


@pytest.mark.parametrize("context", [{"a": 1}, {"a": "\ud800"}])
def test_a_context_that_is_not_text_is_refused_before_anything_is_made(pocket_kms, letter, tmp_path, context):
    with pytest.raises(KmsCourseError):
        seal_file(pocket_kms, pocket_kms.key_id, letter, tmp_path / "sealed", context)
    assert not pocket_kms.plaintexts
    assert {path.name for path in tmp_path.iterdir()} == {"letter"}
