"""Compile the catalogue when a wheel is built, so that an installed Offramp never has to."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface[Any]):
    """Adds `toolkit/_data/catalog.msgpack`. An editable install reads the checkout and compiles into a cache."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from toolkit.catalog.folders import PREBUILT, compile_shipped

        self._scratch = tempfile.TemporaryDirectory()
        compiled = Path(self._scratch.name) / PREBUILT
        compile_shipped(compiled)
        build_data["force_include"][str(compiled)] = f"toolkit/_data/{PREBUILT}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._scratch.cleanup()
