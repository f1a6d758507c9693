"""Each notebook has the shape that the course promises, and was saved as one clean run."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from kmscourse.course import BEYOND_SECTIONS, LAB_SECTIONS, SECTIONS, Section
from kmscourse.course.checks import CHECKS, EXERCISES
from kmscourse.course.questions import PREDICTIONS, RECALL
from kmscourse.display.question import QuestionCard
from kmscourse.widgets.page import at_rest

WITH_ITS_LINES = {"InvalidTag"}  # neither AWS's nor the course's: it has the line of the cell that raised it
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

each_section = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)


def cells(section: Section, kind: str) -> list[dict[str, Any]]:
    notebook = json.loads((NOTEBOOKS / section.notebook).read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def prose(section: Section) -> str:
    return "\n\n".join(source(cell) for cell in cells(section, "markdown"))


def test_there_is_a_notebook_for_each_section_and_the_challenge_and_no_other() -> None:
    names = [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
    assert names == [*(section.notebook for section in SECTIONS), "challenge.ipynb"]


def test_the_last_section_leads_to_the_challenge_which_begins_with_nothing_right() -> None:
    assert "](challenge.ipynb)" in prose(LAB_SECTIONS[-1])
    cells = json.loads((NOTEBOOKS / "challenge.ipynb").read_text(encoding="utf-8"))["cells"]
    (checked,) = [cell for cell in cells if source(cell) == "lab.check_challenge()"]
    shown = "".join(checked["outputs"][0]["data"]["text/plain"])
    assert "✗ Not yet" in shown
    assert "Hint" not in shown
    assert "lab.certificate()" in [source(cell) for cell in cells]


@pytest.mark.parametrize("section", BEYOND_SECTIONS, ids=lambda section: section.slug)
def test_the_lab_points_to_what_is_beyond_it(section: Section) -> None:
    assert any(f"]({section.notebook})" in prose(earlier) for earlier in LAB_SECTIONS), (
        "say in sections 0 to 9 where the thread is taken up"
    )


@each_section
def test_it_begins_with_title_minutes_and_architecture(section: Section) -> None:
    opening = source(cells(section, "markdown")[0])
    assert opening.startswith(f"# {section.number} · {section.title}\n")
    assert f"About {section.minutes} minutes" in opening
    assert re.search(rf"!\[[^\]]{{20,}}\]\(images/{section.number:02}\.svg\)", opening), (
        "draw what it ends with"
    )


@each_section
def test_it_names_three_to_five_objectives(section: Section) -> None:
    match = re.search(r"\*\*You will\*\*\n+((?:- .+\n?)+)", prose(section))
    assert match, "list the objectives under **You will**"
    assert 3 <= len(match[1].strip().splitlines()) <= 5


@each_section
def test_the_first_code_cell_opens_the_lab(section: Section) -> None:
    first = source(cells(section, "code")[0])
    assert first == f"from kmscourse import Lab\n\nlab = Lab.open(section={section.number})"


@each_section
def test_every_code_cell_was_run_once_in_order(section: Section) -> None:
    counts = [cell["execution_count"] for cell in cells(section, "code")]
    assert counts == list(range(1, len(counts) + 1)), (
        f"record it again: python -m tools.record {section.notebook}"
    )


@each_section
def test_a_code_cell_has_at_most_ten_lines(section: Section) -> None:
    for cell in cells(section, "code"):
        assert len(source(cell).splitlines()) <= 10, f"one idea a cell:\n{source(cell)}"


@each_section
def test_only_a_cell_that_says_so_may_fail(section: Section) -> None:
    for cell in cells(section, "code"):
        failed = any(output["output_type"] == "error" for output in cell["outputs"])
        assert failed == ("raises-exception" in cell["metadata"].get("tags", [])), source(cell)


@each_section
def test_a_cell_that_may_fail_is_said_to_be_meant_to(section: Section) -> None:
    for cell in cells(section, "code"):
        meant = source(cell).endswith("  # meant to fail")
        assert meant == ("raises-exception" in cell["metadata"].get("tags", [])), source(cell)


@each_section
def test_a_heading_or_a_colon_stands_before_its_cell(section: Section) -> None:
    notebook = json.loads((NOTEBOOKS / section.notebook).read_text(encoding="utf-8"))["cells"]
    for cell, following in itertools.pairwise(notebook):
        if cell["cell_type"] == "markdown":
            last = source(cell).splitlines()[-1]
            announces = last.startswith("#") or last.endswith(":")
            assert not announces or following["cell_type"] == "code", last


@pytest.mark.parametrize("section", BEYOND_SECTIONS, ids=lambda section: section.slug)
def test_it_makes_its_keys_so_that_one_of_the_learners_stays(section: Section) -> None:
    """A key of the learner's may have the name: find_key would take it, and discard_key would throw it away."""
    text = "\n".join(map(source, (*cells(section, "code"), *cells(section, "markdown"))))
    taking = re.findall(r"find_key\([^)]*\) or|\bdiscard_key\(|\bkms\.update_alias if", text)
    assert not taking, f"let lab.make_key or lab.point_alias do it: {taking}"
    named = {f"alias/{name}" for name in re.findall(r'lab\.(?:make_key|point_alias)\("([\w/-]+)"', text)}
    assert named <= set(section.names.aliases), "the names of a section stand in its Section"


@each_section
def test_no_two_prices_are_shown_as_a_formula(section: Section) -> None:
    for cell in cells(section, "markdown"):
        text = re.sub(r"```.*?```|`[^`]*`", "", source(cell), flags=re.DOTALL)
        formula = re.search(r"\$[^$\n]*\n?[^$\n]*\$", text)
        assert not formula, (
            f"JupyterLab sets what is between two dollar signs as a formula: {formula and formula[0]}"
        )


