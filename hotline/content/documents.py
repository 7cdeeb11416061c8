"""Reads a YAML file of content and remembers on which line everything stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ValidationError

from hotline.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence
    from pathlib import Path

type Loc = tuple[str | int, ...]

_Loader: Any = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # the C parser is ten times faster where it exists


@dataclass(frozen=True)
class Document:
    """One YAML document: its data, and the line (from 1) of each key and item by path."""

    path: Path
    data: Any
    lines: dict[Loc, int]

    def line(self, loc: Sequence[str | int]) -> int:
        """The line of `loc`, or of the nearest thing around it."""
        for end in range(len(loc), -1, -1):
            found = self.lines.get(tuple(loc[:end]))
            if found:
                return found
        return 1

    def where(self, loc: Sequence[str | int]) -> str:
        """`file.yml, line 12`, as it opens an error sentence."""
        return f"{self.path.name}, line {self.line(loc)}"

    def parse[Model: BaseModel](self, model: type[Model]) -> Model:
        """Check the document against `model`.

        Raises:
            ContentError: one sentence with file, line, field and what is wrong with it.
        """
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            first = error.errors()[0]
            loc = tuple(first["loc"])
            who = self._name(loc)
            field = ".".join(map(str, loc)) or "the document"
            reason = str(first["msg"]).removeprefix("Value error, ")
            raise ContentError(f"{self.where(loc)}{who}: {field}: {reason}.") from None

    def _name(self, loc: Loc) -> str:
        card = self.data.get("id", "") if isinstance(self.data, dict) else ""
        named = f", card {card}" if card else ""
        return f"{named}, language {loc[1]}" if len(loc) > 1 and loc[0] == "texts" else named


def read(path: Path) -> list[Document]:
    """Every YAML document of a file.

    Raises:
        ContentError: the file is missing, is no YAML, or says one key twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(f"{path} is not there: create it or correct the city's name.") from None
    except (OSError, UnicodeDecodeError):
        raise ContentError(f"{path} cannot be read as UTF-8 text: save it again as UTF-8.") from None
    try:
        loader = _Loader(text)
        return list(_documents(path, loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ContentError(f"{path.name}, line {line}: not readable as YAML: {error.problem}.") from None
    except yaml.YAMLError:
        raise ContentError(f"{path.name}: not readable as YAML.") from None


def _documents(path: Path, loader: Any) -> Iterator[Document]:
    while loader.check_node():
        node = loader.get_node()
        if node is None:
            continue
        lines: dict[Loc, int] = {}
        _walk(path, node, (), lines)
        yield Document(path, loader.construct_document(node), lines)


def _walk(path: Path, node: yaml.Node, loc: Loc, lines: dict[Loc, int]) -> None:
    lines.setdefault(loc, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(path, item, (*loc, index), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner: Loc = (*loc, _key(key))
            if inner in lines:
                raise ContentError(f"{path.name}, line {key.start_mark.line + 1}: {inner[-1]} is said twice.")
            lines[inner] = key.start_mark.line + 1
            _walk(path, value, inner, lines)


def _key(node: yaml.Node) -> str:
    value: Hashable = node.value
    return str(value)
