#pragma once

// AMX instructions on a processor that lacks them: each raises SIGILL, and the handler does what the instruction would
// have done, so that tests run the very code that a processor with tiles runs. Encodings: Intel SDM volume 2.

#include <ucontext.h>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace gwsd::test {

/// What a processor with tiles keeps for a thread.
struct TileState {
    unsigned char config[64] = {};
    unsigned char tile[8][16][64] = {};
};
inline TileState& tile_state()
{
    static thread_local TileState state;
    return state;
}

/// One instruction with a three-byte VEX prefix in the second opcode map.
class AmxInstruction {
public:
    explicit AmxInstruction(ucontext_t& context) : registers_(context.uc_mcontext.gregs)
    {
        const auto* code = reinterpret_cast<const unsigned char*>(registers_[REG_RIP]);
        if (code[0] != 0xC4 || (code[1] & 31) != 2) std::abort(); // no AMX: a fault of the test
        extend_reg_ = ~code[1] >> 7 & 1, extend_index_ = ~code[1] >> 6 & 1, extend_base_ = ~code[1] >> 5 & 1;
        second_source_ = ~(code[2] >> 3) & 15, prefix_ = code[2] & 3, opcode_ = code[3], modrm_ = code[4];
        next_ = code + 5;
        if (has_memory()) decode_address();
    }

    void execute()
    {
        TileState& state = tile_state();
        const bool configured = state.config[0] == 1;
        const int to = (modrm_ >> 3 & 7) + 8 * extend_reg_;
        if (opcode_ == 0x49 && prefix_ == 0 && has_memory()) // LDTILECFG
            std::memcpy(state.config, address_, 64);
        else if (opcode_ == 0x49 && prefix_ == 0 && modrm_ == 0xC0) // TILERELEASE
            state = {};
        else if (!configured || to > 7 || !whole(state, to))
            std::abort();
        else if (opcode_ == 0x49 && prefix_ == 3 && !has_memory()) // TILEZERO
            std::memset(state.tile[to], 0, sizeof state.tile[to]);
        else if (opcode_ == 0x4B && prefix_ == 3) // TILELOADD
            for (int row = 0; row < 16; ++row) std::memcpy(state.tile[to][row], address_ + row * stride_, 64);
        else if (opcode_ == 0x4B && prefix_ == 2) // TILESTORED
            for (int row = 0; row < 16; ++row) std::memcpy(address_ + row * stride_, state.tile[to][row], 64);
        else if (opcode_ == 0x5C && prefix_ == 2) // TDPBF16PS
            multiply(state, to, (modrm_ & 7) + 8 * extend_base_, second_source_);
        else
            std::abort();
        registers_[REG_RIP] = reinterpret_cast<greg_t>(next_);
    }

private:
    bool has_memory() const { return modrm_ >> 6 != 3; }

    /// 16 rows of 64 bytes: the only shape that the kernels use.
    static bool whole(const TileState& state, int tile)
    {
        return state.config[16 + 2 * tile] == 64 && state.config[17 + 2 * tile] == 0 && state.config[48 + tile] == 16;
    }

    static float widened(std::uint16_t half)
    {
        const std::uint32_t word = static_cast<std::uint32_t>(half) << 16;
        float value;
        std::memcpy(&value, &word, 4);
        return value;
    }

    static void multiply(TileState& state, int to, int left, int right)
    {
        std::uint16_t a[16][32], b[16][32];
        float sum[16][16];
        std::memcpy(a, state.tile[left], sizeof a), std::memcpy(b, state.tile[right], sizeof b);
        std::memcpy(sum, state.tile[to], sizeof sum);
        for (int m = 0; m < 16; ++m)
            for (int k = 0; k < 32; ++k)
                for (int n = 0; n < 16; ++n) sum[m][n] += widened(a[m][k]) * widened(b[k / 2][2 * n + k % 2]);
        std::memcpy(state.tile[to], sum, sizeof sum);
    }

    std::int64_t value(int number) const
    {
        constexpr int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                   REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
        return registers_[order[number]];
    }

    /// Base, index and displacement behind ModRM; the scaled index is the stride of a tile's rows.
    void decode_address()
    {
        const int mode = modrm_ >> 6, low = modrm_ & 7;
        int base = low + 8 * extend_base_;
        bool absolute = false; // no base, but a displacement of 32 bits
        const bool relative = mode == 0 && low == 5;
        if (low == 4) {
            const int sib = *next_++, index = (sib >> 3 & 7) + 8 * extend_index_;
            if (index != 4) stride_ = value(index) << (sib >> 6);
            base = (sib & 7) + 8 * extend_base_, absolute = mode == 0 && (sib & 7) == 5;
        }
        std::int64_t displacement = 0;
        if (mode == 1) {
            displacement = static_cast<signed char>(*next_++);
        } else if (mode == 2 || relative || absolute) {
            std::int32_t word;
            std::memcpy(&word, next_, 4), next_ += 4;
            displacement = word;
        }
        const std::int64_t from = relative ? reinterpret_cast<std::int64_t>(next_) : absolute ? 0 : value(base);
        address_ = reinterpret_cast<unsigned char*>(from + displacement);
    }

    greg_t* registers_;
    int extend_reg_ = 0, extend_index_ = 0, extend_base_ = 0, second_source_ = 0, prefix_ = 0, opcode_ = 0, modrm_ = 0;
    const unsigned char* next_ = nullptr;
    unsigned char* address_ = nullptr;
    std::int64_t stride_ = 0;
};

/// While it lives, AMX instructions work on every thread.
class AmxTrap {
public:
    AmxTrap()
    {
        struct sigaction action = {};
        action.sa_sigaction = [](int, siginfo_t*, void* context) {
            AmxInstruction(*static_cast<ucontext_t*>(context)).execute();
        };
        action.sa_flags = SA_SIGINFO;
        sigaction(SIGILL, &action, &before_);
    }
    ~AmxTrap() { sigaction(SIGILL, &before_, nullptr); }
    AmxTrap(const AmxTrap&) = delete;
    AmxTrap& operator=(const AmxTrap&) = delete;

private:
    struct sigaction before_ = {};
};

} // namespace gwsd::test
