"""Writes images and the features that PyTorch has for them through torchvision's own transforms.

    python3 embed_torchvision.py images features.json tiny resnet18-tiny.pth    the files of EmbedTorchvisionTest
    python3 embed_torchvision.py images features.json resnet18 resnet18.pth     writes seeded weights of full size too
"""
import json
import sys

import numpy
import torch
import torchvision
from PIL import Image
from torchvision import transforms

SIZES = {"wide.png": (330, 260), "tall.jpg": (240, 300), "square.png": (224, 224), "small.png": (90, 120)}


def image(random, width, height):
    """Waves of colour with a few edges, so that scaling matters."""
    x, y = numpy.meshgrid(numpy.arange(width) / width, numpy.arange(height) / height)
    planes = []
    for _ in range(3):
        a, b, c, d = random.uniform(-12, 12, 4)
        plane = 127 + 60 * numpy.sin(a * x + b * y) + 50 * numpy.sin(5 * c * x - 3 * d * y)
        planes.append(plane + 40 * ((7 * x + 5 * y).astype(int) % 2) - 20)
    return Image.fromarray(numpy.stack(planes, axis=-1).clip(0, 255).astype("uint8"))


def tiny(path):
    """torchvision's ResNet-18 with 2 channels in its first stage, from its own blocks."""
    block = torchvision.models.resnet.BasicBlock

    def down(a, b):
        return torch.nn.Sequential(torch.nn.Conv2d(a, b, 1, 2, bias=False), torch.nn.BatchNorm2d(b))

    model = torch.nn.Sequential()
    model.add_module("conv1", torch.nn.Conv2d(3, 2, 7, 2, 3, bias=False))
    model.add_module("bn1", torch.nn.BatchNorm2d(2))
    model.add_module("relu", torch.nn.ReLU())
    model.add_module("maxpool", torch.nn.MaxPool2d(3, 2, 1))
    for stage in range(4):
        width = 2 << stage
        first = block(width, width) if stage == 0 else block(width // 2, width, 2, down(width // 2, width))
        model.add_module(f"layer{stage + 1}", torch.nn.Sequential(first, block(width, width)))
    model.add_module("avgpool", torch.nn.AdaptiveAvgPool2d(1))
    state = {k: v for k, v in torch.load(path).items() if not k.startswith("fc.")}
    model.load_state_dict(state, strict=True)
    return torch.nn.Sequential(model, torch.nn.Flatten())


def resnet18(path):
    torch.manual_seed(21)
    model = torchvision.models.resnet18()
    for module in model.modules():  # statistics as after some training
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
            torch.nn.init.normal_(module.running_mean, std=0.2)
    torch.save(model.state_dict(), path)
    model.fc = torch.nn.Identity()
    return model


folder, output, kind, weights = sys.argv[1:]
random = numpy.random.default_rng(21)
for name, size in SIZES.items():
    image(random, *size).save(f"{folder}/{name}", **({"quality": 95} if name.endswith("jpg") else {}))
model = {"tiny": tiny, "resnet18": resnet18}[kind](weights).eval()


def pillow(image):
    """What torchvision's transforms show of an image: Pillow rounds pixels after each axis."""
    return transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.PILToTensor()])(image)


def rounded_once(image):
    """The same by torchvision's filter on floats, rounded at the end."""
    pixels = transforms.PILToTensor()(image).double()
    shown = transforms.Compose([transforms.Resize(256, antialias=True), transforms.CenterCrop(224)])(pixels)
    return (shown + 0.5).floor()


def features(show):
    normalise = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    found = {}
    for name in SIZES:
        image = Image.open(f"{folder}/{name}").convert("RGB")
        # Images that have the encoder's size are shown as they are.
        pixels = transforms.PILToTensor()(image) if image.size == (224, 224) else show(image)
        with torch.no_grad():
            found[name] = model(normalise((pixels.double() / 255).float())[None])[0].tolist()
    return found


with open(output, "w") as file:
    json.dump({"pillow": features(pillow), "rounded_once": features(rounded_once)}, file)
