// Small matrix products with their sums in registers.

/// Rows x Vectors accumulators; b's row of Vectors is read once for all rows.
template <int Rows, int Vectors>
void tile(Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    Vector sum[Rows][Vectors];
    for (int r = 0; r < Rows; ++r)
        for (int v = 0; v < Vectors; ++v) sum[r][v] = load(c + r * ldc + v * GWSD_LANES);
    for (Index k = 0; k < depth; ++k) {
        Vector right[Vectors];
        for (int v = 0; v < Vectors; ++v) right[v] = load(b + k * ldb + v * GWSD_LANES);
        const float* left = a + k * a_col;
#pragma GCC unroll 16
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) sum[r][v] += left[r * a_row] * right[v];
    }
    for (int r = 0; r < Rows; ++r)
        for (int v = 0; v < Vectors; ++v) store(c + r * ldc + v * GWSD_LANES, sum[r][v]);
}

template <int Vectors, int Rows>
void few_rows(Index rows, Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    if constexpr (Rows > 0) {
        if (rows == Rows) return tile<Rows, Vectors>(depth, a, a_row, a_col, b, ldb, c, ldc);
        few_rows<Vectors, Rows - 1>(rows, depth, a, a_row, a_col, b, ldb, c, ldc);
    }
}

template <int Vectors>
void panel(Index rows, Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    Index m = 0;
    for (; m + GWSD_TILE_ROWS <= rows; m += GWSD_TILE_ROWS)
        tile<GWSD_TILE_ROWS, Vectors>(depth, a + m * a_row, a_row, a_col, b, ldb, c + m * ldc, ldc);
    few_rows<Vectors, GWSD_TILE_ROWS - 1>(rows - m, depth, a + m * a_row, a_row, a_col, b, ldb, c + m * ldc, ldc);
}

/// The last columns that fill no vector: a dot product a column.
void narrow(Index rows, Index cols, Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    for (Index m = 0; m < rows; ++m)
        for (Index n = 0; n < cols; ++n) {
            float sum = c[m * ldc + n];
            for (Index k = 0; k < depth; ++k) sum += a[m * a_row + k * a_col] * b[k * ldb + n];
            c[m * ldc + n] = sum;
        }
}

void gemm(Index rows, Index cols, Index depth, const float* a, Index a_row, Index a_col, const float* b, Index ldb, float* c, Index ldc)
{
    constexpr Index wide = GWSD_TILE_VECTORS * GWSD_LANES;
    Index n = 0;
    for (; n + wide <= cols; n += wide) panel<GWSD_TILE_VECTORS>(rows, depth, a, a_row, a_col, b + n, ldb, c + n, ldc);
    for (; n + GWSD_LANES <= cols; n += GWSD_LANES) panel<1>(rows, depth, a, a_row, a_col, b + n, ldb, c + n, ldc);
    narrow(rows, cols - n, depth, a, a_row, a_col, b + n, ldb, c + n, ldc);
}
