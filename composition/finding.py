"""One thing that the doctor looked at, and how it says so. Never looks at anything itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `wrong` is empty if it is well; `fix` is what to do or type."""

    subject: str
    good: str = ""
    wrong: str = ""
    fix: str = ""

    def line(self) -> str:
        """Return it as the doctor says it."""
        if not self.wrong:
            return f"  ok  {self.subject}: {self.good}"
        return f"  !!  {self.subject}: {self.wrong}" + (
            f"\n        → {self.fix}" if self.fix else ""
        )
