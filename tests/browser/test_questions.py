"""Questions in the browser: a choice is made by a click or by keys, kept, and answered when it is time."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from kmscourse.course.answers import Answers
from kmscourse.course.questions import RECALL, SECOND_HALF, find_prediction
from tests.browser.lab import Jupyter, Notebook, Window, faults
from tests.browser.pages import Pages

OPENING = "from kmscourse import Lab\nlab = Lab.open(section={})"
QUESTION = ".kms-question"


@pytest.fixture
def notebook(pages: Pages, window: Window) -> Notebook:
    """A notebook with a prediction, a cell below it, and two questions from before. Its first two cells have run."""
    pages.write("questions.ipynb", OPENING.format(2), 'lab.predict("one-byte-more")', "6 * 7", "lab.recall()")
    notebook = window.open("questions.ipynb")
    notebook.run(0, 1)
    expect(notebook.page.locator(QUESTION)).to_be_visible()
    return notebook


def kept(jupyter: Jupyter, occasion: str) -> dict[str, int | None]:
    return {name: answer.choice for name, answer in Answers(jupyter.home, occasion).given.items()}


def radios(page: Page, number: int = 0) -> Locator:
    return page.locator(QUESTION).nth(number).get_by_role("radiogroup").get_by_role("radio")


def test_a_prediction_is_made_by_keys_and_answered_below_its_cell(
    notebook: Notebook, page: Page, jupyter: Jupyter
) -> None:
    question = find_prediction(2, "one-byte-more")
    expect(page.get_by_role("radiogroup", name="Encrypt has taken 4096 bytes.")).to_be_visible()
    expect(radios(page)).to_have_count(3)
    found = faults(page, QUESTION)
    assert not found, "\n".join(found)
    radios(page).first.focus()
    page.keyboard.press("ArrowUp")
    expect(radios(page).nth(2)).to_be_focused()
    assert kept(jupyter, "prediction") == {}, "an arrow chooses nothing"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(radios(page).first).to_be_checked()
    expect(page.locator(QUESTION)).to_contain_text("You chose A.")
    assert kept(jupyter, "prediction") == {question.name: 0}
    radios(page).nth(1).click()
    expect(page.locator(QUESTION)).to_contain_text("You chose B.")
    page.screenshot(path="build/screenshots/prediction.png")

    notebook.run(1)
    expect(page.locator(QUESTION)).to_contain_text("You chose B.")  # its own cell does not answer it
    notebook.run(2)
    answer = page.locator(".jp-OutputArea-output", has_text="Your answer is wrong.")
    expect(answer).to_be_visible()
    expect(page.locator(QUESTION)).to_have_count(0)
    expect(answer.locator("details[open]")).to_have_count(2)
    assert kept(jupyter, "prediction") == {question.name: 1}
    found = faults(page, ".jp-OutputArea-output")
    assert not found, "\n".join(found)
    saved = json.dumps(notebook.save())
    assert "Your answer is wrong." in saved, "it can be read without a kernel tomorrow"


def test_a_question_from_earlier_is_answered_at_once_by_a_click_or_by_keys(
    notebook: Notebook, page: Page, jupyter: Jupyter
) -> None:
    notebook.run(3)
    first, second = RECALL[2]
    expect(page.locator(QUESTION)).to_have_count(2)  # the prediction is answered: a cell below has run
    radios(page, 0).nth(first.right).click()
    expect(page.locator(QUESTION).nth(0)).to_contain_text("Your answer is right.")
    radios(page, 1).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    expect(page.locator(QUESTION).nth(1)).to_contain_text("Right.")
    expect(radios(page, 1).nth(1)).to_be_focused()
    assert kept(jupyter, "recall") == {first.name: first.right, second.name: 1}
    found = faults(page, QUESTION)
    assert not found, "\n".join(found)
    notebook.run(2)
    expect(page.locator(QUESTION)).to_have_count(0)
    expect(page.locator(".jp-OutputArea-output", has_text="Your answer is right.")).to_be_visible()


def test_the_quiz_is_taken_by_keys(pages: Pages, jupyter: Jupyter) -> None:
    page = pages.open('lab.quiz("after")', section=0)
    keyboard = page.browser.keyboard
    expect(page.root).to_contain_text("1 of 12")
    page.reach(page.root.get_by_role("radio").first)
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(page.root).to_contain_text("Right.")
    assert kept(jupyter, "quiz after") == {SECOND_HALF[0].name: 1}
    page.look("quiz")
    page.keys("Next question")
    expect(page.root).to_contain_text("2 of 12")
    expect(page.root.get_by_role("radio").first).to_be_focused()
    page.keys("I don't know")
    page.keys("Next question")
    expect(page.root).to_contain_text("3 of 12")
    assert kept(jupyter, "quiz after") == {SECOND_HALF[0].name: 1, SECOND_HALF[1].name: None}
