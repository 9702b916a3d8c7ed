#pragma once

/// The subcommands that need LibTorch.

#include "app/cli/cli.h"
#include "core/base/task.h"

namespace karyo::worker {

void add_train_command(cli::Cli& command_line);
void add_thresholds_command(cli::Cli& command_line);
void add_predict_command(cli::Cli& command_line);
void add_import_model_command(cli::Cli& command_line);
void add_export_model_command(cli::Cli& command_line);
void add_serve_command(cli::Cli& command_line);
void add_far_command(cli::Cli& command_line);

/// Asks `control` to stop once Ctrl-C was pressed. Lives as long as the work.
class InterruptWatch {
 public:
  explicit InterruptWatch(TaskControl& control);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace karyo::worker
