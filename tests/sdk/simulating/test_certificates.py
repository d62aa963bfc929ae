"""TLS on loopback: who has the authority's file reaches the server, nobody else does."""

import asyncio
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from atdesk_sdk.simulating.certificates import Certificates, certified, make_certificates


async def _handshake(server: Certificates, trusted: Path, host: str) -> str:
    """The version of TLS that both agreed on."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server.context)
    port = listening.sockets[0].getsockname()[1]
    client = ssl.create_default_context(cafile=trusted)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname=host)
        agreed = str(writer.get_extra_info("ssl_object").version())
        writer.close()
        await writer.wait_closed()
    finally:
        listening.close()
        await listening.wait_closed()
    return agreed


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_client_that_trusts_the_authority_gets_through(tmp_path: Path, host: str) -> None:
    made = make_certificates(tmp_path)
    assert await _handshake(made, made.ca_file, host) == "TLSv1.3"


async def test_another_host_is_refused(tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        await _handshake(made, made.ca_file, "example.org")


async def test_each_server_has_an_authority_of_its_own(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    mine, other = make_certificates(first), make_certificates(second)
    with pytest.raises(ssl.SSLCertVerificationError):
        await _handshake(mine, other.ca_file, "localhost")


def test_nothing_below_tls_1_2_is_offered(tmp_path: Path) -> None:
    assert make_certificates(tmp_path).context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_no_key_stays_on_disk(tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    assert list(tmp_path.iterdir()) == [made.ca_file]
    text = made.ca_file.read_bytes()
    assert b"PRIVATE" not in text
    assert x509.load_pem_x509_certificate(text).subject.rfc4514_string() == "CN=atdesk simulator authority"


async def test_the_folder_is_gone_at_the_end() -> None:
    async with certified("atdesk-test-") as made:
        folder = made.ca_file.parent
        assert folder.name.startswith("atdesk-test-")
        assert made.ca_file.is_file()
    assert not folder.exists()


async def test_the_folder_is_gone_after_a_failure_too() -> None:
    folders = []

    async def fail() -> None:
        async with certified("atdesk-test-") as made:
            folders.append(made.ca_file.parent)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert not folders[0].exists()
