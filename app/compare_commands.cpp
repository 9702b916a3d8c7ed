// Prediction and truth side by side, the worst image first.

#include "app/comparison.h"
#include "app/dataset_session.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

/// The first object after the last one of that kind, or the first of all.
Result<void> go_to_next(Comparison& comparison, const std::string& kind) {
  const ErrorObject* first = nullptr;
  for (const ErrorObject& object : comparison.errors()) {
    const bool wrong =
        object.verdict != ObjectVerdict::kMatched && object.verdict != ObjectVerdict::kIgnored;
    if (!is_listed(object) || (kind.empty() ? !wrong : kind != name_of(object.verdict))) continue;
    if (object.id > comparison.last_error()) return comparison.go_to(object.id);
    if (first == nullptr) first = &object;
  }
  if (first != nullptr) return comparison.go_to(first->id);
  return Error(ErrorCode::kNotFound,
               kind.empty() ? "there is no error here" : "no object here is " + kind,
               "Go to another image.");
}

Result<void> check_saved(const Comparison& comparison) {
  const auto unsaved = comparison.unsaved_layers();
  if (unsaved.empty()) return {};
  return Error(ErrorCode::kInvalidArgument, unsaved.front() + " is in no file and would be closed",
               "Save or close it first.");
}

void add_opening(CommandTable& commands, const std::shared_ptr<Comparison>& comparison,
                 Workspace& workspace) {
  commands.add(
      {"compare.open",
       "",
       "",
       "",
       "Shows predictions beside the truth, the worst image first.",
       [comparison](const json& given) -> Result<void> {
         KARYO_CHECK_OK(check_saved(*comparison));
         KARYO_TRY(const ComparedKind kind, compared_kind_from(given.value("kind", "objects")));
         PairOptions files;
         files.prediction = given["prediction"].get<std::string>();
         files.truth = given.value("truth", "");
         files.images = given.value("images", "");
         return comparison->open(files, kind);
       },
       [] { return true; },
       {},
       {{"prediction", Kind::kText, "a folder of predicted images, or one", true},
        {"truth", Kind::kText,
         "the same, by the same names; or a dataset's folder; of two models, the second one's; of "
         "predictions alone, none"},
        {"images", Kind::kText, "what was predicted from"},
        {"kind",
         Kind::kText,
         "what is compared",
         false,
         json("objects"),
         0,
         0,
         {"objects", "restored", "models", "alone", "pair"}}}});
  const auto judge = [comparison, &workspace](const TrialWish& wish) -> Result<void> {
    if (workspace.dataset().is_open()) KARYO_CHECK_OK(workspace.dataset().save_now());
    KARYO_CHECK_OK(check_saved(*comparison));
    KARYO_TRY(const ModelTrial trial, trial_at_hand(workspace, wish));
    comparison->open(trial);
    return {};
  };
  commands.add({"compare.here", "View", "Judge the model on this folder", "Ctrl+Shift+J",
                "Has the model at hand predict all images with a truth, and shows where it is "
                "right, the worst image first.",
                [judge](const json&) { return judge({}); }});
  commands.add(
      {"compare.without_truth", "View", "Look at what the model finds, without a truth", "",
       "Has the model at hand predict all images of the folder, and shows how sure it is of "
       "each nucleus, the least sure image first.",
       [judge](const json&) {
         return judge({true, {}});
       }});
  commands.add(
      {"compare.thresholds",
       "",
       "",
       "",
       "Has the model at hand predict with its own thresholds and with others, and shows "
       "where the two differ. Needs no truth.",
       [judge](const json& given) {
         return judge({false, Thresholds{given["prob"].get<double>(), given["nms"].get<double>()}});
       },
       [] { return true; },
       {},
       {{"prob", Kind::kNumber, "the other probability threshold", true, {}, 0.01, 0.99},
        {"nms", Kind::kNumber, "the other overlap threshold", true, {}, 0.01, 0.99}}});
}

