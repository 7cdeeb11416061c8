"""When to answer, and when to ask between the likeliest topics instead."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Doubt(FallbackClassifier):
    """Rasa's FallbackClassifier with thresholds by topic.

    Small talk cannot be offered by digit, so it is answered from a lower probability on; so is a report
    that agents are here, which leads to a question ("Is this happening now?") and not to an answer.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Least probability to answer at once, and other ones for topics named under `sooner`."""
        return {"threshold": 0.9, "ambiguity_threshold": 0.0, "sooner": {}}

    def _should_fallback(self, message: Message) -> bool:
        ranked = message.data[INTENT]
        least = self.component_config["threshold"]
        for threshold, topics in self.component_config["sooner"].items():
            if ranked.get(INTENT_NAME_KEY) in topics:
                least = float(threshold)
        return ranked.get("confidence", 0.0) < least
