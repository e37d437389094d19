"""Two sides of a comparison, run in turns in one process, so that a busy machine is busy for both."""

import os
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Taken(NamedTuple):
    """Medians, in seconds; `processor` counts this process and the children it waited for."""

    elapsed: float
    processor: float


def in_turns(rounds: int, sides: Mapping[str, Callable[[], object]]) -> dict[str, Taken]:
    """What each side took, by its name."""
    taken: dict[str, list[Taken]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, run in sides.items():
            started, worked = time.perf_counter(), _processor()
            run()
            taken[name].append(Taken(time.perf_counter() - started, _processor() - worked))
    return {name: Taken(*map(statistics.median, zip(*runs, strict=True))) for name, runs in taken.items()}


def tell(taken: Mapping[str, Taken], *, base: str) -> None:
    """Print each side, with its ratio to the side `base`."""
    for name, (elapsed, processor) in taken.items():
        print(
            f"{name:9} {elapsed:7.2f} s elapsed {elapsed / taken[base].elapsed:6.2f} x {base}"
            f" · {processor:7.2f} s processor {processor / taken[base].processor:6.2f} x {base}"
        )


def _processor() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
