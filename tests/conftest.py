"""Random tests explore on a developer's machine and repeat themselves in CI: there a failure is the change's doing."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")
