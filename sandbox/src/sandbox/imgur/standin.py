"""What one stand-in Imgur is made of and what it counts, and how a call is let in."""

from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.imgur.errors import Refused
from sandbox.imgur.faults import Faults
from sandbox.imgur.images import Images
from sandbox.imgur.quota import Account, Quota


@dataclass(slots=True)
class StandIn:
    """One stand-in Imgur. `delay` is in seconds, for every upload; counts are since its start."""

    images: Images
    quota: Quota
    public_url: str
    max_bytes: int
    client_ids: frozenset[str]
    """The valid ones; any is valid where none is named."""
    faults: Faults = field(default_factory=Faults)
    delay: float = 0
    uploads: Counter[str] = field(default_factory=Counter)
    """Images kept, by the address they came from."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Calls that a limit did not cover, by address."""

    def authorize(self, request: web.Request) -> str:
        """The client id of a call. Raises Refused, for tokens too: nobody has an account here."""
        scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            raise Refused(401, "Authentication required")
        if scheme == "Bearer" and credential:
            raise Refused(403, "The access token provided is invalid.")
        if scheme != "Client-ID" or not credential:
            raise Refused(403, "Malformed auth header")
        if self.client_ids and credential not in self.client_ids:
            raise Refused(403, "Invalid client_id")
        return credential

    def charge(self, request: web.Request, client_id: str, cost: int) -> Account:
        """Charge a call to the limits and remember how it stands. Raises Refused."""
        address = request.remote or ""
        account = self.quota.charge(client_id, address, cost, post=request.method == "POST")
        request[ACCOUNT] = account
        refused_by = account.refused_by
        if refused_by is None:
            return account
        self.refusals[address] += 1
        if refused_by is account.client:
            raise Refused(429, "Daily client requests exceeded")
        wait = self.quota.wait(refused_by.to_go())
        raise Refused(429, f"You are uploading too fast. Please wait {wait}.", code=429)

    def limits(self, request: web.Request) -> dict[str, str]:
        """The limit headers of an error: all with a 429, only those of POSTs with another."""
        account = request.get(ACCOUNT)
        if account is None:
            return {}
        if account.refused_by:
            return self.quota.headers(account)
        return self.quota.post_headers(account)


STAND_IN = web.AppKey("STAND_IN", StandIn)
ACCOUNT = web.RequestKey("ACCOUNT", Account)
