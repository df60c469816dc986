"""Runs the ledger on loopback and says on stdout when it is ready. Never listens to the world.

The reference ledger speaks plain HTTP; in front of it, a shop's line needs TLS.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette

from ledger.server import reloading, rollups
from ledger.server.app import build_app
from ledger.server.cards import CardOpener, NewCard
from ledger.server.channels.door import ChannelDoor
from ledger.server.channels.vault import Vault, seal_all
from ledger.server.database import Database
from ledger.server.demo import Demo
from ledger.server.faults import Faults
from ledger.server.fraud_limits import FraudData, load_fraud_data
from ledger.server.fraud_sweep import Sweeper
from ledger.server.handout import Handout
from ledger.server.heads import Sign
from ledger.server.operator import OperatorDoor
from ledger.server.operator_page import OperatorPage
from ledger.server.phone import Phone
from ledger.server.reloading import Reloader
from ledger.server.rule_files import RuleFiles, Told
from ledger.server.seed import seed
from ledger.server.service import Service, utc_now
from ledger.server.settling import settle_for_ever
from ledger.server.writer import Writer

LOOPBACK = "127.0.0.1"
KEEP_ALIVE_S = 75  # Far above the client's, which then is the one to close.
SHUTDOWN_S = 2


@dataclass(frozen=True, slots=True)
class Setup:
    """How a ledger is to run.

    Attributes:
        port: 0 takes a free one.
        operator_token: opens the operator's page; without one, only this machine sees it.
        told: what the files of rules and shops said; None if they can't be read: `problem` says why.
        files: where they stand, to be read again on SIGHUP; None: nowhere.
        demo: adds the operations under /demo and /app.
        fraud: when a payment is flagged.
    """

    db: Database
    port: int
    told: Told | None
    cards: tuple[NewCard, ...] = ()
    problem: str = ""
    files: RuleFiles | None = None
    operator_token: str = field(default="", repr=False)
    demo: bool = False
    fraud: FraudData = field(default_factory=load_fraud_data)


class _Announcing(uvicorn.Server):
    """Says `{"port": N}` on stdout once requests are taken; the one line that it prints."""

    def __init__(self, config: uvicorn.Config, port: int, service: Service) -> None:
        super().__init__(config)
        self._port = port
        self._service = service

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(json.dumps({"port": self._port}) + "\n")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.close()  # Who waits for the feed is answered at once.
        await super().shutdown(sockets)


def serve(setup: Setup, opener: CardOpener, sign: Sign, handout: Handout, vault: Vault) -> None:
    """Run until the process is told to stop; `sign` has the ledger's own key.

    Raises:
        OSError: the port is taken.
        ValueError: a card of the setup can't be opened, or the operator's token is too short.
        DatabaseUnfit, apsw.Error: the database can't be used.
    """
    app, service = _application(setup, opener, sign, handout, vault)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    with socket.create_server((LOOPBACK, setup.port)) as listener:
        server = _Announcing(config, listener.getsockname()[1], service)
        server.run(sockets=[listener])


def _say_if_it_failed(task: asyncio.Task[None]) -> None:
    """Payments go on without it; a person has to hear of it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        name = getattr(task.get_coro(), "__qualname__", "a task")
        sys.stderr.write(f"ledger: {name} has ended; restart the ledger. {error!r}\n")


def _application(
    setup: Setup, opener: CardOpener, sign: Sign, handout: Handout, vault: Vault
) -> tuple[Starlette, Service]:
    door = OperatorDoor(setup.operator_token)
    writer = Writer(setup.db)
    rules = reloading.begin(writer, setup.told, setup.problem, str(setup.files or "-"), utc_now)
    writer.run_now(lambda tx: seed(tx, setup.cards, opener, utc_now()))
    writer.run_now(lambda tx: seal_all(tx, vault))
    service = Service(setup.db, writer, opener, rules, sign, handout)
    faults = Faults()
    sweeper = Sweeper(setup.db, writer, setup.fraud)
    routes = OperatorPage(service, door).routes()
    channels = ChannelDoor(service, vault)
    routes += channels.routes()
    if setup.demo:
        routes += Demo(service, faults, door).routes() + Phone(service, door, rules, sign).routes()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        writer.start()
        if setup.files is not None:
            Reloader(writer, setup.files, rules, service.now).listen()
        tasks = [
            asyncio.create_task(service.keep_house()),
            asyncio.create_task(rollups.keep(setup.db, writer, service.now)),
            asyncio.create_task(settle_for_ever(setup.db, writer, rules.policy, service.now)),
            asyncio.create_task(sweeper.keep(service.now)),
            asyncio.create_task(channels.courier.run()),
        ]
        for each in tasks:
            each.add_done_callback(_say_if_it_failed)
        try:
            yield
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(writer.close)
            await asyncio.to_thread(sweeper.close)

    return build_app(service, faults, routes, lifespan), service
