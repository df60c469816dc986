"""Makes and uses RSA keys the way EMV cards do, by raw exponentiation. Never inside a real card.

Plain `pow` leaks the key through timing to anyone who can measure it: a simulator may, and whoever signs
one certificate where nobody else is; a card not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import rsa

PUBLIC_EXPONENT = 65_537  # One of the two that EMV allows (Book 2, annex B2.1).


@dataclass(frozen=True, slots=True)
class RsaKeyPair:
    """One key pair, as plain numbers."""

    modulus: int
    private_exponent: int = field(repr=False)

    @property
    def size(self) -> int:
        """The length of the modulus in bytes."""
        return (self.modulus.bit_length() + 7) // 8

    @property
    def modulus_bytes(self) -> bytes:
        """The modulus, big end first."""
        return self.modulus.to_bytes(self.size, "big")

    @property
    def exponent_bytes(self) -> bytes:
        """The public exponent in as few bytes as it takes."""
        return PUBLIC_EXPONENT.to_bytes(3, "big")

    def sign(self, block: bytes) -> bytes:
        """Sign a block as long as the modulus (Book 2, annex B2.1.3)."""
        assert len(block) == self.size
        number = pow(int.from_bytes(block, "big"), self.private_exponent, self.modulus)
        return number.to_bytes(self.size, "big")


def new_key_pair(bits: int) -> RsaKeyPair:
    """Make a key pair of so many bits."""
    numbers = rsa.generate_private_key(PUBLIC_EXPONENT, bits).private_numbers()
    return RsaKeyPair(numbers.public_numbers.n, numbers.d)
