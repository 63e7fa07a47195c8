"""Who may ask, and whose jobs each sees."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from api.access import log_access
from api.keys import parse_keys
from api.settings import ApiSettings
from jobs.model import Result

Open = Callable[..., FlaskClient]
Record = Callable[[str, Sequence[Result | str]], None]

UPLOAD = "/v1/images/upload"
NO_JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"
CAT = "https://example.org/cat.jpg"
KEYS = parse_keys(
    ",".join(
        f"{name}:{sha256(f'{name}-5ecret'.encode()).hexdigest()}{role}"
        for name, role in (("ada", ""), ("bob", ""), ("root", ":admin"))
    )
)
STRANGER = "203.0.113.7"


@pytest.fixture
def locked(open_api: Open) -> FlaskClient:
    """An API with the keys of ada, bob and root."""
    return open_api(api_keys=KEYS)


def ask(
    client: FlaskClient, name: str, path: str, method: str = "GET", **sent: Any
) -> TestResponse:
    """As the owner of a key, from anywhere."""
    headers = {"Authorization": f"Bearer {name}-5ecret", **sent.pop("headers", {})}
    environ = {"REMOTE_ADDR": STRANGER}
    return client.open(path, method=method, headers=headers, environ_overrides=environ, **sent)


def submit(client: FlaskClient, name: str, url: str = CAT, **sent: Any) -> str:
    answer = ask(client, name, UPLOAD, "POST", json={"urls": [url]}, **sent)
    assert answer.status_code == 202
    return str(answer.get_json()["jobId"])


def listed(client: FlaskClient, name: str) -> list[str]:
    return [job["id"] for job in ask(client, name, UPLOAD).get_json()["jobs"]]


def of_job(job_id: str) -> list[tuple[str, str]]:
    """All that can be asked of one job."""
    return [
        ("GET", f"{UPLOAD}/{job_id}"),
        ("HEAD", f"{UPLOAD}/{job_id}"),
        ("GET", f"{UPLOAD}/{job_id}/images"),
        ("GET", f"{UPLOAD}/{job_id}/deliveries"),
        ("GET", f"/v1/images/uploaded/{job_id}"),
        ("POST", f"{UPLOAD}/{job_id}/retry"),
        ("DELETE", f"{UPLOAD}/{job_id}"),
    ]


class TestKeys:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", UPLOAD),
            ("GET", UPLOAD),
            ("OPTIONS", UPLOAD),
            ("GET", "/v1/images"),
            ("GET", "/v1/destination"),
            ("GET", "/v1"),
            ("GET", "/no-such-path"),
            *of_job(NO_JOB),
        ],
    )
    @pytest.mark.parametrize(
        "header",
        [
            {},
            {"Authorization": ""},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer eve-5ecret"},
            {"Authorization": "Bearer ada-5ecret, Bearer bob-5ecret"},
            {"Authorization": "Bearer ada-5ecre"},
            {"Authorization": "Basic YWRhOmFkYS01ZWNyZXQ="},
            {"Authorization": "ada-5ecret"},
            {"Authorization": f"Bearer {KEYS[0].digest}"},
            {"Authorization": "Bearer \xe4da"},
            {"Authorization": "Bearer a=b"},
            {"X-API-Key": "ada-5ecret"},
        ],
        ids=str,
    )
    def test_without_a_key_of_the_service_nothing_is_told(
        self, locked: FlaskClient, method: str, path: str, header: dict[str, str]
    ) -> None:
        answer = locked.open(path, method=method, headers=header)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        if method != "HEAD":
            assert answer.get_json()["type"] == "/problems/key-needed"
        assert "5ecre" not in answer.text

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_with_a_key_one_may_ask_from_anywhere(self, locked: FlaskClient, scheme: str) -> None:
        headers = {"Authorization": f"{scheme} ada-5ecret"}
        assert ask(locked, "", UPLOAD, headers=headers).status_code == 200

    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_health_takes_no_key(self, locked: FlaskClient, path: str) -> None:
        answer = locked.get(path, environ_overrides={"REMOTE_ADDR": STRANGER})
        assert answer.status_code in {200, 503}

    def test_a_key_in_the_query_is_none(self, locked: FlaskClient) -> None:
        assert locked.get(UPLOAD, query_string={"key": "ada-5ecret"}).status_code == 401

    def test_allow_anonymous_opens_nothing_beside_keys(self, open_api: Open) -> None:
        client = open_api(api_keys=KEYS, allow_anonymous=True)
        assert client.get(UPLOAD).status_code == 401

    @hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"))
    )
    def test_any_other_header_is_a_401(self, locked: FlaskClient, text: str) -> None:
        for value in (text, f"Bearer {text}"):
            assert locked.get(UPLOAD, headers={"Authorization": value}).status_code == 401


class TestOwners:
    def test_a_job_is_for_its_own_key_and_admins(self, locked: FlaskClient) -> None:
        job_id = submit(locked, "ada")
        for name in ("ada", "root"):
            for method, path in of_job(job_id):
                assert ask(locked, name, path, method).status_code in {200, 202}

    def test_a_job_of_another_key_is_as_if_there_were_none(self, locked: FlaskClient) -> None:
        job_id = submit(locked, "ada")
        for (method, path), (_, nowhere) in zip(of_job(job_id), of_job(NO_JOB), strict=True):
            answer, unknown = (
                ask(locked, "bob", p, method, headers={"X-Request-ID": "1"})
                for p in (path, nowhere)
            )
            assert answer.status_code == 404
            assert (answer.data, answer.headers) == (unknown.data, unknown.headers)
        assert ask(locked, "ada", f"{UPLOAD}/{job_id}").get_json()["status"] == "pending"

    @pytest.mark.parametrize(
        "header", [{"If-None-Match": "*"}, {"Prefer": "wait=9"}, {"If-None-Match": 'W/"1-1"'}]
    )
    def test_nor_is_it_told_whether_there_is_news_of_it(
        self, locked: FlaskClient, header: dict[str, str]
    ) -> None:
        job_id, sent = submit(locked, "ada"), {**header, "X-Request-ID": "1"}
        answer, unknown = (
            ask(locked, "bob", f"{UPLOAD}/{of}", headers=sent) for of in (job_id, NO_JOB)
        )
        assert answer.status_code == 404
        assert (answer.data, answer.headers) == (unknown.data, unknown.headers)

    def test_nor_are_its_events_for_others(self, locked: FlaskClient) -> None:
        path = f"{UPLOAD}/{submit(locked, 'ada')}/events"
        assert ask(locked, "bob", path).get_json()["type"] == "/problems/unknown-job"
        with ask(locked, "ada", path) as answer:
            assert answer.content_type.startswith("text/event-stream")

    def test_the_bodys_faults_do_not_tell_of_a_job_of_another_key(
        self, locked: FlaskClient
    ) -> None:
        job_id = submit(locked, "ada")
        sent: dict[str, Any] = {"json": {"urls": ["https://example.org/other.jpg"]}}
        assert ask(locked, "ada", f"{UPLOAD}/{job_id}/retry", "POST", **sent).status_code == 422
        assert ask(locked, "bob", f"{UPLOAD}/{job_id}/retry", "POST", **sent).status_code == 404

    def test_lists_show_ones_own(self, locked: FlaskClient, record: Record) -> None:
        of_ada, of_bob = submit(locked, "ada"), submit(locked, "bob")
        record(of_ada, ["of-ada"])
        record(of_bob, ["of-bob"])
        assert listed(locked, "ada") == [of_ada]
        assert listed(locked, "bob") == [of_bob]
        assert listed(locked, "root") == [of_bob, of_ada]
        links = {
            name: ask(locked, name, "/v1/images").get_json()["uploaded"]
            for name in ("ada", "bob", "root")
        }
        ada, bob = ([f"https://i.imgur.com/of-{name}.jpg"] for name in ("ada", "bob"))
        assert links == {"ada": ada, "bob": bob, "root": bob + ada}

    def test_a_key_that_is_replaced_leaves_its_jobs_to_the_next(self, open_api: Open) -> None:
        job_id = submit(open_api(api_keys=KEYS), "ada")
        digest = sha256(b"next-5ecret").hexdigest()
        client = open_api(api_keys=parse_keys(f"ada:{digest}"))
        assert ask(client, "next", f"{UPLOAD}/{job_id}").status_code == 200
        assert ask(client, "ada", f"{UPLOAD}/{job_id}").status_code == 401

    def test_keys_may_use_the_same_idempotency_key(self, locked: FlaskClient) -> None:
        once: dict[str, Any] = {"headers": {"Idempotency-Key": "one"}}
        of_ada = submit(locked, "ada", **once)
        assert submit(locked, "bob", "https://example.org/dog.jpg", **once) != of_ada
        assert submit(locked, "ada", **once) == of_ada

    def test_jobs_from_before_there_were_keys_are_for_admins(
        self, client: FlaskClient, locked: FlaskClient
    ) -> None:
        job_id = client.post(UPLOAD, json={"urls": [CAT]}).get_json()["jobId"]
        assert listed(locked, "root") == [job_id]
        assert listed(locked, "ada") == []
        assert ask(locked, "ada", f"{UPLOAD}/{job_id}").status_code == 404


def local(client: FlaskClient, address: str = "127.0.0.1", **headers: str) -> int:
    """The status for a request from there, with these headers."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    overrides = {"REMOTE_ADDR": address}
    return client.get(UPLOAD, headers=sent, environ_overrides=overrides).status_code


