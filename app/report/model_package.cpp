#include "app/report/model_package.h"

#include <algorithm>
#include <vector>

#include "app/report/number_text.h"
#include "app/report/report_sections.h"
#include "app/report/report_tables.h"
#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/io/zip_file.h"
#include "models/io/model_before.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{4} << 30;  // of one file

/// A name that shells and other systems take as it is.
std::string safe_name(const std::string& name) {
  std::string safe;
  for (const char c : name) {
    const bool forbidden = static_cast<unsigned char>(c) < 0x20 ||
                           std::string_view("/\\:*?\"'<>|").find(c) != std::string_view::npos;
    safe += forbidden ? '_' : c;
  }
  return safe.empty() || safe.front() == '.' ? "model" + safe : safe;
}

/// As a shell takes it for one word; quotation marks are in no safe name.
std::string one_word(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
  return plain ? name : "'" + name + "'";
}

std::string fence(const std::string& lines) {
  return "```\n" + lines + "```\n";
}

/// What restores images first, for who reads of the model.
std::string about_before(const ReportSources& sources) {
  if (!sources.model.before) return "";
  return "Images are restored before it looks at them, with the model “" +
         before_name(sources.model) + "” (" + method_of(*sources.model.before) +
         ") in the folder `before/`: Karyoscope does both, and Python needs a line for each.\n\n";
}

/// Lines of Python that restore `image`, a stack where `deep`.
std::string python_restoration(const ModelFolder& model, const std::string& name,
                               const std::string& basedir, const std::string& result, bool deep) {
  const bool n2v = model.kind == ModelKind::kN2v;
  const bool planes = deep && model.csbdeep->n_dim == 2;
  return std::string(n2v ? "from n2v.models import N2V as Model\n"
                         : "from csbdeep.models import CARE as Model\n") +
         (planes ? "import numpy\n" : "") + "restoration = Model(None, name=\"" + name +
         "\", basedir=\"" + basedir + "\")\n" + result + " = " +
         (planes ? "numpy.stack([restoration.predict(plane, \"YX\") for plane in image])\n"
                 : "restoration.predict(image, \"" + std::string(deep ? "ZYX" : "YX") + "\")\n");
}

std::string readme(const ReportSources& sources, const std::string& name) {
  const bool labels = sources.model.kind == ModelKind::kStarDist;
  const std::string method = method_name(sources);
  std::string text =
      "# " + name + "\n\nA " + method + " model with its records.\n\n" + about_before(sources) +
      "Open `report.html` in a browser: what the model is, how it was trained, how "
      "well it does, and a methods paragraph for a paper.\n\n## Use it\n\nIn "
      "Karyoscope's window: Train > Apply a model to images, and choose this folder. On "
      "the command line, in the folder that holds this one:\n\n" +
      fence("karyoscope predict --model " + one_word(name) + " --input IMAGES --output RESULTS\n") +
      "\nIn Python, with the package of its kind:\n\n";
  if (labels) {
    const std::string dims = sources.deep() ? "3D" : "2D";
    const double low = sources.model.record ? sources.model.record->pmin : 1;
    const double high = sources.model.record ? sources.model.record->pmax : 99.8;
    const std::string percentiles = general_text(low) + ", " + general_text(high);
    text +=
        fence((sources.model.before
                   ? python_restoration(*sources.model.before, before_folder({}).string(), name,
                                        "image", sources.deep())
                   : "") +
              "from csbdeep.utils import normalize\nfrom stardist.models import StarDist" + dims +
              "\nmodel = StarDist" + dims + "(None, name=\"" + name +
              "\", basedir=\".\")\nlabels, details = model.predict_instances(normalize(image, " +
              percentiles + "))\n");
  } else {
    text += fence(python_restoration(sources.model, name, ".", "restored", sources.deep()));
  }
  text +=
      "\n## What is here\n\n"
      "- `config.json`, `weights_*.h5`" +
      std::string(labels ? ", `thresholds.json`" : "") +
      ": the model, as the Python packages have it\n"
      "- `settings.json`, `history.csv`, `karyoscope.json`, `data.json`: how it was trained, where "
      "they are known\n" +
      std::string(sources.model.before ? "- `before/`: the model that restores images first\n"
                                       : "");
  if (sources.evaluation) {
    text += "- `evaluation/`: scores of each test image, as tables" +
            std::string(labels ? ", and pictures of what matched" : "") + "\n";
  }
  return text +
         "\nA model is only good for images like those it learned from: the report's warnings "
         "say what to mind.\n";
}

