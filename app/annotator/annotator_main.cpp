// The live loop's simulated annotator: what a budget of corrections makes of a model.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "app/annotator/live_experiment.h"

int main(int argc, char** argv) {
  using namespace karyo;
  CLI::App options(
      "Annotates images as a person who knows their masks would, while a StarDist model learns "
      "beside and suggests, and judges the model on other images");
  ExperimentPlan plan;
  std::string data, test, work;
  bool as_json = false, quiet = false, once = false, empty = false;
  options.add_option("--data", data, "Folder with images/ and masks/ to annotate from")->required();
  options.add_option("--test", test, "Folder with images/ and masks/ to judge with")->required();
  options.add_option("--budget", plan.budget, "Corrections: nuclei drawn, drawn anew, removed")
      ->capture_default_str();
  options.add_option("--minutes", plan.minutes, "For annotating and training together")
      ->capture_default_str();
  options.add_option("--rounds", plan.judged, "How many times on the way the model is judged")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  options.add_flag("--without-loop", once,
                   "Draw all by hand first, then train: what the same budget gives so");
  options.add_flag("--without-suggestions", empty,
                   "Begin with empty images, not with objects by threshold, split and clean");
  options.add_option("--work", work, "New folder for masks and models; else one that is deleted");
  options.add_option("--seed", plan.seed, "Of the order of images")->capture_default_str();
  options.add_option("--device", plan.device, "auto, cpu, cuda or cuda:K")->capture_default_str();
  options.add_option("--set", plan.settings, "Setting of the training, name=value");
  options.add_flag("--json", as_json, "One JSON object on standard output");
  options.add_flag("--quiet", quiet, "Say nothing on the way");
  CLI11_PARSE(options, argc, argv);

  plan.data = data;
  plan.test = test;
  plan.loop = !once;
  plan.suggestions = !once && !empty;
  plan.work = work;
  if (work.empty()) {
    std::string name = (std::filesystem::temp_directory_path() / "karyoscope-annotator-XXXXXX");
    if (mkdtemp(name.data()) == nullptr) {
      std::cerr << "error: cannot make a folder in " << std::filesystem::temp_directory_path()
                << "\nfix: Name a new one with --work.\n";
      return 1;
    }
    plan.work = name;
  }
  const auto outcome = run_experiment(plan, [&](const std::string& text) {
    if (!quiet) std::cerr << text << std::endl;
  });
  std::error_code ignored;
  if (work.empty()) std::filesystem::remove_all(plan.work, ignored);
  if (!outcome) {
    std::cerr << "error: " << outcome.error().what << "\nfix: " << outcome.error().fix << "\n";
    return 1;
  }
  if (as_json) {
    std::cout << outcome->dump() << "\n";
  } else {
    for (const auto& round : (*outcome)["rounds"]) {
      std::cout << round["corrections"] << " corrections, "
                << static_cast<int>(round["seconds"].get<double>() / 60) << " min: accuracy "
                << round["accuracy"] << ", F1 " << round["f1"] << " at IoU 0.5\n";
    }
  }
  return 0;
}
