"""Whom an encrypted connection trusts: the sign-in and the API alike, behind a company's proxy or not."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from blocker.calendars.google import consent
from blocker.calendars.google.identity import token_path
from blocker.calendars.google.sign_in import keep_sign_in, prove
from blocker.values.errors import ConfigError, Unreachable
from tests.tools.google_days import call
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import google_answers, signed_in, surroundings
from tests.tools.tunnel import tunnels

NOW = "2026-11-02T06:30"
NAMES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
PROXIES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY")


def certificate(place: Path, valid: timedelta) -> tuple[str, str]:
    """A certificate of nobody's for loopback, with its key; in force for so long from yesterday on."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A company's proxy")])
    hosts = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]
    since = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + valid)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (place / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (place / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(place / "cert.pem"), str(place / "key.pem")


@pytest.fixture(params=[timedelta(days=9)])
def server(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[GoogleServer]:
    for name in (*NAMES, *PROXIES):
        monkeypatch.delenv(name, raising=False)
    with google_answers(monkeypatch, certificate=certificate(tmp_path, request.param)) as running:
        keep_sign_in(token_path(surroundings()), signed_in(running))
        yield running


@pytest.fixture
def pem(tmp_path: Path) -> str:
    return str(tmp_path / "cert.pem")


def exchanged(server: GoogleServer) -> None:
    consent._exchange(
        server.credentials()["installed"], "4/none", "verifier", "http://127.0.0.1:1/", surroundings()
    )


def test_a_certificate_that_nobody_knows_is_said_as_such_and_tried_once(server: GoogleServer) -> None:
    said = call("plan", now=NOW)
    assert said.code == 75
    assert "is not trusted on this machine" in said.err
    assert "SSL_CERT_FILE" in said.err
    assert len(server.log) == 0
    for asked in (lambda: prove(signed_in(server), surroundings()), lambda: exchanged(server)):
        with pytest.raises(Unreachable, match="is not trusted"):
            asked()


@pytest.mark.parametrize("name", NAMES)
def test_a_company_may_name_its_certificate(
    server: GoogleServer, pem: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, pem)
    assert call("plan", now=NOW).code == 0
    prove(signed_in(server), surroundings())
    with pytest.raises(Exception, match="Malformed auth code"):
        exchanged(server)


def test_what_the_system_trusts_is_trusted_without_a_word(
    server: GoogleServer, pem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A company's certificate in the system's store, which OpenSSL looks for by the hash of its name."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not here, and the system's store is made with it")
    hashed = subprocess.run(
        [openssl, "x509", "-hash", "-noout", "-in", pem], check=True, capture_output=True, text=True
    )
    (tmp_path / "store").mkdir()
    shutil.copy(pem, tmp_path / "store" / f"{hashed.stdout.strip()}.0")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "store"))
    assert call("plan", now=NOW).code == 0
    prove(signed_in(server), surroundings())


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY"])
def test_the_companys_proxy_is_taken_to_both_hosts(
    server: GoogleServer, pem: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", pem)
    with tunnels("anna:correct horse") as proxy:
        monkeypatch.setenv(name, f"http://anna:correct%20horse@{proxy.host}")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        assert call("plan", now=NOW).code == 0
        assert set(proxy.asked) == {f"localhost:{server.host.rpartition(':')[2]}", server.host}
        proxy.asked.clear()
        monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
        assert call("plan", now=NOW).code == 0
        assert proxy.asked == []


def test_a_proxy_that_lets_nobody_through_is_said_as_such(
    server: GoogleServer, pem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", pem)
    with tunnels("anna:correct horse") as proxy:
        monkeypatch.setenv("https_proxy", f"http://anna:wrong@{proxy.host}")
        said = call("plan", now=NOW)
    assert said.code == 75
    assert "the proxy that HTTPS_PROXY names does not let it through (407" in said.flat_err
    assert "wrong" not in said.err


@pytest.mark.parametrize("server", [timedelta(hours=1)], indirect=True)
def test_a_certificate_that_is_out_of_date_points_to_the_clock(
    server: GoogleServer, pem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", pem)
    said = call("plan", now=NOW)
    assert said.code == 75
    assert "is this machine's clock right?" in said.err


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_none_is_named(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "/nowhere/company.pem")
    said = call("plan", now=NOW)
    assert said.code == ConfigError.exit_code
    assert "/nowhere/company.pem" in said.err


def test_a_folder_of_certificates_will_do(
    server: GoogleServer, pem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no certificate that OpenSSL finds by its hash, nobody is trusted; it is no defect."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Path(pem).parent))
    assert call("plan", now=NOW).code == 75
