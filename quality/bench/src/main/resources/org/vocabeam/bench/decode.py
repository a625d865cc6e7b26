"""Decodes photos with Pillow and torchvision in one thread; prints what and images per second of CPU time.

Arguments: folder, number of its files, least seconds of each kind of work.
"""
import io
import os
import statistics
import sys
import time

import numpy
from PIL import Image

CHUNKS = 5

folder, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
names = [n for n in sorted(os.listdir(folder)) if n.lower().endswith((".jpg", ".jpeg"))][:count]
files = []
for name in names:
    with open(os.path.join(folder, name), "rb") as file:
        files.append(file.read())


def rgb(file):
    return Image.open(io.BytesIO(file)).convert("RGB")


works = {"Pillow: whole": lambda file: numpy.asarray(rgb(file))}
try:
    import torch
    import torchvision
    from torchvision import transforms

    torch.set_num_threads(1)
    square = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(256)])
    centre = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224)])
    teacher = transforms.Compose([centre, transforms.RandomHorizontalFlip()])
    crop = transforms.Compose([transforms.RandomResizedCrop(160, scale=(0.08, 0.6)), transforms.RandomHorizontalFlip()])
    base = transforms.RandomResizedCrop(256, scale=(0.6, 1.0))

    def views(file):
        """The cuts of OBoW: a centre, two crops, and the crop that the patches are taken from."""
        image = rgb(file)
        for cut in (teacher, crop, crop, base):
            numpy.asarray(cut(image))

    works["torchvision: whole"] = lambda file: torchvision.io.decode_jpeg(
        torch.frombuffer(bytearray(file), dtype=torch.uint8), torchvision.io.ImageReadMode.RGB)
    works["torchvision: resize 256, crop 256"] = lambda file: numpy.asarray(square(rgb(file)))
    works["torchvision: resize 256, crop 224"] = lambda file: numpy.asarray(centre(rgb(file)))
    works["torchvision: all views of OBoW"] = views
except ImportError:
    pass

for name, work in works.items():
    times = []
    for chunk in range(CHUNKS):
        start = time.process_time()
        done = 0
        while done == 0 or time.process_time() - start < seconds / CHUNKS:
            for file in files:
                work(file)
            done += len(files)
        times.append((time.process_time() - start) / done)
    print("%s\t%s" % (name, 1 / statistics.median(times)))
