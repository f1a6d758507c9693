"""The AWS CLI as a student calls it in a terminal."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from tests import processes
from tests.processes import Ended

AWS = Path(sys.executable).with_name("aws")

Environment = dict[str, str]


def run(environment: Environment, *arguments: str) -> Ended:
    return processes.run(environment, _main, "aws", *arguments, "--output", "json")


def _main(*command_line: str) -> int:
    """What the program ``aws`` is. To import it changes the environment: it says there where its own data are."""
    import awscli
    from awscli import clidriver

    importlib.reload(awscli)
    sys.argv = [*command_line]
    return int(clidriver.main())


def aws(environment: Environment, *arguments: str) -> Any:
    """What an AWS CLI command prints, read as JSON; None where it prints nothing."""
    done = run(environment, *arguments)
    assert done.status == 0, f"aws {' '.join(arguments)}: {done.err}"
    return json.loads(done.out) if done.out.strip() else None


def refusal(environment: Environment, *arguments: str) -> str:
    """What the AWS CLI says where AWS refuses: it ends with status 255, its second version with 254."""
    done = run(environment, *arguments)
    assert done.status in (254, 255), f"aws {' '.join(arguments)} was not refused: {done.out}{done.err}"
    return done.err