@each_section
def test_an_error_is_shown_without_a_path_and_a_refusal_in_one_line(section: Section) -> None:
    for cell in cells(section, "code"):
        for output in cell["outputs"]:
            assert "site-packages" not in json.dumps(output)
            if output["output_type"] == "error":
                one_line = len(output["traceback"]) == 1
                assert one_line == (output["ename"] not in WITH_ITS_LINES), output["ename"]


@each_section
def test_what_is_folded_can_be_unfolded(section: Section) -> None:
    assert prose(section).count("<details>") == prose(section).count("</details>") >= 2


@each_section
def test_it_asks_for_its_predictions_under_their_headings(section: Section) -> None:
    notebook = json.loads((NOTEBOOKS / section.notebook).read_text(encoding="utf-8"))["cells"]
    asked = []
    for before, cell in itertools.pairwise(notebook):
        if source(cell).startswith("lab.predict("):
            assert source(before).endswith("## Predict"), (
                "the question itself is in kmscourse/course/questions"
            )
            asked.append(source(cell))
    assert asked == [f'lab.predict("{question.name}")' for question in PREDICTIONS[section.number]]


@each_section
def test_a_question_is_committed_as_it_is_asked_with_its_answers_folded_away(section: Section) -> None:
    outputs_by_source = {source(cell): cell["outputs"] for cell in cells(section, "code")}
    asked = [
        *(f'lab.predict("{question.name}")' for question in PREDICTIONS[section.number]),
        *(["lab.recall()"] if section.number in RECALL else []),
    ]
    shown = [output["data"] for cell in asked for output in outputs_by_source[cell]]
    questions = [*PREDICTIONS[section.number], *RECALL.get(section.number, ())]
    assert len(shown) == len(questions)
    for data, question in zip(shown, questions, strict=True):
        card = QuestionCard(question)
        assert "".join(data["text/html"]) == at_rest(card._repr_html_()), "record the notebook again"
        assert "".join(data["text/plain"]) == repr(card)


@pytest.mark.parametrize("section", SECTIONS[2:], ids=lambda section: section.slug)
def test_questions_from_earlier_sections_stand_behind_the_set_up(section: Section) -> None:
    assert source(cells(section, "code")[1]) == "lab.recall()"


def test_the_quiz_stands_before_the_course_and_after_it() -> None:
    first, last = (
        [source(cell) for cell in cells(section, "code")] for section in (LAB_SECTIONS[0], LAB_SECTIONS[-1])
    )
    assert first[1] == 'lab.quiz("before")'
    assert last[-1] == 'lab.quiz("after")'


@each_section
def test_each_exercise_has_a_stub_a_hint_and_a_solution(section: Section) -> None:
    headings = re.findall(r"^## (Your turn.*)$", prose(section), re.MULTILINE)
    assert headings == ["Your turn", "Your turn again"]
    notebook = json.loads((NOTEBOOKS / section.notebook).read_text(encoding="utf-8"))["cells"]
    for number in range(1, len(EXERCISES[section.number]) + 1):
        place = next(i for i, cell in enumerate(notebook) if source(cell) == f"lab.check_exercise({number})")
        stub, answers = notebook[place - 2], source(notebook[place - 1])
        assert stub["cell_type"] == "code"
        assert source(stub).startswith("# "), "the stub says how to begin, and does nothing"
        assert re.search(r"<summary>Hint</summary>", answers)
        assert re.search(r"<summary>Solution</summary>\s+```python\n.+?```", answers, re.DOTALL)


@each_section
def test_its_stubs_meet_a_hint_and_no_error(section: Section) -> None:
    checked = [cell for cell in cells(section, "code") if "lab.check_exercise" in source(cell)]
    for cell in checked:
        (output,) = cell["outputs"]
        shown = "".join(output["data"]["text/plain"])
        assert "✗ Not yet" in shown
        assert "Hint: " in shown


@each_section
def test_it_checks_itself_and_every_check_passed(section: Section) -> None:
    checked = [cell for cell in cells(section, "code") if source(cell) == "lab.check()"]
    assert len(checked) == 1, "one cell that is lab.check()"
    shown = "".join(checked[0]["outputs"][0]["data"]["text/plain"])
    assert shown.count("✓") == len(CHECKS[section.number]), shown
    part = BEYOND_SECTIONS if section.is_beyond else LAB_SECTIONS
    assert f"1 of {len(part)} sections" in shown


@each_section
def test_it_ends_with_what_matters(section: Section) -> None:
    closing = source(cells(section, "markdown")[-1])
    assert closing.startswith("## In short\n")
    assert "attacker" in closing, "say what an attacker would see"
    assert "Here and on AWS" in closing, "say where the practice account differs"


@pytest.mark.parametrize(
    ("section", "following"), [*itertools.pairwise(LAB_SECTIONS), *itertools.pairwise(BEYOND_SECTIONS)]
)
def test_it_leads_on_to_the_next(section: Section, following: Section) -> None:
    link = f"[{following.number}, {following.title}]({following.notebook})"
    assert source(cells(section, "markdown")[-1]).endswith(f"\n\nNext: {link}.")


@pytest.mark.parametrize(
    "path", [*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("*.md")], ids=lambda path: path.name
)
def test_no_dollar_sign_makes_mathematics_of_its_prose(path: Path) -> None:
    """JupyterLab and GitHub read what is between two dollar signs as a formula, across the cells of a table too."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        notebook = json.loads(text)["cells"]
        text = "\n\n".join(source(cell) for cell in notebook if cell["cell_type"] == "markdown")
    without_code = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    found = [line for line in without_code.splitlines() if "$" in line]
    assert not found, f"write “US dollar”: {found}"
