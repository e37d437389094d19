"""What needs no lab; the rest is in tests/host/."""

import pytest

from toolkit.drill import lab
from toolkit.errors import BadInput


@pytest.mark.parametrize("names", [[], ["web", "web"], ["Web"], ["-web"], ["web-"], ["a.b"], ["$(reboot)"], ["x" * 33]])
def test_impossible_host_names_are_refused_before_anything_is_made(names: list[str]) -> None:
    lines: list[str] = []
    with pytest.raises(BadInput):
        lab.make(names, log=lines.append)
    assert lines == []
