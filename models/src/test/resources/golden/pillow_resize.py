"""Writes pillow_resize.json: cuts of images of noise by Pillow, for ResamplerTest.

Run: /usr/bin/python3 pillow_resize.py (Debian: python3-pil)
"""
import base64
import json
import os
import random

import PIL
from PIL import Image


def noise(width, height, mode, seed):
    draws = random.Random(seed)
    count = width * height * (3 if mode == "RGB" else 1)
    # Large areas of black and white besides, so that roundings at both ends are seen.
    return Image.frombytes(mode, (width, height), bytes(
        draws.choice((0, 255, draws.randrange(256))) for _ in range(count)))


def text(image):
    return base64.b64encode(image.tobytes()).decode()


images = [noise(61, 47, "RGB", 1), noise(40, 53, "L", 2), noise(19, 90, "RGB", 3), noise(1, 1, "RGB", 4)]

cases = []


def crop(image, left, top, width, height, size):
    """torchvision's resized_crop: the box is cut out, then scaled; the filter sees nothing outside."""
    result = images[image].crop((left, top, left + width, top + height)).resize((size, size), Image.BILINEAR)
    cases.append(dict(kind="crop", image=image, box=[top, left, height, width], size=size, pixels=text(result)))


def centre(image, resize, size):
    """torchvision's Resize and CenterCrop."""
    width, height = images[image].size
    short = min(width, height)
    scaled = images[image].resize((int(resize * width / short), int(resize * height / short)), Image.BILINEAR)
    top, left = int(round((scaled.size[1] - size) / 2)), int(round((scaled.size[0] - size) / 2))
    result = scaled.crop((left, top, left + size, top + size))
    cases.append(dict(kind="centre", image=image, resize=resize, size=size, pixels=text(result)))


crop(0, 0, 0, 61, 47, 47)    # one axis shrinks, the other stays
crop(0, 0, 0, 61, 47, 20)
crop(0, 7, 5, 33, 40, 28)
crop(0, 7, 5, 33, 40, 5)     # support of several pixels
crop(0, 30, 20, 9, 11, 32)   # enlarges
crop(0, 3, 40, 50, 4, 16)    # one shrinks, the other enlarges
crop(0, 60, 46, 1, 1, 7)
crop(0, 10, 10, 24, 24, 24)  # stays
crop(0, 10, 10, 24, 24, 12)
crop(0, 10, 10, 24, 24, 1)
crop(1, 2, 3, 31, 45, 17)
crop(1, 2, 3, 31, 45, 64)
crop(2, 0, 0, 19, 90, 10)
crop(3, 0, 0, 1, 1, 4)
centre(0, 32, 28)
centre(0, 32, 31)            # half a pixel: Python rounds to even
centre(0, 64, 56)
centre(1, 16, 14)
centre(1, 16, 16)
centre(2, 8, 7)
centre(2, 24, 21)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pillow_resize.json"), "w") as out:
    json.dump(dict(
        source="Pillow " + PIL.__version__ + ", Image.resize with BILINEAR; pillow_resize.py",
        images=[dict(width=i.size[0], height=i.size[1], channels=len(i.getbands()), pixels=text(i)) for i in images],
        cases=cases), out, indent=1)
    out.write("\n")
