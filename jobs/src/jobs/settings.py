"""The settings that API and worker share, and how every member reads its own.

One frozen class per member, read once at start from the environment. Every field may also come
from a file: `REDIS_URL_FILE=/run/secrets/redis_url` (Docker and Kubernetes secrets).
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from fsspec.core import split_protocol
from fsspec.registry import known_implementations
from pydantic import Field, RedisDsn, SecretStr, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from jobs.webhooks import read_secret


class Settings(BaseSettings):
    """Base of every member's settings."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    @classmethod
    def load(cls) -> Self:
        """Read the environment; on a wrong value end the process, naming the variable."""
        try:
            return cls(**cls._from_files())
        except ValidationError as error:
            lines = [
                f"{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}"
                for e in error.errors()
            ]
            sys.exit("\n".join(lines))
        except OSError as error:
            sys.exit(f"{error.filename}: {error.strerror}")
        except UnicodeDecodeError:
            sys.exit("A file that a variable *_FILE names is not UTF-8 text.")

    @classmethod
    def _from_files(cls) -> dict[str, Any]:
        names = {name: os.environ.get(f"{name.upper()}_FILE") for name in cls.model_fields}
        return {name: Path(path).read_text().strip() for name, path in names.items() if path}


class FileSettings(Settings):
    """Images that clients send, and how large any image may be: the same for API and workers."""

    staging_url: str = Field(
        ".imgferry/staging",
        description="Where files wait for workers: a folder; s3://bucket/prefix for several hosts",
    )
    fetch_max_bytes: int = Field(20_000_000, gt=0, description="Bytes of the largest image")

    @field_validator("staging_url")
    @classmethod
    def _is_known(cls, url: str) -> str:
        # Without importing it: the API must not, before gevent has patched what it imports.
        known = known_implementations.get(split_protocol(url)[0] or "file")
        if not known or not find_spec(known["class"].partition(".")[0]):
            raise ValueError(
                "takes a folder, or a URL of fsspec's whose library is installed, such as "
                "s3://bucket/prefix with imgferry-jobs[s3]"
            )
        return url


class JobsSettings(Settings):
    """Where the state of the jobs and the queue are."""

    redis_url: str = Field("redis://127.0.0.1:6379/0", description="Job state, results, broker")
    broker_url: str | None = Field(None, description="The broker, where it is another Redis")
    job_retention_days: float = Field(
        30, gt=0, le=36_500, description="Days that a job can be read after it finished"
    )
    link_retention_days: float | None = Field(
        None, gt=0, le=36_500, description="Days that the link of an upload is kept; else for ever"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe log lines that are written"
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_any_case(cls, level: object) -> object:
        return level.lower() if isinstance(level, str) else level

    @field_validator("redis_url", "broker_url")
    @classmethod
    def _is_redis(cls, url: str | None) -> str | None:
        if url is not None:
            try:
                TypeAdapter(RedisDsn).validate_python(url)
            except ValidationError:
                raise ValueError("takes a URL such as redis://host:6379/0") from None
        return url

    @property
    def broker(self) -> str:
        """The URL of the broker."""
        return self.broker_url or self.redis_url


class WebhookSettings(Settings):
    """What webhooks are signed with: for the workers, and for the API, which takes none without."""

    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Sign webhooks: `whsec_` and base64; two with a comma, to replace one"
    )

    @field_validator("webhook_secrets", mode="before")
    @classmethod
    def _split_secrets(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("webhook_secrets")
    @classmethod
    def _are_secrets(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if len(value) > 2:
            raise ValueError("takes one secret, or two")
        for secret in value:
            read_secret(secret.get_secret_value())
        return value
