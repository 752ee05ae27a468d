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
PRECISIONS = ("bf16", "f32_fast", "f32")
WORK = (("inference", "forward", 1), ("inference", "forward", 8), ("train", "train", 4), ("train", "train", 8),
        ("convlstm", "convlstm", 4))
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


def has_bf16():
    """oneDNN computes in bf16 from AVX-512 on; without it PyTorch's bf16 takes ten times as long as its f32."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        return "avx512bw" in file.read()
    return False


class Bench:
    def __init__(self, program, python, compiled):
        self.program, self.python, self.bursts = program, python, []
        self.peer_precisions = ("f32", "bf16") if has_bf16() else ("f32",)
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
        """Answers of every program in every precision, with the slower of the bursts around each:
        {(name, precision): [(answer, burst)]}. A program that has only one precision to give stays as it is built."""
        programs = [("gwsd", p) for p in PRECISIONS] + [(l, p) for l in self.layouts for p in self.peer_precisions]
        servers = {key: self.gwsd() if key[0] == "gwsd" else self.peer(key[0]) for key in programs}
        clock = servers["gwsd", "f32"]
        samples, racing = {key: [] for key in programs}, programs[:]
        for n in range(runs):
            before = self.burst(clock)
            for key in racing[:]:
                try:
                    if n == 0:  # builds and warms up
                        servers[key].ask(f"{mode} {batch} 1 {key[1]}")
                        before = self.burst(clock)
                    answer = servers[key].ask(f"{mode} {batch} 1 {key[1]}")
                except RuntimeError as error:
                    if "compiled" not in key[0]:
                        raise
                    say(f"{error}; going on without ({key[0]})")
                    racing.remove(key)
                    continue
                after = self.burst(clock)
                samples[key].append((answer, min(before, after)))
                before = after
            if n == 1:
                racing = [key for key in racing if key[0] == "gwsd" or not self.is_beaten(key, samples, racing)]
        for server in servers.values():
            server.close()
        return {key: answers for key, answers in samples.items() if answers}

    @staticmethod
    def is_beaten(key, samples, racing):
        """A layout that is clearly slower than another one of the same precision."""
        fastest = lambda k: min(answer["ms"] for answer, _ in samples[k])
        return fastest(key) > SLOWER * min(fastest(k) for k in racing if k[0] != "gwsd" and k[1] == key[1])

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
            answer = server.ask("train 8 1 f32")
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
    counts = {key: samples[0][0]["parameters"] for key, samples in answers.items()}
    if len(set(counts.values())) != 1:
        sys.exit(f"compare.py: the networks differ in their number of parameters: {counts}")
    return counts["gwsd", "f32"]


def entry_of(bench, answers, precision):
    """gwsd in one precision against PyTorch at its best: in f32, or for bf16 in whichever is faster."""
    figures = {key: bench.summary(samples) for key, samples in answers.items()}
    ours, first = figures["gwsd", precision], answers["gwsd", precision][0][0]
    entry = dict(gwsd_ms=ours["ms"], gwsd_min_ms=ours["min_ms"], kept=f"{ours['kept']}/{ours['of']}", quiet=ours["quiet"],
                 gwsd_share_of_peak=first["gflop"] / ours["ms"] * 1e3 / max(bench.bursts))
    peers = {key: f for key, f in figures.items() if key[0] != "gwsd" and (key[1] == "f32" or precision == "bf16")}
    if peers:
        (layout, theirs), best = min(peers.items(), key=lambda item: item[1]["ms"])
        entry.update(peer_ms=best["ms"], peer_min_ms=best["min_ms"], ratio=best["ms"] / ours["ms"],
                     peer=f"{theirs}, {layout}", peer_kept=f"{best['kept']}/{best['of']}",
                     quiet=ours["quiet"] and best["quiet"])
    return entry


def print_table(results):
    print("| | gwsd, ms per sample | PyTorch, ms per sample | ratio | gwsd, share of the f32 peak | PyTorch's best |")
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
    for key, mode, batch in WORK:
        say(f"timing {key}, batch {batch}")
        answers[key, batch] = bench.rounds(mode, batch, options.runs * (3 if batch == 1 else 1))
    parameters = same_parameters(answers["inference", 1])
    results = {}
    for precision in PRECISIONS:
        for (key, batch), a in answers.items():
            results[f"{key}_{precision}" + ("" if key == "convlstm" else f"_b{batch}")] = entry_of(bench, a, precision)
    say("measuring memory_train_b8")
    results["memory_train_b8"] = bench.memory()
    print(f"Parameters: {parameters}" + (" on both sides" if options.python else "") +
          f". Peak: {max(bench.bursts):.0f} GFLOP/s, bursts from {min(bench.bursts):.0f}.")
    if options.python and not has_bf16():
        print("PyTorch is quoted in f32 for bf16 too: without AVX-512 its bf16 is far slower.")
    print()
    print_table(results)
    if options.json:
        write(options.json, results)


if __name__ == "__main__":
    main()
