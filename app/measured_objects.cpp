#include "app/measured_objects.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/measured_files.h"
#include "app/picture_part.h"
#include "core/base/atomic_file.h"
#include "core/base/text.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

Result<void> measure(MeasuredObjects& objects, Workspace& workspace, const json& given) {
  LabelsLayer* labels = labels_in_hand(workspace.layers());
  if (given.contains("layer")) {
    KARYO_TRY(labels, target_as<LabelsLayer>(workspace, given, "label", true));
  }
  if (labels == nullptr) {
    return Error(ErrorCode::kNotFound, "there are no labels to be measured",
                 "Open a mask, or have a model find the objects first.");
  }
  const auto under = image_under(workspace, given, *labels);
  if (!under && given.contains("image")) return under.error();
  const ImageLayer* image = under && given.value("values", true) ? *under : nullptr;
  const std::int64_t standard = image != nullptr ? first_visible_channel(*image) + 1 : 1;
  const auto channel =
      static_cast<std::int64_t>(given.value("channel", static_cast<double>(standard))) - 1;
  return objects.measure(std::dynamic_pointer_cast<LabelsLayer>(
                             workspace.layers().shared_at(workspace.layers().find(labels))),
                         image, channel);
}

Result<void> go_to(const MeasuredObjects& objects, Workspace& workspace, const json& given) {
  const auto id = static_cast<std::uint32_t>(given["object"].get<double>());
  const auto layer = objects.layer();
  const auto& rows = objects.table().objects;
  const auto row = std::lower_bound(
      rows.begin(), rows.end(), id,
      [](const ObjectMeasures& one, std::uint32_t wanted) { return one.id < wanted; });
  if (!layer || row == rows.end() || row->id != id) {
    return Error(ErrorCode::kNotFound, "no object " + std::to_string(id) + " was measured",
                 "Measure the objects again (menu Measure).");
  }
  workspace.view().set_time(objects.time());
  workspace.view().set_cursor(objects.place_of(static_cast<std::size_t>(row - rows.begin())));
  layer->set_selected(id);
  return {};
}

Result<std::string> table_path(const json& given) {
  const std::string path = given["path"].get<std::string>();
  if (lower_ascii(std::filesystem::path(path).extension().string()) != ".csv") {
    return Error(ErrorCode::kInvalidArgument, "tables are saved as .csv",
                 "End the file's name in .csv.");
  }
  return path;
}

Result<void> measure_to_file(Workspace& workspace, const json& given) {
  KARYO_TRY(const std::string path, table_path(given));
  workspace.in_background(
      [&workspace, path,
       files = FilesToMeasure{given["labels"].get<std::string>(), given.value("images", "")}](
          TaskControl& control) -> Result<Workspace::Finish> {
        KARYO_TRY(const FilesMeasured table, measure_files(files, control));
        KARYO_CHECK_OK(write_file_atomically(path, table.csv()));
        return Workspace::Finish([&workspace, path, count = table.rows.size()] {
          workspace.done.emit("Saved " + std::to_string(count) + " rows to " + path);
        });
      });
  return {};
}

}  // namespace

Result<void> MeasuredObjects::measure(const std::shared_ptr<LabelsLayer>& labels,
                                      const ImageLayer* image, std::int64_t channel) {
  if (image != nullptr && image->shared_volume() == nullptr) {
    return Error(ErrorCode::kUnsupported, image->name() + " stays in its file",
                 "Crop the part of it that is to be measured (menu Process), or measure the labels "
                 "alone.");
  }
  const std::int64_t time = labels->time_shown(workspace_.view().time());
  const VoxelGrid grid = workspace_.layers().grid_of(*labels);
  std::shared_ptr<const Volume> volume = image != nullptr ? image->shared_volume() : nullptr;
  measuring_ = true;
  workspace_.in_background([this, weak = std::weak_ptr(labels), frame = labels->labels(time),
                            volume, channel, time,
                            grid](TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Measuring objects");
    const LabelArray dense = frame.to_dense();
    auto table = measure_objects(dense.view(), grid, volume.get(), time, channel);
    return Workspace::Finish([this, weak, frame, time, grid, table = std::move(table)] {
      measuring_ = false;  // also where it failed: it can be tried again
      if (table) {
        layer_ = weak;
        labels_ = frame;
        time_ = time;
        grid_ = grid;
        table_ = *table;
      } else {
        workspace_.failed.emit(table.error());
      }
      changed.emit();
    });
  });
  changed.emit();
  return {};
}

