"""Writes pillow_decode.json: JPEG files and their pixels by Pillow, for JpegTest and ShortSideTest.

Run: /usr/bin/python3 pillow_decode.py (Debian: python3-pil)
"""
import base64
import io
import json
import math
import os
import random

import PIL
from PIL import Image, ImageOps, features


def photo(width, height, seed):
    """Slopes and stripes with noise, so that every frequency of luma and chroma occurs."""
    draws = random.Random(seed)
    pixels = []
    for y in range(height):
        for x in range(width):
            pixels.append(tuple(
                max(0, min(255, int(128 + 90 * math.sin(x * a + y * b) + draws.gauss(0, 25))))
                for a, b in ((0.15, 0.05), (0.02, 0.31), (0.9, 0.4))))
    image = Image.new("RGB", (width, height))
    image.putdata(pixels)
    return image


def text(data):
    return base64.b64encode(data).decode()


def decoded(file, mode, denominator):
    image = Image.open(io.BytesIO(file))
    width, height = image.size
    if denominator > 1:
        image.draft(mode, (max(1, width // denominator), max(1, height // denominator)))
    image.load()
    assert image.mode == mode and image.size == (-(-width // denominator), -(-height // denominator))
    return dict(denominator=denominator, pixels=text(image.tobytes()))


cases = []
for name, size, mode, options in (
        ("4:2:0", (45, 37), "RGB", dict(subsampling=2, quality=90)),
        ("4:2:0 of low quality", (33, 21), "RGB", dict(subsampling=2, quality=20)),
        ("4:2:2", (37, 29), "RGB", dict(subsampling=1, quality=85)),
        ("4:4:4", (31, 40), "RGB", dict(subsampling=0, quality=95)),
        ("progressive", (40, 31), "RGB", dict(subsampling=2, quality=75, progressive=True)),
        ("grey", (39, 26), "L", dict(quality=80)),
        ("grey, progressive", (20, 17), "L", dict(quality=60, progressive=True))):
    out = io.BytesIO()
    photo(*size, len(cases)).convert(mode).save(out, "JPEG", **options)
    file = out.getvalue()
    cases.append(dict(
        name=name, file=text(file), width=size[0], height=size[1], channels=len(mode),
        decoded=[decoded(file, mode, denominator) for denominator in (1, 2, 4, 8)]))

# The same pixels encoded with another quality.
encoded = []
for mode, quality in (("RGB", 95), ("RGB", 50), ("L", 95)):
    image = photo(27, 22, 9).convert(mode)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    encoded.append(dict(
        width=27, height=22, channels=len(mode), quality=quality, pixels=text(image.tobytes()), file=text(out.getvalue())))

# A file that an EXIF tag turns, scaled to a short side as by torchvision's Resize.
short_sides = []
for orientation, side in ((1, 20), (6, 16), (3, 29)):
    exif = Image.Exif()
    exif[0x112] = orientation
    out = io.BytesIO()
    photo(52, 33, 20).save(out, "JPEG", quality=90, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue())))
    width, height = upright.size
    short = min(width, height)
    scaled = upright.resize((width * side // short, height * side // short), Image.BILINEAR)
    short_sides.append(dict(
        file=text(out.getvalue()), orientation=orientation, side=side,
        width=scaled.size[0], height=scaled.size[1], pixels=text(scaled.tobytes())))

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pillow_decode.json")
with open(path, "w") as out:
    json.dump(dict(source="Pillow %s with libjpeg-turbo %s; pillow_decode.py"
                   % (PIL.__version__, features.version_feature("libjpeg_turbo")),
                   cases=cases, encoded=encoded, shortSides=short_sides), out, indent=1)
    out.write("\n")
