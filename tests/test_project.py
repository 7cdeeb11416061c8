"""The project holds itself to its own rules."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatchcase
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

import grimp
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from hotline.cli import _app
from hotline.privacy.retention import AGED_STREAMS
from hotline.settings import ROOT, Settings
from hotline.store import KEYS, Entry, Key, keys, registered
from tests import pictures
from tests.source import HOLE, Module, called, modules, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS: Final = ("hotline", "webhook", "simulator", "actions")
LONGEST_MODULE, LONGEST_FUNCTION, MOST_MODULES = 300, 60, 15
# Folders of tests that are of no room: what they play on, and what goes through the whole line.
OF_THE_WHOLE: Final = {"stage", "e2e", "faults", "payloads", "conversations", "threats"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project_files() -> Iterator[Path]:
    """Every file that belongs to the project: all but what .gitignore names."""
    lines = [line.strip() for line in read(".gitignore").splitlines() if line.strip()]
    folders = {line.rstrip("/") for line in lines if line.endswith("/")} | {".git"}
    names = {line for line in lines if not line.endswith("/")}

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            where = path.relative_to(ROOT).as_posix()
            if path.is_symlink() or {path.name, where} & (folders | names) or path.suffix == ".pyc":
                continue
            if path.is_dir():
                yield from walk(path)
            else:
                yield path

    return walk(ROOT)


# -- documents


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_documented(setting: str) -> None:
    name = setting.upper()
    assert Settings.model_fields[setting].description
    assert re.search(rf"^#?{name}=", read(".env.example"), re.MULTILINE), f"{name} is not in .env.example"
    assert f"| `{name}` |" in read("docs/operations.md"), f"{name} is not in docs/operations.md"


def test_no_setting_is_documented_that_is_none() -> None:
    shown = set(re.findall(r"^#?([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    shown |= set(re.findall(r"^\| `([A-Z_]+)` \|", read("docs/operations.md"), re.MULTILINE))
    assert shown == {name.upper() for name in Settings.model_fields}


def test_every_make_command_in_the_documents_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    shown = {
        name
        for path in documents
        for name in re.findall(r"(?:`|^)make ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"demo", "test"} <= shown <= targets


def commands() -> list[tuple[str, ...]]:
    """Every command of the command line, groups included."""

    def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk(inner, (*path, name))

    return list(walk(get_command(_app()), ()))


@pytest.mark.parametrize("command", commands(), ids=lambda path: " ".join(path) or "hotline")
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(_app(), [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_every_hotline_command_in_the_documents_exists() -> None:
    known = {" ".join(path) for path in commands()}
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        for group, name in re.findall(r"(?:uv run |bin/|worker |`)hotline ([a-z]+)(?: ([a-z]+))?", text):
            assert group in known, f"{path.name}: hotline {group}"
            assert f"{group} {name}" in known or not any(one.startswith(f"{group} ") for one in known), (
                f"{path.name}: hotline {group} {name}"
            )


def test_no_modules_import_each_other_in_a_circle_not_even_for_types() -> None:
    graph = grimp.build_graph(*OURS, "benchmarks", "bot", cache_dir=None)
    imports = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    TopologicalSorter(imports).prepare()  # raises, and names the circle


def test_the_changelog_begins_with_what_is_not_released() -> None:
    headings = re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    section = read("CHANGELOG.md").partition("## Unreleased")[2].partition("\n## ")[0]
    assert re.search(r"^- \w", section, re.MULTILINE)


def test_the_page_shows_the_states_and_moves_that_the_code_has() -> None:
    page = pictures.PAGE.read_text(encoding="utf-8")
    for name in pictures.TABLES:
        assert f"<!-- moves: {name} -->" in page
    assert page == pictures.renewed(page), "renew it with .venv/bin/python -m tests.pictures"


# -- Redis

# Words and f-strings that look like a key and are none, with what they are.
NO_KEYS: Final = {
    rf"event:({HOLE}|FERIA|PARK24)": "how somebody signed up",
    rf"onetime({HOLE}|:)+": "what the pseudonym of a code is made of",
    "drill:line": "who reports a drill",
    rf"violation:({HOLE}|what|when|where|contact|)": "a question somebody was asked last",
    r"fake:.*": "the same",
}
NAMES_KEYS: Final = ("tests/cli/test_migration.py", "tests/test_project.py")  # those of an earlier version
HAS_KEYS: Final = ("hotline", "webhook", "actions", "benchmarks", "tests")


def spelt_keys(module: Module) -> Iterator[str]:
    """Strings that have the form of a registered key, what is only known later left open."""
    patterns = [entry.pattern for entry in KEYS if ":" in entry.pattern]
    for node in ast.walk(module.tree):
        text = pattern(node) if isinstance(node, ast.JoinedStr) else getattr(node, "value", None)
        if isinstance(text, str) and any(fnmatchcase(text, one) for one in patterns) and " " not in text:
            yield text


def test_no_key_is_spelt_outside_the_register() -> None:
    found = {
        f"{module.name}: {key}"
        for module in modules(*HAS_KEYS)
        if not module.name.startswith(("hotline/store/", *NAMES_KEYS))
        for key in spelt_keys(module)
        if not any(re.fullmatch(one, key) for one in NO_KEYS)
    }
    assert found == set()


def test_every_key_that_a_script_writes_is_registered() -> None:
    text = "".join(path.read_text() for path in sorted((ROOT / "hotline/store/scripts").glob("*.lua")))
    found = {f"{head}x" for head in re.findall(r"'([a-z:]+:)' \.\.", text)}
    found |= set(re.findall(r"'([a-z]+:[a-z]+)'", text))
    assert {"inbox:ready", "outbox:rate:x", "optout:x"} <= found
    assert {key for key in found if not registered(key)} == set()


def test_every_registered_key_is_used_somewhere() -> None:
    """An entry for a key that is gone promises what nobody keeps."""
    text = "".join(
        module.text for module in modules("hotline", "webhook") if "store" not in module.path.parts
    )
    text += read("bot/trackers.py")
    scripts = "".join(path.read_text() for path in (ROOT / "hotline/store/scripts").glob("*.lua"))
    named = {
        name: one for name, one in vars(keys).items() if isinstance(one, Key | Entry) and name != "everything"
    }
    gone = [
        name
        for name, one in named.items()
        if f"keys.{name}" not in text
        and (one if isinstance(one, str) else one.pattern).partition("*")[0] not in scripts
    ]
    assert gone == []


def test_every_stream_has_somebody_who_empties_it() -> None:
    """By age, or entry by entry as each is handled; never by length."""
    streams = set(re.findall(r"'XADD', named\('([a-z:]+)'\)", read("hotline/store/scripts/commit.lua")))
    for module in modules("hotline", "webhook"):
        for call, _ in module.calls():
            if called(call) == "xadd":
                name = ast.unparse(call.args[0])
                line = next((one for one in module.text.splitlines() if one.startswith(f"{name}: ")), name)
                streams.add(line.rpartition("keys.")[2])
    assert streams == {"inbox:ready", *AGED_STREAMS}
    assert "call('XDEL', named('inbox:ready'), id)" in read("hotline/store/scripts/commit.lua")
    assert "minid" in read("hotline/store/commands.py")
    assert "maxlen" not in read("hotline/store/commands.py")


# -- source


@pytest.mark.parametrize("module", modules(*OURS), ids=lambda module: module.name)
def test_a_module_can_be_read_in_one_go(module: Module) -> None:
    assert module.text.count("\n") <= LONGEST_MODULE
    for function in module.functions():
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{module.name}: {function.name} has {length} lines"


def folders(*tops: str) -> list[Path]:
    """Every folder that holds modules, as its path in the project."""
    return sorted({module.path.parent.relative_to(ROOT) for module in modules(*tops)})


@pytest.mark.parametrize("folder", folders(*OURS, "benchmarks"), ids=str)
def test_a_folder_can_be_seen_at_a_glance(folder: Path) -> None:
    names = {path.name for path in (ROOT / folder).glob("*.py")} - {"__init__.py"}
    assert len(names) <= MOST_MODULES, f"{folder} has {len(names)} modules: give some a room of their own"


def test_the_tests_of_a_room_stand_in_a_folder_of_its_name() -> None:
    known = {"bot", *(folder.as_posix() for folder in folders(*OURS, "benchmarks"))}
    for folder in folders("tests"):
        where = folder.relative_to("tests")
        if where.parts and where.parts[0] not in OF_THE_WHOLE:
            assert {where.as_posix(), f"hotline/{where.as_posix()}"} & known, (
                f"{folder} is the test of no room"
            )


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
    assert [path.name for path in project_files() if path.suffix == ".py" and path.stem in drawers] == []


def test_no_file_names_a_place_of_this_machine_or_a_package_registry() -> None:
    hosts = ("pypi", "pythonhosted", "registry.npmjs", "npmjs", "crates", "proxy.golang", "rubygems")
    endings = ("org", "org", "org", "com", "io", "org", "org")
    words = [".".join(pair) for pair in zip(hosts, endings, strict=True)] + ["/work" + "/"]
    found: list[str] = []
    for path in project_files():
        if path.suffix == ".lock":
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {word}" for word in words if word in text]
    assert found == []
