#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd {

/// A pool of threads that share loops. A loop is cut into contiguous pieces, which threads take one after the other;
/// each output element is written by one piece, so results do not depend on the number of threads or on who is fast.
class ThreadPool {
public:
    explicit ThreadPool(int threads) { start(threads); }
    ~ThreadPool() { stop(); }
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int threads() const { return static_cast<int>(workers_.size()) + 1; }

    /// Not to be called while a loop runs.
    void resize(int threads)
    {
        if (threads == this->threads()) return;
        stop();
        start(threads);
    }

    /// Runs body(piece) for piece in [0, pieces); the caller works too, and does not wait for a thread that has not
    /// begun when the last piece is taken. A call from within a loop, or while another thread uses the pool, runs its
    /// pieces one after the other. The first exception is rethrown.
    void run(int pieces, const std::function<void(int)>& body)
    {
        std::unique_lock<std::mutex> owner(owner_, std::defer_lock);
        if (pieces <= 1 || workers_.empty() || inside_loop() || !owner.try_lock()) {
            for (int piece = 0; piece < pieces; ++piece) body(piece);
            return;
        }
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            body_ = &body;
            pieces_ = pieces;
            next_ = 0;
            error_ = nullptr;
            open_ = true;
            ++generation_;
        }
        wake_.notify_all();
        work();
        std::unique_lock<std::mutex> lock(mutex_);
        open_ = false;
        if (active_ > 0) {
            lock.unlock();
            spin_until([this] { return active_ == 0; });
            lock.lock();
            done_.wait(lock, [this] { return active_ == 0; });
        }
        if (error_) std::rethrow_exception(error_);
    }

private:
    static bool& inside_loop()
    {
        static thread_local bool inside = false;
        return inside;
    }

    /// Waking a sleeping thread takes as long as a small loop, and the next loop mostly comes at once: so a thread
    /// looks around for some tens of microseconds before it sleeps.
    template <class Condition>
    void spin_until(const Condition& condition) const
    {
        for (int i = 0; i < spins_ && !condition(); ++i) {
#if defined(__x86_64__) || defined(__i386__)
            __builtin_ia32_pause();
#elif defined(__aarch64__)
            asm volatile("yield");
#endif
        }
    }

    void work()
    {
        inside_loop() = true;
        for (int piece = next_++; piece < pieces_; piece = next_++) {
            try {
                (*body_)(piece);
            } catch (...) {
                const std::lock_guard<std::mutex> lock(mutex_);
                if (!error_) error_ = std::current_exception();
            }
        }
        inside_loop() = false;
    }

    void serve(std::uint64_t seen)
    {
        while (true) {
            spin_until([&] { return generation_ != seen; });
            {
                std::unique_lock<std::mutex> lock(mutex_);
                wake_.wait(lock, [&] { return stopping_ || generation_ != seen; });
                if (stopping_) return;
                seen = generation_;
                if (!open_) continue;
                ++active_;
            }
            work();
            const std::lock_guard<std::mutex> lock(mutex_);
            if (--active_ == 0) done_.notify_one();
        }
    }

    void start(int threads)
    {
        stopping_ = false;
        // More threads than processors would only keep each other from working.
        spins_ = threads <= static_cast<int>(std::thread::hardware_concurrency()) ? 2000 : 0;
        for (int thread = 1; thread < threads; ++thread)
            workers_.emplace_back([this, seen = generation_.load()] { serve(seen); });
    }

    void stop()
    {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        for (auto& worker : workers_) worker.join();
        workers_.clear();
    }

    std::vector<std::thread> workers_;
    std::mutex owner_, mutex_;
    std::condition_variable wake_, done_;
    const std::function<void(int)>* body_ = nullptr;
    std::exception_ptr error_;
    std::atomic<std::uint64_t> generation_ = 0;
    std::atomic<int> next_ = 0, active_ = 0;
    int pieces_ = 0, spins_ = 0;
    bool open_ = false, stopping_ = false;
};

/// Threads to start with: GWSD_NUM_THREADS, else OMP_NUM_THREADS, else all cores.
inline int default_threads()
{
    for (const char* name : {"GWSD_NUM_THREADS", "OMP_NUM_THREADS"})
        if (const char* text = std::getenv(name))
            if (const int threads = std::atoi(text); threads > 0) return std::min(threads, 1024);
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

inline ThreadPool& thread_pool()
{
    static ThreadPool pool(default_threads());
    return pool;
}

inline void set_threads(int threads) { thread_pool().resize(std::max(1, threads)); }

/// Calls body(begin, end) on disjoint pieces that cover [0, n); pieces are not made smaller than `grain`. There are a
/// few pieces a thread, so that one that is held up leaves its share to the others.
template <class Body>
void parallel_for(Index n, Index grain, const Body& body)
{
    if (n <= 0) return;
    ThreadPool& pool = thread_pool();
    const Index threads = pool.threads(), most = threads > 1 ? 3 * threads : 1;
    const Index pieces = std::clamp<Index>(n / std::max<Index>(grain, 1), 1, most);
    if (pieces == 1) return body(Index{0}, n);
    pool.run(static_cast<int>(pieces), [&](int piece) { body(n * piece / pieces, n * (piece + 1) / pieces); });
}

/// Sums term(begin, end) over fixed chunks of [0, n) in a fixed order, so that the result does not depend on the
/// number of threads.
template <class Sum, class Term>
Sum parallel_sum(Index n, Index chunk, Sum zero, const Term& term)
{
    const Index chunks = (n + chunk - 1) / chunk;
    std::vector<Sum> partial(static_cast<std::size_t>(chunks), zero);
    parallel_for(chunks, 1, [&](Index begin, Index end) {
        for (Index c = begin; c < end; ++c)
            partial[static_cast<std::size_t>(c)] = term(c * chunk, std::min(n, (c + 1) * chunk));
    });
    Sum total = zero;
    for (const Sum& part : partial) total += part;
    return total;
}

} // namespace gwsd
