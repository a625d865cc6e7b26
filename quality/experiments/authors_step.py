#!/usr/bin/python3
"""Speed of the OBoW authors' training step in PyTorch on a CPU, at the nets and crops of `bench`.

    git clone https://github.com/valeoai/obow   # the commit 3758504
    apt-get install python3-torch python3-torchvision libopenblas0-pthread   # the reference BLAS is 15 times slower
    quality/experiments/authors_step.py obow small-28 30
    ./vocabeam bench --parts=train --presets=small-28

Prints images/s and the CPU seconds of a step: the median of five equal chunks of the given seconds.
Inputs are random and in memory, so rendering views is not in it. --channelsLast gives PyTorch the
layout that it is faster with on most processors.
"""
import argparse
import statistics
import sys
import time
import types

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("repository", help="clone of valeoai/obow")
parser.add_argument("workload", choices=["small-28", "small-32", "resnet18-32", "vit-ti16-32"])
parser.add_argument("seconds", type=float, nargs="?", default=30)
parser.add_argument("--channelsLast", action="store_true")
arguments = parser.parse_args()

import torch
import torchvision.models

for name in "skimage", "skimage.filters", "faiss", "tqdm", "cv2", "yaml":  # of data sets and pictures, not of a step
    try:
        __import__(name)
    except Exception:
        sys.modules[name] = types.ModuleType(name)
package = types.ModuleType("obow")  # without its __init__, which imports the data sets
package.__path__ = [arguments.repository + "/obow"]
sys.modules["obow"] = package
from obow.builder_obow import OBoW
from obow.feature_extractor import SequentialFeatureExtractorAbstractClass
from torchvision.models.resnet import BasicBlock

transformer = arguments.workload == "vit-ti16-32"
small = arguments.workload != "resnet18-32"
channels, side = (1, 28) if arguments.workload == "small-28" else (3, 32)
crop = 20 if transformer else round(side * 5 / 7)
batch = 64
width = 32 if small else 64
stages = [1, 1, 1] if small else [2, 2, 2, 2]
stride = 2 if small else 1  # of the stem
words, levels = (256, ["layer2"]) if small else (8192, ["layer2", "layer3"])


class Pool(torch.nn.Module):
    def forward(self, x):
        return torch.nn.functional.adaptive_avg_pool2d(x, 1)


def network():
    """ResNet-8 or ResNet-18 with a 3x3 stem, in torchvision's blocks."""
    blocks = [
        torch.nn.Sequential(
            torch.nn.Conv2d(channels, width, 3, stride, 1, bias=False), torch.nn.BatchNorm2d(width), torch.nn.ReLU(inplace=True))
    ]
    inputs = width
    for stage, depth in enumerate(stages):
        layers = []
        for i in range(depth):
            outputs, step = width << stage, 2 if stage and not i else 1
            down = None
            if step != 1 or inputs != outputs:
                down = torch.nn.Sequential(torch.nn.Conv2d(inputs, outputs, 1, step, bias=False), torch.nn.BatchNorm2d(outputs))
            layers.append(BasicBlock(inputs, outputs, step, down))
            inputs = outputs
        blocks.append(torch.nn.Sequential(*layers))
    names = ["stem"] + ["layer%d" % (i + 1) for i in range(len(stages))] + ["pool"]
    return SequentialFeatureExtractorAbstractClass(names, blocks + [Pool()]), inputs


class Tokens(torch.nn.Module):
    """Patches of 4 pixels with a class token and positions, which are resized for other images."""

    def __init__(self, tokens, grid):
        super().__init__()
        self.grid = grid
        self.patches = torch.nn.Conv2d(channels, tokens, 4, 4)
        self.first = torch.nn.Parameter(torch.zeros(1, 1, tokens))
        self.positions = torch.nn.Parameter(0.02 * torch.randn(1, 1 + grid * grid, tokens))

    def forward(self, x):
        patches = self.patches(x)
        shape = patches.shape
        positions = self.positions[:, 1:]
        if shape[2] != self.grid:
            square = positions.reshape(1, self.grid, self.grid, -1).permute(0, 3, 1, 2)
            square = torch.nn.functional.interpolate(square, size=shape[2:], mode="bicubic", align_corners=False)
            positions = square.flatten(2).transpose(1, 2)
        tokens = patches.flatten(2).transpose(1, 2) + positions
        return torch.cat([(self.first + self.positions[:, :1]).expand(shape[0], -1, -1), tokens], 1)


class Blocks(torch.nn.Module):
    """Blocks of torchvision's vision transformer, and their patch tokens as a map."""

    def __init__(self, tokens, depth, heads):
        super().__init__()
        from functools import partial
        from torchvision.models.vision_transformer import EncoderBlock

        norm = partial(torch.nn.LayerNorm, eps=1e-6)
        self.blocks = torch.nn.Sequential(*[EncoderBlock(heads, tokens, 4 * tokens, 0.0, 0.0, norm) for _ in range(depth)])
        self.norm = norm(tokens)

    def forward(self, x):
        patches = self.norm(self.blocks(x))[:, 1:].transpose(1, 2)
        grid = round(patches.shape[2] ** 0.5)
        return patches.reshape(patches.shape[0], -1, grid, grid)


torch.manual_seed(1)
if transformer:
    width, levels = 192, ["block12"]
    extractor = SequentialFeatureExtractorAbstractClass(
        ["tokens", "block12", "pool"], [Tokens(width, side // 4), Blocks(width, depth=12, heads=3), Pool()])
    embedding = width
else:
    extractor, embedding = network()
layout = torch.channels_last if arguments.channelsLast else torch.contiguous_format
options = [{"num_words": words, "inv_delta": 15, "num_channels": width if transformer else width << (int(level[-1]) - 1)} for level in levels]
model = OBoW(extractor, embedding, levels, options, {"kappa": 8}, alpha=(0.99, 10000)).train().to(memory_format=layout)
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = (
    torch.optim.AdamW(trained, lr=0.0005, weight_decay=0.04)
    if transformer
    else torch.optim.SGD(trained, lr=0.03, momentum=0.9, weight_decay=5e-4))
images = torch.randn(batch, channels, side, side).contiguous(memory_format=layout)
crops = [torch.randn(2 * batch, channels, crop, crop).contiguous(memory_format=layout)]


def step():
    losses, _ = model(images, crops, None)
    optimizer.zero_grad()
    losses.sum().backward()
    optimizer.step()


for _ in range(3):
    step()
walls, cpus = [], []
for _ in range(5):
    wall, cpu, steps = time.time(), time.process_time(), 0
    while time.time() - wall < arguments.seconds / 5 or not steps:
        step()
        steps += 1
    walls.append((time.time() - wall) / steps)
    cpus.append((time.process_time() - cpu) / steps)
print(f"{arguments.workload}: {batch / statistics.median(walls):.1f} images/s, {statistics.median(cpus):.4f} CPU s a step, {torch.get_num_threads()} threads, torch {torch.__version__}")
