"""What clients spend of their quotas, counted for all processes of the API together."""

from collections.abc import Sequence

from jobs.errors import QuotaExceeded
from jobs.model import Balance, Quota
from jobs.store.connection import Connected, answering


class Quotas(Connected):
    """The part of JobStore that counts what clients ask for."""

    def spend(self, amounts: Sequence[tuple[Quota, int]]) -> list[Balance]:
        """Take so much of each quota, where as much is left; an amount of 0 only looks.

        More than a whole quota is given to a client that has spent nothing of it, and then nothing
        more for as many windows.
        """
        args = [part for quota, amount in amounts for part in (*write_quota(quota), amount)]
        with answering():
            found = self._scripts.spend(args=args)
        return [
            Balance(quota, left, ends / 1000, is_exceeded=not taken)
            for (quota, _), (taken, left, ends) in zip(amounts, found, strict=True)
        ]


def write_quota(quota: Quota | None) -> tuple[str, int, int]:
    """The three arguments that scripts take for a quota, or for none."""
    if quota is None:
        return "", 0, 0
    return f"{quota.name}:{quota.client}", quota.limit, quota.length * 1000


def exceeded(quota: Quota, left: int, ends: int) -> QuotaExceeded:
    """What is raised where a quota has only so much left, and all of it in so many ms."""
    return QuotaExceeded(Balance(quota, left, ends / 1000, is_exceeded=True))
