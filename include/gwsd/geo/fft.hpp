#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>
#include <vector>

namespace gwsd::geo {

/// A complex number whose product is four multiplications (std::complex tests every product for NaN).
struct Complex {
    double re = 0, im = 0;

    friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
    friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
    friend Complex operator*(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
    Complex conjugate() const { return {re, -im}; }
    Complex times_minus_i() const { return {im, -re}; }
};

/// The discrete Fourier transform X_k = sum_j x_j exp(-2 pi i j k / n) of any length n, by Stockham's self-sorting
/// algorithm with radix 4 and the prime factors of what is left (Van Loan 1992, section 1.7).
class Fft {
public:
    explicit Fft(std::size_t n) : root_(n)
    {
        for (std::size_t k = 0; k < n; ++k) {
            const double angle = -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
            root_[k] = {std::cos(angle), std::sin(angle)};
        }
        radices_ = radices(n);
    }

    static std::vector<std::size_t> radices(std::size_t n)
    {
        std::vector<std::size_t> list;
        for (; n % 4 == 0; n /= 4) list.push_back(4);
        for (std::size_t p = 2; n > 1; ++p) {
            if (p * p > n) p = n;
            for (; n % p == 0; n /= p) list.push_back(p);
        }
        return list;
    }

    std::size_t size() const { return root_.size(); }

    /// Transforms `x` in place; `scratch` gets the same size.
    void forward(std::vector<Complex>& x, std::vector<Complex>& scratch) const
    {
        scratch.resize(x.size());
        std::size_t n = size(), stride = 1;
        for (const std::size_t p : radices_) {
            if (p == 4)
                radix4(n, stride, x.data(), scratch.data());
            else
                radix(p, n, stride, x.data(), scratch.data());
            std::swap(x, scratch);
            n /= p;
            stride *= p;
        }
    }

private:
    void radix4(std::size_t n, std::size_t s, const Complex* x, Complex* y) const
    {
        const std::size_t m = n / 4;
        for (std::size_t k = 0; k < m; ++k) {
            const Complex w1 = root_[k * s], w2 = root_[2 * k * s], w3 = root_[3 * k * s];
            for (std::size_t q = 0; q < s; ++q) {
                const Complex a = x[q + s * k], b = x[q + s * (k + m)], c = x[q + s * (k + 2 * m)],
                              d = x[q + s * (k + 3 * m)];
                const Complex even = a + c, odd = a - c, sum = b + d, turned = (b - d).times_minus_i();
                Complex* const to = y + q + s * 4 * k;
                to[0] = even + sum;
                to[s] = (odd + turned) * w1;
                to[2 * s] = (even - sum) * w2;
                to[3 * s] = (odd - turned) * w3;
            }
        }
    }

    void radix(std::size_t p, std::size_t n, std::size_t s, const Complex* x, Complex* y) const
    {
        const std::size_t m = n / p, turn = size() / p;
        for (std::size_t k = 0; k < m; ++k)
            for (std::size_t j = 0; j < p; ++j) {
                Complex* const to = y + s * (p * k + j);
                for (std::size_t q = 0; q < s; ++q) to[q] = {};
                for (std::size_t r = 0; r < p; ++r) {
                    const Complex w = root_[(j * r % p) * turn] * root_[k * j * s % size()];
                    const Complex* const from = x + s * (k + m * r);
                    for (std::size_t q = 0; q < s; ++q) to[q] = to[q] + from[q] * w;
                }
            }
    }

    std::vector<Complex> root_;
    std::vector<std::size_t> radices_;
};

} // namespace gwsd::geo
