"""Refusals name commands and options; whoever sits at the console is told what to do on the page instead."""

from __future__ import annotations

from typing import Final

REMEDIES: Final = {
    "see hotline broadcast list": "go back to the alerts",
    "see hotline broadcast unfreeze": "let them go on first",
    "see hotline staff list": "choose an organizer",
    "see hotline reports list": "look at the board",
    "see hotline content show zones": "choose one of the list",
    "name it with --incident": "choose it",
    "--override with the reason": "write the reason",
    "to stand for it too, approve with --override": "to stand for it too, tick the box",
    "add that --text": "write those words too",
    "A broadcast needs at least one --text": "Write the words in at least one language",
    "Write --expires as": "Choose until when it may leave:",
    " (--reason), or in your own words with --text en='…'": ", or in your own words in every language",
    "write the correction with --text en='…'": "write the correction in every language",
    "once, as --text en='…' --text es='…'": "once",
    " --text en='…'": " in every language",
}


def here(sentence: str) -> str:
    """A refusal with the remedy that the console has."""
    for there, remedy in REMEDIES.items():
        sentence = sentence.replace(there, remedy)
    return sentence
