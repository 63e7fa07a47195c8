"""What is known of an image that may be deleted. No I/O."""

from dataclasses import dataclass
from enum import StrEnum


class DeletionStatus(StrEnum):
    """How far the deletion of an image is."""

    POSSIBLE = "possible"
    """Nobody has asked for it."""
    PENDING = "pending"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a deletion token deletes: the image with this link."""

    link: str
    status: DeletionStatus
