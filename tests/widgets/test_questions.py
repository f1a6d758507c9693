"""A prediction is kept, and answered by the cell below it alone; a question from earlier is answered at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets import Button

from kmscourse.cells import Cells
from kmscourse.course.answers import Answers
from kmscourse.course.questions import RECALL, Question, find_prediction
from kmscourse.display.question import AnswerCard
from kmscourse.jupyter.saving import leave_out_live_pages
from kmscourse.widgets import questions
from kmscourse.widgets.questions import AskedQuestion, ask_at_once, ask_prediction
from tests.widgets.reading import words

PREDICTION = find_prediction(2, "one-byte-more")
VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass
class Place:
    """Where something is shown in a notebook: what stands there, the last last."""

    stood: list[Any] = field(default_factory=list)

    def update(self, shown: object) -> None:
        self.stood.append(shown)

    @property
    def stands(self) -> Any:
        return self.stood[-1]


@dataclass
class Notebook:
    """A kernel, and the places in which its cells have shown something."""

    shell: InteractiveShell
    places: list[Place] = field(default_factory=list)

    def run(self, source: str, cell_id: str = "") -> None:
        self.shell.run_cell(source, cell_id=cell_id or None)

    @property
    def asked(self) -> AskedQuestion:
        """The question that was asked last."""
        asked = self.places[-1].stands
        assert isinstance(asked, AskedQuestion)
        return asked


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """A notebook in which one cell has run, with the functions that ask."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    notebook = Notebook(shell)

    def display(shown: object, **_: object) -> Place:
        notebook.places.append(Place([shown]))
        return notebook.places[-1]

    cells = Cells()
    cells.watch()
    monkeypatch.setattr(questions, "CELLS", cells)
    monkeypatch.setattr(questions, "display", display)
    monkeypatch.setattr(questions, "_above", {})
    monkeypatch.setattr(questions, "_waiting", {})
    shell.user_ns.update(
        predict=lambda: ask_prediction(PREDICTION, Answers(tmp_path, "prediction")),
        recall=lambda: ask_at_once(RECALL[2], Answers(tmp_path, "recall")),
    )
    notebook.run("above = 1", "above")
    yield notebook
    InteractiveShell.clear_instance()


@pytest.fixture
def predictions(tmp_path: Path) -> Answers:
    return Answers(tmp_path, "prediction")


def test_the_answer_waits_for_the_cell_below(notebook: Notebook, predictions: Answers) -> None:
    notebook.run("predict()", "own")
    notebook.asked.choose(0)
    assert predictions.given["one-byte-more"].choice == 0
    assert "Now run the next cell" in words(notebook.asked.said.value)
    for why in (choice.why for choice in PREDICTION.choices):
        assert why not in notebook.asked.said.value, "no answer before the cell has run"
    notebook.run("below = 1", "below")
    assert isinstance(notebook.places[-1].stands, AnswerCard)
    assert "A. A ciphertext that is one byte longer.  (your choice)" in repr(notebook.places[-1].stands)


def test_neither_its_own_cell_nor_one_above_answers_it(notebook: Notebook, predictions: Answers) -> None:
    notebook.run("predict()", "own")
    notebook.run("above = 2", "above")
    notebook.asked.choose(1)
    notebook.run("predict()", "own")
    assert notebook.asked.chosen == 1, "a choice stays where the cell is run again"
    notebook.asked.choose(2)
    assert predictions.given["one-byte-more"].choice == 2, "and can still be changed"
    notebook.run("1 +", "below")
    assert isinstance(notebook.places[-1].stands, AskedQuestion), "what is no code has not run"
    notebook.run("1 / 0", "below")
    assert isinstance(notebook.places[-1].stands, AnswerCard)


def test_who_runs_on_without_a_choice_is_told_so(notebook: Notebook, predictions: Answers) -> None:
    notebook.run("predict()", "own")
    notebook.run("1", "below")
    assert "You went on without an answer." in repr(notebook.places[-1].stands)
    assert predictions.given == {}


