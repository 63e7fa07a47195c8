"""Secrets stay secret: after a full run at debug level no place shows one that is not its own.

The run has failures, retries, redirects, refused requests, lost connections to Redis and a job that
is cancelled. The search looks into base64 too, and finds in every place what has to be there: it
would find the secrets as well.
"""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest
import requests
from cryptography.fernet import Fernet
from redis import Redis
from redis.exceptions import RedisError

from jobs.queue import make_celery
from jobs.settings import JobsSettings
from jobs.webhooks import make_secret
from sandbox import parts
from sandbox.redis import RedisServer
from sandbox.source.app import COOKIE
from sandbox.stack import Stack
from tests.service import wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TOKEN = "token-in-a-query-51c0"
SECRETS = {
    "token": TOKEN,
    "userinfo": "userinfo-8e2d77",
    "userinfo of a redirect": "userinfo-50ba1e",
    "client id": "client-id-3f9b60",
    "API key": "api-key-c7715e",
    "wrong API key": "wrong-key-94d2ab",
    "cookie": COOKIE,
    "password of Redis": "redis-password-0b6e",
    "password of Flower": "flower-password-a2f8",
    "deletehash key": Fernet.generate_key().decode(),
    "webhook": "token-of-a-webhook-77d3",
    "secret of webhooks": make_secret(),
}
KEY = {"Authorization": f"Bearer {SECRETS['API key']}"}
FLOWER = ("operator", SECRETS["password of Flower"])
DIGEST = sha256(SECRETS["API key"].encode()).hexdigest()

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_numbers = count(1)


def readable(text: str) -> str:
    """The text, and behind it what is base64 in it."""
    return "\n".join([text, *map(_decoded, _BASE64.findall(text))])


def _decoded(run: str) -> str:
    run = run.rstrip("=").replace("-", "+").replace("_", "/")
    run = run[: len(run) - (len(run) % 4 == 1)]
    return base64.b64decode(run + "=" * (-len(run) % 4)).decode(errors="replace")


class Run:
    """What a whole run has left, place by place."""

    def __init__(self, stack: Stack, redis: Redis) -> None:
        self.stack = stack
        self.redis = redis
        self.root = f"{stack.api.url}/v1/images"
        self.job_ids: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.messages: list[str] = []
        """What went through Redis but for the commands of the store, which has to know URLs."""
        self.answers: list[str] = []
        self.places: dict[str, str] = {}
        self.deletion_token = ""

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        """An answer of the API in which no secret belongs; no job, that is, nor its images."""
        answer = requests.request(method, self.root + path, **{"headers": KEY} | how)
        self.answers.append(f"{answer.headers}\n{answer.text}")
        return answer

    def submit(self, *paths: str, **options: str) -> str:
        document = {"urls": [self.url(path) for path in paths], **options}
        job_id = str(self.ask("POST", "/upload", json=document).json()["jobId"])
        self.job_ids.append(job_id)
        return job_id

    def tell(self, webhook: str) -> None:
        """Submit an image to tell this webhook of, and wait until that has failed."""
        job_id = self.submit("/photo/#.png", webhook=webhook)
        deliveries = f"/upload/{job_id}/deliveries"
        wait(lambda: '"lastError":"T' in self.ask("GET", deliveries).text)

    def url(self, path: str) -> str:
        """With the token, and so that no other URL is the same."""
        path = path.replace("#", str(next(_numbers)))
        joint = "&" if "?" in path else "?"
        return f"{path if '://' in path else self.stack.source.url + path}{joint}token={TOKEN}"

    def images(self, job_id: str) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.root}/upload/{job_id}/images", headers=KEY)
        return list(answer.json()["images"])

    def wait(self, job_id: str) -> list[dict[str, Any]]:
        wait(lambda: all(image["status"] != "pending" for image in self.images(job_id)))
        return self.images(job_id)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Keep the events of Celery and the messages in Redis."""
        watching = [Thread(target=self._watch_redis), Thread(target=self._watch_events)]
        for thread in watching:
            thread.start()
        wait(lambda: self.messages and self.events)
        self.hear_tasks()
        try:
            yield
        finally:
            self._is_over = True
            for thread in watching:
                thread.join()

    def hear_tasks(self) -> None:
        """Let the worker tell of its tasks from now on, as Flower does every 5 seconds."""
        with make_celery(JobsSettings(redis_url=self.stack.redis_url or "")) as celery:

            def is_heard() -> bool:
                with suppress(RedisError):  # this connection may have been killed as well
                    return bool(celery.control.enable_events(reply=True))
                return False

            wait(is_heard)

    _is_over = False

    def _watch_redis(self) -> None:
        with self.redis.monitor() as monitor:  # type: ignore[no-untyped-call]
            for seen in monitor.listen():
                if self._is_over:
                    return
                command = str(seen["command"])
                if seen["client_type"] != "lua" and not command.startswith(("EVAL", "SCRIPT")):
                    self.messages.append(command)

    def _watch_events(self) -> None:
        settings = JobsSettings(redis_url=self.stack.redis_url or "")
        with make_celery(settings) as celery, celery.connection() as connection:
            receiver = celery.events.Receiver(connection, handlers={"*": self.events.append})
            for _ in receiver.consume(limit=None, timeout=None):
                if self._is_over:
                    return


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    directory = tmp_path_factory.mktemp("run")
    with RedisServer(directory / "redis") as server:
        with Redis.from_url(server.url) as redis:
            redis.config_set("requirepass", SECRETS["password of Redis"])
        url = server.url.replace("//", f"//:{SECRETS['password of Redis']}@")
        with Redis.from_url(url, decode_responses=True) as redis:
            stack = _stack(directory, url)
            try:
                for part in (stack.imgur, stack.source):
                    part.start()
                    part.wait_until(part.answers)
                with stack:
                    run = Run(stack, redis)
                    with run.watched():
                        _play(run)
                        _look_around(run)
                    yield run
            finally:
                stack.imgur.stop()
                stack.source.stop()


def _stack(directory: Path, redis_url: str) -> Stack:
    """With a client id of ours, so that stand-in and source are not the stack's."""
    stack = Stack(directory, redis_url=redis_url, stand_in=False, flower_port=0)
    return Stack(
        directory,
        redis_url=redis_url,
        stand_in=False,
        flower_port=0,
        environment=parts.outside(stack.imgur, "127.0.0.1")
        | parts.exactly(
            API_KEYS=f"operator:{DIGEST}:admin",
            BROKER_URL="",
            DELETEHASH_KEY=SECRETS["deletehash key"],
            FETCH_MAX_BYTES="1000000",
            FETCH_TIMEOUT="2",
            FLOWER_BASIC_AUTH=":".join(FLOWER),
            IMGUR_CLIENT_ID=SECRETS["client id"],
            LOG_LEVEL="debug",
            REDIS_URL=redis_url,
            WEBHOOK_SECRETS=SECRETS["secret of webhooks"],
        ),
    )


