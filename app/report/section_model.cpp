// What the model is, what it was trained on, how, and where.

#include <algorithm>
#include <cmath>
#include <set>

#include "app/report/report_pictures.h"
#include "app/report/report_sections.h"
#include "app/report/report_text.h"
#include "core/io/image_io.h"
#include "models/io/model_before.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string joined(const std::vector<int>& numbers) {
  std::string text;
  for (const int n : numbers) text += (text.empty() ? "" : " × ") + std::to_string(n);
  return text;
}

ReportTable facts(const std::string& caption) {
  return {caption, {"Property", "Value"}, {}, {false, false}};
}

void add_stardist(ReportTable& table, const StarDistConfig& config) {
  table.rows.push_back({"Rays", std::to_string(config.n_rays)});
  table.rows.push_back({"Grid", joined(config.grid) + " pixels for one prediction"});
  if (config.anisotropy) {
    std::string text;
    for (const double a : *config.anisotropy) text += (text.empty() ? "" : ", ") + fixed(a, 2);
    table.rows.push_back({"Anisotropy (z, y, x)", text});
  }
  if (config.n_classes) table.rows.push_back({"Classes", std::to_string(*config.n_classes)});
  if (config.backbone == "resnet") {
    table.rows.push_back({"Body", "ResNet of " + std::to_string(config.resnet_n_blocks) +
                                      " blocks, " + std::to_string(config.resnet_n_filter_base) +
                                      " filters"});
  } else {
    table.rows.push_back({"Body", "U-Net of depth " + std::to_string(config.unet_n_depth) + ", " +
                                      std::to_string(config.unet_n_filter_base) +
                                      " filters at its first level"});
  }
}

void add_csbdeep(ReportTable& table, const CsbdeepConfig& config) {
  table.rows.push_back({"Body", "U-Net of depth " + std::to_string(config.unet_n_depth) + ", " +
                                    std::to_string(config.unet_n_first) +
                                    " filters at its first level, kernels of " +
                                    std::to_string(config.unet_kern_size) + " pixels"});
  table.rows.push_back({"Loss", config.train_loss});
  table.rows.push_back({"Residual", config.unet_residual ? "yes" : "no"});
  if (config.probabilistic) table.rows.push_back({"Uncertainty", "learned for each pixel"});
  if (config.n2v) {
    table.rows.push_back({"Blind spots", fixed(config.n2v->perc_pix, 2) +
                                             " % of the pixels, filled by " +
                                             config.n2v->manipulator});
  }
}

/// "256 × 256 (12 images), 512 × 512 (3)", the most frequent first.
std::string sizes_text(const std::vector<SeenImage>& images) {
  std::vector<std::pair<std::int64_t, std::string>> sizes;
  for (const SeenImage& image : images) {
    const std::string text = shape_text(image.shape);
    const auto known = std::find_if(sizes.begin(), sizes.end(),
                                    [&](const auto& size) { return size.second == text; });
    if (known == sizes.end()) {
      sizes.emplace_back(1, text);
    } else {
      ++known->first;
    }
  }
  std::stable_sort(sizes.begin(), sizes.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> items;
  for (const auto& [count, text] : sizes) {
    items.push_back(sizes.size() == 1 ? text : text + " [" + std::to_string(count) + "]");
  }
  return listed(items, 6);
}

std::string spacings_text(const std::vector<SeenImage>& images, bool deep) {
  std::set<std::string> known;
  for (const SeenImage& image : images) {
    const std::string text = spacing_text(image.grid, deep);
    known.insert(text.empty() ? "not in the files" : text);
  }
  return listed({known.begin(), known.end()}, 4);
}

fs::path whole_path(const TrainingData& data, const fs::path& file) {
  return file.is_absolute() ? file : data.folder / file;
}

/// The first training image with its target. Errors: of reading it.
Result<ReportFigure> example_pair(const ReportSources& sources) {
  constexpr double kPanel = 60;
  const SeenImage& first = sources.data->images.front();
  KARYO_TRY(const Volume input, read_image(whole_path(*sources.data, first.input)));
  const std::int64_t z = input.shape().z / 2;
  PanelGrid grid;
  grid.columns = 2;
  grid.panel_mm = kPanel;
  grid.aspect = static_cast<double>(input.shape().y) / static_cast<double>(input.shape().x);
  set_scale_bar(grid, first.grid, input.shape().x);
  grid.panels.push_back({"Image", image_plane(input, z, kPanel)});
  if (!first.target.empty()) {
    const fs::path target = whole_path(*sources.data, first.target);
    if (sources.model.kind == ModelKind::kStarDist) {
      KARYO_TRY(const LabelArray labels, read_labels(target));
      if (labels.shape() == input.shape().zyx()) {
        grid.panels.push_back({"Mask", label_plane(labels.view(), z, kPanel)});
      }
    } else {
      KARYO_TRY(const Volume clean, read_image(target));
      if (clean.shape().zyx() == input.shape().zyx()) {
        grid.panels.push_back({"Target", image_plane(clean, z, kPanel)});
      }
    }
  } else {
    grid.columns = 1;
  }
  const SvgPicture picture = draw_panels(grid);
  const std::string name = shortened(first.input.filename().string());
  const std::string what =
      first.target.empty() ? "An image of the training: " : "A pair of the training: ";
  return ReportFigure{what + name + (input.shape().z > 1 ? ", middle slice." : "."),
                      what + name + ".", picture.width_mm(), picture.height_mm(),
                      picture.element(what + name)};
}

std::string augmentation_text(const AugmentSet& set) {
  std::vector<std::string> items;
  if (set.flip) items.push_back("flips");
  if (set.rotate) items.push_back("quarter turns");
  const auto strength = [&](double value, const std::string& what) {
    if (value > 0)
      items.push_back(what + (value == 1 ? "" : " (strength " + fixed(value, 2) + ")"));
  };
  strength(set.turn, "turns by any angle");
  strength(set.zoom, "zoom");
  strength(set.elastic, "elastic bending");
  strength(set.intensity, "changes of brightness and contrast");
  strength(set.blur, "blur");
  strength(set.noise, "added noise");
  if (items.empty()) return "None: patches were used as they are.";
  return "Each patch was changed at random by " + listed(items, items.size()) + ".";
}

}  // namespace

