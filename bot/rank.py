"""Prints how the trained assistant ranks texts: `bot/.venv/bin/python bot/rank.py < texts > rankings.jsonl`.

One text a line in; one JSON object a line out: `intent` (`nlu_fallback` when it would rather ask), `ranking`
and `ms`. `--without e5,use` shows how it would do where those packages are missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tarfile
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.fingerprint import model_path
from bot.without_tensorflow import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable

LEAST = 0.01  # probabilities below are not printed


def pipeline(model: Path) -> Callable[[str], dict[str, Any]]:
    """The understanding part of a trained model, without conversation, server or Redis."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    warnings.showwarning = lambda *_, **__: None  # Rasa's old pins deprecate each other
    stand_in()
    import skops.io  # noqa: F401, PLC0415 - before Rasa: it looks through every imported module, 5 s if late
    from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: PLC0415 - takes seconds
    from rasa.engine.storage.resource import Resource  # noqa: PLC0415
    from rasa.shared.nlu.training_data.message import Message  # noqa: PLC0415

    from bot.components.doubt import Doubt  # noqa: PLC0415
    from bot.components.topics import TopicClassifier  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, tarfile.open(model) as packed:
        packed.extractall(folder)  # noqa: S202 - our own model
        nodes = json.loads((Path(folder) / "metadata.json").read_text())["predict_schema"]["nodes"].values()
        parts = {node["uses"].rpartition(".")[2]: node for node in nodes}
        storage = LocalModelStorage(Path(folder) / "components")
        trained = parts["TopicClassifier"]
        settings = TopicClassifier.get_default_config() | trained["config"]
        classifier = TopicClassifier.load(settings, storage, Resource(trained["resource"]["name"]), None)
    doubt = Doubt(Doubt.get_default_config() | parts["Doubt"]["config"])

    def rank(text: str) -> dict[str, Any]:
        message = Message({"text": text})
        begun = time.perf_counter()
        doubt.process(classifier.process([message]))
        took = (time.perf_counter() - begun) * 1000
        ranked = [(one["name"], round(one["confidence"], 4)) for one in message.get("intent_ranking")]
        likely = [one for one in ranked if one[1] >= LEAST and one[0] != "nlu_fallback"]
        return {"intent": message.get("intent")["name"], "ranking": likely, "ms": round(took, 2)}

    return rank


def main() -> int:
    """Rank standard input; returns the exit code."""
    parser = argparse.ArgumentParser(description="Rank texts with the trained assistant.")
    parser.add_argument(
        "--without", default="", metavar="NAMES", help="encoders to do without: e5, use or both"
    )
    arguments = parser.parse_args()
    from bot.components import encoders  # noqa: PLC0415 - numpy only when needed

    for name in filter(None, arguments.without.split(",")):
        del encoders.KINDS[name]
    model = model_path()
    if not model.is_file():
        print("The assistant is not trained for the current files; run `make train`.", file=sys.stderr)
        return 1
    rank = pipeline(model)
    for line in sys.stdin:
        if line.strip():
            print(json.dumps({"text": line.strip(), **rank(line.strip())}, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
