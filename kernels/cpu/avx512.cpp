#define GWSD_ISA avx512
#define GWSD_ISA_NAME "avx512"
#define GWSD_LANES 16
#define GWSD_TILE_ROWS 12
#define GWSD_TILE_VECTORS 2
#include "paths.inl"
