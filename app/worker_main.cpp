// karyoscope-worker: the executable that links LibTorch; `karyoscope train ...` runs it.

#include <cstdlib>

#include "app/cli/cli.h"
#include "app/worker/commands.h"

int main(int argc, char** argv) {
  using namespace karyo;
  cli::Cli command_line("karyoscope-worker",
                        "The part of Karyoscope that trains models and predicts with them.");
  worker::add_train_command(command_line);
  worker::add_thresholds_command(command_line);
  worker::add_predict_command(command_line);
  worker::add_import_model_command(command_line);
  worker::add_export_model_command(command_line);
  worker::add_serve_command(command_line);
  worker::add_far_command(command_line);
  return command_line.run(argc, argv);
}
