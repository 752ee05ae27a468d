#!/usr/bin/env python3
"""Times gwsd and PyTorch in turn on the same work and writes what came out; scripts/bench-peers sets up and calls it."""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROWS = (("inference_f32_b1", "forward", 1), ("inference_f32_b8", "forward", 8), ("train_f32_b4", "train", 4),
        ("train_f32_b8", "train", 8), ("convlstm_f32", "convlstm", 4))
KEPT = 0.8   # of the best burst: samples between slower bursts shared the machine with something else
SLOWER = 1.2  # than the best of its kind after two rounds: not measured further


def say(text):
    print("==", text, file=sys.stderr, flush=True)


class Server:
    """A program that answers a line with a line of JSON."""

    def __init__(self, command, environment=()):
        self.name = command[0]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=dict(os.environ, **dict(environment)))

    def ask(self, line):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} ended while it was asked for: {line}")
        return json.loads(answer)

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Bench:
    def __init__(self, program, python, compiled):
        self.program, self.python, self.bursts = program, python, []
        self.layouts = {"channels first": [], "channels last": ["--channels-last"]} if python else {}
        if compiled:
            self.layouts |= {f"{name}, compiled": [*options, "--compile"] for name, options in self.layouts.items()}
        processors = sorted(os.sched_getaffinity(0))
        self.bound = {"OMP_NUM_THREADS": str(len(processors)), "OMP_PROC_BIND": "true",
                      "OMP_PLACES": ",".join(f"{{{p}}}" for p in processors)}
        self.gwsd_bound = {"GWSD_NUM_THREADS": str(len(processors))}

    def gwsd(self):
        return Server([self.program], self.gwsd_bound)

    def peer(self, layout, huge_pages=True):
        tunables = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"} if huge_pages else {}
        return Server([self.python, str(HERE / "peer_step.py"), *self.layouts[layout]], self.bound | tunables)

    def burst(self, server):
        self.bursts.append(server.ask("calibrate")["gflops"])
        return self.bursts[-1]

    def rounds(self, mode, batch, runs):
        """Answers of every program with the slower of the bursts around each: {name: [(answer, burst)]}."""
        servers = {"gwsd": self.gwsd()} | {layout: self.peer(layout) for layout in self.layouts}
        samples = {name: [] for name in servers}
        racing = list(servers)
        for n in range(runs):
            before = self.burst(servers["gwsd"])
            for name in racing[:]:
                try:
                    if n == 0:  # builds and warms up
                        servers[name].ask(f"{mode} {batch} 1")
                        before = self.burst(servers["gwsd"])
                    answer = servers[name].ask(f"{mode} {batch} 1")
                except RuntimeError as error:
                    if "compiled" not in name:
                        raise
                    say(f"{error}; going on without ({name})")
                    racing.remove(name)
                    continue
                after = self.burst(servers["gwsd"])
                samples[name].append((answer, min(before, after)))
                before = after
            if n == 1:
                fastest = lambda name: min(answer["ms"] for answer, _ in samples[name])
                peers = [name for name in racing if name != "gwsd"]
                racing = ["gwsd"] + [p for p in peers if fastest(p) < SLOWER * min(map(fastest, peers))]
        for server in servers.values():
            server.close()
        return {name: answers for name, answers in samples.items() if answers}

    def summary(self, samples):
        """Median and least ms of the samples that had the machine to themselves, of all if none had."""
        kept = [answer for answer, burst in samples if burst >= KEPT * max(self.bursts)]
        quiet, kept = bool(kept), kept or [answer for answer, _ in samples]
        return dict(ms=statistics.median(a["ms"] for a in kept), min_ms=min(a["ms"] for a in kept), kept=len(kept),
                    of=len(samples), quiet=quiet)

    def memory(self):
        """Largest resident memory in MB of a process that trains with batch 8. The peer's is the least of its layouts,
        without huge pages, which would take more."""
        def peak(server):
            answer = server.ask("train 8 1")
            server.close()
            return answer
        entry = dict(gwsd_mb=peak(self.gwsd())["peak_rss_mb"])
        peers = [peak(self.peer(layout, huge_pages=False)) for layout in self.layouts if "compiled" not in layout]
        if peers:
            least = min(peers, key=lambda answer: answer["peak_rss_mb"])
            entry.update(peer_mb=least["peak_rss_mb"], ratio=entry["gwsd_mb"] / least["peak_rss_mb"],
                         peer_mb_before_any_work=least["imported_mb"])
        return entry


