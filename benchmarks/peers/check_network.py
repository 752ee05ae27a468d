#!/usr/bin/env python3
"""Holds network.py against tests/data/pytorch/make_reference.py, whose results the tests of gwsd hold gwsd against: the
same parameters and inputs give the same predictions and the same loss. Needs torch and numpy."""
import importlib.util
import pathlib
import sys

import torch

import network as peer

ROOT = pathlib.Path(__file__).resolve().parents[2]


def reference_module():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tests/data/pytorch/make_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def copy_parameters(net, p, ref):
    """From gwsd's names and layout, [out, rows, cols, in], to PyTorch's modules, [out, in, rows, cols]."""
    def put(module, name, weight):
        module.weight.data, module.bias.data = weight.permute(0, 3, 1, 2).contiguous(), p[name + "bias"]

    def put_double(block, name):
        for part, (conv, norm) in zip(("first", "second"), ((block[0], block[1]), (block[3], block[4]))):
            at = f"{name}.{part}"
            more = [p[at + ".second_weight"]] if at + ".second_weight" in p else []
            put(conv, at + ".", torch.cat([p[at + ".weight"], *more], 3))
            norm.weight.data, norm.bias.data = p[at + "_norm.scale"], p[at + "_norm.shift"]

    for n, layer in enumerate(net.encoder, 1):
        cell = f"encoder.cell{n}."
        put(layer.gates, cell, torch.cat([p[cell + "input_weight"], p[cell + "hidden_weight"]], 3))
    for n, block in enumerate(net.down, 1):
        put_double(block, f"decoder.down{n}" if n < len(net.down) else "decoder.bottleneck")
    for n, (block, conv) in enumerate(zip(net.up, net.upsampling), 1):
        put_double(block, f"decoder.up{n}")
        put(conv, f"decoder.upsampling{n}.transpose.", p[f"decoder.upsampling{n}.transpose.weight"])
    put(net.mean, "mean_head.", p["mean_head.weight"])
    put(net.log_variance, "log_variance_head.", p["log_variance_head.weight"])


def main():
    ref = reference_module()
    p = ref.make_parameters("transposed", False)
    net = peer.Network(peer.Sizes(ref.COARSE, ref.FINE, ref.FACTOR, ref.HIDDEN, ref.LAYERS, ref.CHANNELS, ref.BOTTLENECK,
                                  ref.GROUPS)).double()
    copy_parameters(net, p, ref)
    d = ref.make_inputs()
    mean, log_variance = net([x.permute(0, 3, 1, 2) for x in d["coarse"]], d["fine"].permute(0, 3, 1, 2))
    wanted = ref.network(p, d["coarse"], d["fine"], d["base"], "transposed", False)
    worst = max((mean - wanted[0]).abs().max().item(), (log_variance - wanted[1]).abs().max().item())

    # The peer's loss takes whole regions, all known, and neither the product's variance nor another scale of change.
    ref.CHANGE_SCALE, ref.ORIGIN = 1.0, ((0, 0),) * ref.BATCH
    d["product_variance"] = torch.zeros_like(d["product_variance"])
    d["known"] = torch.ones_like(d["known"])
    expected = ref.total_loss(ref.terms(mean, log_variance, d)).item()
    fine = lambda f: f.repeat_interleave(ref.FACTOR, 1).repeat_interleave(ref.FACTOR, 2)
    found = peer.loss(mean, log_variance, dict(d, coarse=fine(d["gwsa"])), ref.REGION).item()
    print(f"predictions differ by at most {worst:.1e}, losses by {abs(found - expected):.1e}")
    return 0 if worst < 1e-10 and abs(found - expected) < 1e-10 else 1


if __name__ == "__main__":
    sys.exit(main())
