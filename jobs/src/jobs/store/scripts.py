"""The Lua scripts beside this module, each with the prelude before it."""

from importlib.resources import files

from redis import Redis
from redis.commands.core import Script


class Scripts:
    """All scripts of the store, ready to be called on one Redis."""

    def __init__(self, redis: Redis) -> None:
        def script(name: str) -> Script:
            return redis.register_script(f"#!lua\n{_read('prelude')}\n{_read(name)}")

        self.add = script("add")
        self.admit = script("admit")
        self.begin = script("begin")
        self.heartbeat = script("heartbeat")
        self.images = script("images")
        self.pause = script("pause")
        self.record = script("record")


def _read(name: str) -> str:
    return files("jobs.store").joinpath(f"{name}.lua").read_text()
