/// How the fields of a world are spread over an episode log: what is stored once, once a life, and at every
/// row. Shared by the writer and the reader, and by nobody else.
#pragma once
#include <cstring>
#include <string>
#include <type_traits>

#include "base/records.h"
#include "sim/world_view.h"

namespace gigalane::episode_fields {

enum class Storage {
  episode,  ///< constant: attributes or /episode
  life,     ///< drawn at birth: a row of /lives when a life begins, or when one of them changes
  step,     ///< a row of /steps
  derived,  ///< follows from others or is scratch: not stored
};

inline Storage storage_of(const std::string& name, int use) {
  for (const char* constant : {"map", "agent_count", "episode", "variant", "variant_inverse", "signal_plan"})
    if (name == constant) return Storage::episode;
  for (const char* drawn : {"trait", "coefficient", "blind", "brake", "goal", "goal_count", "driver"})
    if (name == drawn) return Storage::life;
  if (name == "x_m" || name == "y_m" || !(use & (kStateField | kLogField | kScratchField)))
    return Storage::derived;
  return Storage::step;
}

/// The numbers that a field's elements are made of.
template <class T>
struct Components {
  using Number = T;
  static constexpr size_t count = 1;
};
template <>
struct Components<Record> {
  using Number = float;
  static constexpr size_t count = 4;
};
template <>
struct Components<Pair> {
  using Number = float;
  static constexpr size_t count = 2;
};
template <>
struct Components<Affine> {
  using Number = float;
  static constexpr size_t count = 6;
};

/// Calls visit(name, field, numbers of one slot or of the world) with `field` a pointer to the field's
/// numbers.
template <class Visit>
void for_each_stored(WorldView& view, Storage storage, Visit&& visit) {
  for_each_field(view, [&](const char* name, auto& pointer, int elements, bool by_slot, int use) {
    using C = Components<std::remove_pointer_t<std::remove_reference_t<decltype(pointer)>>>;
    if (storage_of(name, use) != storage) return;
    visit(name, reinterpret_cast<typename C::Number*>(pointer), size_t(elements) * C::count, by_slot);
  });
}

}  // namespace gigalane::episode_fields
