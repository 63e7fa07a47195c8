"""The types that members of several shapes have."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""UTC in ISO 8601, to the millisecond: `2026-11-21T16:48:29.123Z`."""

JobId = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]

Count = Annotated[int, Field(ge=0)]
