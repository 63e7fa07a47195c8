"""An answer that is held back until a job is in another state."""

import time

from api.watching.feed import Feed, TooManyWatchers
from api.watching.states import State, States


def wait_for_another(
    states: States, feed: Feed, job_id: str, state: State, seconds: float
) -> State:
    """The next state of the job, or the same one after so many seconds. Raises JobNotFound.

    Nothing is awaited of a job that is complete, nor where too many wait already.
    """
    end, now = time.monotonic() + seconds, state
    while now == state and not now.is_complete:
        try:
            if not feed.wait(job_id, now.version, end - time.monotonic()):
                break
        except TooManyWatchers:
            break
        now = states.look(job_id)
    return now


def wait_until_complete(states: States, feed: Feed, job_id: str, seconds: float) -> None:
    """Wait until the job is complete, for so many seconds at most, or until too many wait."""
    end, state = time.monotonic() + seconds, states.look(job_id)
    while not state.is_complete:
        before, state = state, wait_for_another(states, feed, job_id, state, end - time.monotonic())
        if state == before:
            return