class TestThisMachineAlone:
    @pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
    def test_answers_this_machine(self, client: FlaskClient, address: str) -> None:
        assert local(client, address) == 200

    @pytest.mark.parametrize(
        "address",
        [STRANGER, "10.0.0.1", "172.17.0.1", "0.0.0.0", "::", "fe80::1%eth0", "::ffff:10.0.0.1",
         "::127.0.0.1", "64:ff9b::7f00:1", "", "localhost.example"],
    )  # fmt: skip
    def test_answers_nobody_else(self, client: FlaskClient, address: str) -> None:
        assert local(client, address) == 403

    @pytest.mark.parametrize(
        "host", ["localhost", "localhost:8080", "LocalHost", "127.0.0.1:8080", "[::1]:8080"]
    )
    def test_answers_under_its_own_names(self, client: FlaskClient, host: str) -> None:
        assert local(client, Host=host) == 200

    @pytest.mark.parametrize(
        "host",
        ["attacker.example", "attacker.example:8080", "127.0.0.1.attacker.example", "10.0.0.1",
         "localhost.attacker.example", "[::1", "0.0.0.0:8080", "127.0.0.1@attacker.example"],
    )  # fmt: skip
    def test_a_page_whose_name_leads_here_is_not_answered(
        self, client: FlaskClient, host: str
    ) -> None:
        assert local(client, Host=host) in {400, 403}

    @pytest.mark.parametrize(
        "header",
        [
            {"X_Forwarded_For": "127.0.0.1"},
            {"X_Forwarded_For": ""},
            {"Forwarded": "for=127.0.0.1"},
            {"X_Real_IP": "127.0.0.1"},
            {"Via": "1.1 proxy"},
            {"X_Forwarded_Host": "localhost"},
        ],
        ids=str,
    )
    def test_what_came_through_a_proxy_is_not_answered(
        self, client: FlaskClient, header: dict[str, str]
    ) -> None:
        assert local(client, **header) == 403

    def test_says_what_to_set(self, client: FlaskClient) -> None:
        answer = client.post(UPLOAD, environ_overrides={"REMOTE_ADDR": STRANGER})
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["type"] == "/problems/local-only"
        assert "API_KEYS" in answer.get_json()["detail"]
        assert "ALLOW_ANONYMOUS" in answer.get_json()["detail"]
        assert STRANGER not in answer.text

    def test_health_is_for_everybody(self, client: FlaskClient) -> None:
        answer = client.get("/healthz", environ_overrides={"REMOTE_ADDR": STRANGER})
        assert answer.status_code == 200

    def test_everybody_may_ask_where_that_is_said(self, open_api: Open) -> None:
        client = open_api(allow_anonymous=True)
        assert local(client, STRANGER, Host="imgferry.example", X_Forwarded_For="1.2.3.4") == 200


