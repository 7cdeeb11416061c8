"""Questions that got no answer: kept masked for the content team, and put together by wording."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from rapidfuzz import fuzz, process

from hotline.messaging.asked import WhichTopic
from hotline.privacy.redaction import mask
from hotline.store import DAY, Commit, keys
from hotline.text.spelling import split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.conversation.context import Context
    from hotline.store import Store

type Why = Literal["unknown", "out_of_scope", "choices"]

KEPT: Final = 90 * DAY
ALIKE: Final = 70  # of 100: from here two wordings are one question
_BATCH: Final = 500


@dataclass(frozen=True)
class Question:
    """One text that no card answered.

    Attributes:
        text: masked.
        lang: ISO code.
        why: not understood, not ours, or the right topic was not among those offered.
    """

    text: str
    lang: str
    why: Why


@dataclass(frozen=True)
class Cluster:
    """Texts that say about the same in about the same words.

    Attributes:
        wording: the most frequent of them.
        texts: how many there are.
        langs: how many in each language, the most frequent first.
        why: how many for each reason, the most frequent first.
        others: further wordings, the most frequent first.
    """

    wording: str
    texts: int
    langs: dict[str, int]
    why: dict[str, int]
    others: tuple[str, ...] = ()


def kept(person: str, question: Question) -> tuple[Commit, str]:
    """The writes that keep a question, and the token it is kept under.

    The token is random and the question names nobody. What a person asked is known by the other key alone,
    and only so that it can be forgotten with them.
    """
    token = secrets.token_hex(8)
    commit = Commit()
    fields = {"text": mask(question.text), "lang": question.lang, "why": question.why}
    commit.hset(keys.unanswered(token), fields, KEPT)
    commit.sadd(keys.asked(person), token)
    commit.expire(keys.asked(person), KEPT)
    return commit, token


def note(ctx: Context, why: Why) -> str:
    """Keep this turn's text; its token. With topics offered by digit, it is let go when a digit answers."""
    commit, token = kept(ctx.person.id, Question(ctx.text, ctx.lang, why))
    ctx.commit.merge(commit)
    return token


async def settle(ctx: Context) -> str:
    """A digit has answered the question whose topics were offered: its words, "" when there is none."""
    token = ctx.person.asked.unanswered if isinstance(ctx.person.asked, WhichTopic) else ""
    if not token:
        return ""
    words = await ctx.services.store.hget(keys.unanswered(token), "text")
    ctx.commit.delete(keys.unanswered(token))
    ctx.commit.srem(keys.asked(ctx.person.id), token)
    return str(words or "")


async def load(store: Store) -> list[Question]:
    """Every unanswered question, in no order that would tell who asked what after whom."""
    kept = sorted([key async for key in store.scan(keys.unanswered("*"))])
    found: list[Question] = []
    for start in range(0, len(kept), _BATCH):
        pipe = store.pipeline()
        for key in kept[start : start + _BATCH]:
            pipe.hgetall(key)
        found += [Question(**fields) for fields in await pipe.execute() if fields]
    return found


def clusters(questions: Iterable[Question]) -> list[Cluster]:
    """Similar wordings together, the most frequent first.

    Texts are compared without case, accents, punctuation and order of words (rapidfuzz's
    ``token_sort_ratio``: the share of letters that need not change). The most frequent wording opens a
    cluster; each further one joins the cluster whose first wording is most like it, if it is alike enough,
    else it opens its own. That is leader clustering: one pass, the same result for the same texts, and
    nothing to tune but `ALIKE`. It joins wordings, not meanings: two languages stay apart.
    """
    spelt: dict[str, list[Question]] = {}
    for one in questions:
        spelt.setdefault(" ".join(split(one.text).words) or one.text, []).append(one)
    grouped: dict[str, list[str]] = {}
    for words in sorted(spelt, key=lambda words: (-len(spelt[words]), words)):
        near = process.extractOne(words, list(grouped), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
        grouped.setdefault(near[0] if near else words, []).append(words)
    found = [_cluster([spelt[words] for words in joined]) for joined in grouped.values()]
    return sorted(found, key=lambda one: (-one.texts, one.wording))


def _cluster(joined: list[list[Question]]) -> Cluster:
    """One cluster out of its wordings, the most frequent first."""
    texts = [one for wording in joined for one in wording]
    shown = [wording[0].text for wording in joined]
    return Cluster(
        wording=shown[0],
        texts=len(texts),
        langs=dict(Counter(one.lang for one in texts).most_common()),
        why=dict(Counter(str(one.why) for one in texts).most_common()),
        others=tuple(shown[1:]),
    )
