#include "app/background_edit.h"

#include <utility>

#include "annotation/flood_fill.h"
#include "annotation/index_axis.h"
#include "annotation/label_edit.h"
#include "annotation/one_click.h"
#include "annotation/wand.h"
#include "app/picture_part.h"
#include "app/stroke.h"
#include "app/workspace.h"

namespace karyo {
namespace {

using nlohmann::json;

Error changed_meanwhile() {
  return {ErrorCode::kInvalidArgument, "the labels changed while the click was worked on",
          "Click again."};
}

}  // namespace

Result<LabelWork> fill_work(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const auto places, places_from(arguments["voxel"]));
  KARYO_TRY(const std::uint32_t label, id_from(arguments, "label", target.layer->selected()));
  KARYO_TRY(const PaintRule rule, rule_from(arguments, *target.layer));
  return LabelWork{target, "Filling",
                   [seed = voxel_of(places[0]), label, rule, stack = arguments.value("ball", false),
                    plane = plane_of(arguments)](LabelWriter& writer, const LabelVolume& labels) {
                     return flood_fill(writer, labels, seed, label, stack, plane, rule);
                   }};
}

Result<LabelWork> one_click_work(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const auto places, places_from(arguments["voxel"]));
  KARYO_TRY(const PaintRule rule, rule_from(arguments, *target.layer));
  KARYO_TRY(const std::uint32_t label, id_from(arguments, "label", unused_id(*target.layer)));
  KARYO_TRY(const ImageLayer* const image, image_under(workspace, arguments, *target.layer));
  OneClickOptions options;
  options.whole_stack = arguments.value("stack", false);
  options.plane = plane_of(arguments);
  options.dark_on_bright = arguments.value("dark", false);
  const VoxelGrid grid = target.layer->place();
  options.radius = arguments.value("radius", 0.0) * grid.spacing_x;
  const Index3 click = voxel_of(places[0]);
  const auto read = picture_reader(*image, target.time, one_click_box(grid, click, options));
  return LabelWork{target, "Finding the nucleus",
                   [=](LabelWriter& writer, const LabelVolume& labels) -> Result<Box3> {
                     KARYO_TRY(const PicturePart picture, read());
                     KARYO_TRY(const PlacedMask mask,
                               one_click(picture.part(), labels, grid, click, options));
                     return write_mask(writer, labels, mask, label, rule);
                   },
                   [layer = target.layer, label] { layer->set_selected(label); }};
}

Result<LabelWork> wand_work(Workspace& workspace, const json& arguments,
                            std::shared_ptr<const PlacedMask> found) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const std::uint32_t label, id_from(arguments, "label", target.layer->selected()));
  KARYO_TRY(const PaintRule rule, rule_from(arguments, *target.layer));
  const std::string doing = "Taking what is alike";
  if (found) {
    return LabelWork{target, doing,
                     [found, label, rule](LabelWriter& writer, const LabelVolume& labels) {
                       return write_mask(writer, labels, *found, label, rule);
                     }};
  }
  KARYO_TRY(const auto places, places_from(arguments["voxel"]));
  KARYO_TRY(const ImageLayer* const image, image_under(workspace, arguments, *target.layer));
  WandOptions options;
  options.tolerance = arguments["tolerance"].get<double>();
  options.whole_stack = arguments.value("stack", false);
  options.plane = plane_of(arguments);
  const Index3 seed = voxel_of(places[0]);
  Box3 box = Box3::of_shape(image->shape().zyx());
  if (!options.whole_stack) {
    const Axis normal = normal_axis(options.plane);
    coordinate(box.begin, normal) = along(seed, normal);
    coordinate(box.end, normal) = along(seed, normal) + 1;
  }
  const auto read = picture_reader(*image, target.time, box);
  return LabelWork{target, doing,
                   [=](LabelWriter& writer, const LabelVolume& labels) -> Result<Box3> {
                     KARYO_TRY(const PicturePart picture, read());
                     KARYO_TRY(const PlacedMask mask, wand(picture.part(), seed, options));
                     return write_mask(writer, labels, mask, label, rule);
                   }};
}

Result<void> do_now(Workspace& workspace, const LabelWork& work) {
  LabelEditor editor(work.target.layer, work.target.time);
  KARYO_TRY(const Box3 box, work.change(editor.writer(), editor.labels()));
  editor.changed(box);
  keep_edit(workspace, editor);
  work.then();
  return {};
}

/// What a work has done to a copy.
struct BackgroundEdit::Made {
  LabelVolume before, after;
  ReplacedTiles replaced;
  Result<Box3> box = Box3{};
};

BackgroundEdit::~BackgroundEdit() {
  give_up();
}

void BackgroundEdit::want(std::function<Result<LabelWork>()> make, std::function<void()> did) {
  wishes_.push_back({std::move(make), std::move(did)});
  if (job_ == 0) begin();
}

bool BackgroundEdit::give_up() {
  if (job_ != 0) workspace_.cancel_job(std::exchange(job_, 0));
  const bool any = going_on();
  wishes_.clear();
  return any;
}

void BackgroundEdit::begin() {
  while (job_ == 0 && going_on()) {
    const auto work = wishes_.front().make();
    if (!work) {
      wishes_.pop_front();
      workspace_.failed.emit(work.error());
      continue;
    }
    const LabelVolume labels = work->target.layer->labels(work->target.time);
    job_ = workspace_.in_background(
        [this, work = *work, labels](TaskControl& control) -> Result<Workspace::Finish> {
          control.report(0, work.doing);
          auto made = std::make_shared<Made>(Made{labels, labels, {}});
          {
            LabelWriter writer(made->after);
            made->box = work.change(writer, made->after);
            made->replaced = writer.finish();
          }
          if (control.cancelled()) made->box = cancelled_error(work.doing);
          // Not called once the job is given up, so `this` is there.
          return Workspace::Finish([this, work, made] { take(work, *made); });
        });
  }
}

void BackgroundEdit::take(const LabelWork& work, Made& made) {
  job_ = 0;
  const auto did = std::move(wishes_.front().did);
  wishes_.pop_front();
  LabelsLayer& layer = *work.target.layer;
  LabelVolume& labels = layer.editable_labels(work.target.time);
  const bool gone = workspace_.layers().find(&layer) < 0;
  if (gone) wishes_.clear();  // another image's labels may go by its name by now
  if (!made.box && !gone && made.box.error().code != ErrorCode::kCancelled) {
    workspace_.failed.emit(made.box.error());
  } else if (made.box && !gone && (!same_tiles(labels, made.before) || layer.locked())) {
    workspace_.failed.emit(changed_meanwhile());
  } else if (made.box && !gone) {
    if (!made.replaced.empty()) {
      // The labels are as the copy was before, so what was replaced there is replaced here.
      labels = std::move(made.after);
      layer.notify_changed(*made.box);
      workspace_.edited(LabelEdit(work.target.layer, work.target.time, std::move(made.replaced),
                                  *made.box, labels.bound()));
    }
    work.then();
    did();
  }
  begin();
}

}  // namespace karyo
