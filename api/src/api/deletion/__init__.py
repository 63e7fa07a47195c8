"""The link by which an image is deleted again."""

from api.deletion.routes import deletion

__all__ = ["deletion"]
