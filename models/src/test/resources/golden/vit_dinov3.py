"""Writes vit_dinov3.json: a small vision transformer with rotary positions, in float64.

The formulas are those of facebookresearch/dinov3 (DinoVisionTransformer, RopePositionEmbedding, SelfAttention,
LinearKMaskedBias) as its hub makes dinov3_vits16, written down here again because no package has them:

    python3 vit_dinov3.py > vit_dinov3.json
"""
import json
import math

import torch
import torch.nn.functional as F

SEED = 12003
PATCH, WIDTH, DEPTH, HEADS, STORAGE, BASE = 4, 16, 2, 2, 2, 100.0
SIZES = [(16, 16), (12, 20), (24, 8)]
EPSILON = 1e-5  # "layernormbf16"

torch.manual_seed(SEED)
torch.set_default_dtype(torch.float64)


def exact(*shape, scale=1.0):
    """Random numbers that float32 holds exactly."""
    return (torch.randn(*shape) * scale).float().double()


def parameters():
    p = {
        "cls_token": exact(1, 1, WIDTH),
        "storage_tokens": exact(1, STORAGE, WIDTH),
        "mask_token": exact(1, WIDTH),
        "patch_embed.proj.weight": exact(WIDTH, 3, PATCH, PATCH, scale=0.2),
        "patch_embed.proj.bias": exact(WIDTH, scale=0.2),
        # base^(2 i / (d / 2)) for i < d / 4
        "rope_embed.periods": torch.tensor(
            [BASE ** (2 * i / (WIDTH // HEADS // 2)) for i in range(WIDTH // HEADS // 4)]),
    }
    for i in range(DEPTH):
        block = f"blocks.{i}."
        mask = torch.ones(3 * WIDTH)
        mask[WIDTH:2 * WIDTH] = 0  # keys have no bias
        p |= {
            block + "norm1.weight": 1 + exact(WIDTH, scale=0.2),
            block + "norm1.bias": exact(WIDTH, scale=0.2),
            block + "attn.qkv.weight": exact(3 * WIDTH, WIDTH, scale=0.4),
            block + "attn.qkv.bias": exact(3 * WIDTH),
            block + "attn.qkv.bias_mask": mask,
            block + "attn.proj.weight": exact(WIDTH, WIDTH, scale=0.3),
            block + "attn.proj.bias": exact(WIDTH, scale=0.2),
            block + "ls1.gamma": exact(WIDTH),
            block + "norm2.weight": 1 + exact(WIDTH, scale=0.2),
            block + "norm2.bias": exact(WIDTH, scale=0.2),
            block + "mlp.fc1.weight": exact(4 * WIDTH, WIDTH, scale=0.3),
            block + "mlp.fc1.bias": exact(4 * WIDTH, scale=0.2),
            block + "mlp.fc2.weight": exact(WIDTH, 4 * WIDTH, scale=0.2),
            block + "mlp.fc2.bias": exact(WIDTH, scale=0.2),
            block + "ls2.gamma": exact(WIDTH),
        }
    return p | {"norm.weight": 1 + exact(WIDTH, scale=0.2), "norm.bias": exact(WIDTH, scale=0.2)}


def rope(rows, columns, periods):
    """Sines and cosines of the angles of all patches, [h w, d]: down, across, and both again."""
    down = 2 * (torch.arange(rows) + 0.5) / rows - 1
    across = 2 * (torch.arange(columns) + 0.5) / columns - 1
    places = torch.stack(torch.meshgrid(down, across, indexing="ij"), dim=-1).reshape(-1, 2)
    angles = (2 * math.pi * places[:, :, None] / periods).flatten(1).tile(2)
    return angles.sin(), angles.cos()


def rotated(x, sin, cos):
    """Rotates the patches of [B, heads, T, d], which stand behind the other tokens."""
    first, patches = x[:, :, :-len(sin)], x[:, :, -len(sin):]
    a, b = patches.chunk(2, dim=-1)
    return torch.cat([first, patches * cos + torch.cat([-b, a], dim=-1) * sin], dim=2)


def attention(p, name, x, sin, cos):
    batch, tokens, _ = x.shape
    bias = p[name + "qkv.bias"] * p[name + "qkv.bias_mask"]
    qkv = F.linear(x, p[name + "qkv.weight"], bias).reshape(batch, tokens, 3, HEADS, -1)
    q, k, v = qkv.permute(2, 0, 3, 1, 4)
    q, k = rotated(q, sin, cos), rotated(k, sin, cos)
    weights = (q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS)).softmax(dim=-1)
    mixed = (weights @ v).transpose(1, 2).reshape(batch, tokens, WIDTH)
    return F.linear(mixed, p[name + "proj.weight"], p[name + "proj.bias"])


def norm(p, name, x):
    return F.layer_norm(x, (WIDTH,), p[name + ".weight"], p[name + ".bias"], EPSILON)


def forward(p, images, masks=None):
    patches = F.conv2d(images, p["patch_embed.proj.weight"], p["patch_embed.proj.bias"], stride=PATCH)
    batch, _, rows, columns = patches.shape
    patches = patches.flatten(2).transpose(1, 2)
    if masks is not None:
        patches = torch.where(masks[:, :, None] > 0, p["mask_token"][:, None], patches)
    first = [p["cls_token"].expand(batch, -1, -1), p["storage_tokens"].expand(batch, -1, -1)]
    x = torch.cat(first + [patches], dim=1)
    sin, cos = rope(rows, columns, p["rope_embed.periods"])
    for i in range(DEPTH):
        block = f"blocks.{i}."
        x = x + p[block + "ls1.gamma"] * attention(p, block + "attn.", norm(p, block + "norm1", x), sin, cos)
        hidden = F.gelu(F.linear(norm(p, block + "norm2", x), p[block + "mlp.fc1.weight"], p[block + "mlp.fc1.bias"]))
        x = x + p[block + "ls2.gamma"] * F.linear(hidden, p[block + "mlp.fc2.weight"], p[block + "mlp.fc2.bias"])
    return norm(p, "norm", x)


def tensor(x):
    return {"shape": list(x.shape), "dtype": "float64", "data": x.detach().flatten().tolist()}


def parts(x):
    return {
        "x_norm_clstoken": tensor(x[:, 0]),
        "x_storage_tokens": tensor(x[:, 1:1 + STORAGE]),
        "x_norm_patchtokens": tensor(x[:, 1 + STORAGE:]),
    }


p = parameters()
images = [exact(2, 3, *size) for size in SIZES]
masks = (torch.rand(2, SIZES[0][0] // PATCH * SIZES[0][1] // PATCH) < 0.4).double()
trained = [n for n in p if not n.endswith(("bias_mask", "periods"))]
for name in trained:
    p[name].requires_grad_()
masked = forward(p, images[0], masks)
weighting = exact(*masked.shape)
loss = (masked * weighting).sum()
loss.backward()
print(json.dumps({
    "name": "vit_dinov3",
    "seed": SEED,
    "source": "formulas of facebookresearch/dinov3 dinov3/models/vision_transformer.py, dinov3/layers, written in vit_dinov3.py",
    "versions": f"torch {torch.__version__}, float64 on CPU",
    "description": "Vision transformer of DINOv3: no learned positions; queries and keys of patches are rotated by 2 pi"
                   " place / period, places in [-1, 1] for each axis, periods base^(4 i / d); storage tokens;"
                   " LayerScale; keys without bias; layer norm with epsilon 1e-5.",
    "layout": {"images": "NCHW", "weighting": "[B, tokens, D]: class token, storage tokens, patches"},
    "config": {"patch_size": PATCH, "embed_dim": WIDTH, "depth": DEPTH, "num_heads": HEADS, "n_storage_tokens": STORAGE,
               "base": BASE, "norm_eps": EPSILON},
    "inputs": {"images": [tensor(x) for x in images], "masks": tensor(masks), "weighting": tensor(weighting),
               "parameters": {n: tensor(x) for n, x in p.items()}},
    "expected": {"by_image_size": [parts(forward(p, x)) for x in images], "masked": parts(masked),
                 "masked_loss": loss.item(), "masked_grad_parameters": {n: tensor(p[n].grad) for n in trained if "fc" not in n}},
}))
