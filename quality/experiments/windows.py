#!/usr/bin/python3
"""Cuts photos into windows of many sizes and shapes: a folder `split/photo/window.jpg` for `ingest`.

    quality/experiments/windows.py PHOTOS OUTPUT

As Photo-ID (docs/comparing.md), but the windows stay photos: the short side of each photo is scaled
to 768, windows of 96 to 224 pixels a side are cut out at places of a grid, train where they end
before 0.6 of the width, test where they begin after 0.64. Flat ones are left out. Needs Pillow.
"""
import os
import random
import sys

from PIL import Image, ImageStat

photos, output = sys.argv[1:]
names = sorted(os.path.join(d, f) for d, _, fs in os.walk(photos) for f in fs if f.lower().endswith((".jpg", ".jpeg", ".png")))
counts = {"train": 0, "test": 0}
for number, name in enumerate(names):
    image = Image.open(name).convert("RGB")
    scale = 768 / min(image.size)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.LANCZOS)
    draw = random.Random(number)
    for split, first, last in ("train", 0, 0.6 * image.width), ("test", 0.64 * image.width, image.width):
        for y in range(0, 768 - 96, 80):
            for x in range(int(first), int(last) - 96, 80):
                width, height = draw.randint(96, 224), draw.randint(96, 224)
                if x + width > last or y + height > 768:
                    continue
                window = image.crop((x, y, x + width, y + height))
                if max(ImageStat.Stat(window).stddev) <= 8:
                    continue
                folder = os.path.join(output, split, "photo-%02d" % number)
                os.makedirs(folder, exist_ok=True)
                window.save(os.path.join(folder, "%d-%d.jpg" % (y, x)), quality=95)
                counts[split] += 1
print(len(names), "photos,", counts)
