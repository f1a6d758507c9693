"""Drafts: nothing is left of one, whatever ends the process; the dead are removed, and nothing else is."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from kmscourse.envelope import draft as drafts
from kmscourse.envelope.draft import draft
from kmscourse.envelope.replacement import replacement

posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is ended by signals on POSIX")
unnamed_files = pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without a name are Linux's")

# Each signal is tried on a process of its own, forked from this one: first on one that does nothing, to see whether it
# ends a process at all, then on one that is in the middle of a replacement. Tells of each by which signal it ended, and
# what was left then, and what after the next replacement.
MORTALITY = """
    import json, os, resource, signal, sys, threading
    from pathlib import Path
    from kmscourse.envelope.replacement import replacement

    kind, where, target = sys.argv[1:]
    if kind == "named":
        vars(os).pop("O_TMPFILE", None)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    caught = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
    Path("source").write_bytes(bytes(100_000))

    def die(number):
        os.kill(os.getpid(), number)
        if where == "worker":
            threading.Event().wait()

    def replace(number):
        with replacement("source", target) as (reader, writer):
            writer.write(reader.read(70_000))
            if number is not None:
                die(number)

    def ended_by(number, work):
        child = os.fork()
        if child == 0:
            for each in caught:
                signal.signal(each, signal.SIG_DFL)
            if where == "worker" and work is replace:
                thread = threading.Thread(target=work, args=[number])
                thread.start()
                thread.join()
            else:
                work(number)
            os._exit(0)
        _, status = os.waitpid(child, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else None

    def others():
        return sorted(set(os.listdir()) - {"source", "old", "new"})

    told = {}
    for number in sorted(signal.valid_signals()):
        if ended_by(number, lambda number: os.kill(os.getpid(), number)) is None:
            continue
        Path("old").write_bytes(b"what was there")
        Path("new").unlink(missing_ok=True)
        by, left = ended_by(number, replace), others()
        kept = Path("old").read_bytes() == b"what was there" and not Path("new").exists()
        replace(None)
        told[int(number)] = [by, kept, left, others()]
    print(json.dumps(told))
"""


@pytest.fixture(params=["unnamed", "named"])
def kind(request, monkeypatch) -> str:
    """Files without a name, where the system has them, and drafts with one, as where it has not."""
    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    return request.param


def python(program: str, *arguments: str, folder: Path) -> str:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout


def mortality(folder: Path, kind: str, where: str, target: str) -> dict[int, list]:
    told = {
        int(number): one
        for number, one in json.loads(python(MORTALITY, kind, where, target, folder=folder)).items()
    }
    assert {
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGQUIT,
        signal.SIGUSR1,
        signal.SIGXCPU,
        signal.SIGKILL,
    } <= set(told)
    return told


@posix
@unnamed_files
@pytest.mark.parametrize("target", ["old", "new"])
@pytest.mark.parametrize("where", ["main", "worker"])
def test_whatever_signal_ends_the_process_nothing_is_left(tmp_path, where, target):
    for number, (by, kept, left, _) in mortality(tmp_path, "unnamed", where, target).items():
        assert by == number, f"signal {number} must end the process as if there were no draft"
        assert kept, f"signal {number} must leave the target as it was"
        assert not left, f"signal {number} left {left}"


@posix
@pytest.mark.parametrize("target", ["old", "new"])
def test_of_a_draft_with_a_name_only_what_no_handler_sees_leaves_anything(tmp_path, target):
    unseen = {signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
    for number, (by, kept, left, after_next) in mortality(tmp_path, "named", "main", target).items():
        assert by == number, f"signal {number} must end the process as if there were no draft"
        assert kept, f"signal {number} must leave the target as it was"
        assert not left or number in unseen, f"signal {number} left {left}"
        assert not after_next, f"what signal {number} left must be gone with the next replacement"


@posix
def test_what_another_thread_leaves_of_a_named_draft_is_removed_next_time(tmp_path):
    told = mortality(tmp_path, "named", "worker", "old")
    assert any(left for _, _, left, _ in told.values()), "no handler can be set there: this case has gone"
    for number, (by, kept, _, after_next) in told.items():
        assert (by, kept) == (number, True)
        assert not after_next, f"what signal {number} left must be gone with the next replacement"


@posix
def test_a_program_that_ends_before_its_thread_leaves_nothing(tmp_path):
    program = """
        import os, threading
        from kmscourse.envelope.draft import draft
        from pathlib import Path

        vars(os).pop("O_TMPFILE", None)
        begun = threading.Event()

        def work():
            with draft(Path(), 0o600):
                begun.set()
                threading.Event().wait()

        threading.Thread(target=work, daemon=True).start()
        begun.wait()
        print(len(os.listdir()))
    """
    assert python(program, folder=tmp_path) == "1\n"
    assert not list(tmp_path.iterdir())


@posix
def test_a_forked_process_leaves_its_parents_draft_alone(tmp_path):
    program = """
        import os, sys
        from kmscourse.envelope.draft import draft
        from pathlib import Path

        vars(os).pop("O_TMPFILE", None)
        with draft(Path(), 0o600) as new:
            child = os.fork()
            if child == 0:
                sys.exit()
            os.waitpid(child, 0)
            new.take(Path("target"))
    """
    python(program, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


@posix
def test_an_interrupt_stays_an_exception(tmp_path, kind):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), draft(tmp_path, 0o600):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not list(tmp_path.iterdir())


@posix
def test_who_handles_a_signal_goes_on_handling_it(tmp_path, kind):
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    try:
        with draft(tmp_path, 0o600):
            signal.raise_signal(signal.SIGUSR1)
            signal.signal(signal.SIGUSR2, signal.SIG_IGN)  # set in the middle: it stays
        signal.raise_signal(signal.SIGUSR1)
        assert seen == [signal.SIGUSR1] * 2
        assert signal.getsignal(signal.SIGUSR2) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGUSR1, before)
        signal.signal(signal.SIGUSR2, signal.SIG_DFL)


@posix
def test_a_handler_that_python_does_not_know_of_is_kept(tmp_path):
    program = """
        import faulthandler, os, signal
        from kmscourse.envelope.draft import draft
        from pathlib import Path

        vars(os).pop("O_TMPFILE", None)
        with open("trace", "wb") as trace:
            faulthandler.register(signal.SIGUSR1, file=trace)
            with draft(Path(), 0o600):
                signal.raise_signal(signal.SIGUSR1)
            signal.raise_signal(signal.SIGUSR1)
    """
    python(program, folder=tmp_path)
    assert (tmp_path / "trace").read_bytes().count(b"most recent call first") == 2


def test_afterwards_every_signal_is_handled_as_before(tmp_path, kind):
    def handlers():
        return {number: signal.getsignal(number) for number in signal.valid_signals()}

    before = handlers()
    for _ in range(2):  # as a new file, and instead of one
        with draft(tmp_path, 0o600), draft(tmp_path, 0o600) as inner:
            inner.take(tmp_path / "target")
    assert handlers() == before


@posix
def test_a_draft_within_a_draft_is_removed_with_it(tmp_path):
    program = """
        import os, signal
        from kmscourse.envelope.draft import draft
        from pathlib import Path

        vars(os).pop("O_TMPFILE", None)
        child = os.fork()
        if child == 0:
            with draft(Path(), 0o600), draft(Path(), 0o600):
                os.kill(os.getpid(), signal.SIGTERM)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]), os.listdir())
    """
    assert python(program, folder=tmp_path) == f"{signal.SIGTERM:d} []\n"


@posix
def test_from_its_first_moment_a_draft_is_for_its_owner_alone(tmp_path, kind, monkeypatch):
    """Who could open it while it is empty could read all that is written to it later."""
    really, made = os.open, {}

    def note(path, flags, mode=0o777, **more):
        descriptor = really(path, flags, mode, **more)
        made[Path(path)] = stat.S_IMODE(os.fstat(descriptor).st_mode)
        return descriptor

    before = os.umask(0o002)
    monkeypatch.setattr(os, "open", note)
    try:
        with draft(tmp_path, 0o666) as new:
            assert stat.S_IMODE(os.fstat(new.descriptor).st_mode) == 0o600
            assert new.mode == 0o664
            assert [made[path] for path in tmp_path.iterdir()] in ([], [0o600])
    finally:
        os.umask(before)


def test_what_is_no_dead_draft_stays(tmp_path, kind):
    names = [
        ".kmscourse-x",
        ".kmscourse-abcd1234",
        ".kmscourse-draft",
        f".kmscourse-draft-{'0' * 16}-{'0' * 16}",
        f"{drafts._new_name()}.txt",
        f"my{drafts._new_name()}",
    ]
    for name in names:
        (tmp_path / name).write_bytes(b"mine")
    (tmp_path / drafts._new_name()).mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / drafts._new_name())
    (tmp_path / drafts._new_name()).symlink_to(tmp_path / ".kmscourse-x")
    before = set(tmp_path.iterdir())
    with draft(tmp_path, 0o600):
        pass
    assert set(tmp_path.iterdir()) == before


def test_a_dead_draft_goes_as_the_next_begins(tmp_path, kind):
    dead = tmp_path / drafts._new_name()
    dead.write_bytes(b"part of a plaintext")
    with draft(tmp_path, 0o600):
        assert not dead.exists()


@posix
def test_a_draft_that_is_removed_before_it_is_held_is_begun_again(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    hold, removed = drafts._hold, []

    def hold_late(descriptor: int) -> None:
        if not removed:
            removed.extend(tmp_path.iterdir())
            drafts._remove_dead(tmp_path)
        hold(descriptor)

    monkeypatch.setattr(drafts, "_hold", hold_late)
    with draft(tmp_path, 0o600) as new:
        new.take(tmp_path / "target")
    assert removed
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_no_draft_takes_another_away(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    (tmp_path / "source").write_bytes(b"from here")
    failed = []

    def work(number: int) -> None:
        try:
            for turn in range(20):
                with replacement(tmp_path / "source", tmp_path / f"{number}-{turn}") as (reader, writer):
                    writer.write(reader.read())
        except BaseException as error:  # a thread's own would only be printed
            failed.append(error)

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    made = {f"{number}-{turn}" for number in range(4) for turn in range(20)}
    assert {path.name for path in tmp_path.iterdir()} == {"source", *made}


@posix
def test_no_process_takes_anothers_draft_away(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    program = """
        from kmscourse.envelope.draft import draft
        from pathlib import Path

        with draft(Path(), 0o600) as new:
            new.take(Path("theirs"))
    """
    with draft(tmp_path, 0o600) as new:
        os.write(new.descriptor, b"half of it")
        python(program, folder=tmp_path)
        new.take(tmp_path / "ours")
    assert {path.name for path in tmp_path.iterdir()} == {"ours", "theirs"}
    assert (tmp_path / "ours").read_bytes() == b"half of it"
