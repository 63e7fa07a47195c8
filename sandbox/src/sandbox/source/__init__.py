"""The image source: a web server of generated photos that can behave as badly as real ones do."""