std::string method_name(const ReportSources& sources) {
  return method_of(sources.model);
}

ReportSection model_section(const ReportSources& sources) {
  ReportSection section{"Model"};
  ReportTable table = facts("The network");
  table.rows.push_back({"Name", sources.name});
  table.rows.push_back({"Method", method_name(sources)});
  if (const auto& before = sources.model.before) {
    table.rows.push_back({"Images are restored first with",
                          method_of(*before) + ", “" + before_name(sources.model) + "”"});
  }
  if (sources.model.stardist) {
    table.rows.push_back({"Channels", std::to_string(sources.model.stardist->n_channel_in)});
    add_stardist(table, *sources.model.stardist);
  }
  if (sources.model.csbdeep) {
    const CsbdeepConfig& config = *sources.model.csbdeep;
    table.rows.push_back({"Channels", std::to_string(config.n_channel_in) + " in, " +
                                          std::to_string(config.n_channel_out) + " out"});
    add_csbdeep(table, config);
  }
  table.rows.push_back({"Weights", sources.model.weights.empty()
                                       ? "none yet"
                                       : sources.model.weights.filename().string()});
  section.blocks.emplace_back(std::move(table));
  return section;
}

ReportSection data_section(const ReportSources& sources) {
  ReportSection section{"Training data"};
  if (!sources.data || sources.data->images.empty()) {
    section.blocks.emplace_back(
        ReportText{"The model folder does not list the images it was trained on" +
                       std::string(sources.model.record ? "." : ": it was not trained here."),
                   Tone::kNote});
    return section;
  }
  const auto& images = sources.data->images;
  ReportTable table = facts("The images it was trained on");
  table.rows.push_back({"Folder", sources.data->folder.string()});
  const auto count = [&](TrainingRole role, const char* name) {
    if (const auto n = sources.image_count(role); n > 0) {
      table.rows.push_back({name, how_many(n, "image")});
    }
  };
  count(TrainingRole::kTraining, "To train on");
  count(TrainingRole::kValidation, "To validate with");
  count(TrainingRole::kBoth, "For both");
  count(TrainingRole::kPretraining, "Seen in an earlier training");
  std::int64_t objects = 0;
  for (const SeenImage& image : images) objects += std::max<std::int64_t>(0, image.objects);
  if (objects > 0) table.rows.push_back({"Annotated objects", grouped(objects)});
  table.rows.push_back({"Size, pixels", sizes_text(images)});
  table.rows.push_back({"Pixel type", std::string(name_of(images.front().type))});
  table.rows.push_back({"Pixel size", spacings_text(images, sources.deep())});
  if (sources.model.record && !sources.model.record->data_fingerprint.empty()) {
    table.rows.push_back({"Fingerprint of the data", sources.model.record->data_fingerprint});
  }
  section.blocks.emplace_back(std::move(table));
  if (auto example = example_pair(sources)) {
    section.blocks.emplace_back(*std::move(example));
  } else {
    section.blocks.emplace_back(
        ReportText{"No example is shown: " + example.error().what + ".", Tone::kNote});
  }
  return section;
}

