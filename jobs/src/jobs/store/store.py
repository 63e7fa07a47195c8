"""The job store: what API and workers may do to jobs, each in one atomic step.

| key (all begin with `imgferry:`) | type | holds |
|---|---|---|
| `jobs` | sorted set | all jobs, by their number |
| `added` | string | the number of the newest job |
| `finished` | sorted set | finished jobs, by when they finished |
| `job:<id>` | hash | created, begun, finished (ms); total, pending, failed (images); next: the \
    first never admitted; stride, turn: its place in the round; cancelled: how its images fail; \
    owner: whose it is, or empty; title, labels (JSON), webhook, deletable (1): where given; \
    version: the id of its newest event; deliveries: how many there were |
| `job:<id>:urls` | list | the submitted URLs, duplicates stripped |
| `job:<id>:options` | hash | index -> JSON: what is told to others with an image |
| `job:<id>:states` | string | a byte per image: w(aiting) a(dmitted) b(egun) c(omplete) k(nown) \
    d(eleted) f(ailed) |
| `job:<id>:attempts` | string | a byte per image: attempts begun, without those given back |
| `job:<id>:losses` | string | a byte per image: how often its worker was lost |
| `job:<id>:doubts` | string | a byte per image: uploads of which nobody knows the end |
| `job:<id>:deletions` | string | a byte per image: how often its deletion was sent |
| `job:<id>:uploads` | hash | index -> its id in the stream of uploads, of a deletable job |
| `job:<id>:images` | hash | index -> JSON: what it became, or why the last attempt failed |
| `job:<id>:events` | stream | images: which changed, as indexes or `*`; gone an hour \
    after the end |
| `job:<id>:returned` | list | indexes that were admitted before and wait again |
| `job:<id>:delivery:<number>` | hash | created (ms), failed (images): the completion that it \
    tells of; status, attempts; answer (HTTP status), wrong: of the last one; token: of the worker \
    that has it |
| `deliveries` | sorted set | `<job>-<number>` of pending deliveries, by when the next attempt is \
    due, or the lease of the present one ends |
| `once:<digest>` | hash | of an owner's Idempotency-Key: the job, and the digest of the body |
| `spent:<quota>:<client>` | string | what a client asked for in the window that it ends with |
| `waiting` | sorted set | jobs that have images to admit, by turn |
| `turn` | string | the turn of the job admitted last |
| `leases` | sorted set | `<job>:<index>` of admitted and begun images, by when the lease ends |
| `holders` | hash | `<job>:<index>` of begun images -> the token of who began it, and behind a \
    slash, while it is being uploaded, the content |
| `claims` | hash | content -> `<job>:<index>` of the image that uploads it |
| `deletion:<digest>` | string | `<job>:<index>` of the image that a deletion token deletes |
| `deletions` | sorted set | `<job>:<index>` of images to delete, by when that is sent (again) |
| `due` | sorted set | `<job>:<index>` of images that wait for a retry, by when it is due |
| `pending` | string | how many images of all jobs are pending |
| `uploads` | stream | each upload: image (the JSON of `images`), content, and the job's owner |
| `contents` | hash | content -> its upload's id in the stream |
| `host:<name>` | sorted set | tokens of the connections to a source host, by when they end |
| `alone:<name>` | string | there while the host is to be left alone |
| `swept` | string | there while staging need not be swept again |
| `workers` | sorted set | `<name>:<images at once>`, by when the worker counts as lost |
| `budget` | hash | `<window>:length` (ms), `:limit`, `:remaining` (uploads), `:resets` (ms; 0: \
    not known), `:told` (0: `resets` is a guess) |
| `pause` | hash | reason, since, until (ms), told (0: a guess), streak: pauses without a time, \
    hopeless: how images fail; gone after an upload |
| `pace` | hash | since, latest (ms), done: images of this span; rate: images a second of the last |
"""

import random
import uuid
from collections.abc import Collection, Sequence

from jobs.model import Begun, Claim, Failure, Heartbeat, Held, Message, Outcome, Told, Visit, Worker
from jobs.store.adding import Adding
from jobs.store.changes import Changes
from jobs.store.clients import Clients
from jobs.store.connection import answering
from jobs.store.deletions import Deletions
from jobs.store.deliveries import Deliveries
from jobs.store.quotas import Quotas
from jobs.store.records import (
    ms,
    read_options,
    write_failure,
    write_outcome,
    write_told,
)
from jobs.store.standing import Standing

#: Images in one message at most: enough that the message costs little. And no more than any worker
#: has at once.
MESSAGE_SIZE = 100
#: Images admitted for each image that the workers hold at once: as many wait beside as run.
DEPTH = 2
#: Seconds that an admitted image has to be begun, and a begun one until its worker is heard of.
LEASE = 15.0
#: Seconds after which a worker that is not heard of has no room any more.
WORKER_TTL = 5.0
#: An image whose worker was lost this often may be what ends the workers: it is given up.
MOST_LOST = 10
#: Seconds of a pause whose end nobody knows, at the most.
LONGEST_COOL_DOWN = 3600.0
#: Seconds after which to ask for a place at a source host again.
ASK_AGAIN = 0.25
_DAY = 86_400.0

