"""Tells the topic of a text from its letter sequences and words: small, fast, forgiving of misspelling."""

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
from scipy.sparse import hstack
from sklearn.linear_model import LogisticRegression

from bot.components.features import View, letters_of, words_of
from bot.components.normalise import normalise

if TYPE_CHECKING:
    from pathlib import Path

RANKED = 10  # topics handed on; the assistant offers three at most


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Logistic regression over normalised letter and word counts.

    Rasa's own CountVectorsFeaturizer and LogisticRegressionClassifier do nearly the same; counts that are
    not normalised let long texts and frequent endings drown the telling words, and copying sparse
    matrices between two components costs more than the arithmetic.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Ranges of letter and word sequences, and how closely the examples are followed."""
        return {
            "letters": [2, 5],
            "words": [1, 2],
            "letters_weight": 1.0,
            "words_weight": 1.0,
            "strength": 10.0,
        }

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._views: list[View] = []
        self._topics: list[str] = []
        self._weights = np.empty((0, 0), np.float32)  # one row for each feature, one column for each topic
        self._bias = np.empty(0, np.float32)

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
        texts = [normalise(one.get(TEXT)) for one in examples]
        self._views = self._new_views()
        for view in self._views:
            view.learn(texts)
        model = LogisticRegression(
            C=self._config["strength"], class_weight="balanced", max_iter=200, tol=1e-2
        )
        model.fit(
            hstack([view.matrix(texts) for view in self._views], format="csr"),
            [one.get(INTENT) for one in examples],
        )
        self._topics = [str(topic) for topic in model.classes_]
        self._weights = np.ascontiguousarray(model.coef_.T, np.float32)
        self._bias = model.intercept_.astype(np.float32)
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Rank the topics of each text."""
        for message in messages:
            ranking = self._rank(message.get(TEXT) or "")
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _new_views(self) -> list[View]:
        config = self._config
        return [
            View(letters_of(*config["letters"]), config["letters_weight"]),
            View(words_of(*config["words"]), config["words_weight"]),
        ]

    def _rank(self, text: str) -> list[dict[str, Any]]:
        scores = self._bias.copy()
        offset = 0
        bare = normalise(text)
        for view in self._views:
            places, values = view.row(bare)
            scores += values @ self._weights[places + offset]
            offset += len(view.places)
        likely = np.exp(scores - scores.max())
        likely /= likely.sum()
        order = np.argsort(-likely)[:RANKED]
        return [{INTENT_NAME_KEY: self._topics[i], "confidence": float(likely[i])} for i in order]

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            telling = {f"telling{number}": view.telling for number, view in enumerate(self._views)}
            np.savez(folder / "weights.npz", weights=self._weights, bias=self._bias, **telling)
            known = [list(view.places) for view in self._views]
            (folder / "words.json").write_text(json.dumps({"topics": self._topics, "views": known}))

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
        stored = json.loads((folder / "words.json").read_text())
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            self._topics, self._bias, self._weights = stored["topics"], arrays["bias"], arrays["weights"]
            self._views = self._new_views()
            for number, view in enumerate(self._views):
                view.restore(stored["views"][number], arrays[f"telling{number}"])
