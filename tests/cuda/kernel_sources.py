"""Kernels as the files in kernels/ define them: name, file, and the comment above that says who does what."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KERNELS = os.path.join(ROOT, 'kernels')
DEFINITION = re.compile(r'((?:^///[^\n]*\n)*)(?:^template <[^{;]*?>\n)?^(?:static )?__global__ void[^{;]*?(\w+_kernel)\(', re.MULTILINE)


def kernels():
    """[(folder/file, kernel, comment)] in the order of the files; ends the program if two kernels share a name."""
    out = []
    for folder in ('cuda', 'cuda_libraries'):
        for name in sorted(os.listdir(os.path.join(KERNELS, folder))):
            if not name.endswith(('.cu', '.cuh')):
                continue
            with open(os.path.join(KERNELS, folder, name)) as file:
                text = file.read()
            found = DEFINITION.findall(text)
            if len(found) != len(re.findall(r'^(?:static )?__global__', text, re.MULTILINE)):
                sys.exit(f'{name}: a kernel has no name that ends in _kernel, or is declared in an unknown way')
            out += [(f'{folder}/{name}', kernel, ' '.join(line[3:].strip() for line in comment.splitlines()))
                    for comment, kernel in found]
    names = [kernel for _, kernel, _ in out]
    if doubled := {n for n in names if names.count(n) > 1}:
        sys.exit(f'kernels need names of their own: {", ".join(sorted(doubled))}')
    return out


def stem(path):
    """ "cuda/bias.cu" -> "bias" """
    return os.path.basename(path).rsplit('.', 1)[0]


def stems():
    """{kernel: stem of the file that defines it}"""
    return {kernel: stem(path) for path, kernel, _ in kernels()}


def short_name(pretty):
    """ "void gwsd::kernels::(anonymous namespace)::f<float, 4>(long, float const*)" -> "f<float, 4>" """
    name = re.sub(r'^void ', '', pretty).replace('(anonymous namespace)::', '')
    name = re.sub(r'\bgwsd::(kernels::)?(mma::|cuda::)?', '', name)
    depth = 0
    for i, letter in enumerate(name):
        depth += letter == '<'
        depth -= letter == '>'
        if letter == '(' and depth == 0:
            return name[:i]
    return name


def function(name):
    """ "projection::f_kernel<float, 4>" -> "f_kernel" """
    return name.split('<')[0].split('::')[-1]
