"""How images are deleted at the destination: a token asks for it, a worker does it, in the end."""

import json
import secrets
from collections.abc import Sequence
from typing import cast

from jobs.errors import DeletionNotFound
from jobs.model import Deletion, DeletionStatus, Told
from jobs.store.connection import Connected, answering
from jobs.store.records import DELETED, digest, write_told

#: Milliseconds until a deletion that is not done is sent again: at first, and at the longest.
_AGAIN, _LONGEST = 15_000, 3_600_000
_DAY = 86_400_000


class Deletions(Connected):
    """The part of JobStore that deletes images.

    The store holds no token, only its digest, and for as long as the job, which is finished by now.
    """

    # For clients

    def permit_deletion(self, job_id: str, index: int) -> str | None:
        """A token, of 256 bits, that deletes this image of a finished, deletable job.

        None where it was not uploaded, or the destination told of no way to delete it.
        """
        with answering(), self._redis.pipeline() as read:
            read.hexists(f"imgferry:job:{job_id}:uploads", str(index))
            read.hget(f"imgferry:job:{job_id}:images", str(index))
            is_uploaded, detail = read.execute()
        if not is_uploaded or not _deletehash(detail):
            return None
        token = secrets.token_urlsafe(32)
        kept = int(self._settings.job_retention_days * _DAY)
        with answering():
            self._redis.set(f"imgferry:deletion:{digest(token)}", f"{job_id}:{index}", px=kept)
        return token

    def deletion(self, token: str) -> Deletion:
        """What this token deletes. Raises DeletionNotFound."""
        with answering():
            found = self._scripts.deletion(args=[digest(token)])
        if found is None:
            raise DeletionNotFound
        state, detail, is_asked = found
        if state == DELETED:
            status = DeletionStatus.DELETED
        else:
            status = DeletionStatus.PENDING if is_asked else DeletionStatus.POSSIBLE
        return Deletion(json.loads(detail)[0], status)

    def delete(self, token: str) -> None:
        """Have a worker delete what this token deletes. Raises DeletionNotFound."""
        with answering():
            found = self._scripts.delete(args=[digest(token)])
        if not found:
            raise DeletionNotFound

    # For dispatch and workers

    def admit_deletions(self, most: int) -> list[tuple[str, int]]:
        """Images, as job and index, that are to be deleted now: within the budget, like uploads.

        Each comes again until it is `deleted`, after 15 seconds, 30, and so on to an hour.
        """
        with answering():
            found = self._scripts.admit_deletions(args=[most, _AGAIN, _LONGEST])
        return [(job_id, int(index)) for job_id, index in found]

    def deletehash(self, job_id: str, index: int) -> str | None:
        """What deletes an image, as it was recorded; None where it is not to be deleted."""
        with answering(), self._redis.pipeline() as read:
            read.zscore("imgferry:deletions", f"{job_id}:{index}")
            read.hget(f"imgferry:job:{job_id}:images", str(index))
            asked, detail = read.execute()
        return _deletehash(detail) if asked and detail else None

    def deleted(self, job_id: str, index: int, told: Sequence[Told]) -> None:
        """An image is gone from the destination, whose answer told this of its windows."""
        with answering():
            self._scripts.deleted(args=[job_id, index, *write_told(told)])


def _deletehash(detail: str) -> str:
    return cast(str, json.loads(detail)[2])
