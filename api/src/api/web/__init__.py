"""The web page at `/`."""

from api.web.page import page

__all__ = ["page"]
