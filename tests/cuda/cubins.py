"""Machine code in object files: every cubin that nvcc put into one with --compress-mode=none, and what its kernels need.

A cubin is an ELF file of its own (machine 190) inside the section .nv_fatbin. For a kernel K, section .text.K holds its
code, .nv.shared.K is as long as its shared memory (from sm_90 on with the 1024 bytes that the system keeps for itself), and
entries of .nv.info hold its registers (EIATTR_REGCOUNT) and its stack, spilled registers among it (EIATTR_FRAME_SIZE)."""
import struct

CUDA_MACHINE = 190
FRAME_SIZE, REGISTERS = 0x11, 0x2f
RESERVED = 1024


def sections(elf):
    """(name, header) of every section; header: name, type, flags, address, offset, size, link, info, align, entry size."""
    offset, = struct.unpack_from('<Q', elf, 0x28)
    size, count, names = struct.unpack_from('<HHH', elf, 0x3a)
    headers = [struct.unpack_from('<IIQQQQIIQQ', elf, offset + k * size) for k in range(count)]
    for header in headers:
        start = headers[names][4] + header[0]
        yield elf[start:elf.index(b'\0', start)].decode(), header


def cubins(path):
    """(architecture, bytes) of every cubin in an object file."""
    with open(path, 'rb') as file:
        data = file.read()
    start = data.find(b'\x7fELF', 1)
    while start >= 0:
        elf = data[start:]
        if struct.unpack_from('<H', elf, 0x12)[0] == CUDA_MACHINE:
            # The table of program headers, or of sections, comes last.
            programs, tables = struct.unpack_from('<QQ', elf, 0x20)
            program_size, program_count, size, count = struct.unpack_from('<HHHH', elf, 0x36)
            end = max(programs + program_size * program_count, tables + size * count)
            flags, = struct.unpack_from('<I', elf, 0x30)
            # Up to sm_90 the architecture is the lowest byte of the flags, in the newer layout the one above it.
            yield (flags >> 8 & 0xff) if elf[8] >= 8 else (flags & 0xff), elf[:end]
        start = data.find(b'\x7fELF', start + 4)


def attributes(elf):
    """{(attribute, symbol's name): number} for the attributes of .nv.info that have a symbol and a number."""
    found = dict(sections(elf))
    if '.nv.info' not in found:
        return {}
    symbols, names, info = found['.symtab'], found['.strtab'], found['.nv.info']
    out, at = {}, info[4]
    while at < info[4] + info[5]:
        form, attribute, length = struct.unpack_from('<BBH', elf, at)
        at += 4
        if form != 4:  # the others have their value in place of the length
            continue
        if length == 8:
            symbol, number = struct.unpack_from('<II', elf, at)
            start = names[4] + struct.unpack_from('<I', elf, symbols[4] + symbol * symbols[9])[0]
            out[attribute, elf[start:elf.index(b'\0', start)].decode()] = number
        at += length
    return out


def kernels(elf):
    """{mangled name: registers, bytes of shared memory and of stack}"""
    found, known = dict(sections(elf)), attributes(elf)
    reserved = RESERVED if any(name.startswith('.nv.shared.reserved') for name in found) else 0
    out = {}
    for name in (section[6:] for section in found if section.startswith('.text.')):
        shared = found.get('.nv.shared.' + name)
        out[name] = {'registers': known[REGISTERS, name], 'stack': known[FRAME_SIZE, name],
                     'shared': shared[5] - reserved if shared else 0}
    return out
