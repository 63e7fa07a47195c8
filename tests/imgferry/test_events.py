"""Server-sent events, read from their lines."""

from hypothesis import given
from hypothesis import strategies as st

from imgferry.events import Message, read_messages


def read(stream: str) -> list[Message]:
    return list(read_messages(stream.encode().splitlines()))


def test_messages() -> None:
    stream = (
        'retry: 3000\n\nid: 1-0\nevent: snapshot\ndata: {"a": 1}\n\n'
        ": still here\n\nid: 2-0\nevent: change\ndata: {\ndata: }\n\n"
    )
    assert read(stream) == [
        Message("snapshot", '{"a": 1}', "1-0"),
        Message("", "still here", "1-0"),
        Message("change", "{\n}", "2-0"),
    ]


def test_a_message_that_breaks_off_is_none() -> None:
    assert read("id: 1-0\nevent: change\ndata: {}") == []


@given(st.binary())
def test_any_bytes_are_read(stream: bytes) -> None:
    for message in read_messages(stream.splitlines()):
        assert "\n" not in message.kind + message.id


lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))


@given(st.lists(st.tuples(lines.filter(bool), lines)))
def test_what_is_sent_is_what_is_read(sent: list[tuple[str, str]]) -> None:
    stream = b"".join(f"event: {kind}\ndata: {data}\n\n".encode() for kind, data in sent)
    read = read_messages(stream.split(b"\n"))
    assert [(message.kind, message.data) for message in read] == sent
