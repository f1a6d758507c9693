"""AWS's descriptions as the account reads them: all that botocore and moto read there, without the prose."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader
from moto.core.utils import get_service_model

from kmscourse.sandbox.model.descriptions import description
from kmscourse.sandbox.protocol.services import PROTOCOLS

DESCRIBED = sorted(set(PROTOCOLS) - {"kmscourse"})


def without_texts(described: Any) -> Any:
    """The same without what ``documentation`` says."""
    if isinstance(described, list):
        return [without_texts(each) for each in described]
    if not isinstance(described, dict):
        return described
    return {
        name: without_texts(value)
        for name, value in described.items()
        if name != "documentation" or not isinstance(value, str)
    }


@pytest.mark.parametrize("service", DESCRIBED)
def test_nothing_is_missing_but_the_prose(service: str) -> None:
    assert description(service) == without_texts(
        Loader().load_service_model(PROTOCOLS[service].model, "service-2")
    )


@pytest.mark.parametrize("service", ["dynamodb", "iam"])
def test_moto_adds_nothing_to_what_it_is_given(service: str) -> None:
    assert description(service) == without_texts(get_service_model(service)._service_description), (
        "moto has extras for this service now: merge them in moto_adapter/invoke.py"
    )
