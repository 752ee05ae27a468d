#!/usr/bin/env python3
"""Writes reference.json and reference.bin: what PyTorch computes for a small configuration of the network and its losses.

The network of SPEC 4 and the terms of SPEC 5, written out with plain tensor operations, independently of the C++ code.
Parameters and inputs come from a counter-based generator that the test has as well, so that only results are stored.
Needs torch and numpy (Debian: python3-torch): make_reference.py [FOLDER]
"""
import json
import math
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F

BATCH, WINDOW, TILE, FACTOR, COARSE, FINE = 2, 4, 8, 4, 6, 5
HIDDEN, LAYERS, CHANNELS, BOTTLENECK, GROUPS = 8, 2, (8, 12, 16), 16, 4
SIDE = TILE * FACTOR


def uniform(stream, count):
    """`count` numbers in [-1, 1): SplitMix64 of stream * 2^32 + i, of which 53 bits count."""
    z = numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(stream << 32)
    with numpy.errstate(over="ignore"):
        z = (z + numpy.uint64(1)) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return (z >> numpy.uint64(11)).astype(numpy.float64) * 2.0 ** -52 - 1.0


def field(stream, *shape):
    return torch.from_numpy(uniform(stream, math.prod(shape)).reshape(shape))


def mask(stream, share, *shape):
    return (field(stream, *shape) < 2 * share - 1).double()


# ---------------------------------------------------------------- parameters, [out, rows, cols, in] as the C++ code has them
def shapes(up, peepholes):
    s = {}

    def conv(name, sources, out, k=3):
        s[name + ".weight"] = (out, k, k, sources[0])
        if len(sources) > 1:
            s[name + ".second_weight"] = (out, k, k, sources[1])
        s[name + ".bias"] = (out,)

    def double(name, sources, out):
        for part, src in (("first", sources), ("second", (out,))):
            conv(f"{name}.{part}", src, out)
            s[f"{name}.{part}_norm.scale"] = (out,)
            s[f"{name}.{part}_norm.shift"] = (out,)

    for layer in range(1, LAYERS + 1):
        cell = f"encoder.cell{layer}."
        s[cell + "input_weight"] = (4 * HIDDEN, 3, 3, COARSE if layer == 1 else HIDDEN)
        s[cell + "hidden_weight"] = (4 * HIDDEN, 3, 3, HIDDEN)
        s[cell + "bias"] = (4 * HIDDEN,)
        if peepholes:
            for gate in ("input", "forget", "output"):
                s[f"{cell}{gate}_peephole"] = (HIDDEN,)
    double("decoder.down1", (HIDDEN, FINE), CHANNELS[0])
    double("decoder.down2", (CHANNELS[0],), CHANNELS[1])
    double("decoder.down3", (CHANNELS[1],), CHANNELS[2])
    double("decoder.bottleneck", (CHANNELS[2],), BOTTLENECK)
    for level in (3, 2, 1):
        below, here = (*CHANNELS, BOTTLENECK)[level], CHANNELS[level - 1]
        if up == "transposed":
            s[f"decoder.upsampling{level}.transpose.weight"] = (below, 2, 2, here)
            s[f"decoder.upsampling{level}.transpose.bias"] = (here,)
        else:
            conv(f"decoder.upsampling{level}.conv", (below,), here)
        double(f"decoder.up{level}", (here, here), here)
    conv("mean_head", (CHANNELS[0],), 1, 1)
    conv("log_variance_head", (CHANNELS[0],), 1, 1)
    return s


def make_parameters(up, peepholes):
    p = {}
    for n, (name, shape) in enumerate(shapes(up, peepholes).items()):
        value = field(1000 + n, *shape)
        if len(shape) == 4:
            value = value * (3.0 / math.prod(shape[1:])) ** 0.5
        else:
            value = 0.2 * value + (1.0 if name.endswith(".scale") else 0.0)
        p[name] = value
    return p


