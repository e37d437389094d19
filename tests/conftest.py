"""What holds for all tests: random ones repeat themselves in CI, and Ctrl-C works wherever the tests were started."""

import os
import signal

from hypothesis import settings

settings.register_profile("ci", derandomize=True)  # there a failure is the change's doing
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job; programs the tests start inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
