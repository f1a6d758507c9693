"""Lets the asserts that rooms share explain themselves as those in a test do."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.policy.evaluate.kms.cases", "tests.policy.lint.remarks")
