import time

import pytest

from sandbox.imgur.quota import DAY, HOUR, Limit, Quota


def quota(
    user: int = 500,
    client: int = 12_500,
    posts: int = 1250,
    speed: float = 1,
    reset_style: str = "epoch",
) -> Quota:
    return Quota(
        Limit("user", user, HOUR / speed),
        Limit("client", client, DAY / speed),
        Limit("posts", posts, HOUR / speed),
        speed,
        reset_style,
    )


def test_the_headers_of_a_post_are_those_recorded() -> None:
    limits = quota()
    now = time.time()
    headers = limits.headers(limits.charge("tests", "192.0.2.1", 10, post=True))
    reset = int(headers.pop("X-RateLimit-UserReset"))
    assert now + 3600 <= reset <= time.time() + 3601
    assert headers == {
        "X-RateLimit-UserLimit": "500",
        "X-RateLimit-UserRemaining": "490",
        "X-RateLimit-ClientLimit": "12500",
        "X-RateLimit-ClientRemaining": "12490",
        "X-Post-Rate-Limit-Limit": "1250",
        "X-Post-Rate-Limit-Remaining": "1249",
        "X-Post-Rate-Limit-Reset": "3600",
    }


def test_other_calls_have_no_headers_of_posts() -> None:
    limits = quota(reset_style="seconds")
    headers = limits.headers(limits.charge("tests", "192.0.2.1", 1, post=False))
    assert headers == {
        "X-RateLimit-UserLimit": "500",
        "X-RateLimit-UserRemaining": "499",
        "X-RateLimit-UserReset": "3600",
        "X-RateLimit-ClientLimit": "12500",
        "X-RateLimit-ClientRemaining": "12499",
    }


def test_the_credits_are_those_of_the_headers() -> None:
    limits = quota()
    account = limits.charge("tests", "192.0.2.1", 1, post=False)
    headers = limits.headers(account)
    told = {f"X-RateLimit-{name}": str(value) for name, value in limits.credits(account).items()}
    assert told == headers


@pytest.mark.parametrize("name", ["user", "client", "posts"])
def test_each_limit_refuses_what_it_does_not_cover(name: str) -> None:
    limits = {
        "user": quota(user=15), "client": quota(client=15), "posts": quota(posts=1),
    }[name]  # fmt: skip
    assert limits.charge("tests", "192.0.2.1", 10, post=True).refused_by is None
    account = limits.charge("tests", "192.0.2.1", 10, post=True)
    assert account.refused_by
    assert (account.refused_by.name, account.refused_by.refusals) == (name, 1)
    assert (account.user.used, account.client.used) == (10, 10)  # a refusal costs nothing
    assert account.posts
    assert account.posts.used == 1


def test_the_user_is_an_address_of_a_client_and_posts_are_an_addresss() -> None:
    limits = quota(user=10)
    one = limits.charge("one", "192.0.2.1", 10, post=True)
    other = limits.charge("other", "192.0.2.1", 10, post=True)
    elsewhere = limits.charge("one", "192.0.2.2", 10, post=True)
    assert [account.refused_by for account in (one, other, elsewhere)] == [None, None, None]
    assert [account.client.used for account in (one, other)] == [20, 10]
    assert [account.posts and account.posts.used for account in (one, elsewhere)] == [2, 1]


def test_a_window_ends_and_the_next_call_opens_another() -> None:
    limit = Limit("user", 10, length=0.01)
    window = limit.window("anybody")
    window.used = 10
    while time.time() < window.ends:
        assert limit.window("elsewhere") is not window
    after = limit.window("anybody")
    assert (after.used, after.started >= window.ends) == (0, True)
    assert window in limit.history()
    assert after in limit.history()


def test_a_first_window_may_be_old_and_partly_used() -> None:
    limit = Limit("client", 100, length=0.05, age=0.04, used=70)
    before = time.time()
    first = limit.window("anybody")
    assert before - 0.001 <= first.started + 0.04 <= time.time() + 0.001  # floats
    assert first.remaining == 30
    assert first.ends - first.started == pytest.approx(0.05)
    assert limit.window("somebody").remaining == 30
    while time.time() < first.ends:
        pass
    second = limit.window("anybody")
    assert (second.remaining, second.started >= first.ends) == (100, True)


def test_without_a_limit_the_headers_still_tell_a_number() -> None:
    limits = quota(user=0, client=0, posts=0)
    account = limits.charge("tests", "192.0.2.1", 10, post=True)
    headers = limits.headers(account)
    assert int(headers["X-RateLimit-UserRemaining"]) > 900_000_000
    assert int(headers["X-Post-Rate-Limit-Remaining"]) > 900_000_000


@pytest.mark.parametrize(
    ("speed", "seconds", "text"),
    [
        (1, 3600, "60 more minutes"),
        (1, 61, "2 more minutes"),
        (1, 1, "1 more minutes"),
        (600, 5.2, "6 more seconds"),
    ],
)
def test_the_wait_is_told_in_the_unit_that_has_it(speed: float, seconds: float, text: str) -> None:
    assert quota(speed=speed).wait(seconds) == text


def test_recorded_waits_are_real_waits() -> None:
    text = "Please wait 59 more minutes."
    assert quota().hasten_text(text) == text
    assert quota(speed=60).hasten_text(text) == "Please wait 59 more seconds."
    assert quota().hasten_reset("3600") == "3600"
    assert quota(speed=600).hasten_reset("3600") == "6"
