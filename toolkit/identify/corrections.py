"""Corrections: what the user knows better than the scan replaces what it thought.

In: dependencies and `[[correct]]` of `offramp.toml`. Out: the dependencies as the user says they are, marked as such.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from toolkit.model import Correction, Dependency, OneOf, Use


def corrected(dependencies: Iterable[Dependency], corrections: Sequence[Correction]) -> tuple[Dependency, ...]:
    """The dependencies, each as the corrections that name it or its vendor say."""
    found = []
    for dependency in dependencies:
        for correction in corrections:
            if correction.dependency in (dependency.id, dependency.vendor):
                dependency = _corrected(dependency, correction)
        found.append(dependency)
    return tuple(found)


def _corrected(dependency: Dependency, correction: Correction) -> Dependency:
    capabilities = dependency.capabilities
    if correction.capabilities is not None:
        capabilities = tuple(sorted(correction.capabilities))
    if correction.role is None:
        return replace(dependency, capabilities=capabilities, corrected=True)
    return replace(
        dependency,
        capabilities=capabilities,
        role=correction.role,
        use=_use(correction),
        confidence="high",
        corrected=True,
    )


def _use(correction: Correction) -> Use:
    if correction.role == "developer":
        return "developer"
    return "possible" if correction.role == "optional" else "in use"


def concerning(choices: Iterable[OneOf], dependencies: Iterable[Dependency]) -> tuple[OneOf, ...]:
    """The choices among whose members something was found; what nobody uses need not be asked about."""
    found = {name for dependency in dependencies for name in (dependency.id, dependency.vendor)}
    return tuple(choice for choice in choices if not found.isdisjoint(choice.members))


def chosen(choices: Iterable[OneOf], corrections: Iterable[Correction]) -> tuple[OneOf, ...]:
    """The choices, with the members that the user says are chosen."""
    told = {one.chosen_for: one.dependency for one in corrections if one.chosen_for}
    return tuple(
        replace(choice, chosen=told[choice.capability]) if told.get(choice.capability) in choice.members else choice
        for choice in choices
    )
