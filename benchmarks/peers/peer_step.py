#!/usr/bin/env python3
"""Times the network in PyTorch for another program: the requests and answers of bench_step.cpp, without calibrate.

usage: peer_step.py [--channels-last] [--compile]
"""
import argparse
import contextlib
import json
import os
import resource
import statistics
import sys
import time

import torch

from network import Network, loss

WINDOW, TILE = 6, 32


def peak_rss_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Step:
    def __init__(self, mode, batch, options):
        torch.manual_seed(1)
        self.mode, layout = mode, torch.channels_last if options.channels_last else torch.contiguous_format
        self.network = Network().to(memory_format=layout)
        self.model = torch.compile(self.network) if options.compile else self.network
        self.encode = torch.compile(self.network.encode) if options.compile else self.network.encode
        parameters = list(self.network.parameters())
        self.parameters = sum(p.numel() for p in parameters)
        self.optimiser = torch.optim.AdamW([dict(params=[p for p in parameters if p.dim() > 1], weight_decay=1e-2),
                                            dict(params=[p for p in parameters if p.dim() == 1], weight_decay=0.0)], lr=3e-4)
        side = 4 * TILE
        self.steps = [torch.randn(batch, 6, TILE, TILE).to(memory_format=layout) for _ in range(WINDOW)]
        self.fine = torch.randn(batch, 6, side, side).to(memory_format=layout)
        one, field = torch.ones(batch, side, side), lambda: torch.randn(batch, side, side)
        self.data = dict(target=field(), valid=one, land=one, area=one, reference=field(), recharge=field(),
                         coarse=field())

    def run(self, precision):
        with torch.autocast("cpu", torch.bfloat16) if precision == "bf16" else contextlib.nullcontext():
            self.work()

    def work(self):
        if self.mode == "forward":
            with torch.no_grad():
                self.model(self.steps, self.fine)
            return
        self.network.zero_grad(set_to_none=True)
        if self.mode == "convlstm":
            hidden = self.encode(self.steps)
            hidden.backward(torch.ones_like(hidden))
            return
        mean, log_variance = self.model(self.steps, self.fine)
        loss(mean.float(), log_variance.float(), self.data).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()


def main():
    parser = argparse.ArgumentParser(description="serves timings of the network in PyTorch")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    imported = peak_rss_mb()
    step, built = None, None
    for line in sys.stdin:
        mode, batch, runs, precision = line.split()
        batch, runs = int(batch), int(runs)
        if built != (mode, batch, precision):
            step = None
            step, built = Step(mode, batch, options), (mode, batch, precision)
            for _ in range(2):
                step.run(precision)
        ms = []
        for _ in range(runs):
            start = time.perf_counter()
            step.run(precision)
            ms.append((time.perf_counter() - start) * 1e3 / batch)
        print(json.dumps(dict(ms=statistics.median(ms), min_ms=min(ms), peak_rss_mb=peak_rss_mb(), imported_mb=imported,
                              parameters=step.parameters, threads=torch.get_num_threads())), flush=True)


if __name__ == "__main__":
    main()
