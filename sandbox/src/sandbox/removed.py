"""What i.imgur.com redirects to when an image was deleted: a small grey picture, answered with 200.

Both stand-ins serve it as /removed.png.
"""

from sandbox.source import png
from sandbox.source.scene import Picture

REMOVED_PNG = b"".join(png.encode(Picture(160, 80, bytes(160 * 80), ((136, 136, 136),))))
"""Not the original's bytes, only its role."""
