"""Which services a policy can name as a principal.

service_principals.json has their names, and where these come from. In opt-in Regions, and for some services everywhere,
the name has the Region in it, as in ``logs.us-east-1.amazonaws.com`` (IAM User Guide, "AWS service principals").
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

SUFFIX = ".amazonaws.com"
# The Regions of AWS's public partition, as botocore's partitions.json has them.
_REGION = re.compile(r"(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+")


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    text = Path(__file__).with_name("service_principals.json").read_text(encoding="utf-8")
    return frozenset(json.loads(text)["names"])


def service_principal_exists(name: str) -> bool:
    """Is it a service's name that is known, as in ``ec2.amazonaws.com``, with a Region or without?"""
    service = name.removesuffix(SUFFIX)
    global_name, _, region = service.rpartition(".")
    return service != name and (
        service in _names() or (global_name in _names() and _REGION.fullmatch(region) is not None)
    )
