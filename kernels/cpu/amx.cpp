#define GWSD_ISA amx
#define GWSD_ISA_NAME "amx"
#include "tile_paths.inl"