def same_parameters(answers):
    counts = {name: samples[0][0]["parameters"] for name, samples in answers.items()}
    if len(set(counts.values())) != 1:
        sys.exit(f"compare.py: the networks differ in their number of parameters: {counts}")
    return counts["gwsd"]


def entry_of(bench, answers):
    figures = {name: bench.summary(samples) for name, samples in answers.items()}
    ours = figures.pop("gwsd")
    first = answers["gwsd"][0][0]
    entry = dict(gwsd_ms=ours["ms"], gwsd_min_ms=ours["min_ms"], kept=f"{ours['kept']}/{ours['of']}", quiet=ours["quiet"],
                 gwsd_share_of_peak=first["gflop"] / ours["ms"] * 1e3 / max(bench.bursts))
    if figures:
        layout, best = min(figures.items(), key=lambda item: item[1]["ms"])
        entry.update(peer_ms=best["ms"], peer_min_ms=best["min_ms"], ratio=best["ms"] / ours["ms"], peer=layout,
                     peer_kept=f"{best['kept']}/{best['of']}", quiet=ours["quiet"] and best["quiet"])
    return entry


def print_table(results):
    print("| | gwsd, ms per sample | PyTorch, ms per sample | ratio | gwsd, share of peak | PyTorch's best layout |")
    print("|---|---|---|---|---|---|")
    for key, e in results.items():
        if key.startswith("memory"):
            continue
        peer = f"{e['peer_ms']:.1f} | {e['ratio']:.2f}" if "peer_ms" in e else "SKIPPED | "
        noisy = "" if e["quiet"] else " (noisy)"
        print(f"| {key} | {e['gwsd_ms']:.1f}{noisy} | {peer} | {100 * e['gwsd_share_of_peak']:.0f} % | {e.get('peer', '')} |")
    e = results["memory_train_b8"]
    peer = f"{e['peer_mb']:.0f} MB | {e['ratio']:.2f}" if "peer_mb" in e else "SKIPPED | "
    print(f"| memory_train_b8 | {e['gwsd_mb']:.0f} MB | {peer} | | |")


def write(path, results):
    part = f"{path}.tmp.{os.getpid()}"
    rounded = {key: {k: round(v, 3) if isinstance(v, float) else v for k, v in e.items()} for key, e in results.items()}
    with open(part, "w") as file:
        file.write(json.dumps(rounded, indent=1) + "\n")
    os.replace(part, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="gwsd_bench_step")
    parser.add_argument("--python", help="a Python that has torch; without it gwsd is timed alone")
    parser.add_argument("--compiled", action="store_true", help="also try torch.compile (torch 2)")
    parser.add_argument("--runs", type=int, default=6, help="pairs of a row")
    parser.add_argument("--json")
    options = parser.parse_args()
    bench, answers = Bench(options.program, options.python, options.compiled), {}
    for key, mode, batch in ROWS:
        say(f"timing {key}")
        answers[key] = bench.rounds(mode, batch, options.runs * (3 if batch == 1 else 1))
    parameters = same_parameters(answers["inference_f32_b1"])
    results = {key: entry_of(bench, a) for key, a in answers.items()}
    say("measuring memory_train_b8")
    results["memory_train_b8"] = bench.memory()
    print(f"Parameters: {parameters}" + (" on both sides" if options.python else "") +
          f". Peak: {max(bench.bursts):.0f} GFLOP/s, bursts from {min(bench.bursts):.0f}.")
    print("gwsd computes in f32: there are no rows for bf16 and f32_fast.\n")
    print_table(results)
    if options.json:
        write(options.json, results)


if __name__ == "__main__":
    main()
