"""A class in JupyterHub: each student works through a section, and reaches nothing of another student's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kmscourse.course import find_section
from kmscourse.home.account_file import PROGRESS_FILE
from kmscourse.sandbox.client import ENDPOINT_FILE
from tests.hub.conftest import SystemUser
from tests.hub.student import Student

SECTION = find_section(7)
ACCOUNT = """
import json, os, socket
from kmscourse.home import home
from kmscourse.sandbox import client
found = client.find_or_start(home())
print(json.dumps({"home": str(home()), "url": found.url, "user": os.getuid(), "key": found.access_key_id,
                  "secret": found.secret_access_key}))
"""
CALL = """
import boto3
boto3.client("kms", endpoint_url={url!r}, region_name="us-east-1", aws_access_key_id={key!r},
             aws_secret_access_key={secret!r}).list_keys()
"""


def cells(student: Student) -> list[dict[str, Any]]:
    """The cells of code of the section's notebook, as the student's own server has it."""
    answer = student.notebook(SECTION.notebook)
    assert answer.status_code == 200, answer.text
    return [cell for cell in answer.json()["content"]["cells"] if cell["cell_type"] == "code"]


def work_through(student: Student) -> tuple[str, dict[str, Any]]:
    """Run the section's notebook in a kernel; its last report, and where the student's practice account is."""
    said = ""
    with student.kernel() as kernel:
        for cell in cells(student):
            source = "".join(cell["source"])
            ran = kernel.run(source)
            is_to_fail = "raises-exception" in cell["metadata"].get("tags", [])
            assert (ran.error is not None) == is_to_fail, f"{source}\n{ran.text}"
            if source == "lab.check()":
                said = ran.text
        account = json.loads(kernel.run(ACCOUNT).text)
    return said, account


@pytest.fixture(scope="module")
def accounts(class_of_three: list[Student]) -> dict[str, dict[str, Any]]:
    """Where each student's practice account is, after all have worked through the section at once."""
    with ThreadPoolExecutor(len(class_of_three)) as pool:
        worked = list(pool.map(work_through, class_of_three))
    for report, _ in worked:
        assert "✗" not in report
        assert "✓" in report
    return {student.name: account for student, (_, account) in zip(class_of_three, worked, strict=True)}


def pairs(class_of_three: list[Student]) -> list[tuple[Student, Student]]:
    """Each student with each other one."""
    return [(one, other) for one in class_of_three for other in class_of_three if one is not other]


def test_each_works_as_a_user_of_their_own_in_a_home_and_an_account_of_their_own(
    accounts: dict[str, dict[str, Any]], students: list[SystemUser]
) -> None:
    for user in students:
        assert Path(accounts[user.name]["home"]).is_relative_to(user.home)
        assert accounts[user.name]["user"] == user.home.stat().st_uid
    for what in ("url", "user", "key", "secret"):
        assert len({account[what] for account in accounts.values()}) == len(students), what


def test_nobody_reads_anothers_state(
    class_of_three: list[Student], accounts: dict[str, dict[str, Any]]
) -> None:
    for student, other in pairs(class_of_three):
        home = accounts[other.name]["home"]
        with student.kernel() as kernel:
            own = accounts[student.name]["home"]
            names = json.loads(kernel.run(f"import os, json; print(json.dumps(os.listdir({own!r})))").text)
            assert {ENDPOINT_FILE, PROGRESS_FILE} <= set(names)
            assert kernel.run(f"os.listdir({home!r})").error == "PermissionError"
            for name in names:
                assert kernel.run(f"open({home!r} + '/{name}', 'rb')").error == "PermissionError", name


def test_nobody_reaches_anothers_account_with_their_own_credentials(
    class_of_three: list[Student], accounts: dict[str, dict[str, Any]]
) -> None:
    for student, other in pairs(class_of_three):
        own = accounts[student.name]
        with student.kernel() as kernel:
            assert kernel.run(CALL.format(**own)).error is None
            refused = kernel.run(CALL.format(**{**own, "url": accounts[other.name]["url"]}))
            assert refused.error == "ClientError"
            assert "UnrecognizedClientException" in refused.text


def test_nobody_reaches_anothers_server(class_of_three: list[Student]) -> None:
    for student, other in pairs(class_of_three):
        assert student.notebook(SECTION.notebook).status_code == 200
        assert student.notebook(SECTION.notebook, of=other.name).status_code in (403, 404)


def test_what_a_kernel_prints_is_at_no_port(class_of_three: list[Student]) -> None:
    for student in class_of_three:
        with student.kernel() as kernel:
            ran = kernel.run(
                "import ipykernel, json; print(json.load(open(ipykernel.get_connection_file()))['transport'])"
            )
        assert ran.text.strip() == "ipc"


def test_the_course_is_what_a_student_sees_first(class_of_three: list[Student]) -> None:
    student = class_of_three[0]
    answer = student.get(f"/user/{student.name}/")
    assert answer.url.endswith("/lab/tree/00-welcome.ipynb")


def test_a_wrong_password_opens_nothing(hub: str, students: list[SystemUser]) -> None:
    somebody = Student(hub, students[0].name)
    assert somebody.log_in("a wrong one").status_code == 403
    assert "/hub/login" in somebody.get("/hub/home").url


def test_a_user_of_the_machine_who_is_not_in_the_group_is_not_let_in(hub: str, stranger: SystemUser) -> None:
    somebody = Student(hub, stranger.name)
    assert somebody.log_in(stranger.password).status_code == 403
    assert "/hub/login" in somebody.get("/hub/home").url


def test_nobody_can_sign_up(hub: str) -> None:
    assert Student(hub, "somebody").get("/hub/signup").status_code == 404
