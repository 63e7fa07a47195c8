"""What the pages of the service have in common: the policy under which a browser shows them."""


def content_security_policy(images: str) -> str:
    """A page of files from here, with images from these sources besides (CSP Level 3).

    No script or style stands in the page, it asks no other host, and no form leaves it.
    """
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            f"img-src 'self' {images}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )
