"""Server-sent events, as they come over the wire (WHATWG HTML, "Server-sent events", §9.2.6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One of a stream. A comment, which the service sends to show that it lives, is of no kind."""

    kind: str
    data: str
    id: str


def read_messages(lines: Iterable[bytes]) -> Iterator[Message]:
    """The messages in these lines; one that breaks off is left out. What is not UTF-8 is replaced.

    `retry` is read over: how soon to come back is the client's to say.
    """
    kind, data, last_id = "message", list[str](), ""
    for line in lines:
        name, _, value = line.decode(errors="replace").partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield Message(kind, "\n".join(data), last_id)
            kind, data = "message", []
        elif not name:
            yield Message("", value, last_id)
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)
        elif name == "id":
            last_id = value