def told(client: FlaskClient, path: str = UPLOAD, **headers: str) -> TestResponse:
    """The answer to what any page may have a browser post without being asked: plain text."""
    sent = {"Host": "localhost:8080", **{n.replace("_", "-"): v for n, v in headers.items()}}
    return client.post(path, data=CAT, content_type="text/plain", headers=sent)


class TestOtherSites:
    FOREIGN = (
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site", "Origin": "http://localhost:3000"},
        {"Origin": "https://attacker.example"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "null"},
    )
    OWN: tuple[dict[str, str], ...] = (
        {},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Site": "same-origin", "Origin": "http://localhost:8080"},
        {"Origin": "http://localhost:8080"},
    )

    @pytest.mark.parametrize("anonymous", [False, True])
    @pytest.mark.parametrize("header", FOREIGN, ids=str)
    def test_make_no_browser_change_anything(
        self, open_api: Open, header: dict[str, str], anonymous: bool
    ) -> None:
        client = open_api(allow_anonymous=anonymous)
        job_id = told(client).get_json()["jobId"]
        for path in (UPLOAD, "/v1/images", f"{UPLOAD}/{job_id}/retry"):
            answer = told(client, path, **header)
            assert (answer.status_code, answer.get_json()["type"]) == (403, "/problems/cross-site")
        assert [job["id"] for job in client.get(UPLOAD).get_json()["jobs"]] == [job_id]

    @pytest.mark.parametrize("header", OWN, ids=str)
    def test_what_is_no_such_page_is_answered(
        self, client: FlaskClient, header: dict[str, str]
    ) -> None:
        assert told(client, **header).status_code == 202

    def test_a_link_from_there_may_be_followed(self, client: FlaskClient) -> None:
        assert local(client, Sec_Fetch_Site="cross-site") == 200

    def test_a_key_is_no_page_of_another_site(self, locked: FlaskClient) -> None:
        assert submit(locked, "ada", headers={"Sec-Fetch-Site": "cross-site"})


