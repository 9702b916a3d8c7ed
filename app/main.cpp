// karyoscope: the window, and the commands that need no LibTorch. Training and prediction are the
// worker's: `karyoscope train ...` becomes `karyoscope-worker train ...`.

#include "app/cli/cli.h"
#include "app/cli/commands.h"
#include "app/worker/launch.h"

int main(int argc, char** argv) {
  using namespace karyo;
  if (argc > 1 && worker::is_worker_command(argv[1])) {
    return cli::report_error(worker::become_worker(argv));
  }
  cli::Cli command_line("karyoscope",
                        "See, annotate, train, judge and use models of cell nuclei.");
  cli::add_info_command(command_line);
  cli::add_convert_command(command_line);
  cli::add_dataset_command(command_line);
  cli::add_evaluate_command(command_line);
  cli::add_report_command(command_line);
  cli::add_restore_first_command(command_line);
  cli::add_measure_command(command_line);
  cli::add_threshold_command(command_line);
  cli::add_track_command(command_line);
  cli::add_rois_command(command_line);
  cli::add_run_command(command_line);
  worker::add_worker_commands_to_help(command_line.app());
  cli::set_window_as_default(command_line);
  cli::add_screenshot_command(command_line);
  return command_line.run(argc, argv);
}
