// 24 sums, 2 factors from the right and 1 from the left: 27 of 32 registers.
#define KARYO_LANES 16
#define KARYO_ROWS 12
#define KARYO_KERNELS kAvx512
#include "models/nn/winograd_kernels.inc"
