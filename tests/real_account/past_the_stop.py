"""All that the course can do, with a lab that ``Lab.open`` would not give.

``Lab.open`` stops where a name is taken. What has to keep an account from harm then is what stands behind it: the
lab's own clients. So every section is prepared, every artifact made and taken back, every button pressed on every page,
for everything that is in the account, and every cell is run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from botocore.exceptions import ClientError

from kmscourse import Lab, course
from kmscourse.account import open_account
from kmscourse.course.artifacts import ARTIFACTS
from kmscourse.course.notes import Notes
from kmscourse.errors import KmsCourseError
from kmscourse.home import home
from tests.real_account.filling import BEYOND_THE_LAB
from tests.real_account.pages import press_every_button
from tests.real_account.section import run_section
from tests.real_account.targets import Target


def use_every_helper(lab: Lab, sections: Sequence[course.Section]) -> None:
    """Each of the sections prepared, and each artifact made and taken back."""
    for section in sections:
        with contextlib.suppress(KmsCourseError, ClientError):
            course.prepare(lab.account, lab.notes, section.number)
            course.prepare(lab.account, lab.notes, section.number, again=True)
    for artifact in [*ARTIFACTS, *reversed(ARTIFACTS)]:
        for do in (artifact.make, artifact.undo, artifact.make):
            with contextlib.suppress(KmsCourseError, ClientError):
                do(lab.account, lab.notes)


def be_everybody(lab: Lab, users: list[str]) -> None:
    """A session of every user."""
    for name in users:
        with contextlib.suppress(KmsCourseError, ClientError):
            lab.session_for(name).client("sts").get_caller_identity()


def go_past_the_stop(target: Target, sections: Sequence[course.Section] = course.LAB_SECTIONS) -> None:
    """Do it all, in the account that the environment names, with the cells of these sections; the lab's are among them.

    Pages and artifacts are the lab's; of things that have nothing but a name of a later section, no page is opened.
    ``target`` says what account it is.
    """
    account = open_account()
    labs = [Lab(account, Notes(home(), account.id), section) for section in sections]
    plain = {name for names in BEYOND_THE_LAB.values() for name in names}
    plain_keys = {
        alias.get("TargetKeyId")
        for page in account.client("kms").get_paginator("list_aliases").paginate()
        for alias in page["Aliases"]
        if alias["AliasName"] in plain
    }
    keys = [
        key["KeyArn"] for key in account.client("kms").list_keys()["Keys"] if key["KeyId"] not in plain_keys
    ]
    tables = account.client("dynamodb").list_tables()["TableNames"]
    users = [
        user["UserName"]
        for user in account.client("iam").list_users()["Users"]
        if user["UserName"] not in plain
    ]
    press_every_button(labs[9], target, keys, sorted({*tables, "Books"}), users)
    use_every_helper(labs[9], sections)
    be_everybody(labs[9], users)
    for lab in labs:
        run_section(lab.section.number, lab)
