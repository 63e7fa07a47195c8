"""Requests that ask the store the same together ask it once."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Batch(Generic[Item, Answer]):
    """Calls of many threads as few; `call` gives an answer for each item.

    The first item goes at once, with those that are about to come; those that come while it is
    under way are the next call. So nobody is given an answer that is older than the question.
    """

    def __init__(self, call: Callable[[list[Item]], Sequence[Answer]]) -> None:
        self._call = call
        self._calling = threading.Lock()
        self._joining = threading.Lock()
        self._next: _Turn[Item, Answer] = _Turn()

    def __call__(self, item: Item) -> Answer:
        """The answer for this item. Raises what the call raises."""
        with self._joining:
            turn, place = self._next, len(self._next.items)
            turn.items.append(item)
        if place == 0:  # who comes first calls for all who come before the call before has ended
            self._take(turn)
        else:
            turn.is_over.wait()
        if turn.error:
            raise turn.error
        return turn.answers[place]

    def _take(self, turn: "_Turn[Item, Answer]") -> None:
        try:
            with self._calling:
                time.sleep(1e-6)  # others who are about to ask come along; after 0 only some
                self._close(turn)
                turn.answers = self._call(turn.items)
        except BaseException as error:  # theirs too, who wait for it
            turn.error = error
        finally:
            self._close(turn)
            turn.is_over.set()

    def _close(self, turn: "_Turn[Item, Answer]") -> None:
        with self._joining:
            if self._next is turn:
                self._next = _Turn()


class _Turn(Generic[Item, Answer]):
    """The items of one call."""

    answers: Sequence[Answer]

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.error: BaseException | None = None
        self.is_over = threading.Event()
