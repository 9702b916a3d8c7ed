// Objects that should be looked at, one after the other.

#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/object_checks.h"

namespace karyo {
namespace {

using nlohmann::json;

/// Selects an object and shows it.
Result<void> show(Workspace& workspace, LabelsLayer& layer, const ReviewItem* item) {
  if (item == nullptr) {
    workspace.done.emit("Nothing is left to be looked at");
    return {};
  }
  const ObjectRow* row = workspace.checks().find(item->id);
  layer.set_selected(item->id);
  workspace.layers().select(&layer);
  if (row == nullptr) return {};
  const Box3& box = row->facts.box;
  const Index3 middle{(box.begin.z + box.end.z - 1) / 2, (box.begin.y + box.end.y - 1) / 2,
                      (box.begin.x + box.end.x - 1) / 2};
  workspace.view().set_cursor(centre_of(middle, workspace.layers().grid_of(layer)));
  return {};
}

Result<LabelsLayer*> checked_layer(Workspace& workspace) {
  const auto layer = workspace.checks().layer();
  if (!layer) {
    return Error(ErrorCode::kNotFound, "there are no labels to look through",
                 "Open labels, or make some first.");
  }
  return layer.get();
}

Result<void> step_now(Workspace& workspace, bool forward) {
  KARYO_TRY(LabelsLayer* const layer, checked_layer(workspace));
  ReviewQueue& queue = workspace.checks().queue();
  if (layer->selected() != 0) queue.go_to(layer->selected());
  return show(workspace, *layer, forward ? queue.next() : queue.previous());
}

/// At once where all is measured, else once it is, as a step of undo of this name; errors that come
/// later come through `failed`.
Result<void> when_measured(Workspace& workspace, const char* name,
                           std::function<Result<void>()> body) {
  const auto outcome = std::make_shared<Result<void>>();
  const auto later = std::make_shared<bool>(false);
  workspace.checks().when_up_to_date([&workspace, name, body = std::move(body), outcome, later] {
    *outcome = body();
    if (!*later) return;
    if (!*outcome) workspace.failed.emit(outcome->error());
    workspace.history().note(name);
  });
  *later = true;
  return *outcome;
}

Result<void> step(Workspace& workspace, bool forward) {
  return when_measured(workspace, "Next object to look at",
                       [&workspace, forward] { return step_now(workspace, forward); });
}

/// The object is good as it is now.
Result<void> accept(Workspace& workspace, std::uint32_t id) {
  KARYO_TRY(LabelsLayer* const layer, checked_layer(workspace));
  const ObjectRow* row = workspace.checks().find(id);
  if (row == nullptr) {
    return Error(ErrorCode::kNotFound, "no object is selected",
                 "Click on an object of the layer first.");
  }
  auto notes = std::make_shared<ObjectNotes>(*layer->notes());
  ObjectNote note = notes->of(id);
  note.accepted = row->facts.fingerprint;
  notes->set(id, note);
  layer->set_notes(std::move(notes));
  return {};
}

}  // namespace

void add_review_commands(CommandTable& commands, Workspace& workspace) {
  const auto labels = [&workspace] {
    return dynamic_cast<const LabelsLayer*>(workspace.layers().selected());
  };
  const auto has_labels = [labels] { return labels() != nullptr; };
  const auto has_object = [labels] { return labels() != nullptr && labels()->selected() != 0; };
  const Argument object{"object", Argument::Kind::kNumber, "its number; else the selected one"};
  commands.add({"review.next", "Annotate", "Next object to look at", "Ctrl+.",
                "Shows the next object that may have something wrong, the most urgent first.",
                [&workspace](const json&) { return step(workspace, true); }, has_labels});
  commands.add({"review.previous", "Annotate", "Previous object to look at", "Ctrl+,",
                "Shows the object to be looked at before this one.",
                [&workspace](const json&) { return step(workspace, false); }, has_labels});
  commands.add({"review.accept",
                "Annotate",
                "Accept the object, next",
                "Shift+Return",
                "Says that the selected object is good. It comes back only when it is changed.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(const LabelsLayer* const layer,
                            target_as<LabelsLayer>(workspace, json::object(), "label"));
                  KARYO_TRY(const std::uint32_t id,
                            id_from(arguments, "object", layer->selected()));
                  return when_measured(workspace, "Accept the object, next",
                                       [&workspace, id]() -> Result<void> {
                                         KARYO_CHECK_OK(accept(workspace, id));
                                         return step_now(workspace, true);
                                       });
                },
                has_object,
                {},
                {object}});
  commands.add({"review.delete",
                "Annotate",
                "Delete the object, next",
                "Shift+Delete",
                "Makes background of the selected object and shows the next to look at.",
                [&workspace, &commands](const json& arguments) -> Result<void> {
                  KARYO_TRY(LabelsLayer* const layer,
                            target_as<LabelsLayer>(workspace, json::object(), "label"));
                  KARYO_TRY(const std::uint32_t id,
                            id_from(arguments, "object", layer->selected()));
                  workspace.checks().queue().go_to(id);
                  const Command* remove = commands.find("labels.delete_object");
                  KARYO_CHECK_OK(remove->body({{"layer", layer->name()}, {"object", id}}));
                  return step(workspace, true);
                },
                has_object,
                {},
                {object}});
}

}  // namespace karyo
