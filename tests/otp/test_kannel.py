"""What Kannel makes of long texts, odd carriers and senders, and what it writes into the journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from net import Net, running_net
from processes import eventually

NUMBER = "+4915112345678"
SECRETS = ["k" * 20, "secret", "Geheimes 4711", NUMBER.lstrip("+")]


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    """Carriers that answer in hexadecimal, report in decimal and take Latin-1."""
    configured = {"msg_id_type": 1, "alt_charset": "ISO-8859-1", "throughput": 200}
    folder = tmp_path_factory.mktemp("kannel")
    with running_net(folder, configured=configured, hex_answers=True, charset="latin-1") as net:
        yield net


def sent(net: Net, to: str, text: str, sender: str = "Offramp") -> str:
    """What the carrier got, once it is reported delivered."""
    client = net.gateway.twilio()
    sid = client.messages.create(to=to, body=text, from_=sender).sid
    eventually(lambda: client.messages(sid).fetch().status == "delivered" or None)
    return eventually(lambda: net.a.text_for(to) or net.b.text_for(to))


@pytest.mark.parametrize(
    ("letter", "parts"),
    [("ж", 24), ("字", 24), ("é", 11), ("👋", 48)],
    ids=["Cyrillic", "Chinese", "GSM", "two characters of UCS-2 each"],
)
def test_sixteen_hundred_letters_arrive_whole(net: Net, letter: str, parts: int) -> None:
    """Kannel cuts what takes more parts than it is told (it was 11), and says that it was delivered."""
    to, before = f"+49151{ord(letter):08}", len(net.a.submitted)
    text = letter * 1599 + "."
    assert sent(net, to, text) == text
    assert len(net.a.submitted) - before == parts


def test_carriers_whose_answers_are_hexadecimal_and_receipts_decimal(net: Net) -> None:
    client = net.gateway.twilio()
    sids = [client.messages.create(to=f"+4915155500{n:03}", body="hello", from_="Offramp").sid for n in range(3)]
    for sid in sids:
        eventually(lambda sid=sid: client.messages(sid).fetch().status == "delivered" or None)


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("A-b_c&d+e f", "ALPHANUMERIC"),
        ("Board", "ALPHANUMERIC"),
        ("+4930123456", "INTERNATIONAL"),
        ("12345", "NATIONAL"),
    ],
)
def test_senders_arrive_as_they_are(net: Net, sender: str, kind: str) -> None:
    to = f"+49152{sum(sender.encode()):08}"
    sent(net, to, "hello", sender)
    got = net.a.submitted[-1]
    assert got["source_addr"].decode() == sender.lstrip("+")
    assert got["source_addr_ton"].name == kind


def test_neither_passwords_nor_texts_nor_numbers_reach_the_journal(net: Net) -> None:
    sent(net, NUMBER, "Geheimes 4711")
    said = (net.gateway.folder / "stderr").read_text()
    assert "verification" in said or "message.create" in said  # it does say something
    assert not [secret for secret in SECRETS if secret in said]


def test_a_journal_at_kannels_usual_level_would_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail."""
    import processes

    monkeypatch.setattr(processes, "_as_its_unit", lambda program, file: [program, str(file)])
    with running_net(tmp_path) as net:
        sent(net, NUMBER, "Geheimes 4711")
    said = (tmp_path / "stderr").read_text()
    assert [secret for secret in SECRETS if secret in said] == SECRETS
