#include "app/workspace.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <thread>
#include <utility>

#include "app/sample.h"
#include "app/vector_files.h"
#include "core/io/image_io.h"

namespace karyo {
void Workspace::start(Work work) {
  auto mailbox = std::make_shared<Mailbox>();
  auto task = std::make_unique<Task>(
      [mailbox, work = std::move(work)](TaskControl& control) { return work(control, *mailbox); });
  jobs_.push_back({mailbox, std::move(task)});
  jobs_changed.emit();
}

void Workspace::open(const std::vector<std::filesystem::path>& paths, OpenAs as) {
  if (paths.empty()) return;
  start([paths, as, chunks = chunks_](TaskControl& control, Mailbox& mailbox) -> Result<void> {
    for (auto path : paths) {
      if (control.cancelled()) return {};
      if (!path.has_filename()) path = path.parent_path();  // a folder with a slash behind it
      auto layers = open_layers(path, as, chunks, control);
      const std::lock_guard lock(mailbox.mutex);
      if (layers) {
        for (auto& layer : *layers) mailbox.layers.push_back(std::move(layer));
      } else if (layers.error().code != ErrorCode::kCancelled) {
        mailbox.errors.push_back(layers.error());
      }
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
    const std::lock_guard lock(mailbox.mutex);
    mailbox.layers.push_back(std::move(layer));
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
      const std::lock_guard lock(mailbox.mutex);
      if (layer) {
        mailbox.session_layers.emplace_back(*std::move(layer), one.selected);
      } else if (layer.error().code != ErrorCode::kCancelled) {
        mailbox.errors.push_back(layer.error());
      }
    }
    const std::lock_guard lock(mailbox.mutex);
    mailbox.session_view = view;
    return {};
  });
}

Result<void> Workspace::save_layer(Layer& layer, const std::filesystem::path& path) {
  if (is_vector(layer.kind())) return save_vectors(layer, path);
  std::shared_ptr<const Volume> pixels;
  std::vector<LabelVolume> frames;
  if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
    if (image->pages()) {
      return Error(ErrorCode::kUnsupported, layer.name() + " stays in its file",
                   "Copy the file itself, or crop the image first.");
    }
    pixels = image->shared_volume();
  } else {
    const auto& labels = dynamic_cast<const LabelsLayer&>(layer);
    for (std::int64_t t = 0; t < labels.shape().t; ++t) frames.push_back(labels.labels(t));
  }
  start([pixels, frames, path, place = layer.place(), name = layer.name(),
         weak = std::weak_ptr(layers_.shared_at(layers_.find(&layer)))](
            TaskControl& control, Mailbox& mailbox) -> Result<void> {
    control.report(0, "Saving " + name);
    if (pixels) {
      Volume copy = pixels->clone();
      copy.grid = place;
      KARYO_CHECK_OK(write_image(path, copy));
    } else {
      std::vector<LabelArray> dense;
      for (const LabelVolume& frame : frames) dense.push_back(frame.to_dense());
      WriteOptions options;
      options.compress = true;
      KARYO_CHECK_OK(write_image(path, from_labels(dense, place), options));
    }
    const std::lock_guard lock(mailbox.mutex);
    mailbox.saved.emplace_back(weak, path);
    return {};
  });
  return {};
}

Result<void> Workspace::save_vectors(Layer& layer, const std::filesystem::path& path) {
  const VectorData data = vector_data_of(layer);
  KARYO_CHECK_OK(check_vector_ending(data, path));
  start([data, path, name = layer.name(),
         weak = std::weak_ptr(layers_.shared_at(layers_.find(&layer)))](
            TaskControl& control, Mailbox& mailbox) -> Result<void> {
    control.report(0, "Saving " + name);
    KARYO_CHECK_OK(write_vectors(data, path));
    const std::lock_guard lock(mailbox.mutex);
    mailbox.saved.emplace_back(weak, path);
    return {};
  });
  return {};
}

