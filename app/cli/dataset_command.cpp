// karyoscope dataset check DIR: what is wrong with a dataset, and how to mend it. dataset classes
// DIR: the classes of objects as tables.

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>

#include "annotation/journal.h"
#include "app/cli/commands.h"
#include "app/dataset_journal.h"
#include "core/dataset/class_table.h"
#include "core/dataset/dataset_folder.h"
#include "core/dataset/restoration_folder.h"
#include "core/io/image_names.h"

namespace karyo::cli {
namespace {

struct CheckOptions {
  std::string folder;
  int dims = 2;
};

const char* word_for(Severity severity) {
  return severity == Severity::kError ? "error" : "warning";
}

template <typename Dataset>
nlohmann::json to_json(const Dataset& dataset) {
  auto findings = nlohmann::json::array();
  for (const auto& finding : dataset.findings) {
    findings.push_back({{"severity", word_for(finding.severity)},
                        {"kind", finding.kind},
                        {"file", finding.file.string()},
                        {"what", finding.what},
                        {"fix", finding.fix}});
  }
  nlohmann::json told{{"path", dataset.root.string()},
                      {"pairs", dataset.pairs.size()},
                      {"fingerprint", fingerprint(dataset)},
                      {"findings", findings}};
  if constexpr (requires { dataset.counts; }) {  // of masks
    told["objects"] = dataset.counts.objects;
    told["ignored_pixels"] = dataset.counts.ignored;
    told["masks_with_ignored"] = dataset.counts.masks_with_ignored;
  }
  return told;
}

bool has_file(const DatasetPair& pair, const std::filesystem::path& file) {
  return file == pair.image || file == pair.mask;
}
bool has_file(const RestorationPair& pair, const std::filesystem::path& file) {
  return file == pair.low || file == pair.high;
}

/// Pairs that no finding forbids to train on.
template <typename Dataset>
std::int64_t usable_pairs(const Dataset& dataset) {
  return std::count_if(dataset.pairs.begin(), dataset.pairs.end(), [&](const auto& pair) {
    return std::none_of(dataset.findings.begin(), dataset.findings.end(), [&](const Finding& f) {
      return f.severity == Severity::kError && has_file(pair, f.file);
    });
  });
}

/// "120 objects; 2.5 % of the pixels are ignored, in 3 masks"
std::string contents_text(const MaskCounts& counts) {
  std::string text = counted(counts.objects, "object");
  if (counts.ignored == 0) return text;
  char share[32];
  std::snprintf(share, sizeof share, "%.2g",
                100 * static_cast<double>(counts.ignored) / static_cast<double>(counts.voxels));
  return text + "; " + share + " % of the pixels are ignored, in " +
         counted(counts.masks_with_ignored, "mask");
}

template <typename Dataset>
Result<void> check_dataset(Dataset dataset, Console& console) {
  const auto pairs = static_cast<std::int64_t>(dataset.pairs.size());
  check_all_contents(dataset, [&](std::int64_t done) {
    console.progress("Checking", done, pairs,
                     {{"event", "file"}, {"done", done}, {"total", pairs}});
  });
  console.end_progress();
  console.result(to_json(dataset));
  for (const auto& finding : dataset.findings) {
    console.say(std::string(word_for(finding.severity)) + ": " + finding.as_error().what);
    console.say("  fix: " + finding.fix);
  }
  if constexpr (requires { dataset.counts; }) console.say(contents_text(dataset.counts));
  console.say(counted(usable_pairs(dataset), "usable pair") + ", " +
              (dataset.findings.empty()
                   ? "nothing wrong"
                   : counted(static_cast<std::int64_t>(dataset.findings.size()), "finding")));
  return dataset.usable();
}

Result<void> check(const CheckOptions& options, Console& console) {
  if (is_restoration_folder(options.folder)) {
    KARYO_TRY(auto dataset, open_restoration(options.folder, options.dims));
    return check_dataset(std::move(dataset), console);
  }
  KARYO_TRY(auto dataset, open_dataset(options.folder, options.dims));
  return check_dataset(std::move(dataset), console);
}

/// What the window's journal knows of the classes of objects, as tables that training reads.
Result<void> write_classes(const CheckOptions& options, Console& console) {
  const std::filesystem::path folder = options.folder;
  std::error_code absent;
  if (!std::filesystem::exists(folder / Journal::kFileName, absent)) {
    return Error(ErrorCode::kNotFound, "nothing was annotated in " + folder.string(),
                 "Open the folder in the window and give objects classes (Alt+1 to 9), or write "
                 "classes/NAME.csv yourself.");
  }
  KARYO_TRY(const auto journal, Journal::open(folder));
  const std::string usual = journal->setting("classes");
  std::map<std::string, std::int64_t> counts;
  std::int64_t files = 0;
  for (const auto& [image, known] : journal->images()) {
    KARYO_TRY(const auto notes, journal->notes(image));
    KARYO_TRY(const ObjectNotes objects, objects_from(known_notes(notes).objects, usual));
    ClassTable table;
    for (const auto& [label, note] : objects.objects) {
      if (note.object_class < 0) continue;
      const auto& name = objects.classes[static_cast<std::size_t>(note.object_class)].name;
      table[label] = name;
      ++counts[name];
    }
    if (table.empty()) continue;
    KARYO_CHECK_OK(write_class_table(folder / "classes" / (image_stem(image) + ".csv"), table));
    ++files;
  }
  nlohmann::json told{{"path", options.folder}, {"files", files}, {"classes", counts}};
  console.result(told);
  for (const auto& [name, count] : counts) console.say(counted(count, "object") + " of " + name);
  console.say(counted(files, "table") + " written to " + (folder / "classes").string());
  return {};
}

}  // namespace

void add_dataset_command(Cli& cli) {
  CLI::App* dataset = cli.app().add_subcommand("dataset", "Look after a folder of pairs");
  dataset->require_subcommand(1);
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command = cli.add_command(
      "check", "Find pairs that cannot be trained on, each with its repair (exit 1 if any)",
      [options](Console& console) { return check(*options, console); }, dataset);
  command->add_option("DIR", options->folder, "Folder with images/ and masks/, or low/ and high/")
      ->required();
  command->add_option("--dims", options->dims, "2: planes, 3: stacks")->check(CLI::Range(2, 3));
  CLI::App* classes = cli.add_command(
      "classes", "Write the classes given in the window as classes/NAME.csv, for --classes",
      [options](Console& console) { return write_classes(*options, console); }, dataset);
  classes->add_option("DIR", options->folder, "Folder with images/, masks/ and karyoscope.db")
      ->required();
}

}  // namespace karyo::cli
