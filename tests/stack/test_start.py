"""What a person types first: README, Makefile, bootstrap, .env.example."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from hotline.settings import ROOT, Settings, load_settings

TARGETS = {"help", "install", "train", "demo", "up", "test", "check", "fmt", "bench", "clean"}


def make(*arguments: str) -> str:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout


def test_make_alone_lists_every_target() -> None:
    listed = {line.split()[1] for line in make().splitlines()}
    assert listed | {"help"} == TARGETS
    phony = (ROOT / "Makefile").read_text().split(".PHONY:")[1].splitlines()[0].split()
    assert set(phony) == TARGETS


@pytest.mark.parametrize(
    ("target", "last"),
    [
        ("demo", "hotline demo"),
        ("up", "hotline up"),
        ("train", "hotline train"),
        ("test", "pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder"),
        ("check", "pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder"),
    ],
)
def test_every_command_installs_first(target: str, last: str) -> None:
    lines = make("-n", target).splitlines()
    assert lines[0] == "sh deploy/bootstrap.sh"
    assert lines[-1].endswith(last)


def test_make_check_is_all_that_ci_runs() -> None:
    steps = make("-n", "check")
    order = ["ruff format --check", "ruff check", "basedpyright", "lint-imports", "content check", "pytest"]
    assert [steps.index(step) for step in order] == sorted(steps.index(step) for step in order)
    assert "\nmake check\n" in (ROOT / ".ci/run").read_text()


def test_readme_promises_the_two_commands_that_make_has() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme
    assert set(re.findall(r"\bmake ([a-z]+)\b", readme)) <= TARGETS


# --- deploy/bootstrap.sh, in a folder of its own, with programs of our making ---

FAKE_UV = """#!/bin/sh
[ "$1" != --version ] || { echo "uv 0.13.9 (made up)"; exit; }
echo "$@" >> "$CALLS"
for word; do case $word in .|bot) folder=$word;; esac; done
[ -z "$COMPLAINT" ] || { echo "$COMPLAINT"; exit 1; }
mkdir -p "$folder/.venv/bin"
printf '#!/bin/sh\\n' > "$folder/.venv/bin/python"
chmod +x "$folder/.venv/bin/python"
"""
FAKE_PYTHON = """#!/bin/sh
echo "python $@" >> "$CALLS"
case "$*" in
  -c*) exit 0 ;;
  *"-m venv"*) [ -z "$NO_VENV" ] || { echo "ensurepip is not available"; exit 1; }
    mkdir -p .tools/venv/bin; cp "$0" .tools/venv/bin/python ;;
  *"--target"*) [ -z "$NO_PIP" ] || exit 1; mkdir -p .tools/pip/bin; cp "$REAL_UV" .tools/pip/bin/uv ;;
  *"pip install"*) cp "$REAL_UV" .tools/venv/bin/uv ;;
