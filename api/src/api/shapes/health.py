"""Whether the service can do its work."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from api.shapes.destination import Pause
from jobs.shapes import Count


class Health(TypedDict):
    """This process answers."""

    status: Literal["ok"]


class Readiness(TypedDict):
    """Whether jobs that are sent now are worked on."""

    ready: bool
    redis: bool
    workers: NotRequired[Count]
    """How many live; absent while Redis does not answer."""
    pause: NotRequired[Pause | None]
