#pragma once

#if defined(__linux__)
#include <sys/mman.h>
#endif
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

namespace gwsd {

/// Keeps freed blocks for the next request of the same size: fresh pages cost as much as the arithmetic done on them,
/// and a training step asks for the same sizes again and again.
class BlockCache {
public:
    static constexpr std::size_t alignment = 64;

    void* take(std::size_t bytes)
    {
        bytes = rounded(bytes);
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (auto& blocks = free_[bytes]; !blocks.empty()) {
                void* block = blocks.back();
                blocks.pop_back();
                return block;
            }
        }
        void* block = fresh(bytes);
        if (!block) {
            release();
            block = fresh(bytes);
        }
        if (!block) throw std::bad_alloc();
        ++made_;
        return block;
    }

    void give(void* block, std::size_t bytes) noexcept
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        try {
            free_[rounded(bytes)].push_back(block);
        } catch (...) {
            std::free(block);
        }
    }

    /// How many blocks have come from the system so far.
    std::size_t blocks_made() const { return made_; }

    /// Returns every kept block to the system.
    void release() noexcept
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        for (auto& [bytes, blocks] : free_)
            for (void* block : blocks) std::free(block);
        free_.clear();
    }

    ~BlockCache() { release(); }

private:
    static constexpr std::size_t huge_page = std::size_t{1} << 21;

    /// Large blocks lie on huge pages where the system has them: their first touch costs a third, and kernels that walk
    /// many rows at once do not wait for page tables.
    static void* fresh(std::size_t bytes)
    {
        const bool large = bytes >= 2 * huge_page;
        void* block = std::aligned_alloc(large ? huge_page : alignment,
                                         large ? (bytes + huge_page - 1) / huge_page * huge_page : bytes);
#ifdef MADV_HUGEPAGE
        if (block && large) madvise(block, bytes, MADV_HUGEPAGE);
#endif
        return block;
    }

    static std::size_t rounded(std::size_t bytes)
    {
        // Small blocks in steps of 64 bytes, large ones in steps of 4 KiB.
        const std::size_t step = bytes < 65536 ? alignment : 4096;
        return bytes == 0 ? alignment : (bytes + step - 1) / step * step;
    }

    std::mutex mutex_;
    std::atomic<std::size_t> made_ = 0;
    std::unordered_map<std::size_t, std::vector<void*>> free_;
};

/// The process's cache. It is never destroyed, since tensors with static lifetime may outlive any other object.
inline BlockCache& block_cache()
{
    static BlockCache* cache = new BlockCache;
    return *cache;
}

/// Uninitialised memory for `count` values of T, 64-byte aligned, returned to the cache by the last owner.
template <class T>
std::shared_ptr<T[]> allocate_shared_block(std::size_t count)
{
    static_assert(std::is_trivially_destructible_v<T>);
    if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_alloc();
    const std::size_t bytes = count * sizeof(T);
    return {static_cast<T*>(block_cache().take(bytes)), [bytes](T* block) { block_cache().give(block, bytes); }};
}

} // namespace gwsd
