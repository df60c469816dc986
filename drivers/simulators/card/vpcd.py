"""A card on the virtual reader's line (vsmartcard's vpcd). Never connects beyond loopback.

Each message is two length bytes and a body; a body of one byte is a control code. Connecting is
putting the card in, closing is taking it out. vpcd sends length and body in two small writes, so
without TCP_QUICKACK before every read each command waits 40 ms for a delayed acknowledgement.
"""

from __future__ import annotations

import contextlib
import socket
import threading

from drivers.cards.slot import SlotCard
from pos.domain.errors import CardRemoved

DEFAULT_PORT = 0x8C7B
HOST = "127.0.0.1"
CONNECT_TIMEOUT_S = 2.0
_POWER_ON, _RESET, _GET_ATR = b"\x01", b"\x02", b"\x04"


class VpcdSlot:
    """The one place of the virtual reader. Call it from one thread; the card answers in its own."""

    def __init__(self, port: int = DEFAULT_PORT) -> None:
        self._port = port
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def occupied(self) -> bool:
        """Whether a card lies in it and the reader is there."""
        return self._thread is not None and self._thread.is_alive()

    def insert(self, card: SlotCard) -> None:
        """Put a card in; one that lies there is taken out first.

        Raises:
            OSError: the virtual reader does not listen.
        """
        self.remove()
        line = socket.create_connection((HOST, self._port), CONNECT_TIMEOUT_S)
        line.settimeout(None)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line = line
        self._thread = threading.Thread(target=_serve, args=(line, card), daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Take the card out, whatever it is doing."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def _serve(line: socket.socket, card: SlotCard) -> None:
    with contextlib.suppress(OSError, CardRemoved):
        while True:
            body = _read(line)
            if len(body) != 1:
                _write(line, card.transmit(body))
            elif body == _GET_ATR:
                _write(line, card.atr)
            elif body in {_POWER_ON, _RESET}:
                card.power_on()
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()


def _read(line: socket.socket) -> bytes:
    return _read_exactly(line, int.from_bytes(_read_exactly(line, 2), "big"))


def _read_exactly(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = line.recv(count - len(data))
        if not part:
            raise ConnectionResetError
        data += part
    return data


def _write(line: socket.socket, body: bytes) -> None:
    line.sendall(len(body).to_bytes(2, "big") + body)
