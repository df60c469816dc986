"""Signs requests and reads their signatures (RFC 9421, RFC 9530), for both sides. Never holds a key.

Of RFC 9421 this is what a terminal needs: one signature a request, Ed25519, over derived components and
plain header fields, without parameters on a component. A request signs its method, path and query, its
device, its Last-Event-ID and the digest of its body if it has them; `created` and `nonce` make it good once, `keyid` is the
public key in hex. The host is left out: terminals reach a ledger through lines of many names.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

LABEL = "ieum"
TAG = "ieum-pos"  # Keeps these signatures apart from all others of the key.
ALGORITHM = "ed25519"
DEVICE_FIELD, EVENT_FIELD = "ieum-device", "last-event-id"
SIGNATURE, SIGNATURE_INPUT, CONTENT_DIGEST = "signature", "signature-input", "content-digest"
TARGET = ("@method", "@path", "@query")
FIELD_CHARS_MAX = 2_000
NONCE_CHARS_MAX = 64

_STRING = r'"[\x20-\x21\x23-\x5b\x5d-\x7e]*"'  # An sf-string (RFC 8941) that escapes nothing.
_INPUT = re.compile(
    rf"(?P<label>[a-z][a-z0-9_.*-]*)="
    rf"(?P<value>\((?P<inside>(?:{_STRING}(?: {_STRING})*)?)\)"
    rf"(?P<rest>(?:;[a-z]+=(?:{_STRING}|[0-9]+))*))"
)
_PARAMETER = re.compile(rf";([a-z]+)=({_STRING}|[0-9]+)")
_BYTES = r":([A-Za-z0-9+/]*={0,2}):"
_SHA_256 = re.compile(rf"(?:^|,[ \t]*)sha-256={_BYTES}(?=[ \t]*(?:,|$))")


class SignatureUnreadable(Exception):
    """There is no signature of the kind that is asked for; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request as far as a signature sees it.

    Attributes:
        path: as it travels, escaped.
        query: as it travels, without the question mark.
        fields: header fields by lower-case name.
    """

    method: str
    path: str
    query: str
    fields: Mapping[str, str]

    def component(self, name: str) -> str:
        """Return a component's value (RFC 9421, 2.1 and 2.2).

        Raises:
            SignatureUnreadable: it is not there, or is of a kind not read here.
        """
        match name:
            case "@method":
                return self.method
            case "@path":
                return self.path or "/"
            case "@query":
                return f"?{self.query}"
            case "@authority":
                return self.fields.get("host", "").lower()
        if name.startswith("@") or name not in self.fields:
            raise SignatureUnreadable(f"no component {name}")
        return self.fields[name].strip()


@dataclass(frozen=True, slots=True)
class Signature:
    """What came with a request; nothing of it is verified yet.

    Attributes:
        base: what was signed.
        created: seconds since 1970.
    """

    components: tuple[str, ...]
    created: int
    nonce: str
    keyid: str
    algorithm: str
    tag: str
    base: bytes
    signature: bytes


def content_digest(body: bytes) -> str:
    """Return the Content-Digest field of a body (RFC 9530)."""
    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"


def digest_fits(field: str, body: bytes) -> bool:
    """Tell whether a Content-Digest field is this body's, by SHA-256."""
    found = _SHA_256.search(field)
    return found is not None and hmac.compare_digest(
        f"sha-256=:{found[1]}:".encode(), content_digest(body).encode()
    )


def signature_base(message: Message, components: Sequence[str], parameters: str) -> bytes:
    """Return what is signed (RFC 9421, 2.5); `parameters` is the inner list as it travels.

    Raises:
        SignatureUnreadable: a component is missing, or named twice.
    """
    if len(set(components)) != len(components):
        raise SignatureUnreadable("a component twice")
    lines = [f'"{name}": {message.component(name)}' for name in components]
    lines.append(f'"@signature-params": {parameters}')
    try:
        return "\n".join(lines).encode("ascii")
    except UnicodeEncodeError:
        raise SignatureUnreadable("not ASCII") from None


def signed_fields(
    message: Message,
    body: bytes | None,
    *,
    keyid: str,
    created: int,
    nonce: str,
    sign: Callable[[bytes], bytes],
) -> dict[str, str]:
    """Return the header fields that sign a request; its device, if it has one, is among its fields."""
    fields = dict(message.fields)
    added: dict[str, str] = {}
    if body is not None:
        added[CONTENT_DIGEST] = fields[CONTENT_DIGEST] = content_digest(body)
    components = required(fields, has_body=body is not None, has_device=DEVICE_FIELD in fields)
    listed = " ".join(f'"{name}"' for name in components)
    parameters = f'({listed});created={created};nonce="{nonce}";keyid="{keyid}";alg="{ALGORITHM}";tag="{TAG}"'
    whole = Message(message.method, message.path, message.query, fields)
    signature = sign(signature_base(whole, components, parameters))
    added[SIGNATURE_INPUT] = f"{LABEL}={parameters}"
    added[SIGNATURE] = f"{LABEL}=:{b64encode(signature).decode()}:"
    return added


def required(fields: Mapping[str, str], *, has_body: bool, has_device: bool) -> tuple[str, ...]:
    """Return what a signature must cover."""
    return (
        *TARGET,
        *((CONTENT_DIGEST,) if has_body else ()),
        *((DEVICE_FIELD,) if has_device else ()),
        *((EVENT_FIELD,) if EVENT_FIELD in fields else ()),
    )


def read_signature(message: Message) -> Signature:
    """Read the one signature of a request.

    Raises:
        SignatureUnreadable: there is none, or it is not of the shape that is read here.
    """
    given = message.fields.get(SIGNATURE_INPUT, "")
    found = _INPUT.fullmatch(given) if len(given) <= FIELD_CHARS_MAX else None
    if found is None:
        raise SignatureUnreadable("no signature-input")
    said = re.fullmatch(rf"{re.escape(found['label'])}={_BYTES}", message.fields.get(SIGNATURE, ""))
    if said is None:
        raise SignatureUnreadable("no signature")
    components = tuple(each[1:-1] for each in re.findall(_STRING, found["inside"]))
    parameters = _parameters(found["rest"])
    return Signature(
        components=components,
        created=_number(parameters),
        nonce=_text(parameters, "nonce"),
        keyid=_text(parameters, "keyid"),
        algorithm=_text(parameters, "alg"),
        tag=_text(parameters, "tag"),
        base=signature_base(message, components, found["value"]),
        signature=_bytes(said[1]),
    )


def _parameters(text: str) -> dict[str, str]:
    pairs: list[tuple[str, str]] = _PARAMETER.findall(text)
    if len({name for name, _ in pairs}) != len(pairs):
        raise SignatureUnreadable("a parameter twice")
    return dict(pairs)


def _text(parameters: Mapping[str, str], name: str) -> str:
    """Return a parameter that is a string; one that is missing is empty."""
    said = parameters.get(name, '""')
    if not said.startswith('"'):
        raise SignatureUnreadable(name)
    return said[1:-1]


def _number(parameters: Mapping[str, str]) -> int:
    said = parameters.get("created", "")
    if not said.isdecimal() or len(said) > 15:  # RFC 8941, 3.3.1
        raise SignatureUnreadable("created")
    return int(said)


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise SignatureUnreadable("signature") from None
