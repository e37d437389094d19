"""Whose certificate a host shows, and until when. In: a host and its addresses. Out: notes ("network.tls").

The handshake trusts everybody, for an expired certificate is worth knowing too; nothing is sent over
it. Whether the certificate is trusted, the visit of the landing page says.
"""

import asyncio
import ssl
from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID

from toolkit.collect.network.fetch import reason_of
from toolkit.collect.network.names import Address
from toolkit.collect.network.notes import Notes
from toolkit.collect.network.signs import Seen

SOURCE = "network.tls"


async def shake_hands(host: str, port: int, addresses: Sequence[Address], timeout: float, notes: Notes) -> None:
    """One handshake."""
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(timeout):
            shown = await _certificate(host, port, addresses[0])
        certificate = x509.load_der_x509_certificate(shown)
        issuer, until = _issuer(certificate), certificate.not_valid_after_utc.date().isoformat()
    except TimeoutError:
        return notes.miss(SOURCE, where, f"TLS did not finish within {timeout:g} s")
    except (OSError, ValueError) as err:
        return notes.miss(SOURCE, where, reason_of(err))
    notes.ran.add(SOURCE)
    notes.observe(SOURCE, "certificate of", where, issuer)
    notes.observe(SOURCE, "certificate until", where, until)
    notes.seen.append(Seen(SOURCE, "issuer", issuer, where, "infra", bare=False))
    return None


async def _certificate(host: str, port: int, where: Address) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # see above: to look, not to talk
    _, writer = await asyncio.open_connection(str(where), port, ssl=context, server_hostname=host)
    try:
        shown: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    if shown is None:
        raise ValueError("it shows no certificate")
    return shown


def _issuer(certificate: x509.Certificate) -> str:
    """The organisation, or the common name where there is none."""
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in certificate.issuer.get_attributes_for_oid(oid):
            return str(attribute.value)
    return "nobody named"
