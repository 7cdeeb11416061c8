"""Reads the project's own source as syntax, for the tests that hold it to its own rules."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from hotline.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

type Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: Path

    @property
    def name(self) -> str:
        """Its path in the project."""
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        """Its source."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text)

    def functions(self) -> Iterator[Function]:
        """Every function, methods and inner ones included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def calls(self) -> Iterator[tuple[ast.Call, ast.AST]]:
        """Every call, with the innermost function around it (or the module)."""
        yield from _calls(self.tree, self.tree)


def modules(*folders: str) -> list[Module]:
    """Every source file under some folders of the project."""
    return [Module(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def _calls(node: ast.AST, scope: ast.AST) -> Iterator[tuple[ast.Call, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, scope
        inner = child if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else scope
        yield from _calls(child, inner)


def called(call: ast.Call) -> str:
    """The last name of what is called: ``say`` of ``ctx.library.say(…)``."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


HOLE: Final = "\0"  # stands for what is only known when the program runs


def pattern(node: ast.JoinedStr) -> str:
    """An f-string with its fields left open."""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)


class Strings:
    """What an expression may be, as far as the text of its module tells.

    Attributes:
        unresolved: expressions that say nothing, as they are written.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self.unresolved: list[str] = []

    def of(self, node: ast.AST, scope: ast.AST) -> set[str]:
        """Strings (f-strings as patterns) that the expression may be."""
        if isinstance(node, ast.Constant):
            return {node.value} if isinstance(node.value, str) else set()
        if isinstance(node, ast.JoinedStr):
            return {pattern(node)}
        parts = self._parts(node, scope)
        if not parts:
            self.unresolved.append(ast.unparse(node))
        return {text for part in parts for text in self.of(part, scope)}

    def _parts(self, node: ast.AST, scope: ast.AST) -> list[ast.expr]:
        """The expressions one of which is the value of this one."""
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        if isinstance(node, ast.Dict):
            return node.values
        if isinstance(node, ast.Subscript):
            return [node.value]
        if isinstance(node, ast.Name):
            return self._assigned(node.id, scope)
        return self._returned(called(node)) if isinstance(node, ast.Call) else []

    def _assigned(self, name: str, scope: ast.AST) -> list[ast.expr]:
        """What a name is set to, in the function or else in the module, or in the one it comes from."""
        for nodes in (ast.walk(scope), self._module.tree.body):
            if found := [value for node in nodes if (value := _value_for(node, name))]:
                return found
        source = _imported(self._module.tree, name)
        return Strings(source)._assigned(name, source.tree) if source else []

    def _returned(self, function: str) -> list[ast.expr]:
        """What a function of the same module returns."""
        return [
            node.value
            for one in self._module.functions()
            if one.name == function
            for node in ast.walk(one)
            if isinstance(node, ast.Return) and node.value
        ]


def _imported(tree: ast.Module, name: str) -> Module | None:
    """The module of ours that a name comes from."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and name in {one.name for one in node.names}:
            path = ROOT / f"{node.module.replace('.', '/')}.py"
            return Module(path) if path.is_file() else None
    return None


def _value_for(node: ast.AST, name: str) -> ast.expr | None:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    else:
        return None
    return node.value if any(isinstance(one, ast.Name) and one.id == name for one in targets) else None
