"""The files that rules and shops are read from, whole and in shape or not at all. Never applies them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ledger.policy.policy import Policy
from ledger.policy.reading import policy_of, read_files
from ledger.server.shops import Enrolled, read_shops


@dataclass(frozen=True, slots=True)
class Told:
    """What the files say.

    Attributes:
        texts: of the rules, by file name; `policy` is what they come to.
        sources: where they were read from, by kind.
    """

    texts: Mapping[str, str]
    policy: Policy
    shops: tuple[Enrolled, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """Where they stand; shops may have no file."""

    policy: Path
    shops: Path | None = None

    def read(self) -> Told:
        """Read all of them.

        Raises:
            OSError: one can't be read.
            ValueError: one is not of its shape; the text says which and where.
        """
        texts = read_files(self.policy)
        sources = {"policy": str(self.policy.resolve())}
        if self.shops is not None:
            sources["shops"] = str(self.shops.resolve())
        return Told(
            texts=texts,
            policy=policy_of(texts, self.policy.name),
            shops=() if self.shops is None else read_shops(self.shops),
            sources=sources,
        )

    def __str__(self) -> str:
        return f"{self.policy}" if self.shops is None else f"{self.policy}, {self.shops}"
