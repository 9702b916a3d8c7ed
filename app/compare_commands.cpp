// Prediction and truth side by side, the worst image first.

#include "app/comparison.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

/// The first object after the selected one of that kind, or the first of all.
Result<void> go_to_next(Comparison& comparison, const std::string& kind, std::uint32_t after) {
  const ErrorObject* first = nullptr;
  for (const ErrorObject& object : comparison.errors()) {
    const bool wrong =
        object.verdict != ObjectVerdict::kMatched && object.verdict != ObjectVerdict::kIgnored;
    if (kind.empty() ? !wrong : kind != name_of(object.verdict)) continue;
    if (object.id > after) return comparison.go_to(object.id);
    if (first == nullptr) first = &object;
  }
  if (first != nullptr) return comparison.go_to(first->id);
  return Error(ErrorCode::kNotFound,
               kind.empty() ? "there is no error here" : "no object here is " + kind,
               "Go to another image.");
}

std::uint32_t selected_error(const Workspace& workspace) {
  for (int i = 0; i < workspace.layers().count(); ++i) {
    const Layer& layer = workspace.layers().at(i);
    const auto* labels = dynamic_cast<const LabelsLayer*>(&layer);
    if (labels != nullptr && layer.name() == "errors") return labels->selected();
  }
  return 0;
}

/// What would be lost: all but what the comparison itself has put there.
Result<void> check_saved(const Workspace& workspace) {
  for (const std::string& name : workspace.unsaved_layers()) {
    if (name == "errors") continue;
    return Error(ErrorCode::kInvalidArgument, name + " is in no file and would be closed",
                 "Save or close it first.");
  }
  return {};
}

}  // namespace

std::shared_ptr<Comparison> add_compare_commands(CommandTable& commands, Workspace& workspace) {
  auto comparison = std::make_shared<Comparison>(workspace);
  const auto open = [comparison] { return comparison->is_open(); };
  commands.add({"compare.open",
                "",
                "",
                "",
                "Shows predictions beside the truth, the worst image first.",
                [comparison, &workspace](const json& given) -> Result<void> {
                  KARYO_CHECK_OK(check_saved(workspace));
                  PairOptions files;
                  files.prediction = given["prediction"].get<std::string>();
                  files.truth = given["truth"].get<std::string>();
                  files.images = given.value("images", "");
                  files.allow_missing = true;
                  return comparison->open(files);
                },
                [] { return true; },
                {},
                {{"prediction", Kind::kText, "a folder of label images, or one", true},
                 {"truth", Kind::kText, "the same, by the same names; or a dataset's folder", true},
                 {"images", Kind::kText, "what was predicted from"}}});
  const auto step = [&](const char* id, const char* title, const char* help, int by) {
    commands.add({id, "", title, "", help,
                  [comparison, &workspace, by](const json&) -> Result<void> {
                    KARYO_CHECK_OK(check_saved(workspace));
                    return comparison->show(comparison->current() + by);
                  },
                  open});
  };
  step("compare.next", "Compare: next image", "The next better image of the test set.", 1);
  step("compare.previous", "Compare: previous image", "The next worse image of the test set.", -1);
  commands.add({"compare.next_error",
                "",
                "Compare: next error",
                "",
                "Goes to the next object that was missed, invented, merged or split.",
                [comparison, &workspace](const json& given) {
                  return go_to_next(*comparison, given.value("kind", ""),
                                    selected_error(workspace));
                },
                open,
                {},
                {{"kind",
                  Kind::kText,
                  "of these alone; else all but matched ones",
                  false,
                  {},
                  0,
                  0,
                  {"matched", "missed", "extra", "merged", "split", "ignored"}}}});
  return comparison;
}

}  // namespace karyo
