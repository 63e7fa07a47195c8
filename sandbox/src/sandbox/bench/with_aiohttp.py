"""One image by aiohttp: a GET, and the POST of what came. Every asyncio program here does this."""

import aiohttp

from imgur import calls


def open_session() -> aiohttp.ClientSession:
    """A session that opens as many connections as it is asked for. Needs a running loop."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), raise_for_status=True)


async def ferry(session: aiohttp.ClientSession, url: str, imgur_url: str) -> None:
    """Fetch the image and upload it. Raises aiohttp.ClientError."""
    async with session.get(url) as response:
        image = await response.read()
    form = aiohttp.FormData(calls.upload_fields())
    form.add_field(calls.IMAGE_PART, image, content_type="image/jpeg", filename="image.jpeg")
    async with session.post(
        imgur_url + calls.UPLOAD_PATH, data=form, headers=calls.authorization("bench")
    ) as response:
        await response.read()
