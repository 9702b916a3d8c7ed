#include "app/workspace.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <thread>
#include <utility>

#include "app/dataset_session.h"
#include "app/layer_data.h"
#include "app/mask_preview.h"
#include "app/model_in_use.h"
#include "app/object_checks.h"
#include "app/sample.h"
#include "app/training_run.h"

namespace karyo {

Workspace::Workspace()
    : dataset_(std::make_unique<DatasetSession>(*this)),
      checks_(std::make_unique<ObjectChecks>(*this)),
      preview_(std::make_unique<MaskPreview>(*this)),
      model_(std::make_unique<ModelInUse>(*this)),
      training_(std::make_unique<TrainingRun>()) {}
Workspace::~Workspace() = default;

std::uint64_t Workspace::in_background(BackgroundWork work) {
  start([work = std::move(work)](TaskControl& control, Mailbox& mailbox) -> Result<void> {
    // What was done in spite of a request to stop is taken over: only who asked to forget it does.
    KARYO_TRY(Finish finish, work(control));
    mailbox.put([&](Mail& mail) { mail.finish = std::move(finish); });
    return {};
  });
  return jobs_.back().number;
}

void Workspace::cancel_job(std::uint64_t number) {
  for (Job& job : jobs_) {
    if (job.number != number) continue;
    job.task->control().request_cancel();
    job.unwanted = true;
  }
}

void Workspace::start(Work work) {
  auto mailbox = std::make_shared<Mailbox>();
  auto task = std::make_unique<Task>(
      [mailbox, work = std::move(work)](TaskControl& control) { return work(control, *mailbox); });
  jobs_.push_back({mailbox, std::move(task)});
  jobs_.back().number = ++last_job_;
  jobs_changed.emit();
}

void Workspace::open(const std::vector<std::filesystem::path>& paths, OpenAs as) {
  if (paths.empty()) return;
  start([paths, as, chunks = chunks_](TaskControl& control, Mailbox& mailbox) -> Result<void> {
    for (auto path : without_repeated_sets(paths)) {
      if (control.cancelled()) return {};
      if (!path.has_filename()) path = path.parent_path();  // a folder with a slash behind it
      auto layers = open_layers(path, as, chunks, control);
      mailbox.put([&](Mail& mail) {
        if (layers) {
          for (auto& layer : *layers) mail.layers.push_back(std::move(layer));
        } else if (layers.error().code != ErrorCode::kCancelled) {
          mail.errors.push_back(layers.error());
        }
      });
    }
    return {};
  });
}

void Workspace::open_sequence(const std::filesystem::path& folder,
                              std::vector<io::SequenceAxis> axes) {
  start([folder, axes = std::move(axes), chunks = chunks_](TaskControl& control,
                                                           Mailbox& mailbox) -> Result<void> {
    control.report(0, "Opening " + folder.filename().string());
    KARYO_TRY(auto layer, open_sequence_layer(folder, axes, OpenAs::kGuess, chunks, control));
    mailbox.put([&](Mail& mail) { mail.layers.push_back(std::move(layer)); });
    return {};
  });
}

void Workspace::open_arranged(std::vector<SessionLayer> wanted, SessionView view) {
  layers_.clear();
  history_.reset();
  start([wanted = std::move(wanted), view, chunks = chunks_](TaskControl& control,
                                                             Mailbox& mailbox) -> Result<void> {
    for (const SessionLayer& one : wanted) {
      if (control.cancelled()) return {};
      auto layer = open_session_layer(one, chunks, control);
      mailbox.put([&](Mail& mail) {
        if (layer) {
          mail.session_layers.emplace_back(*std::move(layer), one.selected);
        } else if (layer.error().code != ErrorCode::kCancelled) {
          mail.errors.push_back(layer.error());
        }
      });
    }
    mailbox.put([&](Mail& mail) { mail.session_view = view; });
    return {};
  });
}

Result<void> Workspace::save_layer(Layer& layer, const std::filesystem::path& path) {
  KARYO_TRY(LayerData data, data_of(layer));
  KARYO_CHECK_OK(check_ending(data, path));
  start([data = std::move(data), path, name = layer.name(),
         weak = std::weak_ptr(layers_.shared_at(layers_.find(&layer)))](
            TaskControl& control, Mailbox& mailbox) -> Result<void> {
    control.report(0, "Saving " + name);
    KARYO_CHECK_OK(write_layer(data, path));
    mailbox.put([&](Mail& mail) { mail.saved.emplace_back(weak, path); });
    return {};
  });
  return {};
}

std::vector<std::string> Workspace::unsaved_layers() const {
  std::vector<std::string> names;
  for (int i = 0; i < layers_.count(); ++i) {
    const Layer& layer = layers_.at(i);
    if (layer.source().path.empty() && !dataset_->owns(layer)) names.push_back(layer.name());
  }
  return names;
}

void Workspace::open_sample() {
  start([](TaskControl& control, Mailbox& mailbox) -> Result<void> {
    control.report(0, "Making the sample");
    Sample sample = make_sample();
    auto image = std::make_shared<ImageLayer>("sample nuclei", sample.image);
    auto labels =
        std::make_shared<LabelsLayer>("sample truth", std::move(sample.nuclei), sample.image->grid);
    mailbox.put([&](Mail& mail) {
      mail.layers.push_back(std::move(image));
      mail.layers.push_back(std::move(labels));
    });
    return {};
  });
}

Result<void> Workspace::convert(Layer& layer) {
  const int position = layers_.find(&layer);
  if (position < 0) {
    return Error(ErrorCode::kNotFound, "that layer is not open", "Select a layer of the list.");
  }
  if (is_vector(layer.kind())) return no_pixels(layer);
  const std::shared_ptr<Layer> old = layers_.shared_at(position);
  std::shared_ptr<const Volume> pixels;
  LabelVolume labels;
  if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
    if (image->pages()) {
      return Error(ErrorCode::kTooLarge,
                   layer.name() + " stays in its file, labels are held in memory",
                   "Open it with File › Open as labels, if memory allows.");
    }
    pixels = image->shared_volume();
  } else {
    labels = dynamic_cast<const LabelsLayer&>(layer).labels(view_.time());
  }
  start([pixels, labels, name = layer.name(), grid = layer.grid(), weak = std::weak_ptr(old)](
            TaskControl& control, Mailbox& mailbox) -> Result<void> {
    control.report(0, "Converting " + name);
    auto made =
        pixels
            ? make_layer(name, pixels, OpenAs::kLabels)
            : make_layer(name, std::make_shared<const Volume>(from_labels(labels.to_dense(), grid)),
                         OpenAs::kImage);
    if (!made) return made.error();
    mailbox.put([&](Mail& mail) { mail.replacements.emplace_back(weak, *std::move(made)); });
    return {};
  });
  return {};
}

