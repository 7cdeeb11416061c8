"""A commit that is built and dropped writes nothing and says nothing: no call that builds one is alone."""

from __future__ import annotations

import ast

from tests.source import called, modules


def test_no_commit_is_built_and_dropped() -> None:
    rooms = modules("hotline", "webhook")
    builders = {
        function.name
        for module in rooms
        for function in module.functions()
        if function.returns and ast.unparse(function.returns).strip("'\"") == "Commit"
    }
    doers = {
        function.name
        for module in rooms
        for function in module.functions()
        if function.returns and ast.unparse(function.returns) == "None"
    }
    assert {"queued", "opt_out", "set_on_call"} <= builders
    dropped = [
        f"{module.name}:{node.lineno}: {called(call)}"
        for module in rooms
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Expr)
        and isinstance(
            call := node.value.value if isinstance(node.value, ast.Await) else node.value, ast.Call
        )
        and called(call) in builders - doers
    ]
    assert dropped == []


def test_only_storage_has_the_client_itself() -> None:
    found = [
        module.name
        for module in modules("hotline", "webhook", "actions")
        if not module.name.startswith("hotline/store/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "redis" and ast.unparse(node) != "stack.redis"
    ]
    assert found == []


def test_no_pipeline_is_given_a_name_that_is_no_key() -> None:
    """redis-py takes any string, and one that is no `Key` would lie outside the city."""
    found = [
        f"{module.name}:{call.lineno}"
        for module in modules("hotline", "webhook")
        for call, _ in module.calls()
        if isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value) in ("pipe", "pipeline")
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.Constant)
    ]
    assert found == []
