"""Shells read the lines as they are meant, whatever the variables hold.

A shell that is not installed is stood for by its rule for strings; ``tests/windows/`` asks Windows' own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kmscourse import cli
from kmscourse.account import aws_settings, shells
from kmscourse.errors import KmsCourseError
from tests.misleading import environment

URL = "http://127.0.0.1:4566"
OWN = {"AWS_ENDPOINT_URL": URL, "AWS_REGION": "us-east-1"}
POSIX, POWERSHELL, CMD = (shells.SHELLS[name] for name in ("posix", "powershell", "cmd"))
TELL = "import json, os; print(json.dumps(dict(os.environ)))"

variables_of_aws = st.dictionaries(
    st.from_regex(r"AWS_[A-Z_.\-;$ ]{1,12}", fullmatch=True),
    st.text(st.characters(codec="ascii", exclude_characters="\0")),
)


@given(variables=variables_of_aws)
@example({"AWS_X;echo astray": "1", "AWS_PROFILE": "$(echo astray)"})
@settings(max_examples=20)
@pytest.mark.skipif(os.name == "nt", reason="sh is no shell of Windows")
def test_a_posix_shell(variables: dict[str, str]) -> None:
    with environment({**variables, "no_proxy": "it's, $(echo astray)"}, Path()):
        lines = "\n".join(shells.lines_for(POSIX, aws_settings.for_practice_account(OWN)))
        done = subprocess.run(
            ["sh", "-euc", f"{lines}\n{sys.executable} -c '{TELL}'"], capture_output=True, text=True
        )
    assert (done.returncode, done.stderr) == (0, ""), lines
    after = json.loads(done.stdout)
    readable = {name for name in after if re.fullmatch(r"AWS_\w+", name)} & variables.keys()
    assert readable <= aws_settings.HARMLESS | OWN.keys()
    assert after["AWS_ENDPOINT_URL"] == URL
    assert after["no_proxy"] == "it's,$(echo astray),127.0.0.1,localhost"


@given(variables=variables_of_aws)
@example({"AWS_PROFILE": "left"})
@settings(max_examples=20)
@pytest.mark.skipif(not shutil.which("pwsh"), reason="PowerShell is not installed")
def test_powershell(variables: dict[str, str]) -> None:
    with environment({**variables, "no_proxy": "it's, $(echo astray)"}, Path()):
        lines = "\n".join(shells.lines_for(POWERSHELL, aws_settings.for_practice_account(OWN)))
        command = f"{lines}\n& '{sys.executable}' -c '{TELL}'"
        done = subprocess.run(["pwsh", "-NoProfile", "-Command", command], capture_output=True, text=True)
    after = json.loads(done.stdout)
    assert after["AWS_ENDPOINT_URL"] == URL
    assert after["no_proxy"] == "it's,$(echo astray),127.0.0.1,localhost"
    assert "AWS_PROFILE" not in after


@given(value=st.text() | st.text("'\"`$()\u2018\u2019\u201a\u201bx "))
@example("it's $(echo astray) `n")
@example("\u2019; echo astray; \u2019")
def test_a_string_of_powershell_ends_where_it_is_meant_to(value: str) -> None:
    """It takes four signs for single quotes. Between two, only they are special: two of them are one of the string.

    Source: about_Quoting_Rules, and IsSingleQuote in PowerShell's CharTraits.
    """
    sign = "['\u2018\u2019\u201a\u201b]"
    read = re.fullmatch(
        rf"\$env:no_proxy = '((?:(?!{sign}).|{sign}{sign})*)'", POWERSHELL.set("no_proxy", value), re.S
    )
    assert read, value
    assert re.sub(f"({sign}){sign}", r"\1", read[1]) == value


def test_powershell_removes_each_by_its_name() -> None:
    names = [f"AWS_NUMBER_{number}" for number in range(40)]
    lines = shells.lines_for(POWERSHELL, {**dict.fromkeys(names), "AWS_X; echo astray": None})
    removed = [line.removeprefix("Remove-Item -ErrorAction Ignore -LiteralPath ") for line in lines]
    assert [name for line in removed for name in line.split(", ")] == [f"Env:{name}" for name in names]


def test_cmd_sets_each_line_and_runs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "left")
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    value = 'it\'s %PATH% ^& | > "q" !x!'
    changes = {"AWS_CA_BUNDLE": None, "AWS_PROFILE": None, "AWS_X&echo": None, "no_proxy": value}
    assert shells.lines_for(CMD, changes) == ["AWS_PROFILE=", f"no_proxy={value}"], (
        "to unset what isn't set is an error"
    )


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_cmd_is_given_no_value_that_would_be_a_line_of_its_own(end: str) -> None:
    with pytest.raises(KmsCourseError, match="cmd can't read no_proxy"):
        CMD.set("no_proxy", f"a{end}PATH=elsewhere")


def test_the_command_offers_every_shell() -> None:
    for name in shells.SHELLS:
        assert cli.parser().parse_args(["sandbox", "env", "--shell", name]).shell == name
    with pytest.raises(SystemExit):
        cli.parser().parse_args(["sandbox", "env", "--shell", "fish"])