void Workspace::replace(const std::weak_ptr<Layer>& old, const std::shared_ptr<Layer>& layer) {
  const int position = layers_.find(old.lock().get());
  if (position < 0) return;  // closed meanwhile
  const auto kept = layers_.remove(position);
  layer->set_group(kept->group());
  layers_.insert(position, layer);
  history_.note("Change between image and labels of " + layer->name());
  count_objects(layer);
}

bool Workspace::poll() {
  take_chunks();
  bool ended = false;
  for (std::size_t i = 0; i < jobs_.size();) {
    const bool finished = jobs_[i].task->finished();  // asked first: what it made is then complete
    const auto mailbox = jobs_[i].mailbox;
    if (finished) {
      const auto outcome = jobs_[i].task->wait();
      const bool wanted = !jobs_[i].unwanted;
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
      ended = true;
      auto mail = mailbox->take();
      if (mail && wanted) take_over(*std::move(mail));
      if (!outcome && outcome.error().code != ErrorCode::kCancelled) failed.emit(outcome.error());
    } else {
      if (auto mail = mailbox->take()) take_over(*std::move(mail));
      ++i;
    }
  }
  if (ended) jobs_changed.emit();
  if (jobs_.empty() && !to_count_.empty()) {
    for (const auto& layer : std::exchange(to_count_, {})) count_objects(layer.lock());
  }
  return busy();
}

