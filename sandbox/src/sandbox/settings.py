"""The settings of the whole service on one machine (`imgferry up`)."""

from typing import Annotated

from pydantic import Field

from jobs.settings import JobsSettings

Port = Annotated[int, Field(ge=0, le=65535)]


class SandboxSettings(JobsSettings):
    """Where it listens, and which of its parts are somebody else's. Port 0 takes a free one."""

    port: Port = Field(8080, description="The API's port")
    flower_port: Port = Field(5555, description="Flower's port")
    imgur_client_id: str | None = Field(None, description="Set: Imgur itself, no stand-in")
    fetch_allow: str = Field("", description="Networks and hosts open to the worker")

    @property
    def own_redis(self) -> bool:
        """Whether no REDIS_URL was given, so that we start a Redis ourselves."""
        return "redis_url" not in self.model_fields_set