std::shared_ptr<LabelsLayer> MeasuredObjects::layer() const {
  const auto layer = layer_.lock();
  return layer && workspace_.layers().find(layer.get()) >= 0 ? layer : nullptr;
}

bool MeasuredObjects::outdated() const {
  const auto now = layer();
  return now && !same_tiles(now->labels(time_), labels_);
}

int MeasuredObjects::column(const std::string& name) const {
  const auto at = std::find(table_.columns.begin(), table_.columns.end(), name);
  return at == table_.columns.end() ? -1 : static_cast<int>(at - table_.columns.begin());
}

int MeasuredObjects::class_of(std::size_t row) const {
  const auto now = layer();
  if (!now) return -1;
  const ObjectNotes& notes = *now->notes();
  const int at = notes.of(table_.objects[row].id).object_class;
  return at < static_cast<int>(notes.classes.size()) ? at : -1;
}

WorldPoint MeasuredObjects::place_of(std::size_t row) const {
  const auto value = [&](const char* name) {
    const int at = column(name);
    return at < 0 ? 0.0 : table_.objects[row].values[static_cast<std::size_t>(at)];
  };
  return {grid_.origin_z + (column("Z") < 0 ? grid_.spacing_z / 2 : value("Z")),
          grid_.origin_y + value("Y"), grid_.origin_x + value("X")};
}

std::string MeasuredObjects::csv() const {
  const auto now = layer();
  bool classes = false;
  for (std::size_t row = 0; row < table_.objects.size(); ++row) classes |= class_of(row) >= 0;
  std::string csv = "Label";
  for (const std::string& name : table_.columns) csv += "," + csv_field(name);
  csv += classes ? ",Class\n" : "\n";
  for (std::size_t row = 0; row < table_.objects.size(); ++row) {
    csv += std::to_string(table_.objects[row].id);
    for (const double value : table_.objects[row].values) csv += "," + table_number(value);
    if (classes) {
      const int at = class_of(row);
      csv += "," + (at < 0 ? std::string()
                           : csv_field(now->notes()->classes[static_cast<std::size_t>(at)].name));
    }
    csv += "\n";
  }
  return csv;
}

std::shared_ptr<MeasuredObjects> add_measured_object_commands(CommandTable& commands,
                                                              Workspace& workspace) {
  auto objects = std::make_shared<MeasuredObjects>(workspace);
  const auto measured = [objects] { return objects->layer() != nullptr; };
  commands.add(
      {"measure.objects",
       "Measure",
       "Measure all objects",
       "Ctrl+Alt+M",
       "Size, shape and brightness of every object, with ImageJ's columns, as a table and "
       "plots under the picture.",
       [objects, &workspace](const json& given) { return measure(*objects, workspace, given); },
       [&workspace] { return labels_in_hand(workspace.layers()) != nullptr; },
       {},
       {layer_argument(),
        image_argument(),
        {"channel",
         Kind::kNumber,
         "of the image, from 1; the first visible one",
         false,
         {},
         1,
         1e6},
        {"values", Kind::kBool, "false: size and shape alone", false, json(true)}}});
  commands.add({"measure.save_objects",
                "",
                "",
                "",
                "Writes the table of objects as CSV.",
                [objects, &workspace](const json& given) -> Result<void> {
                  KARYO_TRY(const std::string path, table_path(given));
                  KARYO_CHECK_OK(write_file_atomically(path, objects->csv()));
                  workspace.done.emit("Saved " + path);
                  return {};
                },
                measured,
                {},
                {{"path", Kind::kText, ".csv file to write", true}}});
  commands.add({"measure.files",
                "",
                "",
                "",
                "Measures the objects of label images in files, and writes one table.",
                [&workspace](const json& given) { return measure_to_file(workspace, given); },
                [] { return true; },
                {},
                {{"labels", Kind::kText, "a label image, or a folder of them", true},
                 {"images", Kind::kText, "whose values are measured; a folder pairs by name"},
                 {"path", Kind::kText, ".csv file to write", true}}});
  commands.add(
      {"measure.go_to_object",
       "",
       "",
       "",
       "Selects an object that was measured and goes there.",
       [objects, &workspace](const json& given) { return go_to(*objects, workspace, given); },
       measured,
       {},
       {{"object", Kind::kNumber, "its number", true, {}, 1, 4294967295.0}}});
  return objects;
}

}  // namespace karyo
