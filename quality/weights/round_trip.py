"""Makes a state_dict of torchvision, and compares the features of one that came back."""

import json
import struct
import sys

import numpy
import torch
import torchvision


def network(name):
    model = getattr(torchvision.models, name)()
    if name.startswith("vit"):
        model.heads = torch.nn.Identity()
    else:
        model.fc = torch.nn.Identity()
    return model.eval()


def read_safetensors(path):
    """Reads float32 tensors; the library safetensors is not in Debian 12."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            assert entry["dtype"] == "F32", entry
            begin, end = entry["data_offsets"]
            values = numpy.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
            tensors[name] = torch.tensor(values)
    return tensors


def torchvision_name(name):
    """Returns torchvision's name for a transformer's tensor of DINO and timm."""
    names = {
        "cls_token": "class_token",
        "pos_embed": "encoder.pos_embedding",
        "patch_embed.proj.": "conv_proj.",
        "norm.": "encoder.ln.",
        "blocks.": "encoder.layers.encoder_layer_",
    }
    for ours, theirs in names.items():
        if name.startswith(ours):
            name = theirs + name[len(ours):]
            break
    parts = {
        ".norm1.": ".ln_1.",
        ".norm2.": ".ln_2.",
        ".attn.qkv.": ".self_attention.in_proj_",
        ".attn.proj.": ".self_attention.out_proj.",
        ".mlp.fc1.": ".mlp.0.",
        ".mlp.fc2.": ".mlp.3.",
    }
    for ours, theirs in parts.items():
        name = name.replace(ours, theirs)
    return name


def make(name, path):
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)()
    for key, value in model.named_buffers():
        if key.endswith("running_mean"):
            value.normal_(0, 0.1)
        elif key.endswith("running_var"):
            value.uniform_(0.5, 1.5)
    torch.save(model.state_dict(), path)


def compare(name, before, after):
    images = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1)) * 4 - 2
    first = network(name)
    first.load_state_dict(torch.load(before), strict=False)
    second = network(name)
    tensors = read_safetensors(after)
    if name.startswith("vit"):
        tensors = {torchvision_name(key): value for key, value in tensors.items()}
    second.load_state_dict(tensors, strict=True)
    with torch.no_grad():
        expected = first(images)
        difference = (expected - second(images)).abs().max().item()
    largest = expected.abs().max().item()
    print(f"{name}: strict=True, features up to {largest:.3g}, largest difference {difference:.3g}")
    if not difference <= 1e-5 * max(1, largest):
        sys.exit("the features differ")


if __name__ == "__main__":
    {"make": make, "compare": compare}[sys.argv[1]](*sys.argv[2:])
