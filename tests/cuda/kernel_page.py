#!/usr/bin/env python3
"""Makes docs/reference/cuda_kernels.md: what each kernel does (the comment above it), its test, its machine code
(kernels/cuda/kernel_table.json), its accesses to memory (kernel_profile.json) and the roofline bound that kernels.toml allows to
compute.

usage: kernel_page.py [--check]
--check writes nothing and fails if the page is not what this would write. Fails as well if a kernel has no entry in kernels.toml, if
an entry has no kernel, if a test is not one of the CUDA tests, or if a ratio above 1.1 has no `why`."""
import json
import os
import re
import sys
import tomllib

import kernel_sources

PAGE = os.path.join(kernel_sources.ROOT, 'docs', 'reference', 'cuda_kernels.md')
# Published peaks: bytes a second, then operations a second; dense, at boost clocks.
DEVICES = {'A100': {'memory': 2.0e12, 'f32': 19.5e12, 'f64': 9.7e12, 'bf16': 312e12, 'tf32x3': 52e12},
           'H100 SXM': {'memory': 3.35e12, 'f32': 67e12, 'f64': 34e12, 'bf16': 989e12, 'tf32x3': 165e12},
           'B200': {'memory': 8e12, 'f32': 80e12, 'f64': 40e12, 'bf16': 2250e12, 'tf32x3': 367e12}}
ACCEPTED = 1.1
TYPES = {'float': 'f32', 'double': 'f64', '__nv_bfloat16': 'bf16', 'BFloat16': 'bf16'}


def stored(name):
    with open(os.path.join(kernel_sources.KERNELS, 'cuda', name)) as file:
        return json.load(file)


def facts():
    """{kernel: its entry in kernels.toml, with what its file's table says for all of them}"""
    with open(os.path.join(kernel_sources.KERNELS, 'cuda', 'kernels.toml'), 'rb') as file:
        tables = tomllib.load(file)
    out = {}
    for stem, table in tables.items():
        common = {key: value for key, value in table.items() if not isinstance(value, dict)}
        for kernel, own in table.items():
            if isinstance(own, dict):
                out[kernel] = common | own | {'stem': stem}
    return out


def problems(kernels, facts, profile):
    """What keeps the page from being true."""
    cases = set()
    for folder in ('cuda', 'cuda_libraries'):
        path = os.path.join(kernel_sources.ROOT, 'tests', folder)
        for name in os.listdir(path):
            if name.endswith('_test.cpp'):
                with open(os.path.join(path, name)) as file:
                    cases |= set(re.findall(r'TEST_CASE\("([^"]+)"', file.read()))
    names = {kernel: kernel_sources.stem(path) for path, kernel, _ in kernels}
    for path, kernel, comment in kernels:
        if not comment:
            yield f'{path}: {kernel} has no comment that says who does what'
        if kernel not in facts or facts[kernel]['stem'] != names[kernel]:
            yield f'kernels.toml: no entry for {kernel} of {path}'
            continue
        f = facts[kernel]
        if f.get('test') not in cases:
            yield f'kernels.toml: {kernel}: "{f.get("test")}" is no CUDA test'
        if not f.get('small') and not {'operations', 'bytes', 'count', 'shape'} <= f.keys():
            yield f'kernels.toml: {kernel} has neither `small` nor operations, bytes, count and shape'
        p = profile.get(kernel)
        if p and max(p['banks'], p['sectors']) > ACCEPTED and not f.get('why'):
            yield f'kernel_profile.json: {kernel}: {p["banks"]:.2f} wavefronts, {p["sectors"]:.2f} sectors, and no `why`: {p["lines"]}'
        if not p and not f.get('unprofiled'):
            yield f'kernel_profile.json: {kernel} was launched by no benchmark, and has no `unprofiled` that says why'
    for kernel in facts.keys() - names.keys():
        yield f'kernels.toml: {kernel} is no kernel'


def span(values, form='{}'):
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f'{low} to {high}'


def types(rows):
    """Scalar types among the template arguments of all instantiations."""
    words = {word for row in rows for word in re.findall(r'\w+', row['kernel'].split('<', 1)[-1] if '<' in row['kernel'] else '')}
    return ', '.join(sorted({TYPES[w] for w in words if w in TYPES})) or 'f32'


def number(value):
    return f'{value:.0f}' if value >= 100 else f'{value:.2g}'


def microseconds(fact, device):
    """The roofline bound, and what it comes from."""
    seconds = {'m': fact['count'] * fact['bytes'] / device['memory'],
               'a': fact['count'] * fact['operations'] / device[fact.get('peak', 'f32')]}
    most = max(seconds, key=seconds.get)
    return f'{number(1e6 * seconds[most])} {most}'


def table(titles, rows):
    lines = [titles, ['---'] * len(titles), *rows]
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)