void Workspace::take_over(Mail mail) {
  std::erase_if(objects_, [](const Counted& counted) { return counted.layer.expired(); });
  for (Counted& counted : mail.objects) {
    const auto layer = counted.layer.lock();
    std::erase_if(objects_, [&](const Counted& other) { return other.layer.lock() == layer; });
    objects_.push_back(std::move(counted));
  }
  for (auto& layer : mail.layers) put(std::move(layer));
  history_.accept();
  for (const auto& [old, layer] : mail.replacements) replace(old, layer);
  for (const Derived& made : mail.derived) put_derived(made);
  for (const auto& [layer, selected] : mail.session_layers) {
    Layer* const before = layers_.selected();
    layers_.insert(layers_.count(), layer);
    if (!selected && before != nullptr) layers_.select(before);
    count_objects(layer);
  }
  if (mail.session_view) {
    apply_view(*mail.session_view, view_);
    volume_.set_look(mail.session_view->volume);
    volume_.set_camera(mail.session_view->camera);
    measurements_.set_rows(std::move(mail.session_view->measurements));
    arranged.emit();
  }
  for (const auto& [weak, path] : mail.saved) {
    const auto layer = weak.lock();
    if (layer && layer->source().path.empty()) layer->set_source({path, ""});
    done.emit("Saved " + path.string());
  }
  history_.accept();
  for (auto& coarse : mail.renditions) {
    for (auto& kept : renditions_) {
      if (kept.pages.lock() == coarse.pages.lock() && kept.t == coarse.t) {
        kept.volume = std::move(coarse.volume);
      }
    }
  }
  if (!mail.renditions.empty()) renditions_changed.emit();
  for (const auto& error : mail.errors) failed.emit(error);
  if (mail.finish) mail.finish();
}

void Workspace::put(std::shared_ptr<Layer> layer) {
  const bool first = layers_.empty();
  int position = layers_.count();
  if (layer->kind() == LayerKind::kImage) {
    while (position > 0 && layers_.at(position - 1).kind() != LayerKind::kImage) --position;
  }
  Layer* const selected = layers_.selected();
  layers_.insert(position, layer);
  // The image's contrast is what one reaches for first, so masks opened with it do not take over.
  if (layer->kind() != LayerKind::kImage && selected != nullptr) layers_.select(selected);
  if (first) show_all();
  count_objects(layer);
}

void Workspace::show_all() {
  const Index3 extent = layers_.extent();
  view_.set_cursor_voxel({extent.z / 2, extent.y / 2, extent.x / 2}, layers_.grid());
  view_.set_time(0);
  first_layer_opened.emit();
}

void Workspace::count_objects_of(const LabelsLayer& layer) {
  count_objects(layers_.shared_at(layers_.find(&layer)));
}

void Workspace::count_objects(const std::shared_ptr<Layer>& layer) {
  const auto* labels = dynamic_cast<const LabelsLayer*>(layer.get());
  if (labels == nullptr) return;
  start([copy = labels->labels(0), weak = std::weak_ptr<Layer>(layer)](
            TaskControl& control, Mailbox& mailbox) -> Result<void> {
    control.report(0, "Counting objects");
    auto objects = object_stats(copy);
    mailbox.put([&](Mail& mail) { mail.objects.push_back({weak, std::move(objects), copy}); });
    return {};
  });
}

std::string Workspace::doing() const {
  return jobs_.empty() ? "" : jobs_.front().task->control().progress().doing;
}

Workspace::JobProgress Workspace::progress() const {
  JobProgress progress;
  if (jobs_.empty()) return progress;
  progress.fraction = std::clamp(jobs_.front().task->control().progress().fraction, 0.0, 1.0);
  const std::chrono::duration<double> past = std::chrono::steady_clock::now() - jobs_.front().since;
  // Before a twentieth is done, or two seconds have gone by, a guess would only jump about.
  if (progress.fraction > 0.05 && past.count() > 2) {
    progress.seconds_left = past.count() * (1 - progress.fraction) / progress.fraction;
  }
  return progress;
}

void Workspace::cancel_jobs() {
  for (auto& job : jobs_) job.task->control().request_cancel();
}

void Workspace::finish_jobs() {
  while (busy()) {
    for (auto& job : jobs_) {
      while (!job.task->finished()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    while (jobs_.empty() && chunks_->reading()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    poll();
  }
}

}  // namespace karyo
