"""The settings of the worker."""

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from celery_queue.addresses import Guard
from celery_queue.deletehashes import sealed_with
from celery_queue.images.convert import check_convertible
from celery_queue.memory import Memory
from jobs.settings import FileSettings, WebhookSettings

Several = NoDecode  # taken as one,two rather than as JSON


class WorkerSettings(FileSettings, WebhookSettings):
    """Where images go, and what a source may cost."""

    imgur_api_url: str = Field(
        "https://api.imgur.com",
        pattern=r"^https?://[^/\s]",
        description="Imgur, or what speaks its API",
    )
    imgur_client_id: str | None = Field(
        None, pattern="^[!-~]+$", description="The application's id at Imgur"
    )
    deletehash_key: Annotated[tuple[str, ...], Several] = Field(
        (), repr=False, description="Fernet keys; the first encrypts the deletehashes in Redis"
    )
    deduplicate: bool = Field(
        True, description="Upload no bytes again that this service has uploaded before"
    )
    upload_timeout: float = Field(60, gt=0, description="Seconds for one upload")
    fetch_timeout: float = Field(30, gt=0, description="Seconds for one fetch, redirects included")
    fetch_allow: Annotated[tuple[str, ...], Several] = Field(
        (), description="Networks, addresses and hosts that may be fetched from at any port"
    )
    fetch_ports: Annotated[tuple[int, ...], Several] = Field(
        (80, 443), description="Ports that may be fetched from"
    )
    fetch_connections_per_host: int = Field(
        4, ge=1, le=5000, description="Connections of all workers together to one source host"
    )
    convert: Annotated[tuple[str, ...], Several] = Field(
        (),
        description="Turned into PNG or JPEG, of what Imgur refuses: webp, heic, avif, bmp",
    )
    strip_metadata: bool = Field(
        False,
        description="Upload JPEG and PNG without EXIF, GPS, XMP, IPTC and comments",
    )
    worker_images_at_once: int = Field(
        100, ge=1, le=5000, description="Images that one worker process fetches and uploads at once"
    )

    worker_bytes_at_once: int = Field(
        256_000_000,
        validate_default=True,
        description="Bytes of memory that one worker process has for images",
    )

    @property
    def copies(self) -> int:
        """How often an image may be in memory besides: while it is stripped, once converted."""
        return _copies(self.convert, self.strip_metadata)

    @field_validator("convert", "deletehash_key", "fetch_allow", "fetch_ports", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("deletehash_key")
    @classmethod
    def _are_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        sealed_with(value)
        return value

    @field_validator("convert")
    @classmethod
    def _can_be_converted(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        kinds = tuple(kind.lower() for kind in value)
        check_convertible(kinds)
        return kinds

    @field_validator("fetch_allow")
    @classmethod
    def _is_understood(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        Guard(value)
        return value

    @field_validator("worker_bytes_at_once")
    @classmethod
    def _holds_the_largest_image(cls, value: int, info: ValidationInfo) -> int:
        largest, convert, strip = map(
            info.data.get, ("fetch_max_bytes", "convert", "strip_metadata")
        )
        if largest and convert is not None and strip is not None:  # else one of them is named
            least = Memory.least(largest=largest, copies=_copies(convert, strip))
            if value < least:
                raise ValueError(
                    f"takes at least {least}, with FETCH_MAX_BYTES, CONVERT and STRIP_METADATA "
                    "as they are"
                )
        return value


def _copies(convert: tuple[str, ...], strip_metadata: bool) -> int:
    return bool(convert) + strip_metadata
