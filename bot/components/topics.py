"""Tells the topic of a text: counts first, and where they leave doubt the sentence encoders as well."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.opinion import Opinion
from bot.components.readers import Counts, Sense

if TYPE_CHECKING:
    from pathlib import Path

    from bot.components.readers import Reader

RANKED = 10  # topics handed on; the assistant offers three at most
MESSAGE_ID = "message_id"  # as Rasa's converter names it
KEPT = 256  # readings that were begun and not asked for, before they are let go


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Three readers, each with its own classifier; their opinions are blended.

    Rasa's own featurizers and classifiers would put all features before one classifier, where counts
    drown embeddings, and would compute the embedding of every text, the easy ones too.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Ranges of letter and word sequences, when an opinion settles, what speaks for `out_of_scope`."""
        return {
            "letters": [2, 5],
            "words": [1, 2],
            "strength": {"use": 5.0, "e5": 20.0},
            "settled": {"counts": 0.99, "use": 0.95},
            "lean_out_of_scope": 2.5,
        }

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._readers: list[Reader] = [
            Counts(config["letters"], config["words"]),
            *(Sense(name, strength) for name, strength in config["strength"].items()),
        ]
        self._topics: list[str] = []
        self._begun: dict[str, Opinion] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> TopicClassifier:
        """An untrained one."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples and store what was learnt."""
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        texts, topics = [one.get(TEXT) for one in examples], [str(one.get(INTENT)) for one in examples]
        for reader in self._readers:
            reader.learn(texts, topics)
        self._topics = sorted(set(topics))
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Rank the topics of each text."""
        for message in messages:
            text = message.get(TEXT) or ""
            opinion = self._begun.pop(message.get(MESSAGE_ID), None) or self._opinion()
            ranking = self._ranking(opinion.finish(text))
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def begin(self, message_id: str, text: str) -> Opinion:
        """Read a text as far as it is cheap; `process` takes up what was begun, once it is finished."""
        if len(self._begun) >= KEPT:
            self._begun.clear()
        opinion = self._begun[message_id] = self._opinion()
        opinion.first_look(text)
        return opinion

    def _opinion(self) -> Opinion:
        usable = [one for one in self._readers if isinstance(one, Counts) or one.there]
        leaning = np.array(
            [self._config["lean_out_of_scope"] * (topic == "out_of_scope") for topic in self._topics]
        )
        return Opinion(usable, leaning, self._config["settled"])

    def _ranking(self, likely: np.ndarray) -> list[dict[str, Any]]:
        order = np.argsort(-likely)[:RANKED]
        return [{INTENT_NAME_KEY: self._topics[i], "confidence": float(likely[i])} for i in order]

    def _persist(self) -> None:
        known: dict[str, Any] = {"topics": self._topics}
        with self._model_storage.write_to(self._resource) as folder:
            for reader in self._readers:
                arrays, known[reader.name] = reader.stored()
                np.savez(folder / f"{reader.name}.npz", **arrays)
            (folder / "known.json").write_text(json.dumps(known))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
        **_: Any,
    ) -> TopicClassifier:
        """What was stored; no pickles, so loading a model runs none of its code."""
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            classifier._restore(folder)
        return classifier

    def _restore(self, folder: Path) -> None:
        known = json.loads((folder / "known.json").read_text())
        self._topics = known["topics"]
        for reader in self._readers:
            with np.load(folder / f"{reader.name}.npz", allow_pickle=False) as arrays:
                reader.restore({name: arrays[name] for name in arrays.files}, known[reader.name])
