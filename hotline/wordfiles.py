"""Read the YAML files of words that stand beside the modules that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from hotline.errors import ContentError

if TYPE_CHECKING:
    from pathlib import Path


class WordFile(BaseModel):
    """Base of every schema here: an unknown field is an error, what is loaded never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_words[M: BaseModel](path: Path, schema: type[M]) -> M:
    """One file of words.

    Raises:
        ContentError: the file is missing, no YAML or malformed; names file and place.
    """
    try:
        return schema.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError:
        raise ContentError(f"{path.name} is missing in {path.parent}; put it back.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(f"{path.name} is not readable YAML: {' '.join(str(error).split())}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = " > ".join(str(part) for part in first["loc"]) or "the whole file"
        raise ContentError(f"{path.name}, {where}: {first['msg']}.") from None
