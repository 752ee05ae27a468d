#!/usr/bin/env python3
"""No kernel without a test: runs the cases that kernels/cuda/kernels.toml names and sees each kernel launched by its case.

usage: kernel_launches.py STANDIN TEST_CUDA TEST_CUDA_LIBRARIES"""
import sys

import kernel_page
import kernel_runs
import kernel_sources


def main():
    standin, test_cuda, test_cuda_libraries = sys.argv[1:]
    facts, missing, launched = kernel_page.facts(), [], {}
    for path, kernel, _ in kernel_sources.kernels():
        case = facts[kernel]['test']
        if case not in launched:
            program = test_cuda_libraries if path.startswith('cuda_libraries/') else test_cuda
            name = case.replace(',', r'\,')  # which would name two cases
            launched[case] = {kernel_sources.function(n) for n in kernel_runs.launched(kernel_runs.run(standin, [program, name]))}
        if kernel not in launched[case]:
            missing.append(f'{path}: {kernel} is not launched by "{case}"')
    print('\n'.join(missing) or f'{len(facts)} kernels, each launched by its test')
    sys.exit(1 if missing else 0)


if __name__ == '__main__':
    main()
