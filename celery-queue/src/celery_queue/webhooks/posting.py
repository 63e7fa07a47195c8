"""Posting to a receiver: one request to an address that a stranger named, and its status.

It goes over connections as guarded as those of the fetcher. No redirect is followed, and of the
answer's body nothing is read: nobody learns through us what an address says.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from celery_queue.addresses import Guard
from celery_queue.errors import ForbiddenAddress
from celery_queue.fetch import FOREIGN_ERRORS
from celery_queue.hosts import Hosts
from celery_queue.strangers import open_session, parse_url, read_retry_after
from jobs.urls import InvalidURL

#: Posts under way in one process: they wait for others, and must not take all the room.
AT_ONCE = 50
#: Seconds for the whole exchange; Standard Webhooks takes 15 to 30.
DEADLINE = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered: its status, and the seconds it asked us to wait, if it did."""

    status: int
    retry_after: float | None = None


class NotPosted(Exception):
    """There was no answer. The message is for the client: no URL, address or port."""

    def __init__(self, message: str, *, retryable: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable


class Poster:
    """Posts to receivers, with a place at the host of each as for a fetch.

    An async context manager, over one session for the process's life. `deadline` is in seconds.
    """

    def __init__(self, guard: Guard, hosts: Hosts, deadline: float = DEADLINE) -> None:
        self._guard = guard
        self._hosts = hosts
        self._deadline = deadline

    async def __aenter__(self) -> Self:
        self._session = open_session(self._guard, AT_ONCE, accept="*/*")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to a POST of this JSON. Raises NotPosted, and HostBusy before it is sent."""
        # One post follows another too seldom to keep a connection for it.
        headers = {"Content-Type": "application/json", "Connection": "close", **headers}
        try:
            target = parse_url(url)
            with self._hosts.place() as place:
                await place.connect(target.raw_host or "")
                async with (
                    asyncio.timeout(self._deadline),
                    self._session.post(
                        target, data=body, headers=headers, allow_redirects=False
                    ) as response,
                ):
                    wait = read_retry_after(response.headers.get("Retry-After", ""))
                    return Answer(response.status, wait)
        except InvalidURL as error:
            raise NotPosted("The webhook is not a URL that is taken.", retryable=False) from error
        except ForbiddenAddress as error:
            message = "This service does not connect to the webhook's address."
            raise NotPosted(message, retryable=False) from error
        except TimeoutError as error:
            message = f"The receiver did not answer within {self._deadline:g} seconds."
            raise NotPosted(message) from error
        except FOREIGN_ERRORS as error:
            raise NotPosted("The receiver cannot be reached.") from error
