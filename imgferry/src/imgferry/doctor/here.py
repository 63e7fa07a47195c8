"""The service's settings in this environment, and what they lead to: Redis and Imgur."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import requests
from redis import Redis, RedisError

from api.settings import ApiSettings
from celery_queue.settings import WorkerSettings
from imgferry.doctor.check import Check
from imgferry.doctor.service import CLOCK_TOLERANCE
from imgur import CREDITS_PATH, ImgurError, ImgurUnavailable, Limits, authorization, read_credits
from jobs.settings import JobsSettings

OLDEST_REDIS = 7


def check_here() -> Iterator[Check]:
    """Look at what API and workers would be started with in this environment."""
    try:
        jobs, worker = JobsSettings.load(), WorkerSettings.load()
        ApiSettings.load()
    except SystemExit as wrong:
        yield Check("settings", str(wrong.code), "Mend this in the environment.")
        return
    yield Check("settings", "are understood")
    yield from _redis(jobs.redis_url)
    if worker.imgur_client_id:
        yield _imgur(worker.imgur_api_url, worker.imgur_client_id)
    else:
        yield Check("client id", "IMGUR_CLIENT_ID is not set here: the API needs none, workers do")


def is_here() -> bool:
    """Whether settings of the service are in this environment, so that somebody means them."""
    names = ("REDIS_URL", "IMGUR_CLIENT_ID")
    return any(os.environ.get(name) or os.environ.get(f"{name}_FILE") for name in names)


def _redis(url: str) -> Iterator[Check]:
    try:
        with Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as redis:
            info = redis.info()
            seconds, _ = redis.time()
    except RedisError as error:
        yield Check("REDIS_URL", f"no Redis answers there ({type(error).__name__})", "Start it.")
        return
    version = str(info.get("valkey_version") or info["redis_version"])
    wrong = []
    if int(version.partition(".")[0]) < OLDEST_REDIS:
        wrong.append(f"it is of version {version}: take {OLDEST_REDIS}.0 or newer")
    if info.get("maxmemory_policy") != "noeviction":
        wrong.append("it may drop jobs: --maxmemory-policy noeviction")
    if not info.get("aof_enabled"):
        wrong.append("it forgets when it stops: --appendonly yes")
    if abs(time.time() - seconds) > CLOCK_TOLERANCE:
        wrong.append("its clock is another than this machine's: let both keep the time by NTP")
    yield Check("REDIS_URL", f"version {version} answers", "; ".join(wrong) or None)


def _imgur(api_url: str, client_id: str) -> Check:
    try:
        answer = requests.get(
            api_url.rstrip("/") + CREDITS_PATH,
            headers=authorization(client_id),
            timeout=10,
            allow_redirects=False,
        )
        limits = read_credits(answer.status_code, answer.headers, answer.content, time.time())
    except requests.RequestException:
        return Check("client id", ImgurUnavailable.message, "Is IMGUR_API_URL right, and open?")
    except ImgurError as error:
        return Check("client id", error.message, "Mend IMGUR_CLIENT_ID, or look at IMGUR_API_URL.")
    return Check("client id", f"Imgur knows it{_left(limits)}")


def _left(limits: Limits) -> str:
    windows = {"this address": limits.user, "the application": limits.client}
    told = [f"{window.remaining} credits for {who}" for who, window in windows.items() if window]
    return f": {', '.join(told)} at {datetime.now(UTC):%H:%M} UTC" if told else ""
