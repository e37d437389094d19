"""What DNS says, asked of a real authoritative server."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import dns.message
import dns.rrset
import msgspec
import pytest
from authority import LOOPBACK, Serve, free_port

from toolkit.catalog.entries import Catalog
from toolkit.collect.network.names import Server, domain_name, host_name, server
from toolkit.collect.network.outside import Outside, collect_network, preview
from toolkit.errors import BadInput
from toolkit.model import Survey, Unread

ACME = """
@ NS ns1.gandi.net.
@ MX 10 aspmx.l.google.com.
@ TXT "v=spf1 include:amazonses.com include:_spf.acme.example -all"
_spf TXT "v=spf1 include:sendgrid.net include:spf.unheard-of.example -all"
@ TXT "MS=ms12345678"
@ TXT "google-site-verification=abcdefghijklmnop"
@ CAA 0 issue "letsencrypt.org"
@ A 127.0.0.1
_vercel TXT "vc-domain-verify=acme.example,0123"
s1._domainkey CNAME s1.domainkey.u123.wl456.sendgrid.net.
www CNAME d111111abcdef8.cloudfront.net.
help CNAME acme.zendesk.com.
status CNAME pages.unheard-of.example.
app CNAME www
"""


def look(where: Server, catalog: Catalog, *domains: str, **settings: float) -> Survey:
    outside = Outside(domains, (where,), **{"timeout": 20.0, "deadline": 120.0, **settings})  # type: ignore[arg-type]
    return collect_network(outside, catalog)


def missed(survey: Survey) -> list[Unread]:
    """Of DNS: nothing else answers in these tests."""
    return [item for item in survey.unread if item.source == "network.dns"]


def signs(survey: Survey) -> set[tuple[str, str]]:
    return {(item.signal, item.where) for item in survey.evidence}


def test_what_a_zone_shows_of_the_vendors(serve: Serve, catalog: Catalog) -> None:
    survey = look(serve({"acme.example": ACME}), catalog, "acme.example")
    assert signs(survey) == {
        ("gandi#ns:*.gandi.net", "acme.example NS"),
        ("google-workspace#mx:aspmx.l.google.com", "acme.example MX"),
        ("aws/ses#spf:amazonses.com", "acme.example TXT"),
        ("microsoft-365#txt:MS=ms", "acme.example TXT"),
        ("google-workspace#txt:google-site-verification", "acme.example TXT"),
        ("lets-encrypt#caa:letsencrypt.org", "acme.example CAA"),
        ("sendgrid#spf:sendgrid.net", "_spf.acme.example TXT"),
        ("spf.unheard-of.example", "_spf.acme.example TXT"),
        ("vercel#txt:_vercel", "_vercel.acme.example TXT"),
        ("sendgrid#cname:s1.domainkey.u*.wl*.sendgrid.net", "s1._domainkey.acme.example CNAME"),
        ("aws/cloudfront#cname:*.cloudfront.net", "www.acme.example CNAME"),
        ("zendesk#cname:*.zendesk.com", "help.acme.example CNAME"),
        ("pages.unheard-of.example", "status.acme.example CNAME"),
    }
    assert {(root.id, root.kind) for root in survey.roots} == {("acme.example", "domain")}
    assert survey.sources == ("network.dns",)
    assert missed(survey) == []


def test_a_name_within_a_zone_is_asked_of_that_zone(serve: Serve, catalog: Catalog) -> None:
    survey = look(serve({"acme.example": ACME}), catalog, "help.acme.example")
    assert ("gandi#ns:*.gandi.net", "acme.example NS") in signs(survey)
    assert ("zendesk#cname:*.zendesk.com", "help.acme.example CNAME") in signs(survey)


def test_one_record_for_every_name_is_one_sign(serve: Serve, catalog: Catalog) -> None:
    zone = "* CNAME acme.herokudns.com.\nhelp CNAME acme.zendesk.com.\n"
    assert signs(look(serve({"acme.example": zone}), catalog, "acme.example")) == {
        ("heroku#cname:*.herokudns.com", "*.acme.example CNAME"),
        ("zendesk#cname:*.zendesk.com", "help.acme.example CNAME"),
    }


@pytest.mark.parametrize(
    ("signed", "parent", "state"),
    [
        ("", "", "not signed"),
        ("+", "", "not in force"),
        ("+", "acme DS 1 13 2 " + "ab" * 32, "signed"),
        ("", "acme DS 1 13 2 " + "ab" * 32, "broken"),
    ],
)
def test_dnssec(serve: Serve, catalog: Catalog, signed: str, parent: str, state: str) -> None:
    where = serve({f"acme.example{signed}": "@ A 127.0.0.1\n", "example": f"acme NS ns.acme\n{parent}\n"})
    (seen, *_) = look(where, catalog, "acme.example").observations
    assert (seen.name, seen.where) == ("dnssec", "acme.example DS")
    assert seen.value.startswith(state)


# --- what goes wrong --------------------------------------------------------------------------------------------------
def test_a_domain_that_does_not_exist(serve: Serve, catalog: Catalog) -> None:
    survey = look(serve({"example": ""}), catalog, "gone.example")
    assert [(item.where, item.reason) for item in missed(survey)] == [
        ("gone.example", "the domain does not exist (NXDOMAIN)")
    ]
    assert survey.sources == ()  # nothing was seen: this must not count as having looked


def test_a_zone_the_server_does_not_have(serve: Serve, catalog: Catalog) -> None:
    survey = look(serve({"acme.example": ""}), catalog, "other.test")
    assert [item.reason for item in missed(survey)] == ["the resolver answers REFUSED"]


@contextmanager
def answering(reply: Callable[[bytes], list[bytes]]) -> Iterator[Server]:
    """A server on UDP that sends whatever `reply` makes of a query."""
    with socket.socket(type=socket.SOCK_DGRAM) as listening:
        listening.bind((LOOPBACK, 0))
        listening.settimeout(0.1)
        over = threading.Event()

        def work() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    query, whom = listening.recvfrom(65535)
                    for datagram in reply(query):
                        listening.sendto(datagram, whom)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield Server(LOOPBACK, listening.getsockname()[1])
        finally:
            over.set()
            thread.join()


def test_a_resolver_that_says_nothing(catalog: Catalog) -> None:
    with answering(lambda query: []) as where:
        survey = look(where, catalog, "acme.example", timeout=0.4)
    assert [item.reason for item in missed(survey)] == [f"the resolver {where} does not answer within 0.2 s"]


def test_nobody_listens(catalog: Catalog) -> None:
    survey = look(Server(LOOPBACK, free_port()), catalog, "acme.example", timeout=0.4)
    assert len(missed(survey)) == 1


def _loop(query: bytes) -> bytes:
    """A response whose one name points at itself."""
    return query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + b"\xc0\x0c\0\1\0\1" + b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\1\2\3\4"


def _other_id(query: bytes) -> bytes:
    return bytes([query[0] ^ 1]) + query[1:2] + b"\x81\x80" + query[4:]


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(lambda query: b"", id="nothing"),
        pytest.param(lambda query: query[:2] + b"\x81\x80" + b"\xff" * 40, id="noise"),
        pytest.param(lambda query: query[:2] + b"\x81\x80" + query[4:20], id="cut short"),
        pytest.param(_loop, id="a name that is its own end"),
        pytest.param(_other_id, id="an answer to another question"),
        pytest.param(lambda query: query[:2] + b"\x81\x80" + b"\0\1\xff\xff\0\0\0\0" + query[12:], id="65,535 records"),
        pytest.param(lambda query: query, id="the question itself"),
    ],
)
def test_answers_that_are_none(catalog: Catalog, junk: Callable[[bytes], bytes]) -> None:
    with answering(lambda query: [junk(query)]) as where:
        survey = look(where, catalog, "acme.example", timeout=0.4)
    assert survey.evidence == ()
    assert len(missed(survey)) == 1


def _answer(query: bytes, *records: str) -> bytes:
    message = dns.message.make_response(dns.message.from_wire(query), recursion_available=True)
    message.answer = [dns.rrset.from_text(*record.split(" ", 4)) for record in records]
    return message.to_wire()


def test_the_real_answer_behind_a_forged_one_counts(catalog: Catalog) -> None:
    name = "acme.example. 60 IN"

    def reply(query: bytes) -> list[bytes]:
        real = _answer(query, f"{name} SOA ns. root. 1 1 1 1 1", f"{name} MX 1 aspmx.l.google.com.")
        return [b"\0" * 30, _other_id(query), real]

    with answering(reply) as where:
        survey = look(where, catalog, "acme.example")
    assert ("google-workspace#mx:aspmx.l.google.com", "acme.example MX") in signs(survey)


HOSTILE = r"""
@ A 127.0.0.1
@ MX 10 \060script\062alert\(1\).evil.example.
@ MX 20 \027\091\051\049mred\010newline.evil.example.
@ NS a\.b.evil.example.
www CNAME \000\255.evil.example.
help CNAME \039or\0391.evil.example.
app CNAME \036\123jndi\125.evil.example.
_dmarc TXT "v=DMARC1; rua=mailto:x@\027[2Jevil.example,mailto:y@<b>.evil.example"
@ TXT "v=spf1 include:%{i}._spf.mta.salesforce.com include:\027]0;x.example include:<i>.example -all"
@ TXT "MS=ms\027[2J\027]52;c;cHduZWQ=\007"
@ CAA 0 issue "\027[5m<b>"
"""


def test_names_of_strangers_are_never_printed_raw(serve: Serve, catalog: Catalog) -> None:
    survey = look(serve({"acme.example": HOSTILE}), catalog, "acme.example")
    text = msgspec.json.encode(survey).decode()
    kept = [item.signal for item in survey.evidence if "#" not in item.signal]
    assert all(host_name(name) for name in kept)
    for character in ("\x1b", "\\u001b", "<", "$", "'", "alert", "jndi", "cHdu"):
        assert character not in text


def test_a_text_of_64_kb(serve: Serve, catalog: Catalog) -> None:
    strings = " ".join(f'"{"v=spf1 include:" * 17}"'[:255] + '"' for _ in range(250))
    zone = f"@ A 127.0.0.1\n@ TXT {strings}\n@ MX 1 aspmx.l.google.com.\n"
    survey = look(serve({"acme.example": zone}), catalog, "acme.example")
    assert ("google-workspace#mx:aspmx.l.google.com", "acme.example MX") in signs(survey)


def test_five_thousand_records(serve: Serve, catalog: Catalog) -> None:
    zone = "".join(f"@ MX {number} m{number}.mail.protection.outlook.com.\n" for number in range(1500))
    zone += "".join(f"@ NS n{number}.evil.example.\n" for number in range(1500))
    zone += "".join(f"www A 10.{number // 250}.{number % 250}.1\n" for number in range(2000))
    survey = look(serve({"acme.example": zone}), catalog, "acme.example")
    (mail,) = [item for item in survey.evidence if item.where == "acme.example MX"]
    assert mail.quantity == 500
    assert {item.where: item.reason for item in missed(survey)} == {
        "acme.example MX": "1000 records more than are looked at",
        "acme.example NS": "1001 records more than are looked at",
        "www.acme.example A": "1500 records more than are looked at",
    }


def test_aliases_that_go_round(serve: Serve, catalog: Catalog) -> None:
    zone = "www CNAME app\napp CNAME api\napi CNAME www\n"
    zones = {"acme.example": zone, "loop.example": "@ A 127.0.0.1\n"}
    survey = look(serve(zones), catalog, "www.acme.example", "loop.example")
    assert [item.reason for item in missed(survey)] == ["its aliases go round in a circle or do not end"]


def test_policies_that_include_each_other(serve: Serve, catalog: Catalog) -> None:
    zone = '@ TXT "v=spf1 include:a.acme.example -all"\na TXT "v=spf1 include:b.acme.example -all"\n'
    zone += 'b TXT "v=spf1 include:a.acme.example include:sendgrid.net -all"\n'
    survey = look(serve({"acme.example": zone}), catalog, "acme.example")
    assert ("sendgrid#spf:sendgrid.net", "b.acme.example TXT") in signs(survey)
    assert missed(survey) == []


def test_a_policy_of_hundreds(serve: Serve, catalog: Catalog) -> None:
    zone = "@ TXT " + " ".join(f'"{"v=spf1 " if not n else ""}include:p{n}.acme.example "' for n in range(120)) + "\n"
    zone += "".join(f'p{n} TXT "v=spf1 -all"\n' for n in range(120))
    (one,) = missed(look(serve({"acme.example": zone}), catalog, "acme.example"))
    assert "more than 20" in one.reason


def test_five_hundred_domains_end_at_the_deadline(catalog: Catalog) -> None:
    domains = [f"d{number}.example" for number in range(500)]
    with answering(lambda query: []) as where:
        survey = look(where, catalog, *domains, timeout=0.5, deadline=3.0)
    assert {item.root for item in survey.unread} == set(domains)
    assert any("the time was up" in item.reason for item in survey.unread)


def test_five_hundred_domains_that_answer(serve: Serve, catalog: Catalog) -> None:
    zones = {f"d{number}.example": "@ MX 1 aspmx.l.google.com.\n" for number in range(500)}
    survey = look(serve(zones), catalog, *zones, deadline=300.0)
    assert len(survey.evidence) == 500
    assert {item.reason for item in missed(survey)} == {"not guessed: too many domains at once"}


# --- what is asked, and of whom ---------------------------------------------------------------------------------------
def test_the_preview_names_whom_it_asks(catalog: Catalog) -> None:
    text = preview(Outside(("acme.example",), (Server("192.0.2.1", 5353),)), catalog)
    assert "acme.example" in text
    assert "192.0.2.1:5353" in text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Acme.Example.", "acme.example"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("a.b.c.example", "a.b.c.example"),
    ],
)
def test_domains(text: str, name: str) -> None:
    assert domain_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "com", "https://acme.example", "acme.example/x", "acme.example:80", "127.0.0.1", "::1", "-a.example",
        "a..example", "a b.example", "a" * 64 + ".example", "a." * 200 + "example", "*.acme.example", "\x1b[2J.example",
        "acme.example\n", "\u202eacme.example", "xn--\ud800.example", "\u00fc" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_domain(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        domain_name(text)
    assert str(caught.value).replace("\n", "").isprintable()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
    ],
)
def test_resolvers(text: str, whom: tuple[str, int]) -> None:
    assert server(text) == whom


@pytest.mark.parametrize("text", ["", "dns.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "[::1", "a:b:c:d"])
def test_what_is_no_resolver(text: str) -> None:
    with pytest.raises(BadInput):
        server(text)
