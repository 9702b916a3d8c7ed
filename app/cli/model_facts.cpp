#include "app/cli/model_facts.h"

#include <string>

#include "models/io/model_before.h"

namespace karyo::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json facts_of(const ModelFolder& model) {
  json facts{{"kind", std::string(name_of(model.kind))}, {"method", method_of(model)}};
  if (model.stardist) {
    facts["dims"] = model.stardist->n_dim;
    facts["channels"] = model.stardist->n_channel_in;
    facts["prob"] = model.thresholds.prob;
    facts["nms"] = model.thresholds.nms;
  } else {
    facts["dims"] = model.csbdeep->n_dim;
    facts["channels"] = model.csbdeep->n_channel_in;
    facts["channels_out"] = model.csbdeep->n_channel_out;
  }
  facts["weights"] =
      model.weights.empty() ? json(nullptr) : json(model.weights.filename().string());
  if (const auto names = class_names_of(model); !names.empty()) facts["classes"] = names;
  if (model.record && !model.record->finished.empty()) facts["finished"] = model.record->finished;
  return facts;
}

void say(Console& console, const ModelFolder& model, const json& facts) {
  console.say(model.path.string());
  console.say("  model        " + method_of(model));
  if (model.before) {
    console.say("  before it    images are restored with \"" + before_name(model) + "\" (" +
                method_of(*model.before) + ")");
  }
  std::string channels = facts["channels"].dump();
  if (facts.contains("channels_out")) channels += " in, " + facts["channels_out"].dump() + " out";
  console.say("  channels     " + channels);
  if (facts.contains("prob")) {
    console.say("  thresholds   probability " + facts["prob"].dump() + ", overlap (NMS) " +
                facts["nms"].dump() + (model.tuned_thresholds ? "" : " (defaults)"));
  }
  console.say("  weights      " +
              (facts["weights"].is_null() ? "none yet" : facts["weights"].get<std::string>()));
  if (facts.contains("finished")) {
    console.say("  trained      until " + facts["finished"].get<std::string>());
  }
  for (const std::string& warning : model.warnings) console.say("  note         " + warning);
}

}  // namespace

bool is_model_folder(const fs::path& path) {
  std::error_code ec;
  return fs::is_directory(path, ec) && fs::is_regular_file(path / "config.json", ec);
}

Result<json> describe_model(const fs::path& path, Console& console) {
  KARYO_TRY(const auto model, ModelFolder::open(path));
  json facts = facts_of(model);
  say(console, model, facts);
  facts["path"] = path.string();
  facts["before"] = nullptr;
  if (model.before) {
    facts["before"] = facts_of(*model.before);
    facts["before"]["name"] = before_name(model);
  }
  return facts;
}

}  // namespace karyo::cli
