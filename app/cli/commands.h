#pragma once

/// The subcommands that need no LibTorch. Each adds its options and its body to the command line.

#include "app/cli/cli.h"

namespace karyo::cli {

void add_info_command(Cli& cli);
void add_convert_command(Cli& cli);
void add_dataset_command(Cli& cli);
void add_evaluate_command(Cli& cli);
void add_measure_command(Cli& cli);
void add_report_command(Cli& cli);
void add_restore_first_command(Cli& cli);
void add_rois_command(Cli& cli);
void add_run_command(Cli& cli);
void add_screenshot_command(Cli& cli);
void add_threshold_command(Cli& cli);
void add_track_command(Cli& cli);
/// `karyoscope FILE...`: the window.
void set_window_as_default(Cli& cli);

}  // namespace karyo::cli
