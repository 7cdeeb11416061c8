"""Lower case without accents, one character for one: a position in the plain text is one in the original."""

from __future__ import annotations

from typing import Final

_LETTERS: Final = str.maketrans(
    "áàâãäåéèêëíìîïóòôõöúùûüñçýłśćźżęąńÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÑÇÝŁŚĆŹŻĘĄŃ’‘`´ʼABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "aaaaaaeeeeiiiiooooouuuuncylsczzeanaaaaaaeeeeiiiiooooouuuuncylsczzean'''''abcdefghijklmnopqrstuvwxyz",
)


def plain(text: str) -> str:
    """The text in plain lower-case letters, as long as it was.

    >>> plain("¿Dónde están? I’M HERE")
    "¿donde estan? i'm here"
    """
    return text.translate(_LETTERS)
