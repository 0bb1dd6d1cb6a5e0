"""What the documents claim is so."""

import re
import subprocess
import tomllib
from pathlib import Path

import yaml

from bot.app.slack import slack_manifest
from bot.cli import cli
from bot.discovery import find
from bot.settings import SECTIONS
from handlers.commands import CommandPlugin
from tests.architecture.settings_table import settings_table

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_readme_lists_every_setting_as_the_code_has_it() -> None:
    shown = README.split("<!-- settings -->\n")[1].split("<!-- /settings -->")[0]
    assert shown == settings_table(), "run: python -m tests.architecture.settings_table"


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for section in SECTIONS.values() for field in section.model_fields.values())


def test_every_command_of_the_command_line_is_in_the_readme() -> None:
    table = README.split("## At the terminal")[1].split("## Where")[0]
    assert {name for name in cli.list_commands(None) if f"ratchet {name}" not in table} == set()  # type: ignore[arg-type]


def test_the_manifest_is_fresh_and_names_every_slash_command() -> None:
    text = (ROOT / "manifest.yaml").read_text(encoding="utf-8")
    assert text == slack_manifest(), "run: make manifest"
    named = {entry["command"] for entry in yaml.safe_load(text)["features"]["slash_commands"]}
    assert named == {
        f"/{plugin.name}" for plugin in find("handlers.commands", "COMMAND", CommandPlugin) if plugin.slash
    }


def test_contributing_says_why_each_dependency_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[~=<>]", line)[0].lower() for line in wanted}
    told = CONTRIBUTING.split("## Why each dependency")[1].split("## Decisions")[0].lower()
    explained = {
        "pytest-asyncio": "asyncio",
        "pytest-timeout": "timeout",
        "pytest-xdist": "xdist",
        "types-pyyaml": "pyyaml",
    }
    assert {name for name in names if explained.get(name, name) not in told} == set()


def test_every_path_that_the_documents_name_exists() -> None:
    named = set(re.findall(r"`((?:bot|handlers|knowledge|evals|tests|docs)/[\w./-]*)`", README + CONTRIBUTING))
    named |= {link for link in re.findall(r"\]\(([\w./-]+)\)", README + CONTRIBUTING) if "://" not in link}
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_the_lock_file_carries_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert lock.count("==") <= lock.count("--hash=")


def test_nothing_in_the_project_names_the_folder_that_it_is_developed_in() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    texts = (ROOT / name for name in listed if name and not name.endswith((".png", ".jpg")))
    assert [path.name for path in texts if path.is_file() and str(ROOT) in path.read_text("utf-8", "replace")] == []
