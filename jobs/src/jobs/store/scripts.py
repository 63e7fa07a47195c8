"""The Lua scripts beside this module, each with what it needs before it."""

from functools import cache
from importlib.resources import files

from redis import Redis
from redis.commands.core import Script

#: Answered also by a Redis that is full or read-only.
READS = " flags=no-writes"
#: Taken also by a Redis that is full: it needs no memory. Without it all leases would end, and
#: nothing would be forgotten.
SMALL = " flags=allow-oom"
#: Before every script: the keys, then what each change of a job takes, in the order of use.
BEFORE_ALL = ("prelude", "writing", "events", "delivering", "settling")


class Scripts:
    """All scripts of the store, ready to be called on one Redis."""

    def __init__(self, redis: Redis) -> None:
        def script(*names: str, flags: str = "") -> Script:
            parts = map(_read, (*BEFORE_ALL, *names))
            return redis.register_script("\n".join([f"#!lua{flags}", *parts]))

        self.add = script("quota", "add")
        self.admit = script("holding", "failing", "budget", "admit")
        self.admit_deletions = script("budget", "admit_deletions")
        self.begin = script("begin")
        self.cancel = script("failing", "cancel")
        self.changes = script("showing", "changes", flags=READS)
        self.claim = script("holding", "claim")
        self.delete = script("delete")
        self.deleted = script("budget", "deleted")
        self.deletion = script("deletion", flags=READS)
        self.deliver = script("deliver")
        self.deliveries = script("deliveries", flags=READS)
        self.delivered = script("delivered")
        self.destination = script("budget", "pace", "standing", "destination", flags=READS)
        self.forget = script("forget", flags=SMALL)
        self.heartbeat = script("holding", "heartbeat", flags=SMALL)
        self.hosts = script("hosts")
        self.images = script("showing", "images", flags=READS)
        self.moments = script("budget", "pace", "standing", "moments", flags=READS)
        self.pause = script("pause")
        self.record = script("holding", "budget", "pace", "record")
        self.replay = script("replay")
        self.resume = script("resume")
        self.retry = script("quota", "retry")
        self.spend = script("quota", "spend")


@cache
def _read(name: str) -> str:
    return files("jobs.store").joinpath(f"{name}.lua").read_text()
