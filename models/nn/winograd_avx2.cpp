// 12 sums, 2 factors from the right and 1 from the left: 15 of 16 registers.
#define KARYO_LANES 8
#define KARYO_ROWS 6
#define KARYO_KERNELS kAvx2
#include "models/nn/winograd_kernels.inc"
