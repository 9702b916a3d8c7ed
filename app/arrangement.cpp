#include "app/arrangement.h"

#include <algorithm>

#include "app/vector_files.h"
#include "core/io/image_io.h"

namespace karyo {

void apply_view(const SessionView& wanted, ViewState& view) {
  view.set_linked(false);  // or each plane's framing would move the others
  for (const Plane plane : kPlanes) {
    const PlaneView& framing = wanted.planes[static_cast<std::size_t>(plane)];
    view.set_zoom(plane, framing.zoom);
    view.set_centre(plane, framing.centre);
  }
  view.set_linked(wanted.linked);
  view.set_slab(wanted.slab);
  view.set_cursor(wanted.cursor);
  view.set_time(wanted.time);
  view.set_layout(wanted.layout, wanted.plane);
}

Result<std::shared_ptr<Layer>> open_session_layer(const SessionLayer& wanted,
                                                  const std::shared_ptr<ChunkStore>& chunks,
                                                  TaskControl& control) {
  std::error_code ignored;
  const bool here = std::filesystem::exists(wanted.path, ignored);
  const auto& path = here || wanted.otherwise.empty() ? wanted.path : wanted.otherwise;
  if (wanted.kept) {  // read as a whole: its file goes
    std::shared_ptr<Layer> layer;
    if (is_vector_file(path)) {
      KARYO_TRY(layer, open_vector_layer(path, control));
    } else {
      KARYO_TRY(Volume volume, read_image(path));
      KARYO_TRY(layer, make_layer(wanted.look.name,
                                  std::make_shared<const Volume>(std::move(volume)), wanted.as));
    }
    layer->set_source({});
    apply_look(*layer, wanted.look);
    return layer;
  }
  if (wanted.part.starts_with("axes=")) {
    std::vector<io::SequenceAxis> axes;
    for (std::size_t i = 5; i < wanted.part.size(); i += 2) {
      KARYO_TRY(const auto axis, io::sequence_axis_from(wanted.part.substr(i, 1)));
      axes.push_back(axis);
    }
    KARYO_TRY(auto layer, open_sequence_layer(path, axes, wanted.as, chunks, control));
    apply_look(*layer, wanted.look);
    return layer;
  }
  KARYO_TRY(auto layers,
            open_layers(path, wanted.part.empty() ? wanted.as : OpenAs::kGuess, chunks, control));
  const auto found = std::find_if(layers.begin(), layers.end(), [&](const auto& layer) {
    return layer->source().part == wanted.part;
  });
  if (found == layers.end()) {
    return Error(ErrorCode::kNotFound, path.string() + " holds no labels \"" + wanted.part + "\"",
                 "Open the file by itself to see what it holds.");
  }
  apply_look(**found, wanted.look);
  return *found;
}

}  // namespace karyo
