import json

from api.settings import ApiSettings


def test_the_largest_job_fits_into_a_body_however_it_is_indented() -> None:
    settings = ApiSettings(max_urls_per_job=100, max_url_length=50)
    body = json.dumps({"urls": ["x" * 50] * 100}, indent=4).encode()
    assert len(body) < settings.max_body


def test_the_body_limit_is_about_twenty_megabytes_by_default() -> None:
    assert 20_000_000 < ApiSettings().max_body < 25_000_000
