"""Somebody goes back to an earlier section of the course, on an account of their own."""

from __future__ import annotations

import json

import pytest

from kmscourse import Lab
from tests.real_account.conftest import Learner
from tests.real_account.course_runs import run_notebook
from tools.record import NOTEBOOKS


@pytest.mark.parametrize("server", ["practice"], indirect=True)
def test_a_call_that_was_meant_to_be_refused_shows_no_plaintext_key(learner: Learner) -> None:
    """IAMLabUser is let in by section 8, and section 4 has them ask for a data key."""
    Lab.open(9)
    notebook = run_notebook(NOTEBOOKS[4], learner.environment)
    outputs = json.dumps([cell.outputs for cell in notebook.cells])
    assert "IAMLabUser may already use myKey, so the next refusal will not happen" in outputs
    (answered,) = [
        cell for cell in notebook.cells if "reader.decrypt(CiphertextBlob=encrypted_key" in cell.source
    ]
    assert [output.output_type for output in answered.outputs] == ["stream"], "no answer is shown"
    assert answered.outputs[0].text.startswith("This cell was meant to fail, and it did not.")
    assert "'Plaintext'" not in outputs
