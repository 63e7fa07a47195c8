from datetime import UTC, datetime

import pytest

from celery_queue.webhooks.policy import SCHEDULE, after_answer, after_busy, after_no_answer
from celery_queue.webhooks.posting import Answer, NotPosted
from jobs.model import DeliveryStatus, DueDelivery, JobStatus, Summary

PENDING, DELIVERED, FAILED = DeliveryStatus
NOW = datetime.now(UTC)
JOB = Summary("job", NOW, NOW, JobStatus.COMPLETE, 0, 1, 0)


def due(attempt: int = 1) -> DueDelivery:
    return DueDelivery("job-1", "token", "https://example.com/hook", attempt, JOB)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    attempt = after_answer(due(), Answer(status))
    assert (attempt.status, attempt.answer, attempt.error) == (DELIVERED, status, None)


@pytest.mark.parametrize("status", [199, 301, 307, 400, 401, 404, 500, 503])
def test_any_other_is_tried_again_for_more_than_a_day(status: int) -> None:
    for number, seconds in enumerate(SCHEDULE, start=1):
        attempt = after_answer(due(number), Answer(status))
        assert attempt.status is PENDING
        assert seconds <= attempt.after <= 1.2 * seconds
        assert str(status) in (attempt.error or "")
    assert sum(SCHEDULE) > 24 * 3600
    assert after_answer(due(len(SCHEDULE) + 1), Answer(status)).status is FAILED


def test_410_ends_it() -> None:
    assert after_answer(due(), Answer(410)).status is FAILED


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_who_says_when_to_come_again_is_heard(status: int) -> None:
    assert 600 <= after_answer(due(), Answer(status, retry_after=600)).after <= 720
    assert after_answer(due(2), Answer(status, retry_after=1)).after >= 300
    assert after_answer(due(), Answer(500, retry_after=600)).after <= 6


def test_without_an_answer_it_is_tried_again_where_that_may_help() -> None:
    attempt = after_no_answer(due(), NotPosted("It is down."))
    assert (attempt.status, attempt.answer, attempt.error) == (PENDING, None, "It is down.")
    assert after_no_answer(due(), NotPosted("Refused.", retryable=False)).status is FAILED


def test_a_busy_host_costs_no_attempt() -> None:
    attempt = after_busy(due(), 3)
    assert (attempt.status, attempt.sent) == (PENDING, False)
    assert 3 <= attempt.after <= 4.5
