"""What holds for all tests: random ones repeat themselves in CI, and Ctrl-C works wherever the tests were started."""

import os
import signal

from hypothesis import HealthCheck, settings

# no test fails because the machine is busy
settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("anywhere"), derandomize=True)  # a failure is the change's doing
settings.load_profile("ci" if os.environ.get("CI") == "true" else "anywhere")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job; programs the tests start inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