void add_steps(CommandTable& commands, const std::shared_ptr<Comparison>& comparison) {
  const auto open = [comparison] { return comparison->is_open(); };
  const auto step = [&](const char* id, const char* title, const char* help, int by) {
    commands.add({id, "", title, "", help,
                  [comparison, by](const json&) -> Result<void> {
                    KARYO_CHECK_OK(check_saved(*comparison));
                    return comparison->show(comparison->current() + by);
                  },
                  open});
  };
  step("compare.next", "Compare: next image", "The next better image of the test set.", 1);
  step("compare.previous", "Compare: previous image", "The next worse image of the test set.", -1);
  commands.add({"compare.show",
                "",
                "",
                "",
                "Shows an image of the comparison.",
                [comparison](const json& given) -> Result<void> {
                  KARYO_CHECK_OK(check_saved(*comparison));
                  return comparison->show(static_cast<int>(given["number"].get<double>()) - 1);
                },
                open,
                {},
                {{"number", Kind::kNumber, "from 1, the worst first", true, {}, 1, 1e7}}});
  commands.add(
      {"compare.next_error",
       "",
       "Compare: next error",
       "",
       "Goes to the next object that was missed, invented, merged or split.",
       [comparison](const json& given) { return go_to_next(*comparison, given.value("kind", "")); },
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
  commands.add({"compare.go_to_error",
                "",
                "",
                "",
                "Goes to an object of the layer of errors.",
                [comparison](const json& given) {
                  return comparison->go_to(static_cast<std::uint32_t>(given["id"].get<double>()));
                },
                open,
                {},
                {{"id", Kind::kNumber, "its number there", true, {}, 1, 4294967295.0}}});
}

void add_looks(CommandTable& commands, const std::shared_ptr<Comparison>& comparison) {
  const auto open = [comparison] { return comparison->is_open(); };
  const auto look = [&](CompareLook which, const char* title, const char* help) {
    commands.add({"compare." + std::string(name_of(which)), "", title, "", help,
                  [comparison, which](const json&) -> Result<void> {
                    comparison->set_look(which);
                    return {};
                  },
                  open, [comparison, which] { return comparison->look() == which; }});
  };
  look(CompareLook::kSideBySide, "Compare: side by side",
       "Input, prediction, truth and errors in columns that move together.");
  look(CompareLook::kOverlay, "Compare: overlay",
       "Prediction and truth in one picture, in two colours.");
  look(CompareLook::kDifference, "Compare: difference", "The errors alone, over the input.");
  commands.add({"compare.maps", "", "Compare: maps", "",
                "Of restored images: the pictures, their SSIM and their errors in three rows.",
                [comparison](const json&) -> Result<void> {
                  comparison->set_look(CompareLook::kMaps);
                  return {};
                },
                [comparison] {
                  return comparison->is_open() && comparison->kind() == ComparedKind::kRestored;
                },
                [comparison] { return comparison->look() == CompareLook::kMaps; }});
  commands.add({"compare.confidence", "", "Compare: confidence", "",
                "How sure the network is of a nucleus at each place, over the input.",
                [comparison](const json&) -> Result<void> {
                  comparison->set_look(CompareLook::kConfidence);
                  return {};
                },
                [comparison] { return comparison->is_open() && comparison->has_confidence_map(); },
                [comparison] { return comparison->look() == CompareLook::kConfidence; }});
  commands.add(
      {"compare.wipe",
       "",
       "Compare: wipe",
       "",
       "The prediction left and the truth right of a line that is dragged.",
       [comparison](const json& given) -> Result<void> {
         if (given.contains("at")) comparison->set_wipe_at(given["at"].get<double>());
         comparison->set_look(CompareLook::kWipe);
         return {};
       },
       open,
       [comparison] { return comparison->look() == CompareLook::kWipe; },
       {{"at", Kind::kNumber, "where the line stands, from left to right", false, {}, 0, 1}}});
  commands.add({"compare.blink", "", "Compare: blink", "Shift+K",
                "Shows the prediction, and the truth in its place when pressed again: what jumps "
                "is wrong.",
                [comparison](const json&) -> Result<void> {
                  const bool already = comparison->look() == CompareLook::kBlink;
                  comparison->set_truth_shown(already && !comparison->truth_shown());
                  if (!already) comparison->set_look(CompareLook::kBlink);
                  return {};
                },
                open, [comparison] { return comparison->look() == CompareLook::kBlink; }});
}

}  // namespace

std::shared_ptr<Comparison> add_compare_commands(CommandTable& commands, Workspace& workspace) {
  auto comparison = std::make_shared<Comparison>(workspace);
  add_opening(commands, comparison, workspace);
  add_steps(commands, comparison);
  add_looks(commands, comparison);
  return comparison;
}

}  // namespace karyo
