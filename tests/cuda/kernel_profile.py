#!/usr/bin/env python3
"""Bank conflicts and sectors of every kernel that the benchmarks launch on fields of the network's channels, from the addresses of
their accesses: writes kernels/cuda/kernel_profile.json.

usage: kernel_profile.py STANDIN PROGRAMS..
STANDIN is the folder of a libcudart.so.13 that executes PTX, PROGRAMS are the benchmarks of CUDA kernels."""
import json
import os
import sys

import kernel_runs
import kernel_sources


def main():
    profiles = []
    for program in sys.argv[2:]:
        profiles += kernel_runs.profile(kernel_runs.run(sys.argv[1], [program], GWSD_PTX_PROFILE='1'))
        print(f'{os.path.basename(program)}: done')
    table = kernel_runs.worst(profiles)
    known = kernel_sources.stems()
    with open(os.path.join(kernel_sources.KERNELS, 'cuda', 'kernel_profile.json'), 'w') as file:
        rows = [f'{json.dumps(kernel)}: {json.dumps(table[kernel])}' for kernel in known if kernel in table]
        file.write('{\n' + ',\n'.join(rows) + '\n}\n')
    print(f'{len(rows)} of {len(known)} kernels; not launched: {", ".join(k for k in known if k not in table)}')


if __name__ == '__main__':
    main()
