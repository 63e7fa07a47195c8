"""The bodies of requests, as the models that validate them. No I/O.

A model is validated in a `Context`, which has what the settings allow. Errors of pydantic's own
kinds get their codes in `api.bodies`; the others are raised here with theirs.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from api.settings import ApiSettings
from jobs.model import Priority
from jobs.urls import InvalidURL, check_source_url

#: How many wrong elements of one body are named; those behind them are not looked at.
MAX_ERRORS = 20

_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(slots=True)
class Context:
    """What a validation knows beside the body."""

    max_urls: int
    max_url_length: int
    webhooks: bool = False
    """Whether there is a secret to sign them with."""
    files: int = 0
    """How many files came with the body; they count as URLs do."""
    wrong: int = 0
    """How many elements were found wrong so far."""

    @classmethod
    def of(cls, settings: ApiSettings, files: int = 0) -> Self:
        """What these settings allow, beside so many files."""
        webhooks = bool(settings.webhook_secrets)
        return cls(settings.max_urls_per_job, settings.max_url_length, webhooks, files)


def _context(info: ValidationInfo) -> Context:
    return cast(Context, info.context)


def _wrong(code: str, detail: str) -> PydanticCustomError:
    return PydanticCustomError(code, "{detail}", {"detail": detail})


def _check_url(value: Any, info: ValidationInfo) -> Any:
    # Before pydantic looks: it would say of a lone surrogate only that it is no text.
    if isinstance(value, str):
        try:
            check_source_url(value, _context(info).max_url_length)
        except InvalidURL as error:
            raise _wrong(error.code, str(error)) from None
    return value


def _check_webhook(value: Any, info: ValidationInfo) -> Any:
    if value is not None and not _context(info).webhooks:
        detail = "This service tells nobody: WEBHOOK_SECRETS has no secret to sign with."
        raise _wrong("webhooks-off", detail)
    return value


def _check_submitted_url(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str) and value.startswith("file:"):
        return _check_line(value)
    return _check_url(value, info)


def _check_line(value: Any) -> Any:
    return _check_characters(value, _NOT_IN_A_LINE)


def _check_text(value: Any) -> Any:
    return _check_characters(value, _NOT_IN_TEXT)


def _check_characters(value: Any, refused: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        if refused.search(value):
            raise _wrong("control-characters", "Takes no control characters.")
        if _SURROGATE.search(value):
            raise _wrong("surrogates", "Takes no lone surrogates: they are not characters.")
    return value


def _check_count(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, list):
        context = _context(info)
        if not value and not context.files:
            raise _wrong("empty", "Takes at least one URL.")
        if len(value) + context.files > context.max_urls:
            raise _wrong("too-many", f"Takes at most {context.max_urls} URLs in one job.")
    return value


def _until_enough_are_wrong(
    value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> Any:
    context = _context(info)
    if context.wrong >= MAX_ERRORS:
        return value
    try:
        return validate(value)
    except ValidationError:
        context.wrong += 1
        raise


def _described(**schema: Any) -> Any:
    """What the schema says of a member beside what pydantic knows of it."""
    return Field(json_schema_extra=schema)


_HTTP = "[hH][tT][tT][pP][sS]?://[^/?#]"
_LINE = _described(pattern=f"^{_NOT_IN_A_LINE.pattern.replace('[', '[^')}*$")
_TEXT = _described(pattern=f"^{_NOT_IN_TEXT.pattern.replace('[', '[^')}*$")

URL = Annotated[
    str,
    Strict(),
    BeforeValidator(_check_url),
    _described(format="iri", pattern=f"^{_HTTP}"),
]
SubmittedURL = Annotated[
    str,
    Strict(),
    BeforeValidator(_check_submitted_url),
    WrapValidator(_until_enough_are_wrong),
    _described(format="iri", pattern=f"^({_HTTP}|file:)"),
]
Title = Annotated[str, Strict(), Field(max_length=200), BeforeValidator(_check_line), _LINE]
Description = Annotated[str, Strict(), Field(max_length=2000), BeforeValidator(_check_text), _TEXT]
Label = Annotated[
    str, Strict(), Field(min_length=1, max_length=100), BeforeValidator(_check_line), _LINE
]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _has_known_members(cls, value: Any) -> Any:
        # One error, where pydantic has one for each member: there may be 100,000.
        if isinstance(value, dict) and value.keys() - cls.model_fields.keys():
            raise _wrong("unknown-member", f"Takes no members but {', '.join(cls.model_fields)}.")
        return value


class ImageRequest(_Body):
    """One image to upload: where it is, and what is told to others with it."""

    url: URL = Field(description="Where the image is")
    title: Title | None = Field(None, description="Its title at Imgur")
    description: Description | None = Field(None, description="Its description at Imgur")
    referer: URL | None = Field(
        None, description="The page that it is from, told to its source as `Referer`"
    )


def _kind(value: Any) -> str:
    return OBJECT if isinstance(value, dict | ImageRequest) else TEXT


#: The two kinds of an element; pydantic has them in the places of its errors.
TEXT, OBJECT = "text", "object"
Element = Annotated[
    Annotated[URL, Tag(TEXT)] | Annotated[ImageRequest, Tag(OBJECT)],
    Discriminator(_kind),
    WrapValidator(_until_enough_are_wrong),
]


class OptionsRequest(_Body):
    """What may be asked for with a job."""

    priority: Priority = Field(
        Priority.NORMAL, description="How large its share is where jobs have to share"
    )
    title: Title | None = Field(None, description="What people call the job")
    labels: list[Label] = Field([], max_length=20, description="By which jobs can be listed")
    webhook: Annotated[URL | None, BeforeValidator(_check_webhook)] = Field(
        None, description="Told by POST when the job is complete"
    )


class JobRequest(OptionsRequest):
    """A job to add: its images, and what is asked for with them."""

    urls: Annotated[list[Element], BeforeValidator(_check_count)] = Field(
        description="The images, as URLs or as objects; of equal URLs the first is kept",
        json_schema_extra={"minItems": 1},
    )


def _absent_is_another(schema: dict[str, Any]) -> None:
    """The member's default stands for what is none of its values."""
    del schema["default"]
    if schema["type"] == "array":
        schema["minItems"] = 1


class RetryRequest(_Body):
    """Which failed images of a job run again: all, unless one of the members is given."""

    model_config = ConfigDict(json_schema_extra={"maxProperties": 1})

    only: Literal["retryable"] = Field(
        "retryable",
        description="Those whose failure may pass",
        json_schema_extra=_absent_is_another,
    )
    urls: Annotated[list[SubmittedURL], BeforeValidator(_check_count)] = Field(
        [],
        description="Those of these URLs, as they were submitted",
        json_schema_extra=_absent_is_another,
    )

    @model_validator(mode="after")
    def _has_one_of_them(self) -> Self:
        if self.model_fields_set >= {"only", "urls"}:
            raise _wrong("urls-and-only", "Takes urls or only, not both.")
        return self
