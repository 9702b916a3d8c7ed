#include <memory>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/option_text.h"
#include "app/gui_library.h"

namespace karyo::cli {
namespace {

/// "1600x1000" to two numbers.
Result<void> parse_size(const std::string& text, GuiRequest& request) {
  constexpr int kLeast = 64, kMost = 16384;
  int width = 0, height = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%dx%d%c", &width, &height, &rest) != 2 || width < kLeast ||
      height < kLeast || width > kMost || height > kMost) {
    return Error(ErrorCode::kInvalidArgument, "\"" + text + "\" is not a size",
                 "Give --size as WIDTHxHEIGHT in pixels, 64 to 16384 each: --size 1600x1000");
  }
  request.width = width;
  request.height = height;
  return {};
}

/// A picture is a PNG and takes the place of no image that it shows.
Result<void> check_output(const std::string& output, const std::vector<std::string>& files,
                          const std::string& labels) {
  if (!has_ending(output, ".png")) {
    return Error(ErrorCode::kInvalidArgument,
                 "\"" + output + "\" does not end in .png, the only form a picture is written in",
                 "Give --output a name that ends in .png.");
  }
  for (const auto& file : files) KARYO_CHECK_OK(check_no_input(output, {file}));
  return check_no_input(output, {labels});
}

}  // namespace

void add_screenshot_command(Cli& cli) {
  struct Options {
    std::vector<std::string> files;
    std::string labels, output, view, size = "1600x1000";
    bool window = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = cli.add_command(
      "screenshot", "Draw what the window shows as a picture, without a display",
      [options](Console& console) -> Result<void> {
        GuiRequest request;
        request.files.assign(options->files.begin(), options->files.end());
        request.labels = options->labels;
        request.screenshot = options->output;
        request.view = options->view;
        request.whole_window = options->window;
        KARYO_CHECK_OK(parse_size(options->size, request));
        KARYO_CHECK_OK(check_output(options->output, options->files, options->labels));
        KARYO_CHECK_OK(run_gui(request));
        console.say("wrote " + options->output);
        console.result({{"output", options->output},
                        {"width", request.width},
                        {"height", request.height}});
        return {};
      });
  command->add_option("files", options->files, "Images; masks among them are recognised")
      ->required();
  command->add_option("--output", options->output, "PNG file to write")->required();
  command
      ->add_option(
          "--view", options->view,
          "Four views, one plane, 3D, or a column for each image (compare: input, prediction, "
          "truth); by default quad, and xy for flat images")
      ->check(CLI::IsMember({"quad", "xy", "xz", "yz", "3d", "compare"}));
  command->add_option("--size", options->size, "Width x height in pixels");
  command->add_option("--labels", options->labels, "Label image to lay over the images");
  command->add_flag("--window", options->window, "The whole window with its panels");
}

void set_window_as_default(Cli& cli) {
  auto files = std::make_shared<std::vector<std::string>>();
  cli.app().add_option("files", *files, "Images to open in the window");
  cli.set_default([files](Console&) -> Result<void> {
    GuiRequest request;
    for (const auto& file : *files) {
      if (!std::filesystem::exists(file)) {
        return Error(ErrorCode::kNotFound, "there is no file and no command \"" + file + "\"",
                     "Check the name; `karyoscope --help` lists the commands.");
      }
      request.files.emplace_back(file);
    }
    return run_gui(request);
  });
}

}  // namespace karyo::cli
