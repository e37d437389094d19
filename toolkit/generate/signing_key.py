"""A key that others come to know: what an app repository signs its index with.

Out: PEM of an RSA key and of its own certificate, whose SHA-256 is the fingerprint that phones remember. Both are made
together and once: with another certificate of the same key nobody would know the signer again.
"""

from datetime import UTC, datetime, timedelta

_BITS = 4096
_DAYS = 10_000  # as Android's own tools recommend: a signer that ended would be another one


def make(platform: str) -> str:
    """Key and certificate, one after the other."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, platform[:64])])
    begins = datetime.now(UTC) - timedelta(days=1)  # a host's clock may be behind
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=_DAYS))
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, pkcs8, serialization.NoEncryption())
    return (private + certificate.public_bytes(pem)).decode()
