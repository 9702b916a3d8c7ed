#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "models/io/keras_layout.h"

namespace karyo {
namespace {

const char* const kFix =
    "Use the config.json that was saved with these weights; depth, filters, grid, rays, channels "
    "and classes have to be the same.";

/// Number of a layer that Keras named: "conv2d" 0, "conv2d_7" 7; nothing for other names.
std::optional<int> number_in(const std::string& name, const std::string& type) {
  if (!name.starts_with(type)) return std::nullopt;
  if (name.size() == type.size()) return 0;
  if (name[type.size()] != '_') return std::nullopt;
  int number = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + type.size() + 1, end, number);
  if (error != std::errc{} || stop != end || number < 0) return std::nullopt;
  return number;
}

/// For every layer of the layout with weights the index of the file's layer, as names tell; the
/// name of the first layer without partner otherwise.
struct ByName {
  std::vector<std::size_t> indices;
  std::string missing;
};

ByName pair_by_name(const std::vector<const LayoutLayer*>& wanted,
                    const std::vector<KerasLayer>& found) {
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < found.size(); ++i) by_name[found[i].name] = i;
  std::map<std::string, std::vector<std::pair<int, std::size_t>>> by_type;
  for (const auto* layer : wanted) {
    if (layer->auto_index < 0 || by_type.contains(layer->type)) continue;
    auto& numbered = by_type[layer->type];
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (const auto number = number_in(found[i].name, layer->type))
        numbered.push_back({*number, i});
    }
    std::ranges::sort(numbered);
  }
  ByName pairs;
  for (const auto* layer : wanted) {
    if (layer->auto_index >= 0) {
      const auto& numbered = by_type[layer->type];
      const auto rank = static_cast<std::size_t>(layer->auto_index);
      if (rank < numbered.size()) {
        pairs.indices.push_back(numbered[rank].second);
        continue;
      }
    } else if (const auto entry = by_name.find(layer->name); entry != by_name.end()) {
      pairs.indices.push_back(entry->second);
      continue;
    }
    pairs.missing = layer->name;
    break;
  }
  return pairs;
}

/// The file's weights of one layer in layout order, shapes checked.
Result<std::vector<NamedArray>> take_weights(const LayoutLayer& wanted, KerasLayer& found,
                                             const std::string& name) {
  const auto layer_text = [&] {
    std::string text = name + ": layer \"" + wanted.name + '"';
    if (found.name != wanted.name) text += " (\"" + found.name + "\" in the file)";
    return text;
  };
  if (found.weights.size() != wanted.weights.size()) {
    return Error(ErrorCode::kBadFile,
                 layer_text() + " has " + std::to_string(found.weights.size()) +
                     " arrays; the settings ask for " + std::to_string(wanted.weights.size()),
                 kFix);
  }
  std::vector<NamedArray> taken;
  for (std::size_t i = 0; i < wanted.weights.size(); ++i) {
    const auto& shape = wanted.weights[i];
    auto match = std::ranges::find(found.weights, shape.name, &NamedArray::name);
    if (match == found.weights.end()) match = found.weights.begin() + static_cast<long>(i);
    if (match->shape != shape.shape) {
      return Error(ErrorCode::kBadFile,
                   layer_text() + " has " + shape.name + " " + shape_text(match->shape) +
                       "; the settings ask for " + shape_text(shape.shape),
                   kFix);
    }
    // Copied, not moved: odd names could make two roles point at one array.
    taken.push_back({shape.name, match->shape, match->values});
  }
  return taken;
}

}  // namespace

Result<std::vector<KerasLayer>> match_layers(const std::vector<LayoutLayer>& layout,
                                             std::vector<KerasLayer> file_layers,
                                             const std::string& name) {
  std::erase_if(file_layers, [](const KerasLayer& layer) { return layer.weights.empty(); });
  std::vector<const LayoutLayer*> wanted;
  for (const auto& layer : layout) {
    if (!layer.weights.empty()) wanted.push_back(&layer);
  }
  if (file_layers.size() != wanted.size()) {
    const auto pairs = pair_by_name(wanted, file_layers);
    return Error(ErrorCode::kBadFile,
                 name + " has " + std::to_string(file_layers.size()) +
                     " layers with weights; the settings ask for " + std::to_string(wanted.size()) +
                     (pairs.missing.empty() ? "" : " (\"" + pairs.missing + "\" is not there)"),
                 kFix);
  }
  auto pairs = pair_by_name(wanted, file_layers);
  if (!pairs.missing.empty()) {
    pairs.indices.resize(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) pairs.indices[i] = i;
  }
  std::vector<KerasLayer> matched;
  std::size_t next = 0;
  for (const auto& layer : layout) {
    matched.push_back({layer.name, {}});
    if (layer.weights.empty()) continue;
    KARYO_TRY(matched.back().weights,
              take_weights(layer, file_layers[pairs.indices[next++]], name));
  }
  return matched;
}

}  // namespace karyo
