"""An object store: S3 as moto's server speaks it, over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
import s3fs
from moto.server import ThreadedMotoServer


@contextmanager
def object_store() -> Iterator[str]:
    """Start one; the URL of a bucket there. Where it is, the environment alone says."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    said = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "staging",
        "AWS_SECRET_ACCESS_KEY": "staging",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in said.items():
            environment.setenv(name, value)
        # All servers of a process have the same buckets.
        requests.post(f"{said['AWS_ENDPOINT_URL']}/moto-api/reset", timeout=20)
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("images")
        yield "s3://images/staging"
    server.stop()
