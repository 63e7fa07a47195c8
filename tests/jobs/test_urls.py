import json
import re
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.urls import InvalidURL, check_source_url

CORPUS = Path(__file__).parents[2] / "../shared/corpora/ssrf"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")


def code(url: str, max_length: int = 2048) -> str | None:
    try:
        check_source_url(url, max_length)
    except InvalidURL as error:
        return error.code
    return None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/black-cat.jpg",
        "HTTPS://EXAMPLE.ORG",
        "http://example.org./cat.jpg",
        "http://example.org:8080/cat.jpg",
        "http://example.org:00080/",
        "http://example.org:/cat.jpg",
        "https://my_bucket.s3.example.org/a%20cat.jpg?X-Amz-Signature=ab%2Fc+d==&x=[1]|{2}#top",
        "https://example.org/@@images/cat+dog.jpg?user@host:80",
        "https://example.org/a\\b",
        "https://example.org/kočka.jpg",
        "https://bücher.example/日本.png",
        "https://日本。jp/",
        "http://[2001:db8::1]:8080/cat.jpg",
        "http://93.184.215.14/",
        "http://127.0.0.1/",  # parsed only: the guard of the worker judges addresses
        "http://2130706433/",
    ],
)
def test_takes_what_users_have(url: str) -> None:
    assert code(url) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "url-not-absolute"),
        ("cat.jpg", "url-not-absolute"),
        ("//example.org/cat.jpg", "url-not-absolute"),
        ("http:example.org", "url-not-absolute"),
        ("http:\\\\example.org", "url-not-absolute"),
        ("ftp://example.org/cat.jpg", "url-scheme"),
        ("file:///etc/passwd", "url-scheme"),
        ("data:image/png;base64,AAAA", "url-scheme"),
        ("javascript:alert(1)", "url-scheme"),
        ("http://", "url-host-missing"),
        ("http:///cat.jpg", "url-host-missing"),
        ("http://:80/", "url-host-missing"),
        ("http://?q", "url-host-missing"),
        ("http://./", "url-host"),
        ("http://a..b/", "url-host"),
        ("http://ex%61mple.org/", "url-host"),
        ("http://a<b>/", "url-host"),
        ("http://a|b/", "url-host"),
        ("http://\uff05\uff14\uff11.com/", "url-host"),  # fullwidth %41
        ("http://a\uff0fb/", "url-host"),  # fullwidth slash
        ("http://\ufdfa/", "url-host"),  # a ligature of four words, with spaces between them
        ("http://a\u2025b/", "url-host"),  # a leader of two dots
        ("http://a\u3002\u3002b/", "url-host"),
        ("http://\uff0e/", "url-host"),
        ("http://" + "a" * 255 + "/", "url-host"),
        ("http://example.org\\@127.0.0.1/", "url-host"),
        ("http://2001:db8::1/", "url-host"),
        ("http://[]/", "url-host"),
        ("http://[example.org]/", "url-host"),
        ("http://[::1", "url-host"),
        ("http://[::1]x/", "url-host"),
        ("http://[fe80::1%25eth0]/", "url-host"),
        ("http://user@example.org/", "url-userinfo"),
        ("http://user:secret@example.org/", "url-userinfo"),
        ("http://@example.org/", "url-userinfo"),
        ("http://example.org:0/", "url-port"),
        ("http://example.org:65536/", "url-port"),
        ("http://example.org:-1/", "url-port"),
        ("http://example.org:8o/", "url-port"),
        ("http://example.org:\u0663/", "url-port"),  # a digit to int(), not to us
        ("http://example.org:" + "9" * 1000, "url-port"),
        ("http://example.org/a b", "url-whitespace"),
        (" http://example.org/", "url-whitespace"),
        ("http://example.org/a\u00a0b", "url-whitespace"),
        ("http://example.org/\u2028", "url-whitespace"),
        ("http://example.org/\r\nHost: x", "url-control-characters"),
        ("http://example.org/\x00", "url-control-characters"),
        ("http://example.org/\x7f", "url-control-characters"),
        ("http://example.org/\x85", "url-control-characters"),
        ("http://example.org/\ud800", "url-surrogates"),
        ("http://example.org/" + "a" * 2048, "url-too-long"),
    ],
)
def test_refuses_with_a_stable_code(url: str, expected: str) -> None:
    assert code(url) == expected


def test_a_host_is_refused_for_what_it_is_resolved_as() -> None:
    wrong = [
        hex(number)
        for number in range(0x80, sys.maxunicode + 1)
        if unicodedata.category(character := chr(number)) not in {"Cc", "Cs"}
        and not character.isspace()
        and (code(f"http://a{character}b/") is None) is not is_name(f"a{character}b")
    ]
    assert wrong == []


def is_name(host: str) -> bool:
    form = re.sub("[\u3002\uff0e\uff61]", ".", unicodedata.normalize("NFKC", host))
    return not re.search(r"[\s#%/:<>?@\[\\\]^|]", form) and all(form.split("."))


@pytest.mark.parametrize(
    "host", ["例え。jp", "\uff45xample\uff0eorg", "a.b.", "例え。", "⒈com", "a" * 254]
)
def test_takes_names_however_they_are_written(host: str) -> None:
    assert code(f"http://{host}/") is None


def test_the_length_is_counted_in_characters_and_the_last_one_is_taken() -> None:
    url = "https://example.org/ä"
    assert code(url, len(url)) is None
    assert code(url, len(url) - 1) == "url-too-long"


@given(st.text() | st.from_regex(r"https?://[^/]{0,20}/.*"))
def test_any_text_passes_or_raises_invalid_url(url: str) -> None:
    if code(url) is None:
        assert url.isprintable() or not url.isascii()
        assert url.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize("place", ["http://canary@h/", "http://h:canary/", "canary://h/", "canary"])
def test_the_message_never_shows_the_url(place: str) -> None:
    with pytest.raises(InvalidURL) as caught:
        check_source_url(place, 2048)
    assert "canary" not in str(caught.value)


@needs_corpus
def test_urls_that_whatwg_calls_a_failure_raise_nothing_else() -> None:
    urls = json.loads((CORPUS / "whatwg_invalid_http_urls.json").read_text())
    refused = [url for url in urls if code(url)]
    # What passes are names and numbers that only resolving can judge: http://256.256.256.256
    assert len(refused) > 0.75 * len(urls)


@needs_corpus
def test_urls_of_public_hosts_pass() -> None:
    urls = (CORPUS / "urls_must_accept.txt").read_text().split()
    assert [url for url in urls if code(url)] == []
