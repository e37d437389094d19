"""What holds for all tests: random ones find new examples each time, several processes share the work, and Ctrl-C works
wherever the tests were started."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

# no test fails because the machine is busy
settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Hypothesis' own choice for CI is the same examples for ever. Runs are bounded by each test's number of examples; a
# failure prints the decorator that repeats it.
settings.register_profile("ci", settings.get_profile("anywhere"), derandomize=False, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "anywhere")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job; programs the tests start inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """A worker of pytest-xdist has a thread that only waits for orders: to fork beside it is safe, and Python 3.12
    warns of it all the same."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        config.addinivalue_line("filterwarnings", "ignore:.*multi-threaded, use of fork:DeprecationWarning")
