"""Writes expected/NAME.png beside each input/NAME: Pillow's pixels, for PixelCasesTest.

Run: /usr/bin/python3 pixel_cases.py CASE... (Debian: python3-pil)
"""
import os
import sys

from PIL import Image, ImageOps

for case in sys.argv[1:]:
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), case, "input")
    for folder, _, names in os.walk(root):
        for name in names:
            image = Image.open(os.path.join(folder, name))
            if image.format != "TIFF":  # which is turned upright when it is loaded
                image = ImageOps.exif_transpose(image)
            path = os.path.join(
                root, os.pardir, "expected", os.path.relpath(folder, root), name + ".png")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            image.convert("RGB").save(path)
