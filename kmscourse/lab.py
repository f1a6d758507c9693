"""Lab: what a notebook opens. The account as its section needs it, notes, checks, explanations and the diagram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import boto3

from kmscourse import access, course
from kmscourse.account import Account, open_account, practice_settings
from kmscourse.account.passwords import show_once
from kmscourse.account.role_sessions import SESSION_NAME
from kmscourse.cells import CELLS, Cell
from kmscourse.course import artifacts, challenge, checks, incident, questions, tickets
from kmscourse.course.answers import Answers
from kmscourse.course.notes import Notes
from kmscourse.course.overview import Overview
from kmscourse.course.policy_tests import PolicyTests
from kmscourse.course.progress import Progress
from kmscourse.course.quiz import Quiz
from kmscourse.course.stage import Stage
from kmscourse.display.access import AccessCard
from kmscourse.display.access_map import AccessMap, mapped_keys
from kmscourse.display.architecture import Architecture
from kmscourse.display.certificate import CertificateCard
from kmscourse.display.decision import DecisionCard
from kmscourse.display.diagram import Diagram
from kmscourse.display.growth import architecture_before
from kmscourse.display.picture import Picture
from kmscourse.display.report import ReportCard
from kmscourse.display.ticket import TicketCard, TicketsCard
from kmscourse.errors import CourseError
from kmscourse.home import home
from kmscourse.iam import LAB_USER
from kmscourse.jupyter import tracebacks

if TYPE_CHECKING:
    from kmscourse.widgets.quiz import QuizPage


class Lab:
    """An account, seen from one section of the course. Open it with ``Lab.open(section=N)``."""

    def __init__(self, account: Account, notes: Notes, section: course.Section) -> None:
        self.account = account
        self.notes = notes
        self.section = section
        self._tries: Counter[checks.Check] = Counter()
        self._stages: set[Stage] = set()

    @classmethod
    def open(cls, section: int, *, again: bool = False) -> Lab:
        """The account that KMSCOURSE_TARGET names, with all that this section needs; says what had to be done for that.

        What is there stays, as it may be your work. With ``again`` the section starts over: what it begins without is
        taken back. Raises CourseError for a section that isn't there, SandboxError or KmsCourseError where there is no
        account.
        """
        chosen = course.find_section(section)
        tracebacks.shorten()
        CELLS.watch()
        account = open_account()
        lab = cls(account, Notes(home(), account.file_key), chosen)
        print(lab)
        for notice in account.take_notices():
            print(notice)
        if account.practice:
            practice_settings.restore(account)
        preparation = lab._prepare(again)
        lab.progress.record_begun(section)
        for line in preparation.sentences:
            print(line)
        if preparation.can_start_over and CELLS.in_notebook:
            lab._offer_to_start_over(preparation)
        CELLS.after_each("lab", lab._remark_on)
        return lab

    def _prepare(self, again: bool) -> course.Preparation:
        with course.lock_preparation(home()):
            return course.prepare(self.account, self.notes, self.section.number, again=again)

    def _offer_to_start_over(self, preparation: course.Preparation) -> None:
        from IPython.display import display

        from kmscourse.widgets.start_over import StartOverPage

        page = StartOverPage(
            self.section.number, preparation.to_take_back, lambda: self._prepare(again=True).sentences
        )
        display(page)  # type: ignore[no-untyped-call]  # IPython has no types here

    def _remark_on(self, cell: Cell) -> None:
        """Say of a cell that was meant to fail, and did not, what that may mean."""
        if cell.source.rstrip().endswith("# meant to fail") and not cell.failed:
            print(
                "This cell was meant to fail, and it did not. If the text does not say why, the account is not as this "
                f"section needs it. To start the section over: Lab.open(section={self.section.number}, again=True)"
            )

    def __repr__(self) -> str:
        return str(self.account)

    def client(self, service: str) -> Any:
        """A boto3 client of the account's main user, as in ``lab.client("kms")``."""
        return self.account.client(service)

    def session_for(self, user_name: str) -> boto3.Session:
        """A boto3 session of another IAM user, as in ``lab.session_for("IAMLabUser").client("kms")``."""
        return self.account.session_for(user_name)

    def session_for_role(
        self,
        role_name: str,
        *,
        session_name: str = SESSION_NAME,
        policy: Mapping[str, Any] | str | None = None,
        by: boto3.Session | None = None,
        **parameters: Any,
    ) -> boto3.Session:
        """A boto3 session of a role, as in ``lab.session_for_role("Auditor").client("kms")``, for an hour.

        It calls STS AssumeRole for you, or for whoever has the session ``by``. ``policy`` is a session policy;
        ``parameters`` are further ones of AssumeRole's, as ``Tags=[{"Key": "team", "Value": "red"}]``.

        Raises ClientError where AWS refuses: on a real account after half a minute, as a new role takes a moment to be
        known everywhere. There it raises ForeignError for a role that the course did not make.
        """
        return self.account.session_for_role(
            role_name, session_name=session_name, policy=policy, by=by, **parameters
        )

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

    def make_key(self, alias: str, *, again: bool = False, **kind: Any) -> str:
        """The ARN of this section's key ``alias``, as in ``lab.make_key("payroll")``.

        It is made where it is missing. That of an earlier run is used again, and enabled where it was not; ``again``
        discards it and makes a new one. ``kind`` is what ``kmscourse.kms.create_key`` takes: spec, usage, origin,
        policy. Raises CourseError where the alias is a key of your own, which stays as it is.
        """
        with course.lock_preparation(home()):  # two notebooks would each make one, and the later has no alias
            return course.make_key(self.account, self.section, alias, again=again, **kind)

    def point_alias(self, alias: str, key: str) -> None:
        """Let ``alias`` lead to ``key``. Raises CourseError where it leads to a key of your own."""
        with course.lock_preparation(home()):
            course.point_alias(self.account, alias, key)

    def quota(self, *, kms: int) -> AbstractContextManager[None]:
        """Within ``with lab.quota(kms=100):`` KMS takes so many cryptographic requests a second, in each Region.

        One more in the same second is refused with ThrottlingException. Only in the practice account. Raises
        CourseError in another one, SandboxError for no whole number from 1 to 100,000.
        """
        return practice_settings.kms_quota(self.account, kms)

    def grant_delay(self, seconds: float) -> AbstractContextManager[None]:
        """A grant that is made within ``with lab.grant_delay(60):`` counts for 60 seconds only with its grant token.

        One that is retired or revoked within it goes on counting for so long. Only in the practice account. Raises
        CourseError in another one, SandboxError for no number from 0 to 300.
        """
        return practice_settings.grant_delay(self.account, seconds)

    def policy_tests(self, name: str) -> PolicyTests:
        """The tests of a key policy that you keep in a folder of your own, beside your notes.

        Raises CourseError for a name that is not made of small letters.
        """
        return PolicyTests(home(), self.account, name)

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
        self.progress.record_begun(self.section.number, number)
        return self._checked(exercises[number - 1], number)

    def _checked(self, section_checks: Sequence[checks.Check], exercise: int | None = None) -> ReportCard:
        report = checks.run(section_checks, self.account, self.notes, self._tries)
        if report.counts:
            self.progress.record(self.section.number, exercise)
        return ReportCard(report, self.progress)

    def predict(self, name: str) -> None:
        """Ask what the next cell will do. The answer stands there once that cell has run.

        Raises CourseError for a prediction that this section hasn't.
        """
        from kmscourse.widgets.questions import ask_prediction

        question = questions.find_prediction(self.section.number, name)
        ask_prediction(question, Answers(home(), "prediction"))

    def recall(self) -> None:
        """Ask two questions from earlier sections. Raises CourseError where there are none before this one."""
        from kmscourse.widgets.questions import ask_at_once

        if self.section.number not in questions.RECALL:
            raise CourseError(f"Before section {self.section.number} there is too little to ask about.")
        ask_at_once(questions.RECALL[self.section.number], Answers(home(), "recall"))

    def quiz(self, part: str) -> QuizPage:
        """Part ``before``, ``after`` or ``again`` of the quiz on KMS. Raises CourseError for another one."""
        from kmscourse.widgets.quiz import QuizPage

        return QuizPage(Quiz(home(), part))

    def challenge(self, *, again: bool = False) -> None:
        """Put the last challenge into the practice account; ``again`` starts it over. What you have changed stays else.

        Raises CourseError in another account.
        """
        self._set_up(
            challenge.STAGE,
            lambda: challenge.is_set_up(self.account),
            lambda: challenge.set_up(self.account),
            again,
        )

    def check_challenge(self) -> ReportCard:
        """What of the last challenge is right by now, and what is not."""
        report = checks.run(challenge.OUTCOME, self.account, self.notes)
        if report.passed:
            self.progress.record_challenge()
        return ReportCard(report, self.progress)

    def incident(self, *, again: bool = False) -> None:
        """Have the incident happen in the practice account; ``again`` starts it over. What you have changed stays else.

        Raises CourseError in another account.
        """
        self._set_up(
            incident.STAGE,
            lambda: incident.is_set_up(self.account),
            lambda: incident.set_up(self.account),
            again,
        )

    def tickets(self, *, again: bool = False) -> TicketsCard:
        """The ten tickets, each with AWS's answer to its call now.

        They are put into the practice account where they are missing; ``again`` starts them over. What you have changed
        stays else. Raises CourseError in another account.
        """
        self._set_up(
            tickets.STAGE,
            lambda: tickets.is_set_up(self.account, self.notes),
            lambda: tickets.set_up(self.account, self.notes),
            again,
        )
        return TicketsCard(tickets.TicketCall(self.account, self.notes, ticket) for ticket in tickets.TICKETS)

    def _set_up(
        self, stage: Stage, is_set_up: Callable[[], bool], set_up: Callable[[], object], again: bool
    ) -> None:
        """Set up what a section breaks on purpose, where it is missing or to start over, and say so.

        How to start it over is said of what an earlier notebook has left, and not of what this one works on.
        """
        with course.lock_preparation(home()):
            is_kept = not again and is_set_up()
            if not is_kept:
                set_up()
        they_are, them = ("are", "them") if stage.is_many else ("is", "it")
        sentence = f"{stage.name.capitalize()} {they_are} in the account"
        if is_kept:
            sentence += f", as you left {them}"
        if is_kept and stage not in self._stages:
            sentence += f". To start {them} over: lab.{stage.name.removeprefix('the ')}(again=True)"
        else:
            sentence += "."
        self._stages.add(stage)
        print(sentence)

    def ticket(self, number: int) -> TicketCard:
        """One of the ten tickets, with what its caller sends, and AWS's answer to it now.

        Raises CourseError for another number, and where the tickets are not in the account yet.
        """
        found = next((ticket for ticket in tickets.TICKETS if ticket.number == number), None)
        if found is None:
            raise CourseError(
                f"There is no ticket {number!r}: there are tickets 1 to {len(tickets.TICKETS)}."
            )
        if not tickets.is_set_up(self.account, self.notes):
            raise CourseError("The tickets are not in the account yet: call lab.tickets() first.")
        return TicketCard(tickets.TicketCall(self.account, self.notes, found))

    def certificate(self) -> CertificateCard:
        """What you have done in the course, when, in this account, as a card that can be saved."""
        kind = "practice account" if self.account.practice else "account"
        return CertificateCard(Overview(home(), self.account.file_key), f"{kind} {self.account.id}")

    @property
    def last_denial(self) -> str:
        """AWS's sentence of the last refusal in this notebook. Raises CourseError where there was none."""
        if not self.account.denials:
            raise CourseError(
                "Nothing has been refused in this notebook yet: run the cell that is refused first. If it was not "
                f"refused, start the section over: Lab.open(section={self.section.number}, again=True)"
            )
        return self.account.denials[-1]

    def explain_last_denial(self) -> DecisionCard:
        """The last refusal in this notebook, decided again step by step, with what would let it in.

        Raises CourseError where there was none.
        """
        text = self.last_denial
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

    def who_may(self, key: str, *, contexts: Sequence[Mapping[str, str]] = ()) -> AccessCard:
        """Who may use a key, given by its alias, ID or ARN, for what, and what lets them in.

        ``contexts`` are encryption contexts to try beside an empty one and those of grants. Raises ClientError where
        KMS doesn't show the key, its policy or its grants.
        """
        metadata = self.client("kms").describe_key(KeyId=key)["KeyMetadata"]
        snapshot, usage = access.Snapshot(self.account), metadata["KeyUsage"]
        reaches = access.who_may(snapshot, metadata["Arn"], usage, contexts)
        return AccessCard(snapshot.name_of(metadata["Arn"]), list(access.uses_of(usage)), reaches)

    def diagram(self) -> Picture:
        """The account as it stands now, drawn: in sections 0 to 9 the lab's architecture, with what is new marked.

        Beyond the lab it is who reaches which of the section's keys.
        """
        if self.section.is_beyond:
            snapshot = access.Snapshot(self.account)
            return AccessMap(mapped_keys(snapshot, self.section.names.aliases))
        now = Architecture.of(self.account, self.notes)
        return Diagram(now, architecture_before(now, self.section.number))


def _card(case: access.Case, aws_sentence: str = "") -> DecisionCard:
    return DecisionCard(case.decision, case.ways_in, aws_sentence, case.notes)
