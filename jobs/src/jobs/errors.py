"""What can go wrong between a deployable and the store, or the staged files.

* JobsError
  x DeletionNotFound
  x DeliveryNotFound
  x FileTooLarge
  x JobNotFound
  x KeyReused
  x QuotaExceeded
  x StagingFull
  x StagingUnavailable
    x FileGone
  x StoreUnavailable
  x UnknownURLs
"""

from collections.abc import Sequence

from jobs.model import Balance


class JobsError(Exception):
    """Base of all errors of this package."""


class DeletionNotFound(JobsError):
    """No image is deleted by this token, or it is forgotten with its job."""


class DeliveryNotFound(JobsError):
    """The job has no delivery with this id."""


class FileTooLarge(JobsError):
    """A file has more bytes than are taken."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"More than {max_bytes} bytes")
        self.max_bytes = max_bytes


class JobNotFound(JobsError):
    """No job has this id."""


class KeyReused(JobsError):
    """An earlier POST had the same Idempotency-Key and another body."""


class QuotaExceeded(JobsError):
    """Less is left of a client's quota than it asked for; nothing was done."""

    def __init__(self, balance: Balance) -> None:
        super().__init__(f"The quota of {balance.quota.name} is spent")
        self.balance = balance


class UnknownURLs(JobsError):
    """Some URLs are not of this job; `positions` says which of those that were named, from 0."""

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__(f"{len(positions)} URLs are not of this job")
        self.positions = positions


class StagingFull(JobsError):
    """There is no room for files at the moment."""


class StagingUnavailable(JobsError):
    """What keeps the staged files does not answer, or refuses. Trying again later may help."""


class FileGone(StagingUnavailable):
    """The file is not there (any more): trying again does not help."""


class StoreUnavailable(JobsError):
    """Redis does not answer, or refuses to write. Trying again later may help."""
