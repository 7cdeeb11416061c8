"""The project holds itself to its own rules."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

import grimp
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from hotline.cli import _app
from hotline.privacy.retention import AGED_STREAMS
from hotline.settings import ROOT, Settings
from hotline.store import KEYS, registered
from tests.source import HOLE, Module, Strings, called, modules, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS: Final = ("hotline", "webhook", "simulator", "actions")
LONGEST_MODULE, LONGEST_FUNCTION = 300, 60


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


# -- Redis


def written_keys(module: Module) -> Iterator[str]:
    """Keys as the source writes them, what is only known later left open."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.JoinedStr) and re.match(r"[a-z]+:(?!//)\S", pattern(node)):
            yield pattern(node)
    for call, scope in module.calls():
        place = _place_of_key(call)
        if place is not None and len(call.args) > place:
            yield from Strings(module).of(call.args[place], scope)


def _place_of_key(call: ast.Call) -> int | None:
    receiver = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if receiver.endswith(".redis") or receiver == "pipe":
        return 0 if called(call) not in NO_KEY else None
    if receiver.endswith("commit") and called(call) in ("write", "guard", "hset"):
        command = ast.unparse(call.args[0]).strip("'") if call.args else ""
        is_ours = called(call) == "write" and command.islower()  # post, finish: no key in their place
        return None if is_ours else 0 if called(call) == "hset" else 1
    return None


NO_KEY: Final = {
    "ping",
    "publish",
    "pipeline",
    "pubsub",
    "register_script",
    "aclose",
    "execute",
    "xreadgroup",
}
# f-strings and words that look like a key and are none, with what they are.
NO_KEYS: Final = {
    "raid:": "the question a reporter was asked last, a field of person:*",
    "redis:": "an address",
    "error:": "a line of hotline content check",
    "warning:": "a line of hotline content check",
    "hint:": "a line of hotline content check",
    "wake": "a channel, which keeps nothing",
    "*": "every key there is",
}


def test_every_key_that_the_source_writes_is_registered_with_owner_and_lifetime() -> None:
    found = {key for module in modules("hotline", "webhook") for key in written_keys(module)}
    keys = {key for key in found if not key.startswith((*NO_KEYS, HOLE))}
    assert {f"person:{HOLE}", f"outbox:sending:{HOLE}", "reports", "staff:oncall"} <= keys
    assert {key for key in keys if not registered(key.replace(HOLE, "x"))} == set()


def test_every_key_that_a_script_writes_is_registered() -> None:
    text = "".join(path.read_text() for path in sorted((ROOT / "hotline/store/scripts").glob("*.lua")))
    keys = {f"{head}x" for head in re.findall(r"'([a-z:]+:)' \.\.", text)}
    keys |= set(re.findall(r"'([a-z]+:[a-z]+)'", text))
    assert {"inbox:ready", "outbox:rate:x", "optout:x"} <= keys
    assert {key for key in keys if not registered(key)} == set()


def test_every_registered_key_is_written_somewhere() -> None:
    """An entry for a key that is gone promises what nobody keeps."""
    text = "".join(
        module.text for module in modules("hotline", "webhook") if "store" not in module.path.parts
    )
    text += "".join(path.read_text() for path in (ROOT / "hotline/store/scripts").glob("*.lua"))
    gone = [entry.pattern for entry in KEYS if entry.pattern.rstrip("*") not in text]
    assert gone == []


def streams() -> set[str]:
    """Streams that something is appended to."""
    found = set(re.findall(r"'XADD', '([a-z:]+)'", read("hotline/store/scripts/commit.lua")))
    for module in modules("hotline", "webhook"):
        for call, scope in module.calls():
            is_commit = called(call) == "write" and call.args and ast.unparse(call.args[0]) == "'XADD'"
            if is_commit or called(call) == "xadd":
                found |= Strings(module).of(call.args[1 if is_commit else 0], scope)
    return found


def test_every_stream_has_somebody_who_empties_it() -> None:
    """By age, or entry by entry as each is handled; never by length."""
    assert streams() == {"inbox:ready", *AGED_STREAMS}
    assert "call('XDEL', 'inbox:ready', id)" in read("hotline/store/scripts/commit.lua")
    for module in modules("hotline", "webhook"):
        for call, _ in module.calls():
            if called(call) == "xtrim":
                assert "minid" in {one.arg for one in call.keywords}, module.name
            if called(call) == "xadd":
                assert "maxlen" not in {one.arg for one in call.keywords}, module.name


# -- source


@pytest.mark.parametrize("module", modules(*OURS), ids=lambda module: module.name)
def test_a_module_can_be_read_in_one_go(module: Module) -> None:
    assert module.text.count("\n") <= LONGEST_MODULE
    for function in module.functions():
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{module.name}: {function.name} has {length} lines"


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
