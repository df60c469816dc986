"""HTTP message signatures, against the examples of RFC 9421 and RFC 9530, and what is not read."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.contract.http_signature import (
    Message,
    SignatureUnreadable,
    content_digest,
    digest_fits,
    read_signature,
    required,
    signature_base,
    signed_fields,
)
from ledger.server.device_keys import signed_by
from tests.ledger.conftest import KEY

# RFC 9421, B.1.4 and B.2.6
RFC_PRIVATE = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU="
RFC_PARAMETERS = (
    '("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"'
)
RFC_SIGNATURE = (
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
)
RFC_MESSAGE = Message(
    "POST",
    "/foo",
    "param=Value&Pet=dog",
    {
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-length": "18",
        "signature-input": f"sig-b26={RFC_PARAMETERS}",
        "signature": f"sig-b26=:{RFC_SIGNATURE}:",
    },
)
PLAIN = Message("GET", "/v1/feed", "cursor=7&wait_ms=0", {"ieum-device": "000000000001"})


def signed(message: Message = PLAIN, body: bytes | None = None) -> Message:
    fields = signed_fields(
        message, body, keyid=KEY.public.hex(), created=1, nonce="n" * 16, sign=KEY.sign
    )
    return replace(message, fields={**message.fields, **fields})


def test_the_rfcs_own_request_has_the_rfcs_own_signature() -> None:
    said = read_signature(RFC_MESSAGE)
    key = Ed25519PrivateKey.from_private_bytes(b64decode(RFC_PRIVATE, altchars="-_"))

    assert said.base.decode().splitlines()[:4] == [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
    ]
    assert said.base == signature_base(RFC_MESSAGE, said.components, RFC_PARAMETERS)
    assert key.sign(said.base) == said.signature == b64decode(RFC_SIGNATURE)
    assert (said.created, said.keyid) == (1_618_884_473, "test-key-ed25519")


def test_the_rfcs_own_body_has_the_rfcs_own_digest() -> None:
    body = b'{"hello": "world"}\n'  # RFC 9530, appendix D

    assert content_digest(body) == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    assert digest_fits(f"md5=:AAAA:, {content_digest(body)}", body)
    assert not digest_fits(content_digest(body), body + b" ")
    assert not digest_fits("sha-256=::", body)


def test_what_was_signed_is_read_and_verified() -> None:
    said = read_signature(signed(body=b"{}"))

    assert said.components == required({}, has_body=True, has_device=True)
    assert (said.nonce, said.algorithm, said.tag) == ("n" * 16, "ed25519", "ieum-pos")
    assert signed_by(KEY.public, said.signature, said.base)


@pytest.mark.parametrize(
    "change",
    [
        {"method": "POST"},
        {"path": "/v1/head"},
        {"query": "cursor=8&wait_ms=0"},
        {"query": ""},
    ],
)
def test_a_signature_is_for_one_request(change: dict[str, str]) -> None:
    said = read_signature(replace(signed(), **change))  # type: ignore[arg-type]

    assert not signed_by(KEY.public, said.signature, said.base)


@pytest.mark.parametrize("name", ["ieum-device", "content-digest"])
def test_a_signature_is_for_one_device_and_body(name: str) -> None:
    message = signed(body=b"{}")
    said = read_signature(replace(message, fields={**message.fields, name: "other"}))

    assert not signed_by(KEY.public, said.signature, said.base)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"signature-input": "ieum=()"},
        {"signature-input": 'ieum=("@method");created=1', "signature": "other=:AAAA:"},
        {"signature-input": 'ieum=("@method");created=1', "signature": "ieum=:A:"},
        {"signature-input": 'ieum=("@method");created=x', "signature": "ieum=:AAAA:"},
        {"signature-input": 'ieum=("@method");created="1"', "signature": "ieum=:AAAA:"},
        {"signature-input": 'ieum=("@method")', "signature": "ieum=:AAAA:"},
        {"signature-input": 'ieum=("@method");created=1;created=2', "signature": "ieum=:AAAA:"},
        {"signature-input": 'ieum=("@method");created=1;keyid=1', "signature": "ieum=:AAAA:"},
        {"signature-input": 'ieum=("@method" "@method");created=1', "signature": "ieum=:AAAA:"},
        {"signature-input": 'ieum=("@status");created=1', "signature": "ieum=:AAAA:"},
        {"signature-input": 'ieum=("x-absent");created=1', "signature": "ieum=:AAAA:"},
        {"signature-input": 'ieum=("@query";sf);created=1', "signature": "ieum=:AAAA:"},
        {"signature-input": 'a=("@method");created=1, b=();created=1', "signature": "a=:AAAA:"},
        {"signature-input": 'ieum=("date");created=1', "signature": "ieum=:AAAA:", "date": "é"},
        {"signature-input": "ieum=(" + '"@method" ' * 400 + ");created=1", "signature": "ieum=::"},
    ],
)
def test_what_is_not_of_the_shape_is_not_read(fields: dict[str, str]) -> None:
    with pytest.raises(SignatureUnreadable):
        read_signature(replace(PLAIN, fields=fields))