_LOST = Failure("worker-lost", "Every worker that tried this image was lost.", retryable=True)


class JobStore(Adding, Changes, Clients, Deletions, Deliveries, Quotas, Standing):
    """The jobs in one Redis. Every method raises StoreUnavailable when Redis does not answer."""

    # For dispatch, and once a second

    def admit(self, most: int) -> list[Message]:
        """Lease what may run now to up to `most` messages; give back what was lost, or is due."""
        lost = write_failure(_LOST)
        with answering():
            found = self._scripts.admit(
                args=[MESSAGE_SIZE, most, DEPTH, ms(LEASE), MOST_LOST, lost]
            )
        return [
            Message(job, [int(index) for index in indexes])
            for job, indexes in zip(found[::2], found[1::2], strict=True)
        ]

    def forget(self) -> None:
        """Let go of jobs, and of links, that were kept for their time."""
        days = self._settings.link_retention_days
        keep_links = "" if days is None else ms(days * _DAY)
        with answering():
            self._scripts.forget(args=[ms(self._settings.job_retention_days * _DAY), keep_links])

    def may_sweep(self, every: float) -> bool:
        """Whether nobody has swept staging for so many seconds; then it is the caller's turn."""
        with answering():
            return bool(self._redis.set("imgferry:swept", "1", nx=True, px=ms(every)))

    def existing(self, job_ids: Collection[str]) -> set[str]:
        """Which of these jobs there are."""
        asked = list(job_ids)
        with answering(), self._redis.pipeline() as read:
            for job_id in asked:
                read.exists(f"imgferry:job:{job_id}")
            return {job_id for job_id, there in zip(asked, read.execute(), strict=True) if there}

    # For workers

    def begin(self, message: Message) -> list[Begun]:
        """Those images of a message that are now this worker's; none of them while paused."""
        token = uuid.uuid4().hex
        with answering():
            begun = self._scripts.begin(args=[message.job_id, ms(LEASE), token, *message.indexes])
        return [
            Begun(Held(message.job_id, index, token), url, attempt, read_options(options))
            for index, url, attempt, options in begun
        ]

    def claim(self, images: Sequence[tuple[Held, str | None]]) -> list[Claim]:
        """Ask whether images may be uploaded, each with its content; None: equal bytes may too."""
        args = [
            part
            for image, content in images
            for part in (image.job_id, image.index, image.token, content or "")
        ]
        with answering():
            return [Claim(answer) for answer in self._scripts.claim(args=args)]

    def record(self, outcomes: Sequence[Outcome], told: Sequence[Told] = ()) -> list[bool]:
        """Record what became of images, the first writer of each: whether each was taken.

        It is not where the image is another's, or the bytes are not known any more.

        `told` is what the destination's answers said of its windows meanwhile.
        """
        args = write_told(told)
        for outcome in outcomes:
            args += write_outcome(outcome)
        with answering():
            return [taken == 1 for taken in self._scripts.record(args=args)]

    def heartbeat(
        self, worker: Worker, held: Collection[Held], *, leaving: bool = False
    ) -> Heartbeat:
        """Say that a worker lives and still holds these images; hear what it must know.

        One that is leaving keeps what it holds, and is given nothing more.
        """
        name = f"{worker.name}:{worker.images_at_once}"
        images = [part for image in held for part in (image.job_id, image.index, image.token)]
        with answering():
            lost, pause = self._scripts.heartbeat(
                args=[
                    name,
                    0 if leaving else ms(WORKER_TTL),
                    ms(LEASE),
                    *images,
                ]
            )
        return Heartbeat({Held(*image) for image in lost}, pause / 1000)

    def leave(self, worker: Worker) -> None:
        """Say that a worker takes no more images."""
        with answering():
            self._redis.zrem("imgferry:workers", f"{worker.name}:{worker.images_at_once}")

    def visit(self, visits: Sequence[Visit], most: int) -> list[float]:
        """Whether connections to source hosts may be made, of `most` at one host.

        For each visit 0, or the seconds after which to ask again. A place ends like a lease.
        """
        args: list[str | int] = [most, ms(LEASE), ms(ASK_AGAIN)]
        for visit in visits:
            args += [visit.what, visit.host, visit.token, ms(visit.seconds)]
        with answering():
            return [wait / 1000 for wait in self._scripts.hosts(args=args)]

    def pause(
        self,
        reason: Failure,
        seconds: float | None,
        cool_down: float,
        patience: float | None = None,
    ) -> None:
        """Begin nothing for so long; never shortens a pause, and after it one image goes first.

        Without `seconds` it is `cool_down` seconds, and twice as long each time that no upload came
        between, up to an hour. After `patience` seconds of nothing but this reason, all images that
        wait fail with it.
        """
        args = [
            reason.code,
            "" if seconds is None else ms(seconds),
            ms(cool_down),
            ms(LONGEST_COOL_DOWN),
            random.uniform(1, 1.2),  # noqa: S311 - not a secret
            "" if patience is None else ms(patience),
            write_failure(reason),
        ]
        with answering():
            self._scripts.pause(args=args)

    def resume(self, reason: str) -> None:
        """End the pause if this is its reason: that is mended."""
        with answering():
            self._scripts.resume(args=[reason])