# ---------------------------------------------------------------- network
def conv(p, name, *sources):
    w = p[name + ".weight"].permute(0, 3, 1, 2)
    if len(sources) > 1:
        w = torch.cat([w, p[name + ".second_weight"].permute(0, 3, 1, 2)], 1)
    return F.conv2d(torch.cat(sources, 1), w, p[name + ".bias"], padding=w.shape[2] // 2)


def double(p, name, *sources):
    for part in ("first", "second"):
        y = conv(p, f"{name}.{part}", *sources)
        y = F.silu(F.group_norm(y, GROUPS, p[f"{name}.{part}_norm.scale"], p[f"{name}.{part}_norm.shift"], 1e-5))
        sources = (y,)
    return y


def conv_lstm(p, cell, steps):
    w = torch.cat([p[cell + "input_weight"], p[cell + "hidden_weight"]], 3).permute(0, 3, 1, 2)
    peep = {g: p[f"{cell}{g}_peephole"][None, :, None, None] if f"{cell}input_peephole" in p else 0.0
            for g in ("input", "forget", "output")}
    h = c = torch.zeros_like(steps[0][:, :1]).expand(-1, HIDDEN, -1, -1)
    out = []
    for x in steps:
        i, f, g, o = F.conv2d(torch.cat([x, h], 1), w, p[cell + "bias"], padding=1).split(HIDDEN, 1)
        new = torch.sigmoid(f + peep["forget"] * c) * c + torch.sigmoid(i + peep["input"] * c) * torch.tanh(g)
        c = new
        h = torch.sigmoid(o + peep["output"] * c) * torch.tanh(c)
        out.append(h)
    return out


def network(p, coarse, fine, base, up, residual):
    steps = [x.permute(0, 3, 1, 2) for x in coarse]
    for layer in range(1, LAYERS + 1):
        steps = conv_lstm(p, f"encoder.cell{layer}.", steps)
    hidden = F.interpolate(steps[-1], size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    skip = [double(p, "decoder.down1", hidden, fine.permute(0, 3, 1, 2))]
    for level in (2, 3):
        skip.append(double(p, f"decoder.down{level}", F.max_pool2d(skip[-1], 2)))
    y = double(p, "decoder.bottleneck", F.max_pool2d(skip[-1], 2))
    for level in (3, 2, 1):
        name = f"decoder.upsampling{level}"
        if up == "transposed":
            y = F.conv_transpose2d(y, p[name + ".transpose.weight"].permute(0, 3, 1, 2), p[name + ".transpose.bias"], stride=2)
        else:
            y = conv(p, name + ".conv", F.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False))
        y = double(p, f"decoder.up{level}", y, skip[level - 1])
    mean = conv(p, "mean_head", y)[:, 0]
    return mean + base if residual else mean, conv(p, "log_variance_head", y)[:, 0].clamp(-8, 6)


# ---------------------------------------------------------------- losses
def make_inputs():
    land = mask(20, 0.85, BATCH, SIDE, SIDE)
    row, col = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    return dict(
        coarse=field(10, WINDOW, BATCH, TILE, TILE, COARSE), fine=field(11, BATCH, SIDE, SIDE, FINE),
        base=field(12, BATCH, SIDE, SIDE), target=2 * field(13, BATCH, SIDE, SIDE), land=land,
        valid=land * mask(21, 0.9, BATCH, SIDE, SIDE), area=1 + 0.1 * field(14, BATCH, SIDE, SIDE),
        product_variance=0.1 * (field(15, BATCH, SIDE, SIDE) + 1), reference=field(16, BATCH, SIDE, SIDE),
        recharge=2 * field(17, BATCH, SIDE, SIDE), gwsa=field(18, BATCH, TILE, TILE), known=mask(22, 0.8, BATCH, TILE, TILE),
        row=row, col=col)


CHANGE_SCALE, REGION, ORIGIN = 0.8, 16, ((40, 8), (60, 124))  # first fine row and column of each sample on the globe


def weighted_mean(x, w):
    return (x * w).sum() / w.sum()


def terms(mean, log_variance, d):
    w, land = d["valid"] * d["area"], d["land"] * d["area"]
    r2 = (d["target"] - mean) ** 2
    variance = log_variance.exp() + d["product_variance"]
    nll = 0.5 * (variance.log() + r2 / variance)
    likelihood = 0.5 * (variance.log() + r2.detach() / variance)
    t = dict(
        nll=weighted_mean(nll, w), beta_nll=weighted_mean(nll * variance.detach() ** 0.5, w),
        faithful=weighted_mean(0.5 * r2 + likelihood, w), mse=weighted_mean(r2, w),
        laplace=weighted_mean(0.5 * variance.log() + (2 * r2).sqrt() / variance.sqrt(), w))
    change = (mean - d["reference"]) / CHANGE_SCALE
    t["sign"] = weighted_mean(F.relu(-torch.tanh(change) * torch.tanh(d["recharge"])), land)
    correlations = []
    for b in range(BATCH):
        a, r, lw = change[b].abs(), d["recharge"][b].abs(), land[b]
        a, r = a - weighted_mean(a, lw), r - weighted_mean(r, lw)
        correlations.append(weighted_mean(a * r, lw) / (weighted_mean(a * a, lw) * weighted_mean(r * r, lw)).sqrt())
    t["mag"] = 1 - torch.stack(correlations).mean()
    total = weight = 0.0
    for b in range(BATCH):
        known = d["known"][b].repeat_interleave(FACTOR, 0).repeat_interleave(FACTOR, 1)
        gwsa = d["gwsa"][b].repeat_interleave(FACTOR, 0).repeat_interleave(FACTOR, 1)
        region_row, region_col = (d["row"] + ORIGIN[b][0]) // REGION, (d["col"] + ORIGIN[b][1]) // REGION
        for i in region_row.unique():
            for j in region_col.unique():
                inside = ((region_row == i) & (region_col == j)).double()
                lw = inside * land[b] * known
                if inside.sum() < REGION * REGION / 2 or lw.sum() == 0:
                    continue
                total = total + lw.sum() * (weighted_mean(mean[b], lw) - weighted_mean(gwsa, lw)) ** 2
                weight = weight + lw.sum()
    t["mass"] = total / weight
    steps, pairs = [], []
    for axis in (1, 2):
        n = SIDE - 1
        cut = lambda f: (f.narrow(axis, 0, n), f.narrow(axis, 1, n))
        (m0, m1), (l0, l1), (a0, a1) = cut(mean), cut(d["land"]), cut(d["area"])
        steps.append((((m1 - m0) ** 2 + 1e-6).sqrt()).flatten()), pairs.append((l0 * l1 * 0.5 * (a0 + a1)).flatten())
    t["tv"] = weighted_mean(torch.cat(steps), torch.cat(pairs))
    return t


def total_loss(t):
    return t["beta_nll"] + 0.1 * t["sign"] + 0.1 * t["mag"] + t["mass"] + 1e-3 * t["tv"]


# ---------------------------------------------------------------- runs
def cast(d, dtype):
    return {k: v.to(dtype) if v.is_floating_point() else v for k, v in d.items()}


def training_losses(dtype, steps=10):
    p = {k: v.to(dtype).requires_grad_() for k, v in make_parameters("transposed", False).items()}
    d = cast(make_inputs(), dtype)
    optimiser = torch.optim.AdamW(
        [dict(params=[v for v in p.values() if v.dim() > 1], weight_decay=0.05),
         dict(params=[v for v in p.values() if v.dim() == 1], weight_decay=0.0)], lr=2e-3)
    losses = []
    for _ in range(steps):
        optimiser.zero_grad()
        loss = total_loss(terms(*network(p, d["coarse"], d["fine"], d["base"], "transposed", True), d))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(p.values(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    return losses


class Writer:
    """Arrays one after the other in a file of little-endian doubles, and where each begins."""

    def __init__(self):
        self.arrays, self.index, self.offset = [], {}, 0

    def add(self, name, tensor):
        values = tensor.detach().numpy().astype("<f8")
        self.index[name] = dict(shape=list(values.shape), offset=self.offset)
        self.arrays.append(values.tobytes())
        self.offset += values.size


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    torch.set_num_threads(1)
    out, d = Writer(), make_inputs()
    result = dict(torch=torch.__version__)

    p = {k: v.requires_grad_() for k, v in make_parameters("transposed", False).items()}
    result["parameters"] = [[k, list(v.shape)] for k, v in p.items()]
    mean, log_variance = network(p, d["coarse"], d["fine"], d["base"], "transposed", True)
    out.add("mean", mean), out.add("log_variance", log_variance)
    t = terms(mean, log_variance, d)
    result["terms"] = {k: v.item() for k, v in t.items()}
    # Of the terms' own gradients, sums with fixed numbers.
    along = field(30, BATCH, SIDE, SIDE)
    result["term_gradients"] = {}
    for name, value in t.items():
        g = torch.autograd.grad(value, (mean, log_variance), retain_graph=True, allow_unused=True)
        result["term_gradients"][name] = [0.0 if x is None else (x * along).sum().item() for x in g]
    total_loss(t).backward()
    for name, value in p.items():
        out.add("gradient." + name, value.grad)

    # The other ways of building it: bilinear upsampling, peepholes, direct mean; of each gradient two sums.
    q = {k: v.requires_grad_() for k, v in make_parameters("bilinear", True).items()}
    mean, log_variance = network(q, d["coarse"], d["fine"], d["base"], "bilinear", False)
    out.add("other.mean", mean), out.add("other.log_variance", log_variance)
    total_loss(terms(mean, log_variance, d)).backward()
    result["other_parameters"] = [[k, list(v.shape)] for k, v in q.items()]
    result["other_gradients"] = [[v.grad.norm().item(), (v.grad * field(2000 + n, *v.shape)).sum().item()]
                                 for n, v in enumerate(q.values())]
    result["losses_f64"], result["losses_f32"] = training_losses(torch.float64), training_losses(torch.float32)
    result["arrays"] = out.index
    (folder / "reference.bin").write_bytes(b"".join(out.arrays))
    (folder / "reference.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