ReportSection settings_section(const ReportSources& sources) {
  ReportSection section{"Settings"};
  if (!sources.config) {
    ReportTable table{"Settings of config.json", {"Key", "Value"}, {}, {false, false}};
    for (const auto& [key, value] : sources.model.config_json.items()) {
      if (!key.starts_with("train_") && !key.starts_with("n2v_")) continue;
      table.rows.push_back(
          {key, value.is_string()
                    ? value.get<std::string>()
                    : value.dump(-1, ' ', false, ordered_json::error_handler_t::replace)});
    }
    section.blocks.emplace_back(
        ReportText{"The folder has no settings of a training here; these are the ones it names.",
                   Tone::kNote});
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
    return section;
  }
  const TrainConfig& config = *sources.config;
  const TrainConfig usual = TrainConfig::defaults(config.model, config.dims, config.recipe);
  ReportTable table{"All settings of the training",
                    {"Setting", "Value", "Default", "What it is"},
                    {},
                    {false, false, false, false}};
  std::int64_t changed = 0;
  visit_settings(config, [&](const Setting& setting, const auto&) {
    const std::string value = setting_text(config, setting),
                      standard = setting_text(usual, setting);
    const bool same = value == standard;
    if (!same && setting.name != "model" && setting.name != "dims") {
      ++changed;
      table.emphasized.push_back(table.rows.size());
    }
    std::string help = setting.help;
    if (!setting.unit.empty()) help += " (" + setting.unit + ")";
    table.rows.push_back({setting.name, value, same ? "default" : standard, help});
  });
  section.blocks.emplace_back(ReportText{
      (changed == 0
           ? std::string("All settings are the defaults")
           : how_many(changed, "setting") + " of " + std::to_string(table.rows.size()) +
                 (changed == 1 ? " differs from its default" : " differ from their defaults")) +
      " of this kind of model (recipe “" + config.recipe +
      "”). Patch, batch and grid may have been fitted to data and memory before the training."});
  section.blocks.emplace_back(std::move(table));
  section.blocks.emplace_back(ReportText{"Augmentation. " + augmentation_text(config.augment)});
  return section;
}

ReportSection run_section(const ReportSources& sources) {
  ReportSection section{"Training run"};
  if (!sources.model.record || sources.model.record->program_version.empty()) {
    section.blocks.emplace_back(
        ReportText{"Nothing is recorded of the run: the model was not trained here.", Tone::kNote});
    return section;
  }
  const ModelRecord& record = *sources.model.record;
  ReportTable table = facts("How and where it was trained");
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) table.rows.push_back({name, value});
  };
  const auto number = [&](const char* key) {
    const auto found = record.more.find(key);
    return found != record.more.end() && found->is_number() ? found->get<double>() : 0;
  };
  add("Program", record.program_version.empty() ? "" : "Karyoscope " + record.program_version);
  add("LibTorch", record.torch_version);
  add("Device", record.device);
  if (sources.config) add("Arithmetic", sources.config->precision);
  add("Begun", record.started);
  add("Ended", record.finished.empty() ? "not yet, or broken off" : record.finished);
  if (record.training_seconds > 0) add("Time", duration_text(record.training_seconds));
  const auto times = sources.history.values("seconds");
  if (!times.empty()) add("Time of an epoch (median)", duration_text(median(times)));
  const auto memory = sources.history.values("memory_mib");
  if (!memory.empty()) {
    const auto text = [](double mib) { return bytes_text(mib * (1 << 20)); };
    add("Memory after an epoch (median, most)",
        text(median(memory)) + ", " + text(*std::max_element(memory.begin(), memory.end())));
  }
  if (const double bytes = number("peak_memory_bytes"); bytes > 0)
    add("Most memory", bytes_text(bytes));
  if (const double best = number("best_epoch"); best > 0 && best < 1e9) {
    add("Epoch of the weights used", std::to_string(static_cast<long long>(best)));
  }
  section.blocks.emplace_back(std::move(table));
  return section;
}

}  // namespace karyo