std::vector<std::string> Workspace::unsaved_layers() const {
  std::vector<std::string> names;
  for (int i = 0; i < layers_.count(); ++i) {
    if (layers_.at(i).source().path.empty()) names.push_back(layers_.at(i).name());
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
    const std::lock_guard lock(mailbox.mutex);
    mailbox.layers.push_back(std::move(image));
    mailbox.layers.push_back(std::move(labels));
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
    const std::lock_guard lock(mailbox.mutex);
    mailbox.replacements.emplace_back(weak, *std::move(made));
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
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
      ended = true;
      take_over(*mailbox);
      if (!outcome && outcome.error().code != ErrorCode::kCancelled) failed.emit(outcome.error());
    } else {
      take_over(*mailbox);
      ++i;
    }
  }
  if (ended) jobs_changed.emit();
  return busy();
}

void Workspace::take_over(Mailbox& mailbox) {
  std::deque<std::shared_ptr<Layer>> layers;
  std::vector<std::pair<std::weak_ptr<Layer>, std::shared_ptr<Layer>>> replacements;
  std::vector<Error> errors;
  std::vector<Derived> derived;
  std::vector<Coarse> renditions;
  std::vector<std::pair<std::shared_ptr<Layer>, bool>> session_layers;
  std::optional<SessionView> session_view;
  std::vector<std::pair<std::weak_ptr<Layer>, std::filesystem::path>> saved;
  {
    const std::lock_guard lock(mailbox.mutex);
    layers.swap(mailbox.layers);
    replacements.swap(mailbox.replacements);
    errors.swap(mailbox.errors);
    for (auto& [layer, objects] : mailbox.objects) {
      std::erase_if(objects_, [](const Counted& counted) { return counted.layer.expired(); });
      objects_.push_back({layer, std::move(objects)});
    }
    mailbox.objects.clear();
    derived.swap(mailbox.derived);
    renditions.swap(mailbox.renditions);
    session_layers.swap(mailbox.session_layers);
    session_view.swap(mailbox.session_view);
    saved.swap(mailbox.saved);
  }
  for (auto& layer : layers) put(std::move(layer));
  history_.accept();
  for (const auto& [old, layer] : replacements) replace(old, layer);
  for (const Derived& made : derived) put_derived(made);
  for (const auto& [layer, selected] : session_layers) {
    Layer* const before = layers_.selected();
    layers_.insert(layers_.count(), layer);
    if (!selected && before != nullptr) layers_.select(before);
    count_objects(layer);
  }
  if (session_view) {
    apply_view(*session_view, view_);
    arranged.emit();
  }
  for (const auto& [weak, path] : saved) {
    const auto layer = weak.lock();
    if (layer && layer->source().path.empty()) layer->set_source({path, ""});
    done.emit("Saved " + path.string());
  }
  history_.accept();
  for (auto& coarse : renditions) {
    for (auto& kept : renditions_) {
      if (kept.pages.lock() == coarse.pages.lock() && kept.t == coarse.t) {
        kept.volume = std::move(coarse.volume);
      }
    }
  }
  if (!renditions.empty()) renditions_changed.emit();
  for (const auto& error : errors) failed.emit(error);
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
  if (first) {
    const Index3 extent = layers_.extent();
    view_.set_cursor_voxel({extent.z / 2, extent.y / 2, extent.x / 2}, layers_.grid());
    view_.set_time(0);
    first_layer_opened.emit();
  }
  count_objects(layer);
}

void Workspace::count_objects(const std::shared_ptr<Layer>& layer) {
  const auto* labels = dynamic_cast<const LabelsLayer*>(layer.get());
  if (labels == nullptr) return;
  start([copy = labels->labels(0), weak = std::weak_ptr<Layer>(layer)](
            TaskControl& control, Mailbox& mailbox) -> Result<void> {
    control.report(0, "Counting objects");
    auto objects = object_stats(copy);
    const std::lock_guard lock(mailbox.mutex);
    mailbox.objects.emplace_back(weak, std::move(objects));
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