def page(kernels, facts, code, profile):
    rows_of = {}
    for row in code:
        rows_of.setdefault(kernel_sources.function(row['kernel'].split(': ', 1)[1]), []).append(row)
    what, machine, bounds, reasons = [], [], [], []
    for path, kernel, comment in kernels:
        f, rows, p = facts[kernel], rows_of.get(kernel, []), profile.get(kernel)
        link = f'[{kernel_sources.stem(path)}](../../kernels/{path})'
        what.append([f'`{kernel}`', link, types(rows), comment.replace('|', '\\|'), f['test'], f['against']])
        if rows:
            occupancy = [span([r['occupancy'] for r in rows if r['arch'] == a], '{:.2f}') for a in (80, 90, 120)]
            machine.append([f'`{kernel}`', str(len(rows) // 3), span([r['registers'] for r in rows]), str(max(r['spill_bytes'] for r in rows)),
                            span([r['shared_bytes'] for r in rows]), span([r['threads'] for r in rows]), *occupancy,
                            '-' if not p or not p['banks'] else f'{p["banks"]:.2f}', '-' if not p or not p['sectors'] else f'{p["sectors"]:.2f}'])
        if f.get('small'):
            bounds.append([f'`{kernel}`', f['small'], '', '', '', '', ''])
        else:
            intensity = f['operations'] / f['bytes']
            bounds.append([f'`{kernel}`', f['shape'], f.get('peak', 'f32'), number(intensity), *(microseconds(f, d) for d in DEVICES.values())])
        if f.get('why'):
            reasons.append(f'- `{kernel}`: {f["why"]}')
        if f.get('unprofiled'):
            reasons.append(f'- `{kernel}` is in no profile: {f["unprofiled"]}')
    peaks = '; '.join(f'{name} {d["memory"] / 1e12:g} TB/s, f32 {d["f32"] / 1e12:g}, f64 {d["f64"] / 1e12:g}, bf16 {d["bf16"] / 1e12:g} TFLOP/s'
                      for name, d in DEVICES.items())
    return f"""# CUDA kernels

Made by `tests/cuda/kernel_page.py` from the sources, from `kernels/cuda/kernels.toml`, and from the two tables beside it. **Nothing on this page was
measured on a GPU**: see [what was verified](../how_to/run_on_cuda.md#what-was-verified-and-what-was-not).

## What each does, and which test sees it

{len(kernels)} kernels. A thread, block or warp is the kernel's; columns of a test are the case that launches it (a test sees that it does) and what the case compares
with. All have further cases: gradients, the same bits again, the whole network; and [faults put into them](../../tests/cuda/seeded) that the cases must see.

{table(['kernel', 'file', 'types', 'who does what', 'test', 'compared with'], what)}

## Machine code and accesses to memory

Over all instantiations and sm_80, sm_90 and sm_120, by nvcc 13: registers of a thread, bytes of stack or spilled registers, bytes of shared memory of a
block as it is launched, threads of a block, and the share of a multiprocessor's threads that fit at a time. Every row is in `kernels/cuda/kernel_table.json`; a test compares it with
the library's objects.

The last two columns are counts of addresses from executed PTX, in the programs of `benchmarks/cuda` on small fields with the network's channels: wavefronts of
shared memory over the least possible (1: no bank conflict), and sectors of 32 bytes over the least possible (1: coalesced), for the instantiation that is worst.

{table(['kernel', 'instantiations', 'registers', 'spilled', 'shared', 'threads', 'sm_80', 'sm_90', 'sm_120', 'banks', 'sectors'], machine)}

Ratios above {ACCEPTED}:

{chr(10).join(reasons) or 'none.'}

## Bounds

Computed from published peaks, not measured: the larger of bytes over bandwidth (m) and operations over peak (a), in microseconds. Bytes are those that must come from
or go to memory once. {peaks}; 3xTF32 a third of TF32. Sums that the kernel makes in double count against f64. Convolutions in bf16 by `mma.sync` cannot reach the peaks of H100 and B200:
see [the two](../explanations/implicit_gemm.md) [derivations](../explanations/conv_lstm_on_the_device.md).

{table(['kernel', 'for', 'peak', 'operations a byte', *DEVICES], bounds)}

## Make this page again

```sh
cmake --build build/test --target gwsd_tests
python3 tests/cuda/kernel_table.py DECODER $(find build/test/kernels -name '*.cu.o') --update
python3 tests/cuda/kernel_profile.py STANDIN build/benchmarks/bin/cuda_*_bench
python3 tests/cuda/kernel_page.py
```

DECODER is the folder of a decoder of cubins, STANDIN that of a CUDA runtime that executes PTX.
"""


def main():
    kernels, entries, profile = kernel_sources.kernels(), facts(), stored('kernel_profile.json')
    if wrong := list(problems(kernels, entries, profile)):
        sys.exit('\n'.join(wrong))
    text = page(kernels, entries, stored('kernel_table.json'), profile)
    if '--check' in sys.argv:
        with open(PAGE) as file:
            if file.read() != text:
                sys.exit('docs/reference/cuda_kernels.md is not what tests/cuda/kernel_page.py makes; run it')
        print(f'{len(kernels)} kernels, all in docs/reference/cuda_kernels.md')
        return
    with open(PAGE, 'w') as file:
        file.write(text)


if __name__ == '__main__':
    main()
