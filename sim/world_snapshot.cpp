#include "sim/world_snapshot.h"

#include <algorithm>
#include <cstring>

namespace gigalane {
namespace {

// One field as bytes: where it starts, and the bytes and elements of one world.
struct Bytes {
  uint8_t* start;
  size_t element_bytes;  // of a slot, or of one light, or of the world
  size_t count;          // slots, lights or 1
  size_t stride;         // elements of one world in this view
};

std::vector<Bytes> fields_of(const WorldView& view, int world) {
  std::vector<Bytes> fields;
  WorldView copy = view;  // the list of fields visits references to pointers that may be changed
  for_each_field(copy, [&](const char*, auto& pointer, int elements, bool by_slot, int) {
    const bool by_light = !by_slot && elements == view.signal_stride && elements > 1;
    const size_t size = sizeof(*pointer), count = by_slot    ? size_t(view.agents_per_world)
                                                  : by_light ? size_t(elements)
                                                             : 1;
    const size_t bytes = by_light ? size : size * size_t(elements);
    fields.push_back(
        {reinterpret_cast<uint8_t*>(pointer) + bytes * count * size_t(world), bytes, count, count});
  });
  return fields;
}

void clear_slot(WorldView& view, int slot) {
  view.status[slot] = uint8_t(AgentStatus::absent);
  view.pose[slot] = view.previous_pose[slot] = {kFarAway, kFarAway, 1, 0};
  view.x_m[slot] = view.y_m[slot] = kFarAway;
  view.events[slot] = 0;
  view.terminated[slot] = view.truncated[slot] = view.transition[slot] = 0;
}

void copy_numbers(WorldView& to, const WorldView& from) {
  to.seed = from.seed;
  to.curriculum = from.curriculum;
}

}  // namespace

WorldSnapshot::WorldSnapshot(int agents, int signal_stride) : view_{} {
  view_.world_count = 1;
  view_.agents_per_world = agents;
  view_.signal_stride = std::max(1, signal_stride);
  size_t records = 0;
  const auto records_of = [&](size_t size, int elements, bool by_slot) {
    return (size * size_t(elements) * size_t(by_slot ? agents : 1) + sizeof(Record) - 1) / sizeof(Record);
  };
  for_each_field(view_, [&](const char*, auto& pointer, int elements, bool by_slot, int) {
    records += records_of(sizeof(*pointer), elements, by_slot);
  });
  storage_.assign(records, Record{0, 0, 0, 0});
  Record* next = storage_.data();
  for_each_field(view_, [&](const char*, auto& pointer, int elements, bool by_slot, int) {
    pointer = reinterpret_cast<std::remove_reference_t<decltype(pointer)>>(next);
    next += records_of(sizeof(*pointer), elements, by_slot);
  });
  for (int slot = 0; slot < agents; ++slot) clear_slot(view_, slot);
}

void WorldSnapshot::copy_from(const WorldView& from, int world, Device device, void* stream) {
  const auto source = fields_of(from, world), target = fields_of(view_, 0);
  for (size_t f = 0; f < source.size(); ++f) {
    const size_t count = std::min(source[f].count, target[f].count);
    copy_memory(Device::cpu, target[f].start, device, source[f].start, count * source[f].element_bytes,
                stream);
  }
  for (int slot = from.agents_per_world; slot < view_.agents_per_world; ++slot) clear_slot(view_, slot);
  view_.first_world = from.first_world + uint32_t(world);
  copy_numbers(view_, from);
}

void WorldSnapshot::copy_to(WorldView& to, int world) const {
  const auto source = fields_of(view_, 0), target = fields_of(to, world);
  for (size_t f = 0; f < source.size(); ++f)
    std::memcpy(target[f].start, source[f].start,
                std::min(source[f].count, target[f].count) * source[f].element_bytes);
  for (int slot = view_.agents_per_world; slot < to.agents_per_world; ++slot)
    clear_slot(to, world * to.agents_per_world + slot);
  to.first_world = view_.first_world - uint32_t(world);
  copy_numbers(to, view_);
}

}  // namespace gigalane
