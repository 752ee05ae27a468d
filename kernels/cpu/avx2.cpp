#define GWSD_ISA avx2
#define GWSD_ISA_NAME "avx2"
#define GWSD_LANES 8
#define GWSD_TILE_ROWS 6
#define GWSD_TILE_VECTORS 2
#include "paths.inl"
