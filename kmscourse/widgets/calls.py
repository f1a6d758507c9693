"""One call of AWS: shown as a line of boto3 and of the AWS CLI, and made. What a page shows is what it does."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name

from kmscourse.widgets.look import code

LINE = 100  # characters; a longer call is shown with a parameter a line


@dataclass(frozen=True)
class NamedValue:
    """A value that is shown by a name: too long to be read in a line, or a secret.

    ``name`` is how Python calls it, ``word`` how the command line does.
    """

    name: str
    word: str
    value: Any = field(repr=False)


@dataclass(frozen=True)
class AwsCall:
    """A call as boto3 has it: ``Call("kms", "disable_key", {"KeyId": arn})``."""

    service: str
    method: str
    request: Mapping[str, Any]

    def make(self, client: Any) -> Any:
        """The answer of AWS. Raises ClientError where AWS refuses."""
        request = {
            name: value.value if isinstance(value, NamedValue) else value
            for name, value in self.request.items()
        }
        return getattr(client, self.method)(**request)

    @property
    def python(self) -> str:
        """The call in Python, on the client that is called like the service."""
        opening = f"{self.service}.{self.method}("
        parameters = [f"{name}={_literal(value)}" for name, value in self.request.items()]
        line = f"{opening}{', '.join(parameters)})"
        if len(line) <= LINE:
            return line
        return "\n".join([opening, *(f"    {parameter}," for parameter in parameters), ")"])

    @property
    def cli(self) -> str:
        """The same as a command line of the AWS CLI; what is no text is given as JSON."""
        operation = self.method.replace("_", "-")
        words = [
            f"aws {self.service} {operation}",
            *(_option(name, value) for name, value in self.request.items()),
        ]
        line = " ".join(words)
        return line if len(line) <= LINE else " \\\n    ".join(words)


def show_calls(*calls: AwsCall) -> str:
    """The calls for people to read and to copy, in both languages."""
    return code("In boto3", "\n".join(call.python for call in calls)) + code(
        "In the AWS CLI", "\n".join(call.cli for call in calls)
    )


def _literal(value: Any) -> str:
    return value.name if isinstance(value, NamedValue) else repr(value)


def _option(name: str, value: Any) -> str:
    option = xform_name(name, "-")
    if isinstance(value, bool):
        return f"--{option}" if value else f"--no-{option}"
    if isinstance(value, NamedValue):
        return f"--{option} {value.word}"
    return f"--{option} {shlex.quote(value if isinstance(value, str) else json.dumps(value))}"