class TestProxies:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "status"),
        [
            (1, "127.0.0.1", 200),
            (1, STRANGER, 403),
            (1, f"127.0.0.1, {STRANGER}", 403),
            (1, f"{STRANGER}, 127.0.0.1", 200),
            (2, "127.0.0.1, 10.0.0.1", 200),
            (2, f"127.0.0.1, {STRANGER}, 10.0.0.1", 403),
            # Fewer than there should be: it came to the inner proxy past the outer one.
            (2, STRANGER, 403),
            (2, "127.0.0.1", 403),
        ],
    )
    def test_so_many_addresses_from_the_end_are_believed(
        self, open_api: Open, proxies: int, forwarded: str, status: int
    ) -> None:
        client = open_api(proxies=proxies)
        assert local(client, X_Forwarded_For=forwarded) == status

    def test_a_request_past_the_proxy_is_not_taken_for_local(self, open_api: Open) -> None:
        assert local(open_api(proxies=1), Forwarded=f"for={STRANGER}") == 403

    def test_the_host_is_the_one_that_the_client_asked(self, open_api: Open) -> None:
        client = open_api(proxies=1)
        asked = {"X_Forwarded_For": "127.0.0.1", "X_Forwarded_Host": "attacker.example"}
        assert local(client, **asked) == 403


def test_every_answer_has_the_security_headers_and_none_lets_other_sites_in(
    client: FlaskClient, locked: FlaskClient
) -> None:
    origin = {"Origin": "https://attacker.example", "Access-Control-Request-Method": "POST"}
    for answer in (
        client.get(UPLOAD, headers=origin),
        client.options(UPLOAD, headers=origin),
        client.post(UPLOAD, data=b"{", headers=origin),
        client.get("/nowhere", headers=origin),
        client.get("/healthz", headers=origin),
        locked.get(UPLOAD, headers=origin),
    ):
        assert answer.headers["Content-Security-Policy"] == (
            "default-src 'none'; frame-ancestors 'none'"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"api_keys": KEYS}, "whoever has an API key may ask"),
        ({"allow_anonymous": True}, "everybody may ask"),
        ({}, "this machine alone may ask"),
    ],
    ids=["keys", "anonymous", "local"],
)
def test_says_at_start_who_may_ask(
    capsys: pytest.CaptureFixture[str], settings: dict[str, Any], said: str
) -> None:
    log_access(ApiSettings(**settings))
    line = capsys.readouterr().out
    assert said in line
    assert not any(key.digest in line for key in KEYS)