def test_a_choice_can_be_changed_until_it_is_answered_and_not_after(
    notebook: Notebook, predictions: Answers
) -> None:
    notebook.run("predict()", "own")
    notebook.asked.choose(0)
    notebook.asked.choose(PREDICTION.right)
    notebook.run("1", "below")
    notebook.run("predict()", "own")
    notebook.asked.choose(1)
    assert "the first time counts" in words(notebook.asked.said.value)
    assert predictions.given["one-byte-more"].right
    notebook.run("1", "below")
    assert "C. An error.\n" in repr(notebook.places[-1].stands), "the answer is to the choice of this time"
    assert isinstance(notebook.places[-1].stands, AnswerCard)


def test_a_question_from_earlier_is_answered_at_once_and_once(notebook: Notebook, tmp_path: Path) -> None:
    notebook.run("recall()", "own")
    first, second = (place.stands for place in notebook.places)
    first.choose(0)
    first.choose(first.question.right)
    said = words(first.said.value)
    assert "✗ Your answer is wrong." in said
    for place in (0, first.question.right):
        assert first.question.choices[place].why.replace("`", "") in said
    assert second.said.value == ""
    second.choose(second.question.right)
    kept = Answers(tmp_path, "recall").given
    assert {name: answer.right for name, answer in kept.items()} == {
        first.question.name: False,
        second.question.name: True,
    }


def test_what_was_answered_stays_without_a_kernel_and_the_rest_can_be_answered_later(
    notebook: Notebook,
) -> None:
    notebook.run("recall()", "own")
    first, second = notebook.places
    first.stands.choose(1)
    notebook.run("1", "below")
    assert isinstance(first.stands, AnswerCard)
    assert isinstance(second.stands, AskedQuestion)
    second.stands.choose(0)
    notebook.run("2", "further below")
    assert isinstance(second.stands, AnswerCard)


def test_each_choice_is_a_button_with_its_letter(notebook: Notebook) -> None:
    notebook.run("predict()")
    assert [button.description for button in notebook.asked.buttons] == [
        "A. A ciphertext that is one byte longer.",
        "B. The ciphertext in two parts.",
        "C. An error.",
    ]
    button: Button = notebook.asked.buttons[2]
    button.click()
    assert notebook.asked.chosen == 2
    marked = [each for each in notebook.asked.buttons if "kms-chosen" in each._dom_classes]
    assert marked == [button]


def test_an_answer_that_cannot_be_kept_says_why(notebook: Notebook, tmp_path: Path) -> None:
    notebook.run("predict()")
    (tmp_path / "answers.json").write_text("{nope")
    notebook.asked.choose(0)
    assert "can't be read. Move it away" in words(notebook.asked.said.value)
    assert notebook.asked.chosen is None


def test_a_cell_shows_a_widget_and_what_stands_for_it_without_a_kernel(notebook: Notebook) -> None:
    notebook.run("predict()")
    bundle = notebook.asked._repr_mimebundle_()
    assert bundle[VIEW]["model_id"] == notebook.asked.view.model_id
    assert bundle["text/plain"].startswith("Encrypt has taken 4096 bytes.")
    assert bundle["text/html"].count("<details") == 3
    assert "(your choice)" not in bundle["text/html"]


def test_a_saved_notebook_keeps_the_question_and_not_the_widget(notebook: Notebook) -> None:
    """Nobody has answered it yet, and on another day no kernel has its widget any more."""
    notebook.run("recall()")
    data = notebook.asked._repr_mimebundle_()
    leave_out_live_pages({"type": "notebook", "content": {"cells": [{"outputs": [{"data": data}]}]}})
    assert VIEW not in data
    assert data["text/html"].count("<details") == len(notebook.asked.question.choices)


def test_a_text_of_a_question_never_becomes_html(notebook: Notebook, tmp_path: Path) -> None:
    text = '<img src=x onerror="alert(1)">'
    choices = tuple(type(choice)(text, text, choice.right) for choice in PREDICTION.choices)
    ask_at_once([Question("sample", 0, text, choices, PREDICTION.source)], Answers(tmp_path, "recall"))
    notebook.asked.choose(0)
    shown = notebook.asked._repr_mimebundle_()["text/html"] + notebook.asked.said.value
    assert "<img" not in shown + "".join(
        part.value for part in notebook.asked.view.children if hasattr(part, "value")
    )
