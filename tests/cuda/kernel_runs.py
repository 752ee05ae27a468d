"""Runs programs through the stand-in for the CUDA runtime and reads what it writes: which kernels were launched, and the profile
of their accesses to memory."""
import collections
import os
import re
import subprocess
import sys

import kernel_sources


def run(standin, command, **settings):
    """Lines of stdout and stderr; ends the program if the command fails."""
    environment = dict(os.environ, LD_LIBRARY_PATH=standin, GWSD_PTX_TRACE='1', **settings)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    if done.returncode:
        sys.exit(f'{" ".join(command)}: exit status {done.returncode}\n{done.stdout[-2000:]}')
    return done.stdout.splitlines()


def launched(lines):
    """Short names of kernels in the order of their first launch."""
    mangled = list(dict.fromkeys(line.rsplit(' kernel ', 1)[1].split()[0] for line in lines
                                 if line.startswith('GPU-TRACE') and ' kernel ' in line))
    pretty = subprocess.run(['c++filt'], input='\n'.join(mangled), capture_output=True, text=True, check=True).stdout.splitlines()
    return [kernel_sources.short_name(p) for p in pretty]


def profile(lines):
    """[(short name, wavefronts over the least possible, sectors over the least possible, sectors, [lines that lose])]; 0 where there
    are none. The profile cuts names off, but lists kernels in the order of their first launch."""
    start = next(i for i, line in enumerate(lines) if line.startswith('PTX profile'))
    rows = []
    for line in lines[start + 2:]:
        if re.match(r'    line \d', line):
            rows[-1][-1].append(' '.join(line.split()))
        elif match := re.match(r'.{44} +\d+ +\d+ +[\d.]+ +\d+ +\d+ +([\d.]+) +([\d.]+) +(\d+)$', line):
            rows.append((float(match[1]), float(match[2]), int(match[3]), []))
    names = launched(lines[:start])
    if len(names) != len(rows):
        sys.exit(f'{len(names)} kernels were launched, {len(rows)} are in the profile')
    return [(name, *row) for name, row in zip(names, rows)]


def worst(profiles):
    """{kernel function: the largest ratios of its instantiations, with their lines}"""
    out = collections.defaultdict(lambda: {'banks': 0.0, 'sectors': 0.0, 'lines': []})
    for name, banks, sectors, _, lines in profiles:
        entry = out[kernel_sources.function(name)]
        if max(banks, sectors) > max(entry['banks'], entry['sectors']):
            entry['lines'] = lines
        entry['banks'], entry['sectors'] = max(entry['banks'], banks), max(entry['sectors'], sectors)
    return dict(out)
