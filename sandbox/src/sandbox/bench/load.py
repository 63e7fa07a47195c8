"""What is ferried: images of one size, so far away."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of batch."""

    size: int
    """Bytes of every image, a JPEG."""
    delay: float = 0
    """Seconds that the source waits with each image, and the stand-in with each answer."""

    def __str__(self) -> str:
        return f"{_bytes(self.size)}, {self.delay * 1000:.0f} ms per hop"


NEAR, FAR = Load(100_000), Load(100_000, 0.1)
SMALL, SMALL_FAR = Load(10_000), Load(10_000, 0.1)
LARGE, LARGE_FAR = Load(5_000_000), Load(5_000_000, 0.1)


def _bytes(size: int) -> str:
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1_000} KB"
