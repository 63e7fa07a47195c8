"""The schemas of the document: JSON Schema of the models and shapes that the code itself uses."""

from typing import Any, Union

from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from typing_extensions import is_typeddict

from api import shapes
from api.requests import ImageRequest, JobRequest, RetryRequest

#: What is validated. The rest is what answers hold: all of `api.shapes`.
REQUESTS: list[type] = [ImageRequest, JobRequest, RetryRequest]

_REF = "#/components/schemas/{model}"


def ref(model: type) -> dict[str, str]:
    """A reference to the schema of this model or shape."""
    return {"$ref": _REF.format(model=model.__name__)}


def schema_of(type_: Any) -> dict[str, Any]:
    """The schema of a type that is no class of its own."""
    return TypeAdapter(type_).json_schema()


def schemas() -> dict[str, Any]:
    """All of them by the names of their classes."""
    answers = [shape for shape in vars(shapes).values() if is_typeddict(shape)]
    return {**_schemas(REQUESTS, "validation"), **_schemas(answers, "serialization")}


def _schemas(models: list[type], mode: JsonSchemaMode) -> dict[str, Any]:
    any_of_them: Any = Union[tuple(models)]  # noqa: UP007 - as many as there are
    # The sentences below the members of a shape are their descriptions.
    adapter = TypeAdapter(any_of_them, config=ConfigDict(use_attribute_docstrings=True))
    schema = adapter.json_schema(
        ref_template=_REF, schema_generator=_WithoutTitlesOfMembers, mode=mode
    )
    return dict(schema["$defs"])


class _WithoutTitlesOfMembers(GenerateJsonSchema):
    """A member's title would be its name once more."""

    def field_title_should_be_set(self, _: Any) -> bool:
        return False
