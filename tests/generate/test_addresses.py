"""Settings that say where people reach an application get its own domains."""

import pytest

from toolkit.generate.addresses import addressed


@pytest.mark.parametrize(
    ("text", "domains", "becomes"),
    [
        ("${address.url}/login", ("a.example", "b.example"), "https://a.example/login"),
        ("${address.domain}", ("a.example",), "a.example"),
        ("${address.domains}", ("a.example", "b.example"), "a.example,b.example"),
        ("${address.url}", (), ""),
        ("${address.port} ${HOME}", ("a.example",), "${address.port} ${HOME}"),
    ],
)
def test_references_to_its_own_domains(text: str, domains: tuple[str, ...], becomes: str) -> None:
    assert addressed(text, domains) == becomes