esac
"""


class Bare:
    """A copy of the project's start on a machine where only our fakes and POSIX tools are."""

    def __init__(self, folder: Path) -> None:
        self.project, self.programs, self.calls = folder / "project", folder / "bin", folder / "calls"
        for place in (self.project / "deploy", self.project / "bot", self.programs, folder / "home"):
            place.mkdir(parents=True)
        shutil.copy(ROOT / "deploy/bootstrap.sh", self.project / "deploy")
        for place in (self.project, self.project / "bot"):
            (place / "uv.lock").write_text("lock")
            (place / "pyproject.toml").write_text("project")
        self.program("real-uv", FAKE_UV)
        self.program("curl", "#!/bin/sh\nexit 7\n")
        self.environment = {
            "PATH": f"{self.programs}:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "CALLS": str(self.calls),
            "REAL_UV": str(self.programs / "real-uv"),
            "BOOTSTRAP_PYTHONS": "our-python",
        }

    def program(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def run(self, **variables: str) -> subprocess.CompletedProcess[str]:
        self.calls.write_text("")
        return subprocess.run(
            ["sh", "deploy/bootstrap.sh"],
            cwd=self.project,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def called(self) -> str:
        return self.calls.read_text()


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    return Bare(tmp_path)


def test_a_uv_that_runs_is_used_and_the_second_start_installs_nothing(bare: Bare) -> None:
    bare.program("uv", FAKE_UV)
    first = bare.run()
    assert first.returncode == 0, first.stderr
    syncs = ["sync --locked --project .", "sync --locked --project bot --compile-bytecode"]
    assert bare.called().splitlines() == syncs
    assert first.stdout.count("✓") == 2
    second = bare.run()
    assert (second.returncode, second.stdout, bare.called()) == (0, "", "")


def test_a_changed_lock_is_installed_again_and_only_that_one(bare: Bare) -> None:
    bare.program("uv", FAKE_UV)
    bare.run()
    (bare.project / "bot/uv.lock").write_text("another lock")
    bare.run()
    assert bare.called().splitlines() == ["sync --locked --project bot --compile-bytecode"]


def test_a_moved_folder_is_installed_again(bare: Bare) -> None:
    bare.program("uv", FAKE_UV)
    bare.run()
    bare.project = bare.project.rename(bare.project.with_name("elsewhere"))
    bare.run()
    assert len(bare.called().splitlines()) == 2


def test_a_shim_of_uv_that_does_not_run_is_passed_over(bare: Bare) -> None:
    bare.program("uv", "#!/bin/sh\necho 'pyenv: uv: command not found' >&2\nexit 127\n")
    bare.program("our-python", FAKE_PYTHON)
    done = bare.run()
    assert done.returncode == 0, done.stderr
    assert "-m pip install uv==" in bare.called()
    assert (bare.project / ".tools/uv").resolve() == (bare.project / ".tools/venv/bin/uv").resolve()


def test_an_old_uv_is_passed_over(bare: Bare) -> None:
    bare.program("uv", FAKE_UV.replace("uv 0.13.9", "uv 0.4.30"))
    bare.program("our-python", FAKE_PYTHON)
    assert bare.run().returncode == 0
    assert "-m pip install uv==" in bare.called()


def test_a_python_without_venv_is_asked_for_pip(bare: Bare) -> None:
    bare.program("our-python", FAKE_PYTHON)
    done = bare.run(NO_VENV="1")
    assert done.returncode == 0, done.stderr
    assert (bare.project / ".tools/uv").resolve() == (bare.project / ".tools/pip/bin/uv").resolve()


def test_without_any_python_the_installer_is_fetched(bare: Bare) -> None:
    installer = 'mkdir -p "$UV_UNMANAGED_INSTALL" && cp "$REAL_UV" "$UV_UNMANAGED_INSTALL/uv"'
    bare.program("curl", f"#!/bin/sh\necho '{installer}' > .tools/install.sh\n")
    done = bare.run()
    assert done.returncode == 0, done.stderr
    assert (bare.project / ".tools/uv").resolve() == (bare.project / ".tools/bin/uv").resolve()


def test_when_nothing_works_one_sentence_says_what_to_install(bare: Bare) -> None:
    bare.program("our-python", FAKE_PYTHON)
    done = bare.run(NO_VENV="1", NO_PIP="1")
    assert done.returncode == 1
    log = bare.project / ".tools/install.log"
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith("✗ Could not install uv: install python3-venv or uv")
    assert sentence.endswith(f"details in {log}.")
    assert "ensurepip is not available" in log.read_text()


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        ("error: command 'gcc' failed: No such file or directory", "a package needs a C compiler"),
        ("error: No interpreter found for Python 3.12 in search path", "there is no fitting Python"),
        ("error: No space left on device (os error 28)", "the disk is full"),
        ("error: Failed to fetch a wheel.", "Failed to fetch a wheel."),
    ],
)
def test_a_failed_installation_is_one_sentence_with_its_reason(
    bare: Bare, complaint: str, words: str
) -> None:
    bare.program("uv", FAKE_UV)
    done = bare.run(COMPLAINT=complaint)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert words in line
    assert line.endswith(f"Details in {bare.project}/.tools/install.log.")
    assert not (bare.project / ".venv/.installed").exists()


# --- .env.example ---


def example() -> dict[str, tuple[str, str]]:
    """Name to (description, value) of each setting in the example."""
    found: dict[str, tuple[str, str]] = {}
    words: list[str] = []
    for line in (ROOT / ".env.example").read_text().splitlines():
        if setting := re.fullmatch(r"#([A-Z_]+)=(.*)", line):
            found[setting[1]] = (" ".join(words), setting[2])
        words = [*words, line[2:]] if line.startswith("# ") else []
    return found


def test_the_example_names_and_describes_every_setting() -> None:
    described = {name: description for name, (description, _) in example().items()}
    assert described == {name.upper(): field.description for name, field in Settings.model_fields.items()}


def test_the_example_shows_the_defaults_and_no_secret() -> None:
    shown = {name: value for name, (_, value) in example().items()}
    for name, field in Settings.model_fields.items():
        value = shown[name.upper()]
        if isinstance(field.default, SecretStr) or name == "twilio_account_sid":
            assert value == "", name
        elif isinstance(field.default, Path):
            assert ROOT / value == field.default, name
        elif name != "environment":
            assert value == str(field.default if field.default is not None else ""), name


def test_the_example_is_a_valid_env_file_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert load_settings(_env_file=ROOT / ".env.example") == load_settings(_env_file=None)
    lines = [f"{name}={value}" for name, (_, value) in example().items() if value and name != "ENVIRONMENT"]
    (tmp_path / "env").write_text("\n".join(lines))
    monkeypatch.chdir(ROOT)
    filled = load_settings(_env_file=tmp_path / "env")
    assert filled.data_dir.absolute() == load_settings(_env_file=None).data_dir


def test_the_operators_page_has_every_setting() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| [^|]+ \| (.+) \|$", page, re.MULTILINE))
    assert rows == {name.upper(): field.description for name, field in Settings.model_fields.items()}


def test_no_setting_of_this_test_run_comes_from_a_stray_env_file() -> None:
    assert os.environ.get("ENVIRONMENT") != "production"
