"""Draws a landscape: sky, sun and ridges in mist, another palette for every number.

No encoder: a picture is palette indexes, which every format of this package is written from.
"""

import colorsys
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

Colour = tuple[int, int, int]

SKY_SHADES = 80
RIDGES = 5
RIDGE_SHADES = 16
GOLDEN_RATIO = 0.618
"""Steps of this part of the colour circle keep neighbouring numbers far apart."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels are indexes into the palette, a byte each, row by row from the top left."""

    width: int
    height: int
    pixels: bytes
    palette: tuple[Colour, ...]


def draw(number: int, width: int, height: int) -> Picture:
    """The landscape of this number, the same at every call; its shape does not depend on size."""
    chance = random.Random(number)
    pixels = bytearray().join(bytes([y * SKY_SHADES // height]) * width for y in range(height))
    _draw_sun(pixels, width, height, chance)
    for ridge in range(RIDGES):
        _draw_ridge(pixels, width, height, ridge, chance)
    return Picture(width, height, bytes(pixels), tuple(_palette(number)))


def _draw_sun(pixels: bytearray, width: int, height: int, chance: random.Random) -> None:
    radius = height * chance.uniform(0.06, 0.12)
    centre_x, centre_y = width * chance.uniform(0.15, 0.85), height * chance.uniform(0.18, 0.4)
    for y in range(math.ceil(centre_y - radius), math.ceil(centre_y + radius)):
        half = math.sqrt(radius**2 - (y - centre_y) ** 2)
        start, end = math.ceil(centre_x - half), math.ceil(centre_x + half)
        pixels[y * width + start : y * width + end] = bytes([SKY_SHADES]) * (end - start)


def _draw_ridge(
    pixels: bytearray, width: int, height: int, ridge: int, chance: random.Random
) -> None:
    first_shade = SKY_SHADES + 1 + ridge * RIDGE_SHADES
    middle = height * (0.42 + 0.11 * ridge)
    # Shaded by height, not by depth below the crest: equal blocks make a JPEG quick to encode.
    column = bytes(
        first_shade + min(max(int((y / middle - 0.8) * 2 * RIDGE_SHADES), 0), RIDGE_SHADES - 1)
        for y in range(height)
    )
    waves = [
        (0.09 / octave, octave * chance.uniform(2, 5), chance.uniform(0, math.tau))
        for octave in (1, 2.5, 6, 15)
    ]
    for x in range(width):
        swell = sum(a * math.sin(f * x / width + phase) for a, f, phase in waves)
        crest = min(max(int(middle - height * swell * (0.6 + 0.1 * ridge)), 0), height)
        pixels[crest * width + x :: width] = column[crest:]


def _palette(number: int) -> Iterator[Colour]:
    hue = number * GOLDEN_RATIO % 1
    top, horizon = _colour(hue, 0.55, 0.55), _colour(hue + 0.1, 0.35, 0.98)
    near = _colour(hue - 0.08, 0.6, 0.16)
    yield from (_mix(top, horizon, shade / SKY_SHADES) for shade in range(SKY_SHADES))
    yield _colour(hue + 0.12, 0.08, 1)
    for ridge in range(RIDGES):
        crest = _mix(horizon, near, (ridge + 1) / RIDGES)
        foot = _mix(crest, horizon, 0.35)
        yield from (_mix(crest, foot, shade / RIDGE_SHADES) for shade in range(RIDGE_SHADES))


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _mix(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue
