#!/usr/bin/python3
"""Trains a small vision transformer of torchvision to tell the classes of a folder of images, as a teacher of others.

    apt-get install python3-torch python3-torchvision libopenblas0-pthread
    quality/experiments/teacher.py FOLDER teacher.pth [STEPS]

FOLDER has a folder of PNG files for every class. Images are shown at 48 x 48 pixels, with the mean and deviation of
ImageNet; the file has the state_dict of `VisionTransformer(image_size=48, patch_size=8, ...)` below "model".
"""
import math
import pathlib
import sys

import torch
from PIL import Image
from torchvision.models import VisionTransformer
from torchvision.transforms.functional import normalize, to_tensor

SIDE, BATCH = 48, 64
folder, output = pathlib.Path(sys.argv[1]), sys.argv[2]
steps = int(sys.argv[3]) if len(sys.argv) > 3 else 300
names = sorted(path.name for path in folder.iterdir() if path.is_dir())
pixels, labels = [], []
for label, name in enumerate(names):
    for path in sorted((folder / name).iterdir()):
        image = to_tensor(Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.BICUBIC))
        pixels.append(normalize(image, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
        labels.append(label)
pixels, labels = torch.stack(pixels), torch.tensor(labels)

torch.manual_seed(1)
model = VisionTransformer(
    image_size=SIDE, patch_size=8, num_layers=4, num_heads=4, hidden_dim=128, mlp_dim=512, num_classes=len(names))
torch.nn.init.normal_(model.heads.head.weight, std=0.02)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)


def rate(step):
    return min(1, (step + 1) / 30) * 0.5 * (1 + math.cos(math.pi * step / steps))


def crops(images):
    """Cuts one part of 0.4 to 1 of the area out of all images, and mirrors half of them."""
    side = int(SIDE * math.sqrt(0.4 + 0.6 * torch.rand(()).item()))
    top, left = (torch.randint(SIDE - side + 1, ()).item() for _ in range(2))
    part = torch.nn.functional.interpolate(
        images[:, :, top : top + side, left : left + side], SIDE, mode="bilinear", align_corners=False)
    mirrored = torch.rand(len(images)) < 0.5
    return torch.where(mirrored[:, None, None, None], part.flip(3), part)


schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
for step in range(steps):
    chosen = torch.randint(len(pixels), (BATCH,))
    loss = torch.nn.functional.cross_entropy(model(crops(pixels[chosen])), labels[chosen], label_smoothing=0.1)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 50 == 0 or step == steps - 1:
        print(f"step {step}: loss {loss.item():.3f}", flush=True)
torch.save({"model": model.state_dict(), "classes": names}, output)
