"""A private copy of the content folder that a test may spoil."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Protocol

import pytest

from hotline.content.checks.check import Report, check

PROJECT = Path(__file__).resolve().parents[2]
CONTENT = PROJECT / "content"


class Spoil(Protocol):
    """Replaces a passage in one file of the copy; fails when the passage is not there."""

    def __call__(self, file: str, old: str, new: str) -> None: ...


class Check(Protocol):
    """Checks the copy."""

    def __call__(self) -> Report: ...


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


@pytest.fixture
def spoil(root: Path) -> Spoil:
    def replace(file: str, old: str, new: str) -> None:
        path = root / file
        text = path.read_text(encoding="utf-8")
        assert re.search(old, text), f"{old} is not in {file}"
        path.write_text(re.sub(old, lambda _: new, text, count=1), encoding="utf-8")

    return replace


@pytest.fixture
def checked(root: Path) -> Check:
    return lambda: check(root, "hartford")
