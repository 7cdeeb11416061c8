"""Read the YAML files of words that stand beside the modules that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from hotline.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path


class _Loader(yaml.SafeLoader):
    """YAML's own loader lets a second entry of one name silently replace the first: here it is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """The mapping, or a YAML error that names the line of the second entry."""
        names: set[object] = set()
        for key, _ in node.value:
            name = self.construct_object(key)
            if name in names:
                raise yaml.MarkedYAMLError(None, None, f"{name} stands here a second time", key.start_mark)
            names.add(name)
        return super().construct_mapping(node, deep)


class WordFile(BaseModel):
    """Base of every schema here: an unknown field is an error, what is loaded never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_words[M: BaseModel](path: Path, schema: type[M]) -> M:
    """One file of words.

    Raises:
        ContentError: the file is missing, no YAML or malformed; names file and place.
    """
    try:
        return schema.model_validate(yaml.load(path.read_text(encoding="utf-8"), _Loader))  # noqa: S506 - a SafeLoader
    except OSError:
        raise ContentError(f"{path.name} is missing in {path.parent}; put it back.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(f"{path.name} is not readable YAML: {' '.join(str(error).split())}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = " > ".join(str(part) for part in first["loc"]) or "the whole file"
        raise ContentError(f"{path.name}, {where}: {first['msg']}.") from None
