"""The network and the loss of gwsd in PyTorch, as one would write them there: the peer that gwsd is timed against.

Sizes are those of preset `paper`; check_network.py holds it against the reference of the tests. Works with torch 1.13 and 2.x.
"""
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Sizes:
    coarse: int = 6
    fine: int = 6
    factor: int = 4
    hidden: int = 64
    layers: int = 2
    channels: tuple = (64, 128, 256)
    bottleneck: int = 256
    groups: int = 8


class ConvLstm(nn.Module):
    """One layer over a sequence: a list of [batch, in, rows, cols] -> a list of hidden states."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.gates = nn.Conv2d(inputs + hidden, 4 * hidden, 3, padding=1)

    def forward(self, steps):
        n, (batch, _, rows, cols) = self.gates.out_channels // 4, steps[0].shape
        h = c = steps[0].new_zeros(batch, n, rows, cols)
        hidden = []
        for x in steps:
            i, f, g, o = self.gates(torch.cat([x, h], 1)).split(n, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            hidden.append(h)
        return hidden


class GroupNorm(nn.GroupNorm):
    """In f32 under the autocast of torch 1, whose own cannot take bf16."""

    def forward(self, x):
        if x.dtype != torch.bfloat16 or int(torch.__version__.split(".")[0]) >= 2:
            return super().forward(x)
        with torch.autocast("cpu", enabled=False):
            return super().forward(x.float())


def double(inputs, out, groups):
    unit = lambda a: (nn.Conv2d(a, out, 3, padding=1), GroupNorm(groups, out), nn.SiLU(inplace=True))
    return nn.Sequential(*unit(inputs), *unit(out))


class Network(nn.Module):
    def __init__(self, sizes=Sizes()):
        super().__init__()
        s, widths = sizes, (*sizes.channels, sizes.bottleneck)
        self.factor = s.factor
        self.encoder = nn.ModuleList(ConvLstm(s.hidden if layer else s.coarse, s.hidden) for layer in range(s.layers))
        self.down = nn.ModuleList(double(a, b, s.groups) for a, b in zip((s.hidden + s.fine, *widths), widths))
        self.upsampling = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in zip(widths, widths[1:]))
        self.up = nn.ModuleList(double(2 * a, a, s.groups) for a in s.channels)
        self.mean = nn.Conv2d(widths[0], 1, 1)
        self.log_variance = nn.Conv2d(widths[0], 1, 1)

    def encode(self, steps):
        for layer in self.encoder:
            steps = layer(steps)
        return steps[-1]

    def forward(self, steps, fine):
        """steps: a list of [batch, coarse, rows, cols]; fine [batch, channels, rows, cols] -> mean, log variance."""
        hidden = F.interpolate(self.encode(steps), scale_factor=self.factor, mode="bilinear", align_corners=False)
        skip = [self.down[0](torch.cat([hidden, fine], 1))]
        for block in self.down[1:]:
            skip.append(block(F.max_pool2d(skip[-1], 2)))
        y = skip.pop()
        for level in reversed(range(len(self.up))):
            y = self.up[level](torch.cat([self.upsampling[level](y), skip[level]], 1))
        return self.mean(y)[:, 0], self.log_variance(y)[:, 0].clamp(-8, 6)


def weighted_mean(x, w):
    return (x * w).sum() / w.sum()


def loss(mean, log_variance, d, region=32):
    """beta_nll + 0.1 sign + 0.1 mag + mass + 1e-3 tv, the weights that gwsd trains with. `d` has fields on the fine grid:
    target, valid, land, area, reference, recharge; coarse is the satellite's field, on the fine grid as well."""
    land = d["land"] * d["area"]
    nll = 0.5 * (log_variance + (d["target"] - mean) ** 2 * torch.exp(-log_variance))
    total = weighted_mean(nll * torch.exp(0.5 * log_variance.detach()), d["valid"] * d["area"])
    change, recharge = mean - d["reference"], d["recharge"]
    total = total + 0.1 * weighted_mean(F.relu(-torch.tanh(change) * torch.tanh(recharge)), land)

    centred = lambda x: x - (x * land).sum((1, 2), keepdim=True) / land.sum((1, 2), keepdim=True)
    a, r = centred(change.abs()), centred(recharge.abs())
    product = lambda x, y: (x * y * land).sum((1, 2))
    total = total + 0.1 * (1 - product(a, r) / (product(a, a) * product(r, r)).sqrt()).mean()

    weight = F.avg_pool2d(land, region)
    difference = F.avg_pool2d((mean - d["coarse"]) * land, region) / weight.clamp(min=1e-12)
    total = total + weighted_mean(difference ** 2, weight)

    steps, weights = 0.0, 0.0
    for axis in (1, 2):
        cut = lambda f: (f.narrow(axis, 0, f.shape[axis] - 1), f.narrow(axis, 1, f.shape[axis] - 1))
        (m0, m1), (l0, l1), (a0, a1) = cut(mean), cut(d["land"]), cut(d["area"])
        w = 0.5 * l0 * l1 * (a0 + a1)
        steps, weights = steps + (w * ((m1 - m0) ** 2 + 1e-6).sqrt()).sum(), weights + w.sum()
    return total + 1e-3 * steps / weights
