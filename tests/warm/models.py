"""What a notebook's first cells import and read: the course, and botocore's models of the services that it calls."""

from __future__ import annotations

import kmscourse.lab  # noqa: F401
from kmscourse.account.aws_session import session_bound_to

SERVICES = ("cloudtrail", "dynamodb", "iam", "kms", "sts")


def read() -> None:
    """Make a client of each; the sessions that the course makes share what was read."""
    session = session_bound_to("http://127.0.0.1", "us-east-1", "nobody", "nothing")
    for service in SERVICES:
        session.client(service)
