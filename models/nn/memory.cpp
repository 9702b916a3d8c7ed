#include <torch/torch.h>
namespace karyo { int torch_threads() { return torch::get_num_threads(); } }
