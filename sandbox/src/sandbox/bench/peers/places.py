"""Where a peer finds its Redis, and what plays Imgur."""

import os

REDIS_URL = os.environ["REDIS_URL"]
IMGUR_URL = os.environ["IMGUR_API_URL"]
