#pragma once

// The instructions that CUDA C++ has no words for: asynchronous copies to shared memory, loads of 8x8 tiles and
// products of the tensor cores (PTX ISA 9.0, sections 9.7.9 and 9.7.14), all of compute capability 8.0. Whole warps
// call them.

#include <cuda_runtime.h>

namespace gwsd::cuda {

/// The place of a pointer in its block's shared memory, in bytes: what the functions below take.
__device__ inline unsigned shared_address(const void* p) { return static_cast<unsigned>(__cvta_generic_to_shared(p)); }

/// Begins a copy of 16 bytes from global to shared memory, both places on multiples of 16 bytes; of zeros, without a
/// look at `from`, where `valid` is false.
__device__ inline void cp_async_16(unsigned to, const void* from, bool valid)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(valid ? 16 : 0) : "memory");
}
/// The same of 4 bytes.
__device__ inline void cp_async_4(unsigned to, const void* from, bool valid)
{
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(from), "r"(valid ? 4 : 0) : "memory");
}
/// The copies that this thread has begun since the last commit become a group, perhaps an empty one.
__device__ inline void cp_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/// Waits until at most `Groups` of this thread's groups are on their way; other threads see the data after a barrier.
template <int Groups>
__device__ inline void cp_async_wait()
{
    asm volatile("cp.async.wait_group %0;" ::"n"(Groups) : "memory");
}

/// Four matrices of 8 rows of 16 bytes: lanes 8 i to 8 i + 7 hold the addresses of the rows of matrix i. Lane l
/// receives bytes 4 (l % 4) to 4 (l % 4) + 3 of row l / 4 of each: two values of 16 bits or one of 32.
__device__ inline void ldmatrix_x4(unsigned row, unsigned (&to)[4])
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(row)
                 : "memory");
}
/// The same with each matrix of 8x8 16-bit values transposed: lane l receives column l / 4, rows 2 (l % 4) and the
/// next.
__device__ inline void ldmatrix_x4_trans(unsigned row, unsigned (&to)[4])
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(row)
                 : "memory");
}

// Fragments, with g = lane / 4 and t = lane % 4. Sums [16, 8]: c[0], c[1] are row g, columns 2t and 2t + 1; c[2], c[3]
// the same of row g + 8. Left [16, k]: a[0] row g, a[1] row g + 8, both in the first half of k; a[2], a[3] in the
// second. Right [k, 8]: column g, b[0] of the first half of k, b[1] of the second. Half a k is 8 values of bf16, of
// which a lane has 2t and 2t + 1, or 4 of tf32, of which it has t.

/// c += a b with k = 16; sums in f32.
__device__ inline void mma_bf16_m16n8k16(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2])
{
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
/// c += a b with k = 8; sums in f32.
__device__ inline void mma_tf32_m16n8k8(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2])
{
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
/// x with 11 significant bits, to nearest, as bits of a float. Two integer instructions, where cvt.rna.tf32 is five
/// since compute capability 9.0; unlike that it does not keep all of what is no number: what x - to_tf32(x) still is
/// then.
__device__ inline unsigned to_tf32(float x) { return (__float_as_uint(x) + 0x1000u) & 0xffffe000u; }
/// The same, cut off, which keeps what is no number.
__device__ inline unsigned cut_to_tf32(float x) { return __float_as_uint(x) & 0xffffe000u; }

} // namespace gwsd::cuda
