"""The two lists of dependencies say the same, each line says where its package is used, and nothing else slips in."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")
CLIENTS = (ROOT / "tests" / "clients" / "requirements.txt").read_text(encoding="utf-8")
HUB = (ROOT / "deploy" / "requirements.txt").read_text(encoding="utf-8")
PROJECT_TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PROJECT_TEXT)["project"]


def conda_requirements() -> dict[str, str]:
    """What environment.yml asks for, beside Python, pip and the package itself: requirement -> its comment."""
    lines = re.findall(r"^ +- ([\w\[\],.>=<-]+) *# *(.+)$", ENVIRONMENT, re.MULTILINE)
    return {requirement: why for requirement, why in lines if requirement not in {"pip", "-e"}}


def project_requirements() -> set[str]:
    return {*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]}


def test_environment_and_pyproject_ask_for_the_same() -> None:
    assert set(conda_requirements()) == project_requirements(), (
        "environment.yml and pyproject.toml differ: bring the line to both, in the same words"
    )


def test_both_give_the_same_reason_for_each() -> None:
    for requirement, why in conda_requirements().items():
        line = next(line for line in PROJECT_TEXT.splitlines() if f'"{requirement}"' in line)
        assert line.rstrip().endswith(f"# {why}"), f"pyproject.toml gives another reason for {requirement}"


def test_every_conda_line_has_a_reason() -> None:
    asked = re.findall(r"^ +- (?!conda-forge|nodefaults|python|pip:)(.+)$", ENVIRONMENT, re.MULTILINE)
    assert all("#" in line for line in asked), "say in a comment where each dependency is used"


def test_every_client_to_test_with_has_a_reason() -> None:
    lines = [line for line in CLIENTS.splitlines() if not line.startswith("#")]
    assert lines
    for line in lines:
        requirement, _, why = line.partition("#")
        assert re.fullmatch(r"[\w-]+>=[\d.]+ +", requirement), f"say from which version on: {line}"
        named = re.findall(r"test_\w+\.py", why)
        assert why.strip(), f"say in a comment which test it is for: {line}"
        assert all((ROOT / "tests" / "clients" / test).exists() for test in named), f"no such test: {line}"


def test_everything_that_a_hub_needs_is_in_its_settings() -> None:
    settings = (ROOT / "deploy" / "jupyterhub_config.py").read_text(encoding="utf-8")
    lines = [line for line in HUB.splitlines() if not line.startswith("#")]
    names = [re.split("[>#]", line)[0].strip() for line in lines]
    assert names
    for line, name in zip(lines, names, strict=True):
        assert "# jupyterhub_config.py: " in line, f"say in a comment what {name} is for"
        assert name.replace("-", "_") in settings, f"{name} is not used"


def test_moto_and_nbval_are_pinned_exactly() -> None:
    assert {"moto==5.2.5", "nbval==0.11.0"} <= project_requirements()


def test_containers_install_the_project_itself_and_list_nothing_of_their_own() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert container["postCreateCommand"] == "python -m pip install --editable ."
    binder = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in binder if not line.startswith("#")] == ["."], (
        "dependencies belong to pyproject.toml"
    )


def test_the_workflows_run_tests_that_there_are() -> None:
    for workflow in (ROOT / ".github" / "workflows").iterdir():
        for named in re.findall(r"\btests/[\w/]+", workflow.read_text(encoding="utf-8")):
            assert (ROOT / named).is_dir(), f"{workflow.name} names {named}"


def test_containers_have_a_python_that_the_project_runs_on() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    runtime = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    least = tuple(map(int, PROJECT["requires-python"].removeprefix(">=").split(".")))
    for named in (container["image"].rpartition(":")[2], runtime.removeprefix("python-")):
        assert tuple(map(int, named.split("."))) >= least, named


def test_the_wheels_that_are_named_are_of_this_version() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for named in re.findall(r"kmscourse-(\d[\w.]*)-py3", page.read_text(encoding="utf-8")):
            assert named == PROJECT["version"], f"{page.name} names a wheel of another version"
