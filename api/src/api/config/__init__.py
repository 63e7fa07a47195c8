"""Ready configurations for other programs that upload images."""

from api.config.routes import config

__all__ = ["config"]
