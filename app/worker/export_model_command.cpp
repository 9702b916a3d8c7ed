#include <chrono>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/worker/commands.h"
#include "core/io/image_io.h"
#include "models/io/model_before.h"
#include "models/network_sample.h"
#include "models/process.h"

namespace karyo::worker {
namespace {

struct ExportOptions {
  std::string from, to, format = "keras", test_image;
  ExportDetails details;
};

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

Result<void> export_package(const ModelFolder& model, const ExportOptions& options,
                            cli::Console& console) {
  tune_process(console.options().threads);
  ExportDetails details = options.details;
  if (details.name.empty()) {
    details.name = std::filesystem::absolute(model.path).lexically_normal().filename().string();
  }
  if (details.description.empty()) {
    details.description =
        model.stardist ? "Finds objects with star-convex shapes, such as cell nuclei."
        : model.kind == ModelKind::kCare ? "Restores images, as it learned from pairs of them."
                                         : "Takes noise away, as it learned from noisy images.";
  }
  details.program_version = KARYOSCOPE_VERSION;
  details.timestamp = now_utc();
  std::optional<Volume> image;
  if (!options.test_image.empty()) {
    KARYO_TRY(image, read_image(options.test_image));
  }
  KARYO_TRY(const auto sample, sample_network(model, image, console.options().device));
  return export_bioimageio(model, sample, details, options.to);
}

Result<void> run(const ExportOptions& options, cli::Console& console) {
  KARYO_TRY(const auto model, ModelFolder::open(options.from));
  for (const auto& warning : model.warnings) console.note("warning: " + warning);
  const bool package = options.format == "bioimageio";
  KARYO_CHECK_OK(package ? export_package(model, options, console)
                         : export_keras(model, options.to));
  console.say("wrote " + options.to +
              (package ? ", a bioimage.io package (format 0.5, Keras weights)"
                       : ", which the Python packages load"));
  if (model.before) {
    console.note("warning: images have to be restored first, with \"" + before_name(model) +
                 "\"; " +
                 (package ? "a bioimage.io package cannot say so and holds the network alone"
                          : "it comes along in before/, which the Python packages do not look at"));
  }
  console.result({{"path", options.to},
                  {"format", options.format},
                  {"kind", std::string(name_of(model.kind))}});
  return {};
}

}  // namespace

void add_export_model_command(cli::Cli& command_line) {
  auto options = std::make_shared<ExportOptions>();
  auto* command = command_line.add_command(
      "export-model", "Write a model for the Python packages, or as a bioimage.io package",
      [options](cli::Console& console) { return run(*options, console); });
  command->add_option("IN", options->from, "Model folder")->required();
  command->add_option("OUT", options->to, "Folder or .zip; bioimageio: .zip")->required();
  command->add_option("--format", options->format, "keras or bioimageio")
      ->check(CLI::IsMember({"keras", "bioimageio"}))
      ->capture_default_str();
  command->add_option("--name", options->details.name,
                      "bioimageio: the model's name; else that of its folder");
  command->add_option("--description", options->details.description,
                      "bioimageio: what it does, one sentence");
  command->add_option("--author", options->details.authors,
                      "bioimageio: who made it; several times for several");
  command->add_option("--license", options->details.license,
                      "bioimageio: an SPDX name, such as CC-BY-4.0 or MIT");
  command->add_option("--test-image", options->test_image,
                      "bioimageio: an image whose middle becomes the test input; else one is made");
}

}  // namespace karyo::worker
