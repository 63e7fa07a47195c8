"""What can go wrong between a deployable and the store.

* JobsError
  x JobNotFound
  x StoreUnavailable
"""


class JobsError(Exception):
    """Base of all errors of this package."""


class JobNotFound(JobsError):
    """No job has this id."""


class StoreUnavailable(JobsError):
    """Redis does not answer, or refuses to write. Trying again later may help."""
