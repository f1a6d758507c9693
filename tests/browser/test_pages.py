"""The pages beside KMS's own in the browser: tables and items, people, decisions, and a big file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from kmscourse.envelope import unseal_file
from kmscourse.iam import LAB_PASSWORD, LAB_USER
from tests.browser.lab import code_cells
from tests.browser.pages import Pages, Shown

PASSWORD = "Typed-In-A-Br0wser!"
MEGABYTE = 1_000_000
WATCH = """root => {
    window.shares = [];
    new MutationObserver(() => {
        const bar = root.querySelector("progress");
        if (bar) window.shares.push(bar.value);
    }).observe(root, {subtree: true, childList: true});
}"""


def test_a_table_is_created_under_a_key_of_ones_own(pages: Pages) -> None:
    page = pages.open("CreateTablePage(lab)", section=6)
    page.fill("Table name", "Books")
    page.fill("Partition key (String)", "Author")
    page.fill("Sort key (String)", "Book_Title")
    page.press("Create table")
    page.told("Here you want the second say")
    page.labelled("Stored in your account, and owned and managed by you").check()
    page.labelled("KMS key").select_option("alias/myKey")
    page.look("create-table")
    page.press("Create table")
    page.told("The table has been created, and is active.")
    table = pages.client("dynamodb").describe_table(TableName="Books")["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == pages.key_arn
    assert {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]} == {
        "Author": "HASH",
        "Book_Title": "RANGE",
    }


def test_a_table_is_deleted_once_that_is_confirmed(pages: Pages) -> None:
    page = pages.open("TablePage(lab)", section=7)
    dynamodb = pages.client("dynamodb")
    page.press("Delete table")
    page.told('Type "confirm" first')
    page.look("table")
    assert "Books" in dynamodb.list_tables()["TableNames"]
    page.fill('To delete the table with all its items, type "confirm"', "confirm")
    page.press("Delete table")
    page.told("The table Books has been deleted.")
    assert "Books" not in dynamodb.list_tables()["TableNames"]


def test_items_are_created_and_found(pages: Pages) -> None:
    page = pages.open("ExploreItemsPage(lab, lab.session_for('IAMLabUser'))", section=8)
    page.labelled("Create item").check()
    page.fill("Author", "Ursula K. Le Guin")
    page.fill("Book_Title", "The Dispossessed")
    page.fill("More attributes (optional)", "Pages=387")
    page.press("Create item")
    page.told("The item has been created.")
    key = {"Author": {"S": "Ursula K. Le Guin"}, "Book_Title": {"S": "The Dispossessed"}}
    item = pages.client("dynamodb").get_item(TableName="Books", Key=key)["Item"]
    assert item == {**key, "Pages": {"S": "387"}}

    page.labelled("Scan").check()
    page.press("Run")
    page.told("items returned.")
    expect(page.root.get_by_role("cell", name="The Dispossessed")).to_be_visible()
    page.look("explore-items")

    page.labelled("Signed in as").select_option(LAB_USER)
    page.told("in the name of IAMLabUser")
    expect(page.root.locator(".kms-say", has_text="items returned.")).to_have_count(0)
    page.press("Run")
    page.told("AccessDeniedException")
    page.root.get_by_text("Why? The decision, step by step").click()
    page.look("explore-items-refused")


def test_items_are_created_and_found_by_keys_alone(pages: Pages) -> None:
    page = pages.open("ExploreItemsPage(lab, lab.session_for('IAMLabUser'))", section=8)
    keyboard = page.browser.keyboard
    page.reach(page.labelled("Scan"))
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    expect(page.button("Create item")).to_be_visible()
    page.type_into("Author", "dd")  # in a notebook, dd deletes the cell
    page.type_into("Book_Title", "Typed")
    page.keys("Create item")
    page.told("The item has been created.")
    expect(page.notebook.cells).to_have_count(2)
    found = pages.client("dynamodb").scan(TableName="Books")["Items"]
    assert {"Author": {"S": "dd"}, "Book_Title": {"S": "Typed"}} in found

    page.reach_back(page.labelled("Create item"))
    keyboard.press("ArrowUp")
    page.reach(page.labelled("Condition on the sort key"))
    keyboard.press("b")  # begins with
    page.type_into("Book_Title", "x")
    page.keys("Run", "Space")
    page.told("0 items returned.")
    page.reach_back(page.labelled("Signed in as"))
    keyboard.press("ArrowDown")
    page.told("in the name of IAMLabUser")
    page.keys("Run")
    page.told("AccessDeniedException")
    expect(page.button("Run")).to_be_focused()


def test_a_user_is_let_in_and_the_password_is_forgotten(pages: Pages) -> None:
    page = pages.open("UserPage(lab)", section=7)
    page.press("Apply")
    page.told("Type a password for the user.")
    page.labelled("Custom password").fill(PASSWORD)
    page.browser.keyboard.press("Enter")
    page.told("can sign in to the console")
    page.look("user")
    pages.client("iam").get_login_profile(UserName=LAB_USER)  # raises where there is none
    assert PASSWORD not in page.browser.content()
    held = page.browser.eval_on_selector_all("input", "inputs => inputs.map(input => input.value)")
    assert PASSWORD not in held
    page.notebook.save()
    assert PASSWORD not in page.notebook.file.read_text("utf-8")
    pages.sign_in(LAB_USER, PASSWORD)  # raises where it is refused


def test_who_signs_in_is_in_the_trail(pages: Pages) -> None:
    page = pages.open("SignInPage(lab)", section=8)
    pages.client("iam").update_login_profile(UserName=LAB_USER, Password=LAB_PASSWORD)
    page.fill("IAM user name", LAB_USER)
    page.labelled("Password").fill("not the password")
    page.browser.keyboard.press("Enter")
    page.told("✗")
    page.look("sign-in-refused")
    page.labelled("Password").fill(LAB_PASSWORD)
    expect(page.root.locator(".kms-refuse")).to_have_count(1)  # a field speaks when it is left
    page.browser.keyboard.press("Enter")
    page.told(f"Signed in as {pages.arn(LAB_USER)}")
    assert LAB_PASSWORD not in page.browser.content()
    asked = [{"AttributeKey": "EventName", "AttributeValue": "ConsoleLogin"}]
    events = pages.client("cloudtrail").lookup_events(LookupAttributes=asked)["Events"]
    outcomes = [json.loads(event["CloudTrailEvent"])["responseElements"]["ConsoleLogin"] for event in events]
    assert outcomes[:2] == ["Success", "Failure"], "the newest comes first"


def test_the_decision_follows_the_choices_and_the_account_stays(pages: Pages) -> None:
    page = pages.open("DecisionExplorer(lab)", section=8)
    before = everything(pages)
    verdict = page.root.locator(".kms-say").first
    page.labelled("Who").select_option(pages.me)
    expect(verdict).to_contain_text("✓")
    page.labelled("Who").select_option(LAB_USER)
    expect(verdict).to_contain_text("✗")
    page.labelled("Policy to edit").select_option("Key policy of myKey")
    policy = page.labelled("What it says, to be edited")
    text = policy.input_value()
    policy.fill(text.replace(f"user/{pages.me}", f"user/{LAB_USER}"))
    expect(verdict).to_contain_text("✓")
    expect(page.root.get_by_role("cell", name=LAB_USER).first).to_be_visible()
    page.look("decision-explorer")
    assert everything(pages) == before


def test_a_file_is_sealed_while_the_bar_moves(pages: Pages) -> None:
    clear = os.urandom(MEGABYTE) * 50
    (pages.folder / "photo.raw").write_bytes(clear)
    page = to_seal(pages, "photo.raw")
    page.root.evaluate(WATCH)
    page.press("Seal")
    page.told("photo.raw.sealed has been written")
    page.look("seal-file")
    shares = page.browser.evaluate("window.shares")
    assert shares == sorted(shares)
    assert shares[0] < shares[-1], "the bar has not moved"
    assert shares[-1] == 1
    opened = pages.folder / "opened.raw"
    unseal_file(pages.client("kms"), pages.folder / "photo.raw.sealed", opened, {"course": "kms"})
    assert opened.read_bytes() == clear


def test_what_is_called_off_leaves_nothing_behind(pages: Pages) -> None:
    with open(pages.folder / "film.raw", "wb") as film:
        film.truncate(4_000 * MEGABYTE)  # without a byte on the disk
    before = files(pages.folder)
    page = to_seal(pages, "film.raw")
    page.press("Seal")
    page.root.locator("progress").wait_for()
    page.press("Cancel")
    page.told("Cancelled")
    page.look("seal-file-called-off")
    assert files(pages.folder) == before | {page.notebook.file.name}


def test_what_fails_behind_a_button_is_noticed(pages: Pages) -> None:
    page = pages.open("broken = SignInPage(lab); broken.act = lambda: 1 / 0; broken", section=8)
    page.fill("IAM user name", LAB_USER)
    page.fill("Password", PASSWORD)
    assert not pages.failures
    page.press("Sign in")
    page.told("One moment.")
    page.browser.wait_for_timeout(500)  # nothing on the page says that it is over
    assert any("ZeroDivisionError" in failure for failure in pages.failures)
    pages.failures.clear()


def test_the_place_of_a_page_whose_kernel_is_gone_says_what_to_do(pages: Pages) -> None:
    page = pages.open("SignInPage(lab)", section=8)
    run = "Run this cell to use it"
    saved = page.notebook.save()
    shown = code_cells(saved)[1]["outputs"][0]["data"]
    assert sorted(shown) == ["text/html", "text/plain"], "the widget is of this kernel alone"

    page.notebook.restart_kernel()
    expect(page.root.get_by_role("heading", name="Sign in as IAM user")).to_be_visible()
    said = page.root.evaluate("root => getComputedStyle(root, '::after').content")
    assert run in said
    expect(page.button("Sign in")).to_have_count(0)

    page.browser.reload()  # as on the next day
    expect(page.notebook.cells.nth(1)).to_contain_text(run, timeout=60_000)
    expect(page.notebook.cells.nth(1)).not_to_contain_text("model not found")
    pages.failures.clear()  # of a kernel that was ended in the middle of its work


def to_seal(pages: Pages, name: str) -> Shown:
    """The page, with everything filled in."""
    page = pages.open("SealFilePage(lab)", section=6)
    page.fill("File", name)
    expect(page.labelled("Result")).to_have_value(f"{name}.sealed")
    page.fill("Encryption context", "course=kms")
    return page


def files(folder: Path) -> set[str]:
    """The names in a folder."""
    return {path.name for path in folder.iterdir()}


def everything(pages: Pages) -> Any:
    """Every policy of the account: the key's, and those of its people."""
    details = pages.client("iam").get_account_authorization_details()
    details.pop("ResponseMetadata")
    return details, pages.policy()
