"""What becomes of an image whose attempt failed."""

import pytest

import imgur.errors
from celery_queue import errors
from celery_queue.policy import (
    IMGUR_ATTEMPTS,
    MOST_PATIENCE,
    SOURCE_ATTEMPTS,
    after_failure,
    backoff,
    cool_down_after,
    patience_with,
)
from imgur import (
    ImgurBlocked,
    ImgurClientThrottled,
    ImgurNoAnswer,
    ImgurRefused,
    ImgurUnauthorized,
    ImgurUnavailable,
    ImgurUserThrottled,
)
from jobs.model import Failed, Retry


def test_a_passing_failure_of_the_source_is_tried_three_times() -> None:
    results = [after_failure(errors.SourceTimeout(), attempt) for attempt in (1, 2, 3)]
    assert [type(result) for result in results] == [Retry, Retry, Failed]
    assert SOURCE_ATTEMPTS == 3


def test_a_passing_failure_of_imgur_is_tried_five_times() -> None:
    results = [after_failure(ImgurUnavailable("HTTP 503"), attempt) for attempt in range(1, 6)]
    assert [type(result) for result in results] == [Retry] * 4 + [Failed]
    assert IMGUR_ATTEMPTS == 5


@pytest.mark.parametrize("error", [errors.SourceNotFound(), ImgurRefused("HTTP 400")])
def test_a_lasting_failure_is_final_at_once(
    error: errors.SourceError | imgur.errors.ImgurError,
) -> None:
    result = after_failure(error, 1)
    assert isinstance(result, Failed)
    assert result.failure.code == error.code
    assert result.failure.message == error.message
    assert result.failure.retryable is False


def test_the_wait_grows_and_is_never_the_same_for_all() -> None:
    for attempt in range(1, 5):
        waits = [backoff(attempt) for _ in range(50)]
        assert 2 ** (attempt - 1) <= min(waits) < max(waits) <= 2**attempt


def test_a_source_that_says_when_is_believed_within_reason() -> None:
    soon = after_failure(errors.SourceUnavailable(429, retry_after=17), 1)
    late = after_failure(errors.SourceUnavailable(429, retry_after=1e9), 1)
    assert isinstance(soon, Retry)
    assert 17 <= soon.after <= 17 * 1.1
    assert isinstance(late, Retry)
    assert late.after == MOST_PATIENCE


def test_throttling_is_nobodys_failure_but_a_pause() -> None:
    for error in (
        ImgurUserThrottled(""), ImgurClientThrottled(""), ImgurBlocked(""), ImgurUnauthorized("")
    ):  # fmt: skip
        assert (cool_down_after(error) or 0) >= 60
    for own in (ImgurUnavailable(""), ImgurRefused("")):
        assert cool_down_after(own) is None


def test_only_of_being_blocked_is_there_ever_enough() -> None:
    assert patience_with(ImgurBlocked("")) == 86_400
    assert patience_with(ImgurUserThrottled("")) is None
    assert patience_with(ImgurUnauthorized("")) is None


def test_without_an_answer_the_image_may_have_arrived() -> None:
    for attempt, kind in ((1, Retry), (IMGUR_ATTEMPTS, Failed)):
        for error, arrived in ((ImgurNoAnswer("reset"), True), (ImgurUnavailable("503"), False)):
            result = after_failure(error, attempt)
            assert isinstance(result, kind)
            assert result.arrived is arrived