def _play(run: Run) -> None:
    """Everything that can happen to an image, a request and a job."""
    stand_in = f"{run.stack.imgur.url}/_stand-in"
    inward = quote(f"http://10.0.0.1/?token={TOKEN}")
    userinfo = quote(f"http://a:{SECRETS['userinfo of a redirect']}@127.0.0.1/")
    mixed = run.submit(
        "/photo/#.png",
        "/cookie/#.png",
        "/flaky/#.png?fails=1",
        "/redirect/2?to=/photo/1.png",
        f"/redirect-to?url={inward}",
        f"/redirect-to?url={userinfo}",
        "/redirect/9",
        "/photo/#.png?status=404",
        "/photo/#.png?status=503",
        "/photo/#.png?truncate=1",
        "/photo/#.png?length=wrong",
        "/page.html",
        "/endless",
        "/hang",
        "/reset",
        "http://no-such-host.invalid/",
        "http://[::1]:6379/",
        "https://127.0.0.1:1/",
    )
    for client in run.redis.client_list(_type="normal"):
        if client["cmd"] != "monitor":
            run.redis.client_kill_filter(_id=client["id"], skipme=True)
    run.hear_tasks()
    statuses = {image["status"] for image in run.wait(mixed)}
    assert statuses == {"complete", "failed"}
    faults = ["reset", "lost-answer", "database", "upload-failed", "corrupt"]
    requests.put(f"{stand_in}/faults", json=[{"name": name} for name in faults])
    run.wait(run.submit(*["/photo/#.png"] * 10, "/cookie/#.png"))
    run.ask("POST", f"/upload/{mixed}/retry", json={"only": "retryable"})
    run.wait(mixed)

    for host in (run.stack.source.url, "http://10.0.0.1", "http://no-such-host.invalid"):
        run.tell(f"{host}/photo/1.png?token={SECRETS['webhook']}")

    _delete_one(run)
    _send_what_is_refused(run)
    requests.put(f"{stand_in}/faults", json=[{"name": "invalid-client-id", "times": 99}])
    waiting = run.submit(*["/photo/#.png"] * 30)
    pause = f"{run.stack.api.url}/readyz"
    wait(lambda: requests.get(pause, headers=KEY).json()["pause"])
    assert requests.delete(f"{run.root}/upload/{waiting}", headers=KEY).ok
    run.wait(waiting)


def _delete_one(run: Run) -> None:
    """Upload an image by itself and delete it, with the deletehash that its worker reads again."""
    uploaded = requests.post(run.root, json={"url": run.url("/photo/#.png")}, headers=KEY).json()
    run.job_ids.append(uploaded["jobId"])
    run.deletion_token = uploaded["deletionUrl"].rpartition("/")[2]
    assert requests.get(uploaded["deletionUrl"]).ok
    assert requests.delete(uploaded["deletionUrl"]).ok
    wait(lambda: run.images(uploaded["jobId"])[0]["deleted"])


