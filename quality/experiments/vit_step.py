#!/usr/bin/python3
"""CPU seconds of a training step of a vision transformer, here and in PyTorch, in turns in one run.

    apt-get install python3-torch python3-torchvision libopenblas0-pthread   # the reference BLAS is 15 times slower
    ./vocabeam help                                                          # builds
    quality/experiments/vit_step.py [TURNS]

A step is forwards, backwards and AdamW of a classifier on images in memory, float32, without dropped branches. PyTorch
has torchvision's VisionTransformer in the same sizes. Prints the least of the turns for both sides and their ratio.
"""
import os
import pathlib
import subprocess
import sys
import time

import torch
import torchvision
from torchvision.models import VisionTransformer

CLASSES = 31
# preset, pixels, batch, steps of a turn, and torchvision's sizes
WORKLOADS = [
    ("small/vit-mini4", 32, 64, 10, dict(patch_size=4, num_layers=4, num_heads=3, hidden_dim=96, mlp_dim=384)),
    ("vit-ti16", 224, 8, 3, dict(patch_size=16, num_layers=12, num_heads=3, hidden_dim=192, mlp_dim=768)),
]
turns = int(sys.argv[1]) if len(sys.argv) > 1 else 5
home = pathlib.Path(__file__).resolve().parents[2]
classes = os.environ.get("CLASSPATH") or ":".join(
    [f"{home}/{module}/target/classes" for module in ("transforms", "models")]
    + [(home / "pipelines/target/runtime.classpath").read_text().strip()])


def theirs(side, batch, sizes):
    """Returns a function that takes so many steps in PyTorch and returns their CPU seconds."""
    torch.manual_seed(1)
    model = VisionTransformer(image_size=side, num_classes=CLASSES, **sizes).train()
    torch.nn.init.normal_(model.heads.head.weight, std=0.02)  # torchvision's zeros would spare a product
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.05)
    images, labels = torch.randn(batch, 3, side, side), torch.arange(batch) % CLASSES

    def run(steps):
        before = time.process_time()
        for _ in range(steps):
            loss = torch.nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return time.process_time() - before

    return run


def ours(process):
    """Returns the same for the program, of which all threads count."""
    ticks = os.sysconf("SC_CLK_TCK")

    def cpu():
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    def run(steps):
        before = cpu()
        print(steps, file=process.stdin, flush=True)
        assert process.stdout.readline(), "the program ended"
        return cpu() - before

    return run


print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, {torch.get_num_threads()} threads, load {os.getloadavg()[0]:.1f}")
for preset, side, batch, steps, sizes in WORKLOADS:
    command = ["java", "-cp", classes, f"{home}/quality/experiments/VitStep.java", preset, str(side), str(batch), str(CLASSES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        sides = [ours(process), theirs(side, batch, sizes)]
        for run in sides:
            run(2)  # warms up
        least = [min(values) / steps for values in zip(*[[run(steps) for run in sides] for _ in range(turns)])]
        process.stdin.close()
    print(f"{preset}, {side} px, batch {batch}: {least[0]:.3f} CPU s a step, PyTorch {least[1]:.3f}, ratio {least[0] / least[1]:.2f}", flush=True)
print(f"load at the end {os.getloadavg()[0]:.1f}")
