from datetime import UTC, datetime, timedelta, timezone

import pytest

from jobs.presenting import present_time


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 0, UTC), "2026-01-02T03:04:05.000Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 999_999, UTC), "2026-01-02T03:04:05.999Z"),
        (
            datetime(2026, 1, 1, 0, 30, 0, 0, timezone(timedelta(hours=1))),
            "2025-12-31T23:30:00.000Z",
        ),
    ],
)
def test_times_are_utc_cut_to_the_millisecond(moment: datetime, text: str) -> None:
    assert present_time(moment) == text
