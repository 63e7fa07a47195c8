"""How many files a process of the API may have open: each connection is one."""

import resource

#: Enough for a thousand who watch, and others beside them.
WANTED = 4096
#: What is not a connection of a client: those to Redis, and what the process itself has open.
BESIDE = 124


def raise_limit() -> None:
    """Allow this process, and those that it starts, as many as are wanted, or as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if most == resource.RLIM_INFINITY else min(WANTED, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def most_connections() -> int:
    """How many connections of clients that leaves."""
    return max(min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], WANTED) - BESIDE, 2)
