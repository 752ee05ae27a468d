#!/usr/bin/env python3
"""Reads the machine code for sm_80, sm_90 and sm_120 from the objects of the built libraries and compares registers, stack,
shared memory, occupancy and the mix of instructions of every kernel with kernels/cuda/kernel_table.json: no spill, no lost
128-bit access, HMMA or LDGSTS, registers within 10 %.

usage: kernel_table.py TOOL OBJECTS.. [--update]
TOOL is the folder of a decoder of cubins, with kernel_table.py and sass.py. --update writes the table anew. A kernel is named
after the file that defines it."""
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile

import cubins
import kernel_sources

TABLE = os.path.join(kernel_sources.KERNELS, 'cuda', 'kernel_table.json')
ARCHITECTURES = (80, 90, 120)


def load_tool(folder):
    sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location('tool', os.path.join(folder, 'kernel_table.py'))
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def launch_of(name):
    """Threads a block and bytes of dynamic shared memory, as the launchers in kernels/cuda choose them."""
    if match := re.search(r'MmaTile<(\d+), (\d+), (\d+), (\d+), (\d+)>', name):
        m, n, warps_m, warps_n, stages = map(int, match.groups())
        sums = 4 * m * (n + 4) if name.startswith('pixels_kernel') else 0
        return 32 * warps_m * warps_n, max(stages * (m + n) * 64, sums)
    if match := re.search(r'Tile<\w+, (\d+), (\d+), \d+, (\d+), (\d+)>', name):
        m, n, thread_m, thread_n = map(int, match.groups())
        return m // thread_m * (n // thread_n), 0
    fixed = {'small_blocks_kernel': 128, 'moments_kernel': 32, 'means_kernel': 32, 'solve_transposed_kernel': 32}
    return next((threads for kernel, threads in fixed.items() if name.startswith(kernel)), 256), 0


def rows(tool, stems, architecture, cubin):
    info = cubins.kernels(cubin)
    names = subprocess.run(['c++filt'], input='\n'.join(info), capture_output=True, text=True, check=True).stdout.splitlines()
    with tempfile.NamedTemporaryFile() as file:
        file.write(cubin)
        file.flush()
        counts = tool.sass.statistics(file.name)
    table = []
    for (mangled, i), pretty in zip(info.items(), names):
        c, name = counts[mangled], kernel_sources.short_name(pretty)
        threads, dynamic = launch_of(name)
        stem = stems[kernel_sources.function(name)]
        blocks, share = tool.occupancy(architecture, threads, i['registers'], i['shared'] + dynamic)

        def total(*prefixes):
            return sum(n for op, n in c.items() if op.startswith(prefixes))
        table.append({'arch': architecture, 'kernel': f'{stem}: {name}', 'registers': i['registers'], 'spill_bytes': i['stack'],
                      'shared_bytes': i['shared'] + dynamic, 'threads': threads, 'blocks_per_sm': blocks,
                      'occupancy': round(share, 3), 'instructions': sum(c.values()) - c['NOP'], 'ffma': total('FFMA'),
                      'hmma': c['HMMA'], 'ldg128': c['LDG.128'], 'stg128': c['STG.128'], 'ldgsts': total('LDGSTS'),
                      'ldsm': c['LDSM'], 'local': total('LDL', 'STL'), 'f64': sum(c[op] for op in tool.sass.DOUBLE),
                      'unknown': total('op_')})
    return table


def main():
    tool, update = load_tool(sys.argv[1]), '--update' in sys.argv
    stems, found = kernel_sources.stems(), {}
    objects = [argument for argument in sys.argv[2:] if argument != '--update']
    for path in objects:
        for architecture, cubin in cubins.cubins(path):
            for row in rows(tool, stems, architecture, cubin):
                key = row['arch'], row['kernel']
                # Two objects may hold the same kernel of a shared header: the one that needs more counts.
                if key not in found or found[key]['registers'] < row['registers']:
                    found[key] = row
    table = [found[key] for key in sorted(found) if key[0] in ARCHITECTURES]
    if missing := set(ARCHITECTURES) - {r['arch'] for r in table}:
        print('SKIPPED: the libraries hold no machine code for ' + ', '.join(f'sm_{a}' for a in sorted(missing)) +
              '; configure with -DGWSD_CUDA_ARCHITECTURES="80-real;90;120"')
        return
    if update:
        with open(TABLE, 'w') as file:
            file.write('[\n' + ',\n'.join(json.dumps(row) for row in table) + '\n]\n')
    expected = json.load(open(TABLE))
    known, found = ({(r['arch'], r['kernel']) for r in t} for t in (expected, table))
    for architecture, name in sorted(found ^ known):
        print(f'sm_{architecture} {name}: ' + ('not in the table' if (architecture, name) in found else 'in the table alone'))
    spilled = [r for r in table if r['spill_bytes'] or r['local']]
    for r in spilled:
        print(f"sm_{r['arch']} {r['kernel']}: {r['spill_bytes']} bytes spilled, {r['local']} local accesses")
    good = tool.check(table, expected) and found == known and not spilled
    print(f'{len(table)} kernels in {len(objects)} objects: ' + ('as in the table' if good else
          'not as in the table; run this with --update if that is meant'))
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
