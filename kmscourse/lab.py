"""Lab: what a notebook opens. The account as its section needs it, notes, checks, explanations and the diagram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import boto3

from kmscourse import access, course
from kmscourse.account import Account, open_account
from kmscourse.account.passwords import show_once
from kmscourse.course import artifacts, checks
from kmscourse.course.notes import Notes
from kmscourse.course.progress import Progress
from kmscourse.display.architecture import Architecture
from kmscourse.display.decision import DecisionCard
from kmscourse.display.diagram import Diagram
from kmscourse.display.growth import architecture_before
from kmscourse.display.report import ReportCard
from kmscourse.errors import CourseError
from kmscourse.home import home
from kmscourse.iam import LAB_USER
from kmscourse.jupyter import tracebacks


class Lab:
    """An account, seen from one section of the course. Open it with ``Lab.open(section=N)``."""

    def __init__(self, account: Account, notes: Notes, section: course.Section) -> None:
        self.account = account
        self.notes = notes
        self.section = section
        self._tries: Counter[checks.Check] = Counter()

    @classmethod
    def open(cls, section: int) -> Lab:
        """The account that KMSCOURSE_TARGET names, put where this section starts; says what had to be done for that.

        Raises CourseError for a section that isn't there, SandboxError or KmsCourseError where there is no account.
        """
        chosen = course.find_section(section)
        tracebacks.shorten()
        account = open_account()
        lab = cls(account, Notes(home(), account.file_key), chosen)
        print(lab)
        for notice in account.take_notices():
            print(notice)
        with course.lock_preparation(home()):
            for line in course.prepare(account, lab.notes, section):
                print(line)
        return lab

    def __repr__(self) -> str:
        return str(self.account)

    def client(self, service: str) -> Any:
        """A boto3 client of the account's main user, as in ``lab.client("kms")``."""
        return self.account.client(service)

    def session_for(self, user_name: str) -> boto3.Session:
        """A boto3 session of another IAM user, as in ``lab.session_for("IAMLabUser").client("kms")``."""
        return self.account.session_for(user_name)

    def sign_in(self, user_name: str, password: str) -> boto3.Session:
        """A boto3 session of whoever has this user name and password. Raises SignInRefused.

        No API of AWS signs in with a password, so a real account does not check it.
        """
        return self.account.sign_in(user_name, password)

    def new_password(self, user_name: str = LAB_USER) -> str:
        """A password to give to a user: the lab's own in the practice account.

        In a real account one is made that suits its password policy; it is shown once, and stored nowhere.
        """
        password = self.account.new_password()
        if not self.account.practice:
            show_once(user_name, password)
        return password

    @property
    def key_arn(self) -> str:
        """The ARN of the key behind the alias myKey. Raises CourseError where there is none yet."""
        return artifacts.key_arn(self.account)

    @property
    def progress(self) -> Progress:
        """How far you have come in the course."""
        return Progress(home(), self.account.file_key)

    def check(self) -> ReportCard:
        """What this section should have brought about, what is still missing, and how far you have come.

        The hint to what is missing says more each time that you ask.
        """
        return self._checked(checks.CHECKS[self.section.number])

    def check_exercise(self, number: int) -> ReportCard:
        """Whether this section's exercise of that number, 1 or 2, is solved. Raises CourseError for another number."""
        exercises = checks.EXERCISES[self.section.number]
        if number not in range(1, len(exercises) + 1):
            raise CourseError(
                f"Section {self.section.number} has exercises 1 to {len(exercises)}, and no exercise {number!r}."
            )
        return self._checked(exercises[number - 1], number)

    def _checked(self, section_checks: Sequence[checks.Check], exercise: int | None = None) -> ReportCard:
        report = checks.run(section_checks, self.account, self.notes, self._tries)
        if report.passed:
            self.progress.record(self.section.number, exercise)
        return ReportCard(report, self.progress)

    def explain_last_denial(self) -> DecisionCard:
        """The last refusal in this notebook, decided again step by step, with what would let it in.

        Raises CourseError where there was none.
        """
        if not self.account.denials:
            raise CourseError(
                "Nothing has been refused in this notebook yet: run the cell that is refused first."
            )
        text = self.account.denials[-1]
        return _card(access.refused_case(self.account, text), text)

    def explain(self, user_name: str, action: str, resource: str) -> DecisionCard:
        """What the account's policies say to a request that nobody has made, step by step.

        ``user_name`` may also be the ARN of a user or a role. Raises CourseError where ``action`` names no service, or
        ``resource`` is no ARN: no policy would match it; KmsCourseError where there is no such user or role.
        """
        if ":" not in action:
            raise CourseError(f"{action!r} names no service: write it as policies do, as in kms:Decrypt.")
        if resource != "*" and not resource.startswith("arn:"):
            raise CourseError(f"{resource!r} is no ARN, and policies speak of ARNs: myKey's is lab.key_arn.")
        snapshot = access.Snapshot(self.account)
        arn = access.find_identity(snapshot.identities, user_name).arn
        return _card(access.case(snapshot, arn, action, resource))

    def diagram(self) -> Diagram:
        """The architecture as it stands in the account now, drawn; what this section has changed of it is marked."""
        now = Architecture.of(self.account, self.notes)
        return Diagram(now, architecture_before(now, self.section.number))


def _card(case: access.Case, aws_sentence: str = "") -> DecisionCard:
    return DecisionCard(case.decision, case.ways_in, aws_sentence, case.notes)
