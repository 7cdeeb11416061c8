"""What somebody at the console asks for, as the form says it; and what a one-time code for it is bound to."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hotline.broadcasts.codes import CONSOLE, Action
from hotline.broadcasts.drafting import DraftRequest, parse_life
from hotline.errors import InputError
from hotline.refusal import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline.broadcasts.broadcast import Broadcast

# Everything by which more texts leave, or that cannot be taken back, needs a code; what only holds does not.
CODED: Final = ("draft", "notice", "approve", "resume", "cancel", "close", "unfreeze")
HOLDS: Final = ("pause", "freeze")
NAMES: Final = ("id", "seen", "kind", "incident", "zone", "expires", "override", "drill", "reason")
TEXT: Final = re.compile(r"text_[a-z]{2}")
_ONCE: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Form:
    """One form.

    Attributes:
        what: one of `CODED` or `HOLDS`.
        by: handle of who acts.
        fields: what else it says, blanks left out.
        code: the one-time code typed in, digits only.
        once: a token of the page: the same form sent twice asks for one code.
    """

    what: str
    by: str
    fields: dict[str, str]
    code: str = ""
    once: str = ""

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> Form:
        """A form as the browser sent it.

        Raises:
            InputError: it asks for nothing that there is.
        """
        what, once = typed.get("what", ""), typed.get("once", "")
        if what not in (*CODED, *HOLDS):
            raise InputError("The page did not say what to do: go back, load it again and try once more.")
        fields = {
            name: " ".join(value.split())
            for name, value in typed.items()
            if value.strip() and (name in NAMES or TEXT.fullmatch(name))
        }
        if "id" in fields:
            number(fields["id"])
        code = "".join(sign for sign in typed.get("code", "") if sign.isascii() and sign.isdigit())
        return cls(what, typed.get("by", ""), fields, code, once if _ONCE.fullmatch(once) else "")

    @property
    def carried(self) -> dict[str, str]:
        """What the next page's form has to say again."""
        return {"what": self.what, "by": self.by} | self.fields

    @property
    def action(self) -> Action:
        """What a code is asked for: exactly this form."""
        said = json.dumps(self.carried, sort_keys=True).encode()
        return Action(f"{CONSOLE}{self.what}", hashlib.sha256(said).hexdigest()[:32])

    def get(self, name: str) -> str:
        """A field, "" when it was left blank."""
        return self.fields.get(name, "")

    @property
    def texts(self) -> dict[str, str]:
        """Words by language."""
        return {name[5:]: words for name, words in self.fields.items() if TEXT.fullmatch(name)}

    def draft_request(self) -> DraftRequest:
        """The draft it asks for.

        Raises:
            InputError: no such time.
        """
        return DraftRequest(
            self.by, self.get("kind"), parse_life(self.get("expires")), self.texts, self.get("zone"),
            self.get("incident"), self.get("override"), bool(self.get("drill")),
        )  # fmt: skip


def number(id_: str) -> str:
    """The number of a broadcast, as an address or a form names it.

    Raises:
        InputError: it is no number; never a key of something else.
    """
    if not (id_.isascii() and id_.isdigit()):
        raise Refused(Reason.NO_BROADCAST, code=id_)
    return id_


def seen(one: Broadcast) -> str:
    """What a page showed of a broadcast: its state and its words."""
    words = json.dumps(one.texts, sort_keys=True).encode()
    return f"{one.state}-{hashlib.sha256(words).hexdigest()[:16]}"
