"""The command line: `uv run hotline …`. Errors are one sentence and exit code 1, never a traceback."""

from __future__ import annotations

import sys
from typing import Any

import typer

from hotline.cli.terminal import err
from hotline.errors import HotlineError, InputError
from hotline.refusal import Refused


def _app() -> typer.Typer:
    from hotline.cli import (
        content,
        drill,
        migration,
        privacy,
        questions,
        registration,
        reports,
        run,
        stack,
        staff,
        violations,
    )
    from hotline.cli.broadcasts import broadcast
    from hotline.cli.subscriptions import subscribers
    from hotline.cli.understanding import evaluate, texts

    app = typer.Typer(
        help="Santuario: a text line for the immigrant residents of a sanctuary city.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    for top in (
        stack.app,
        run.app,
        texts.app,
        drill.app,
        evaluate.app,
        questions.app,
        privacy.app,
        migration.app,
        registration.app,
    ):
        app.registered_commands += top.registered_commands
    for name, group in (
        ("staff", staff.app),
        ("reports", reports.app),
        ("violations", violations.app),
        ("broadcast", broadcast.app),
        ("subscribers", subscribers.app),
        ("content", content.app),
    ):
        app.add_typer(group, name=name)
    return app


def main() -> None:
    """Entry point of the `hotline` command."""
    from redis.exceptions import RedisError

    try:
        sys.exit(_run())
    except Refused as refused:
        from hotline.cli.refusing import told

        _fail(told(refused))
    except HotlineError as error:
        _fail(str(error))
    except (RedisError, ConnectionError):
        _fail("Redis does not answer: start the stack with make demo, or check REDIS_URL.")
    except FileNotFoundError as error:
        _fail(f"There is no file {error.filename}.")
    except (IsADirectoryError, PermissionError, UnicodeDecodeError) as error:
        _fail(f"A file could not be read: {getattr(error, 'filename', None) or 'it is not UTF-8 text'}.")
    except KeyboardInterrupt:
        sys.exit(130)


def _run() -> int:
    """Exit code of the command that was typed; typer's own pages about wrong ones become a sentence."""
    from typer._click.exceptions import ClickException, NoArgsIsHelpError

    try:
        return int(_app()(standalone_mode=False) or 0)
    except NoArgsIsHelpError as nothing:
        nothing.show()
        return 1
    except ClickException as usage:
        raise InputError(f"{usage.format_message().rstrip('.')}: see --help.") from None
    except typer.Abort:
        return 130


def _fail(sentence: str) -> Any:
    err.print(sentence, style="bold red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)
