"""The AWS CLI as a student calls it in a terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

AWS = Path(sys.executable).with_name("aws")

Environment = dict[str, str]


def run(environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [AWS, *arguments, "--output", "json"], env=environment, capture_output=True, text=True
    )


def aws(environment: Environment, *arguments: str) -> Any:
    """What an AWS CLI command prints, read as JSON; None where it prints nothing."""
    done = run(environment, *arguments)
    assert done.returncode == 0, f"aws {' '.join(arguments)}: {done.stderr}"
    return json.loads(done.stdout) if done.stdout.strip() else None


def refusal(environment: Environment, *arguments: str) -> str:
    """What the AWS CLI says where AWS refuses: it ends with status 255, its second version with 254."""
    done = run(environment, *arguments)
    assert done.returncode in (254, 255), (
        f"aws {' '.join(arguments)} was not refused: {done.stdout}{done.stderr}"
    )
    return done.stderr
