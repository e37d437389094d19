"""The platform's own certificate authority: which names it may sign for, and its certificate (PEM, ten years).

In: the plan, and key and certificate where there are some. Out: key and certificate, or the certificate anew with the
same key, so that what it signed stays valid. Names are constrained as in RFC 5280, 4.2.1.10: whoever steals the key
can pass for the platform's hosts, and for nobody else's. Addresses are not: they are not known yet.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from toolkit.errors import BadInput
from toolkit.model import Plan

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, Name

_DAYS = 3650
_RENEWED = _DAYS // 3  # with fewer days left it gets ten more years
_ALWAYS = ("internal", "localhost")  # private by ICANN's and the IETF's word
_NAMING = ("hostname", "domains")  # inputs of blueprints that certificates are for


def names(plan: Plan) -> tuple[str, ...]:
    """What it may sign for: these names and all below them, sorted, none below another."""
    found = {name.lower().removeprefix("*.").rstrip(".") for name in _names(plan)} - {""}
    return tuple(sorted(name for name in found if not _is_below(name, found)))


def make(platform: str, permitted: Iterable[str]) -> tuple[str, str]:
    """Key and certificate of a new authority."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), _certificate(key, _subject(platform), permitted)


def renewed(platform: str, key: str, certificate: bytes, permitted: Iterable[str]) -> str | None:
    """The certificate anew with the same key, for the names it had and these; None where it may stay as it is.

    One that is not ours stays: the user's own authority, or one whose key is not this.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        private = serialization.load_pem_private_key(key.encode(), None)
        found = x509.load_pem_x509_certificate(certificate)
    except ValueError:
        return None
    ours = found.subject == found.issuer == _subject(platform)
    if not (ours and isinstance(private, ec.EllipticCurvePrivateKey) and private.public_key() == found.public_key()):
        return None
    wanted, held = set(permitted), _permitted(found)
    lasts = found.not_valid_after_utc - datetime.now(UTC) > timedelta(days=_RENEWED)
    if lasts and held and all(_is_within(one, held) for one in wanted):
        return None
    return _certificate(private, _subject(platform), wanted | held)


def issued(platform: str, key: str, permitted: Iterable[str]) -> str:
    """The certificate for a key that has none any more. BadInput for a key that is not one of ours."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        private = serialization.load_pem_private_key(key.encode(), None)
    except ValueError:
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        hint = "put the authority's certificate back, or remove offramp_ca_key: then both are made anew"
        raise BadInput("it is gone, and the vault's offramp_ca_key is not one of Offramp's", where="ca.crt", hint=hint)
    return _certificate(private, _subject(platform), permitted)


def _names(plan: Plan) -> Iterator[str]:
    yield from _ALWAYS
    yield from plan.platform.domains
    yield from (host.name for host in plan.hosts)
    for application in plan.platform.applications:
        yield from application.domains
    for replacement in plan.replacements:
        for name in _NAMING:
            yield from _literal_names(replacement.inputs.get(name))


def _literal_names(value: Any) -> Iterator[str]:
    """Names in an input; what refers to something else is not known before Ansible runs."""
    values = value if isinstance(value, list | tuple) else [value]
    for one in values:
        if isinstance(one, str) and one.isascii() and not set(one) & set("{}$ /:"):
            yield one


def _is_below(name: str, names: Iterable[str]) -> bool:
    return any(name.endswith(f".{other}") for other in names)


def _is_within(name: str, names: set[str]) -> bool:
    return name in names or _is_below(name, names)


def _subject(platform: str) -> "Name":
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{platform[:40]} own CA")])


def _permitted(certificate: "Certificate") -> set[str]:
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return set()
    return {one.value for one in found.permitted_subtrees or () if isinstance(one, x509.DNSName)}


def _certificate(key: "EllipticCurvePrivateKey", subject: "Name", permitted: Iterable[str]) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    constraints = x509.NameConstraints([x509.DNSName(one) for one in sorted(set(permitted))], None)
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # hosts' clocks differ a little
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(constraints, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
