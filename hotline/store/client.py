"""A Redis client that knows its city: the name of every `Key` is tagged on its way out."""

from __future__ import annotations

from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import Pipeline

from hotline.store.register import Key, tag


class CityPipeline(Pipeline):
    """Several commands in one trip, on the keys of a city."""

    tag = ""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """As redis-py's."""
        return super().execute_command(*tagged_in(self.tag, args), **options)


class CityRedis(Redis):
    """A client on the keys of a city. Plain strings go as they are."""

    def __init__(self, pool: BlockingConnectionPool, city: str) -> None:
        super().__init__(connection_pool=pool)
        self.tag = tag(city)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """As redis-py's."""
        return await super().execute_command(*tagged_in(self.tag, args), **options)

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:  # noqa: FBT001, FBT002 - redis-py's own
        """As redis-py's."""
        made = CityPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        made.tag = self.tag
        return made


def tagged_in(city_tag: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The words of a command, its keys as Redis has them."""
    return tuple(f"{city_tag}:{one}" if isinstance(one, Key) else one for one in args)
