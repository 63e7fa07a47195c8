"""The scan is decoded here with the tables of the file, by the definition and not quickly."""

import math
import struct

from sandbox.source import jpeg
from sandbox.source.scene import Picture, draw


def test_the_pixels_are_what_was_drawn() -> None:
    picture = draw(7, 48, 32)
    decoded = decode(b"".join(jpeg.encode(picture)), picture)
    wanted = [picture.palette[index] for index in picture.pixels]
    errors = [
        abs(a - b)
        for one, other in zip(decoded, wanted, strict=True)
        for a, b in zip(one, other, strict=True)
    ]
    assert sum(errors) / len(errors) < 3


def decode(data: bytes, picture: Picture) -> list[tuple[float, ...]]:
    tables: dict[int, dict[str, int]] = {}
    quant = b""
    position, marker = 2, 0
    while marker != 0xDA:
        marker, length = struct.unpack_from(">xBH", data, position)
        content = data[position + 4 : position + 2 + length]
        if marker == 0xDB:
            quant = content[1:]
        if marker == 0xC4:
            tables[content[0]] = huffman_codes(content[1:17], content[17:])
        position += 2 + length
    scan = data[position:-2].replace(b"\xff\0", b"\xff")
    bits = iter("".join(f"{byte:08b}" for byte in scan))

    def symbol(table: dict[str, int]) -> int:
        code = next(bits)
        while code not in table:
            code += next(bits)
        return table[code]

    def amplitude(size: int) -> int:
        digits = "".join(next(bits) for _ in range(size))
        value = int(digits or "0", 2)
        return value - (1 << size) + 1 if digits.startswith("0") else value

    def coefficients(dc: int) -> list[int]:
        zigzag = [dc + amplitude(symbol(tables[0x00]))]
        while len(zigzag) < 64:
            run_and_size = symbol(tables[0x10])
            if run_and_size == 0:
                break
            zigzag += [0] * (run_and_size >> 4)
            zigzag.append(amplitude(run_and_size & 15))
        return zigzag + [0] * (64 - len(zigzag))

    dcs = [0, 0, 0]
    pixels: list[tuple[float, ...]] = [()] * (picture.width * picture.height)
    for top in range(0, picture.height, 8):
        for left in range(0, picture.width, 8):
            planes = []
            for component in range(3):
                values = coefficients(dcs[component])
                dcs[component] = values[0]
                planes.append(samples([v * q for v, q in zip(values, quant, strict=True)]))
            for i, (luma, blue, red) in enumerate(zip(*planes, strict=True)):
                pixels[(top + i // 8) * picture.width + left + i % 8] = (
                    luma + 128 + 1.402 * red,
                    luma + 128 - 0.344136 * blue - 0.714136 * red,
                    luma + 128 + 1.772 * blue,
                )
    return pixels


def huffman_codes(counts: bytes, symbols: bytes) -> dict[str, int]:
    """As in ITU-T T.81, annex C: codes of one length count up, a bit longer they are doubled."""
    table, code, position = {}, 0, 0
    for length, count in enumerate(counts, 1):
        for value in symbols[position : position + count]:
            table[f"{code:0{length}b}"] = value
            code += 1
        position += count
        code *= 2
    return table


def samples(zigzag: list[int]) -> list[float]:
    """The inverse transform of ITU-T T.81, A.3.3; the order of the coefficients is its figure 5."""
    values, u, v = {}, 0, 0
    for value in zigzag:
        values[u, v] = value
        upwards = (u + v) % 2 == 0
        if upwards:
            u, v = (u, v + 1) if u == 7 else (u + 1, max(v - 1, 0))
        else:
            u, v = (u + 1, v) if v == 7 else (max(u - 1, 0), v + 1)
    scale = [math.sqrt(0.5)] + [1.0] * 7
    return [
        sum(
            scale[u] * scale[v] * value / 4
            * math.cos((2 * x + 1) * u * math.pi / 16)
            * math.cos((2 * y + 1) * v * math.pi / 16)
            for (u, v), value in values.items() if value
        )
        for y in range(8)
        for x in range(8)
    ]  # fmt: skip
