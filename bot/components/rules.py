"""Rasa's rules, looked up by the topic instead of tried one by one."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class QuickRulePolicy(RulePolicy):
    """Same rules, same answers: only rules that name the topic at hand, or none, are looked at."""

    def _get_possible_keys(self, lookup: dict[str, str], states: list[dict[str, Any]]) -> set[str]:
        if not states:
            return super()._get_possible_keys(lookup, states)
        by_topic = self._index(lookup)
        topic = states[-1].get("user", {}).get("intent")
        near = {*by_topic[None], *by_topic[topic]}
        return super()._get_possible_keys({key: lookup[key] for key in near}, states)

    def _index(self, lookup: dict[str, str]) -> dict[str | None, list[str]]:
        indexes: dict[int, tuple[int, Any]] = self.__dict__.setdefault("_indexes", {})
        size, index = indexes.get(id(lookup), (-1, None))
        if size != len(lookup):
            index = defaultdict(list)
            for key in lookup:
                last = self._rule_key_to_state(key)[-1]
                index[last.get("user", {}).get("intent")].append(key)
            indexes[id(lookup)] = (len(lookup), index)
        return index
