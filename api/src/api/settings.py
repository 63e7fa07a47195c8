"""The settings of the API."""

from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from api.keys import Key, parse_keys
from jobs.settings import FileSettings, WebhookSettings


class ApiSettings(FileSettings, WebhookSettings):
    """Who may ask, and for how much."""

    api_keys: Annotated[tuple[Key, ...], NoDecode] = Field(
        (), description="Who may ask, as name:sha256 or name:sha256:admin; `imgferry key` makes one"
    )
    allow_anonymous: bool = Field(
        False, description="Without API_KEYS: answer everybody, not this machine alone"
    )
    proxies: int = Field(
        0, ge=0, le=10, description="Proxies before the API whose X-Forwarded-* headers are true"
    )
    limit_requests_per_minute: int = Field(
        1200, ge=0, description="Requests that one key, else one address, may send; 0: any number"
    )
    limit_urls_per_hour: int = Field(
        100_000, ge=0, description="URLs that one key, else one address, may send; 0: any number"
    )
    max_urls_per_job: int = Field(default=10_000, ge=1, description="URLs that a job may have")
    max_url_length: int = Field(
        default=2048, ge=1, le=8190, description="Characters that a URL may have"
    )
    max_files_bytes: int = Field(
        500_000_000, gt=0, description="Bytes of all files that one request may send"
    )

    @field_validator("api_keys", mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        return parse_keys(value) if isinstance(value, str) else value

    @property
    def max_body(self) -> int:
        """Bytes that hold as many of the longest URLs, indented, and what stands around them."""
        return self.max_urls_per_job * (self.max_url_length + 16) + 65_536
