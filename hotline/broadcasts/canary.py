"""Phones of our own that get every alert: what reaches them and stands in no ledger was not sent by us."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline.content.city import City
    from hotline.privacy.phones import Vault
    from hotline.settings import Settings


async def canaries(vault: Vault, settings: Settings, city: City) -> list[tuple[str, str, str]]:
    """Pseudonym, sealed number and language of each canary, the city's languages in turn."""
    numbers = [number for number in getattr(settings, "canary_numbers", "").split(",") if number]
    return [
        (vault.pseudonym(number), vault.seal(number), city.languages[place % len(city.languages)])
        for place, number in enumerate(numbers)
    ]