def _send_what_is_refused(run: Run) -> None:
    url = run.url("/photo/#.png")
    with_password = f"http://a:{SECRETS['userinfo']}@127.0.0.1/cat.png?token={TOKEN}"
    wrong_key = {"Authorization": f"Bearer {SECRETS['wrong API key']}"}
    basic = base64.b64encode(f"operator:{SECRETS['API key']}".encode()).decode()
    refused = [
        run.ask("POST", "/upload", json={"urls": [with_password, url]}),
        run.ask("POST", "/upload", json={"urls": [url, {"url": url}], TOKEN: url}),
        run.ask("POST", "/upload", data=f'{{"urls": ["{url}"'),
        run.ask("POST", "", json={"url": with_password}),
        run.ask("POST", "/upload", data=url, headers=KEY | {"Content-Type": "text/html"}),
        run.ask("POST", "/upload", json={"urls": [url]}, headers=wrong_key),
        run.ask("GET", "", headers={"Authorization": f"Basic {basic}"}),
        run.ask("GET", f"?api_key={SECRETS['API key']}", headers={}),
        run.ask("GET", f"?cursor={TOKEN}"),
        run.ask("GET", f"/upload?status={TOKEN}"),
        run.ask("GET", f"/{TOKEN}"),
        run.ask("GET", f"/upload/{TOKEN}"),
        run.ask("PUT", f"/upload?{TOKEN}"),
        run.ask("POST", f"/upload/{run.job_ids[0]}/retry", json={"urls": [run.url("/other")]}),
    ]
    assert all(400 <= answer.status_code < 500 for answer in refused)


def _look_around(run: Run) -> None:
    stack = run.stack
    for path in ("", "/upload", "/../destination"):
        run.ask("GET", path)
    pages = ["", "/workers", "/tasks", "/broker", "/metrics", "/api/workers?refresh=1"]
    pages += ["/tasks/datatable?draw=1&start=0&length=500&search[value]=", "/api/tasks"]
    pages += ["/api/task/types", "/api/queues/length", "/workers?json=1"]
    workers = requests.get(f"{stack.flower.url}/workers?json=1", auth=FLOWER).json()["data"]
    pages += [f"/worker/{worker['hostname']}" for worker in workers]
    tasks = requests.get(f"{stack.flower.url}/api/tasks", auth=FLOWER).json()
    for task in tasks:
        pages += [f"/task/{task}", f"/api/task/info/{task}", f"/api/task/result/{task}"]
    flower = [requests.get(stack.flower.url + page, auth=FLOWER) for page in pages]
    run.places = {
        "logs": "".join(part.log.read_text() for part in (stack.api, *stack.workers, stack.flower)),
        "events": json.dumps(run.events),
        "messages": "\n".join(run.messages),
        "Flower": "\n".join(f"{page.url} {page.headers} {page.text}" for page in flower),
        "answers": "\n".join(run.answers),
        "jobs": "\n".join(json.dumps(run.images(job_id)) for job_id in run.job_ids),
        "Redis": "".join(
            file.read_text(errors="replace") for file in stack.directory.glob("redis/**/*.aof")
        ),
    }


def deletehashes(run: Run) -> list[str]:
    """All that the stand-in has given out."""
    journal = (run.stack.directory / "imgur/journal.jsonl").read_text()
    return re.findall(r'"deletehash": "(\w+)"', journal)


#: A submitted URL is what a job is about; whoever may read the job reads it.
IN_URLS = {"token", "userinfo of a redirect"}
#: What else the store has to know.
STORED = IN_URLS | {"webhook"}


@pytest.mark.parametrize(
    "place", ["logs", "events", "messages", "Flower", "answers", "jobs", "Redis"]
)
def test_no_secret_is_told(run: Run, place: str) -> None:
    text = readable(run.places[place])
    told = {name for name, secret in SECRETS.items() if secret in text}
    assert told == {"jobs": IN_URLS, "Redis": STORED}.get(place, set())
    assert not [each for each in deletehashes(run) if each in text]
    assert run.deletion_token not in text


@pytest.mark.parametrize("place", ["logs", "events", "messages", "Flower", "answers", "Redis"])
def test_the_search_finds_what_is_there(run: Run, place: str) -> None:
    text = readable(run.places[place])
    assert all(job_id in text for job_id in run.job_ids)


def test_who_has_the_key_reads_the_deletehashes(run: Run) -> None:
    key = Fernet(SECRETS["deletehash key"])
    sealed = re.findall(r"gAAAA[\w=-]+", run.places["Redis"])
    assert sealed
    assert {key.decrypt(each).decode() for each in sealed} <= set(deletehashes(run))


def test_flower_shows_and_does_nothing(run: Run) -> None:
    flower = run.stack.flower.url
    (worker,) = requests.get(f"{flower}/workers?json=1", auth=FLOWER).json()["data"]
    for what in (
        f"worker/shutdown/{worker['hostname']}",
        "task/async-apply/imgferry.upload_images",
    ):
        answer = requests.post(f"{flower}/api/{what}", auth=FLOWER)
        assert (answer.status_code, answer.text) == (403, "Read only mode is enabled")


def test_every_cookie_stayed_where_it_came_from(run: Run) -> None:
    cookies = [i for job in run.job_ids for i in run.images(job) if "/cookie/" in i["url"]]
    assert [image["status"] for image in cookies] == ["complete", "complete"]
