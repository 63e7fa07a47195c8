import json

import pytest

from sandbox.imgur.shapes import SHAPES

JSON = [
    name for name, shape in SHAPES.items() if shape.body and "json" in shape.headers["Content-Type"]
]


@pytest.mark.parametrize("name", JSON)
def test_what_says_it_is_json_is(name: str) -> None:
    body = json.loads(SHAPES[name].body)
    assert isinstance(body, dict)
    data = body.get("data")
    assert not isinstance(data, dict) or "link" not in data  # none passes for an upload
