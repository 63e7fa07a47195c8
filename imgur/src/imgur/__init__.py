"""Imgur's API v3 as a library: requests to build, answers to understand. No I/O."""

from imgur.answers import UploadedImage, read_credits, read_deletion, read_upload
from imgur.calls import (
    CREDITS_PATH,
    IMAGE_PART,
    UPLOAD_PATH,
    authorization,
    deletion_path,
    upload_fields,
    upload_form,
)
from imgur.errors import (
    ImgurBlocked,
    ImgurClientThrottled,
    ImgurError,
    ImgurNoAnswer,
    ImgurPostsThrottled,
    ImgurRefused,
    ImgurRefusedSize,
    ImgurRefusedType,
    ImgurThrottled,
    ImgurUnauthorized,
    ImgurUnavailable,
    ImgurUserThrottled,
)
from imgur.limits import UPLOAD_CREDITS, Limits, Window, read_limits

__all__ = [
    "CREDITS_PATH",
    "IMAGE_PART",
    "UPLOAD_CREDITS",
    "UPLOAD_PATH",
    "ImgurBlocked",
    "ImgurClientThrottled",
    "ImgurError",
    "ImgurNoAnswer",
    "ImgurPostsThrottled",
    "ImgurRefused",
    "ImgurRefusedSize",
    "ImgurRefusedType",
    "ImgurThrottled",
    "ImgurUnauthorized",
    "ImgurUnavailable",
    "ImgurUserThrottled",
    "Limits",
    "UploadedImage",
    "Window",
    "authorization",
    "deletion_path",
    "read_credits",
    "read_deletion",
    "read_limits",
    "read_upload",
    "upload_fields",
    "upload_form",
]
