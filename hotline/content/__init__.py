"""Every word the public reads: cards of law, the line's sentences, the city pack."""

from __future__ import annotations

from hotline.content.cards import Card
from hotline.content.city import City
from hotline.content.library import Answer, Library, Part

__all__ = ["Answer", "Card", "City", "Library", "Part"]
