"""What the tests of the store are made of: URLs, outcomes, one worker, and time that has passed."""

from collections.abc import Iterable, Sequence

from redis import Redis

from jobs.model import Begun, Failure, Outcome, Result, Uploaded, Worker
from jobs.store import JobStore

WORKER = Worker("celery@one", 100)
GONE = Failure("source-not-found", "Nothing is there.", False)
BUSY = Failure("source-unavailable", "Not now.", True)
BLOCKED = Failure("imgur-blocked", "Imgur takes nothing from here.", False)
HOUR, DAY = 3600, 86_400


def urls(count: int, host: str = "example.org") -> list[str]:
    return [f"https://{host}/{n}.jpg" for n in range(count)]


def uploaded(name: str, content: str | None = None) -> Uploaded:
    link = f"https://i.imgur.com/{name}.jpg"
    return Uploaded(link, name, "secret", "image/jpeg", 4, 3, 1000, content)


def begin_all(store: JobStore, worker: Worker = WORKER) -> list[Begun]:
    """Everything that may run now, begun by the worker."""
    store.heartbeat(worker, [])
    return [begun for message in store.admit(64) for begun in store.begin(message)]


def record(store: JobStore, begun: Iterable[Begun], result: Result) -> int:
    """Record the same of all these images; how many were taken."""
    return sum(store.record([Outcome(one.image, result) for one in begun]))


def upload(store: JobStore, begun: Sequence[Begun]) -> int:
    """Record an upload of each of these images, by the last part of its URL."""
    names = [one.url.split("/")[-1].split(".")[0] for one in begun]
    outcomes = [Outcome(one.image, uploaded(name)) for one, name in zip(begun, names, strict=True)]
    return sum(store.record(outcomes))


def add_finished(store: JobStore, count: int = 1) -> str:
    """A job of so many images, all uploaded."""
    job_id = store.add(urls(count)).job_id
    upload(store, begin_all(store))
    return job_id


def end_leases(redis: Redis) -> None:
    """Every worker is lost, as far as the store can tell."""
    make_past(redis, "imgferry:leases")


def make_due(redis: Redis) -> None:
    make_past(redis, "imgferry:due")


def make_past(redis: Redis, key: str) -> None:
    """The time of all members has come."""
    for member in redis.zrange(key, 0, -1):
        redis.zadd(key, {str(member): 0})


def end_pause(redis: Redis) -> None:
    seconds, _ = redis.time()
    redis.hset("imgferry:pause", "until", (int(seconds) - 1) * 1000)
