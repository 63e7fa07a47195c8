"""The bodies that submit a job, of every kind that it takes."""

from api.openapi import examples
from api.openapi.operation import Part, named
from api.openapi.parameters import JOB_OPTIONS
from api.openapi.schemas import ref, schema_of
from api.requests import URL, JobRequest


def _or_empty(schema: Part) -> Part:
    """A field of a form that is empty was not filled in."""
    return schema if schema.get("type") == "array" else {"anyOf": [schema, {"const": ""}]}


_FORM: Part = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [
        {"required": [name], "properties": {name: {"minItems": 1}}} for name in ("urls", "files")
    ],
    "properties": {
        "urls": {
            "description": "URLs, each in a field of its own, or several in lines of one.",
            "type": "array",
            "items": schema_of(URL),
        },
        "files": {
            "description": "Images, each with its file name: among the URLs of the job it is "
            "`file:` and that name.",
            "type": "array",
            "items": {"type": "string", "format": "binary", "minLength": 1},
        },
        **{option["name"]: _or_empty(option["schema"]) for option in JOB_OPTIONS},
    },
}
_FORM_EXAMPLE = {
    "urls": [examples.CAT],
    "files": ["the bytes of dog.png"],
    "title": "Pets",
    "label": ["pets", "2026"],
}


#: What `POST /v1/images/upload` takes.
SUBMISSION: Part = {
    "required": True,
    "description": "The URLs of the images, or objects that say more of them.",
    "content": {
        "application/json": {
            "schema": ref(JobRequest),
            "examples": named(
                urls=("URLs", {"urls": [examples.CAT, examples.DOG]}),
                options=(
                    "All that can be asked for",
                    {
                        "urls": [
                            examples.CAT,
                            {
                                "url": examples.DOG,
                                "title": "Rex",
                                "description": "At the lake, in June.",
                                "referer": "https://example.org/dogs",
                            },
                        ],
                        "title": "Pets",
                        "labels": ["pets", "2026"],
                        "priority": "high",
                    },
                ),
            ),
        },
        "multipart/form-data": {"schema": _FORM, "example": _FORM_EXAMPLE},
        "text/plain": {
            "schema": {
                "type": "string",
                "format": "url-lines",
                "description": "A URL in each line. Blank lines, and those that begin with #, "
                "are skipped.",
            },
            "example": f"# Pets\n{examples.CAT}\n{examples.DOG}\n",
        },
        "text/csv": {
            "schema": {
                "type": "string",
                "format": "csv",
                "description": "A header with the column url and, if need be, title, "
                "description and referer; others are skipped. Between commas, semicolons or "
                "tabs.",
            },
            "example": f"url,title\n{examples.CAT},Minka\n{examples.DOG},Rex\n",
        },
        "application/x-ndjson": {
            "schema": {
                "type": "string",
                "format": "ndjson",
                "description": "In each line what is an element of `urls` in JSON: a URL as a "
                "string, or an object.",
            },
            "example": f'"{examples.CAT}"\n{{"url":"{examples.DOG}","title":"Rex"}}\n',
        },
    },
}