Result<void> add_file(std::vector<ZipEntry>& entries, const std::string& name,
                      const fs::path& file) {
  KARYO_TRY(std::string bytes, read_file(file, kMostBytes));
  entries.push_back({name, std::move(bytes)});
  return {};
}

Result<void> add_model(std::vector<ZipEntry>& entries, const std::string& below,
                       const ModelFolder& model) {
  if (model.weights.empty()) {
    return Error(ErrorCode::kNotFound, model.path.string() + " has no weights to pack",
                 "Train the model to the end of its first epoch.");
  }
  std::vector<fs::path> files{model.weights};
  for (const char* name :
       {"config.json", "thresholds.json", "settings.json", "karyoscope.json", "data.json",
        "history.csv", "threshold_search.csv", "weights_best.h5", "weights_last.h5"}) {
    files.push_back(model.path / name);
  }
  std::error_code absent;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool again = i > 0 && files[i].filename() == model.weights.filename();
    if (again || !fs::is_regular_file(files[i], absent)) continue;
    KARYO_CHECK_OK(add_file(entries, below + files[i].filename().string(), files[i]));
  }
  if (!model.before) return {};
  return add_model(entries, below + before_folder({}).string() + "/", *model.before);
}

Result<void> add_evaluation(std::vector<ZipEntry>& entries, const std::string& below,
                            const ReportSources& sources) {
  if (!sources.evaluation) return {};
  const EvaluationFolder& evaluation = *sources.evaluation;
  for (auto& [name, text] : report_tables(sources)) {
    entries.push_back({below + "evaluation/" + safe_name(name), text});
  }
  std::error_code absent;
  for (const std::string& name : evaluation.names()) {
    const fs::path overlay = evaluation.path / "overlays" / (name + ".png");
    // Names come from a file: only what lies in the folder itself is taken.
    if (fs::path(name).filename() != name || !fs::is_regular_file(overlay, absent)) continue;
    KARYO_CHECK_OK(add_file(entries, below + "evaluation/overlays/" + name + ".png", overlay));
  }
  return {};
}

Result<void> write_folder(const fs::path& to, const std::vector<ZipEntry>& entries) {
  std::error_code ec;
  if (fs::exists(to, ec) && !fs::is_empty(to, ec)) {
    return Error(ErrorCode::kInvalidArgument, to.string() + " is there already",
                 "Choose another --package, or delete it.");
  }
  fs::path part = to.filename().empty() ? to.parent_path() : to;
  const fs::path target = part;
  part += ".part";
  fs::remove_all(part, ec);
  for (const ZipEntry& entry : entries) {
    const auto written = write_file_atomically(part / entry.name, entry.bytes);
    if (written) continue;
    fs::remove_all(part, ec);
    return written.error();
  }
  fs::remove(target, ec);  // empty, as was seen above
  ec.clear();
  fs::rename(part, target, ec);
  if (!ec) return {};
  const std::string why = ec.message();
  fs::remove_all(part, ec);
  return Error(ErrorCode::kIo, "writing " + to.string() + ": " + why,
               "Check the rights of the folder it should lie in.");
}

}  // namespace

Result<void> write_package(const ReportSources& sources, const std::string& html,
                           const fs::path& report, const fs::path& to) {
  const bool archive = lower_ascii(to.extension().string()) == ".zip";
  const std::string name = safe_name(sources.name), below = archive ? name + "/" : "";
  std::vector<ZipEntry> entries{{below + "README.md", readme(sources, name)},
                                {below + "report.html", html}};
  if (lower_ascii(report.extension().string()) == ".pdf") {
    KARYO_CHECK_OK(add_file(entries, below + "report.pdf", report));
  }
  KARYO_CHECK_OK(add_model(entries, below, sources.model));
  KARYO_CHECK_OK(add_evaluation(entries, below, sources));
  return archive ? write_zip(to, entries) : write_folder(to, entries);
}

}  // namespace karyo
