"""The limit headers as they were recorded, and anything else that may stand in their place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgur import Limits, Window, read_limits
from imgur.limits import limits_of_credits

NOTHING = Limits(user=None, client=None, posts=None)

# apidocs.imgur.com, recorded GET with a client id, 2017-05-31 14:56:02 GMT
GET_2017 = {
    "X-RateLimit-ClientLimit": "12500",
    "X-RateLimit-ClientRemaining": "12500",
    "X-RateLimit-UserLimit": "500",
    "X-RateLimit-UserRemaining": "499",
    "X-RateLimit-UserReset": "1496246162",
}
# apidocs.imgur.com, recorded POST with a token, 2017-06-02 23:30:47 GMT
POST_2017 = {
    "X-Post-Rate-Limit-Limit": "1250",
    "X-Post-Rate-Limit-Remaining": "1216",
    "X-Post-Rate-Limit-Reset": "1327",
    "X-RateLimit-UserLimit": "2000",
    "X-RateLimit-UserRemaining": "1999",
    "X-RateLimit-UserReset": "1496449847",
}
# phin05/discord-rich-presence-plex#118, recorded 429 of 2025-03-12
TOO_MANY_2025 = {
    "content-type": "application/vnd.imgur.v1+json",
    "x-post-rate-limit-limit": "1250",
    "x-post-rate-limit-remaining": "1206",
    "x-post-rate-limit-reset": "1648",
    "x-ratelimit-clientlimit": "12500",
    "x-ratelimit-clientremaining": "12499",
    "x-ratelimit-clientreset": "86400",
    "x-ratelimit-userlimit": "500",
    "x-ratelimit-userremaining": "0",
    "x-ratelimit-userreset": "3600",
    "server": "cat factory 1.0",
}

PREFIXES = ["X-RateLimit-User", "X-RateLimit-Client", "X-Post-Rate-Limit-"]
NAMES = [prefix + end for prefix in PREFIXES for end in ("Limit", "Remaining", "Reset")]


def windows(limits: Limits) -> list[Window]:
    return [window for window in (limits.user, limits.client, limits.posts) if window]


@pytest.mark.parametrize(
    ("headers", "now", "limits"),
    [
        pytest.param(
            GET_2017,
            1496242562,
            Limits(Window(500, 499, 3600), Window(12500, 12500, None), None),
            id="GET, reset is an epoch",
        ),
        pytest.param(
            POST_2017,
            1496446247,
            Limits(Window(2000, 1999, 3600), None, Window(1250, 1216, 1327)),
            id="POST, reset of posts is a duration",
        ),
        pytest.param(
            TOO_MANY_2025,
            1741737600,
            Limits(Window(500, 0, 3600), Window(12500, 12499, 86400), Window(1250, 1206, 1648)),
            id="429, lower case, every reset is a duration",
        ),
        pytest.param({"Server": "cat factory 1.0"}, 1496242562, NOTHING, id="no limit told"),
    ],
)
def test_recorded_headers(headers: dict[str, str], now: float, limits: Limits) -> None:
    assert read_limits(headers, now) == limits


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title, str.swapcase])
def test_letter_case_of_names_does_not_matter(change: type[str]) -> None:
    changed = {change(name): value for name, value in POST_2017.items()}
    assert read_limits(changed, 1496446247) == read_limits(POST_2017, 1496446247)


@pytest.mark.parametrize("value", ["", "many", "-1", "nan", "inf", "1e400", "9" * 5000, "0x10"])
def test_a_number_that_makes_no_sense_is_left_out(value: str) -> None:
    headers = {**GET_2017, "X-RateLimit-UserRemaining": value}
    assert read_limits(headers, 1496242562).user == Window(500, None, 3600)


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        pytest.param("1496242561", None, id="over by the clock"),
        pytest.param("1496242562", None, id="now"),
        pytest.param("0", None, id="no duration"),
        pytest.param("1496242563", 1, id="in a second"),
        pytest.param("0.5", 0.5, id="half a second"),
        pytest.param("1596242562", 86400, id="years ahead"),
        pytest.param("90000", 86400, id="longer than a day"),
    ],
)
def test_reset_is_never_a_reason_not_to_wait(reset: str, seconds: float | None) -> None:
    headers = {**GET_2017, "X-RateLimit-UserReset": reset}
    assert read_limits(headers, 1496242562).user == Window(500, 499, seconds)


def test_a_limit_of_zero_is_no_limit() -> None:
    headers = {"X-RateLimit-UserLimit": "0", "X-RateLimit-UserRemaining": "0"}
    assert read_limits(headers, 0) == NOTHING


def test_a_reset_alone_is_no_window() -> None:
    assert read_limits({"X-RateLimit-UserReset": "3600"}, 0) == NOTHING


def test_a_window_allows_what_it_has_left() -> None:
    assert Window(500, 10, None).allows(10)
    assert not Window(500, 9, None).allows(10)
    assert Window(500, None, None).allows(10)


def test_credits_as_recorded() -> None:
    credit: dict[str, object] = {
        "UserLimit": 500,
        "UserRemaining": 500,
        "UserReset": 1615614380,
        "ClientLimit": 12500,
        "ClientRemaining": 12500,
    }
    assert limits_of_credits(credit, 1615612580) == Limits(
        Window(500, 500, 1800), Window(12500, 12500, None), None
    )


@pytest.mark.parametrize("value", [None, True, [], {}, 10**400, float("nan"), float("-inf")])
def test_credits_that_make_no_sense_are_left_out(value: object) -> None:
    assert limits_of_credits({"UserLimit": value, "UserRemaining": value}, 0) == NOTHING


@settings(deadline=None)
@given(
    headers=st.dictionaries(
        st.sampled_from(NAMES), st.text() | st.integers().map(str) | st.floats().map(str)
    ),
    now=st.floats(0, 4e9),
)
def test_any_headers_give_windows_one_can_wait_for(headers: dict[str, str], now: float) -> None:
    for window in windows(read_limits(headers, now)):
        assert window.limit is None or window.limit >= 0
        assert window.remaining is None or window.remaining >= 0
        assert window.resets_in is None or 0 < window.resets_in <= 86400
