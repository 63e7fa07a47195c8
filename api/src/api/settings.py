"""The settings of the API."""

from pydantic import Field

from jobs.settings import Settings


class ApiSettings(Settings):
    """What a client may send."""

    max_urls_per_job: int = Field(default=10_000, ge=1, description="URLs that a job may have")
    max_url_length: int = Field(
        default=2048, ge=1, le=8190, description="Characters that a URL may have"
    )

    @property
    def max_body(self) -> int:
        """Bytes that hold as many of the longest URLs, indented, and what stands around them."""
        return self.max_urls_per_job * (self.max_url_length + 16) + 65_536
