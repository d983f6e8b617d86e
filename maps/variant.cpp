#include "maps/variant.h"

namespace gigalane {

void for_each_field(PerturbationConfig& c, FieldVisitor& v) {
  v.value({"enabled", "", 0, 1, "draw a variant of the map for each world and episode"}, c.enabled);
  v.value({"scale", "", 0.5, 2, "range of the common scale"}, c.scale);
  v.value({"anisotropy", "", 0.5, 2, "range of the factor that stretches x and shrinks y"}, c.anisotropy);
  v.value({"shear", "", -0.5, 0.5, "range of how far x leans per metre of y"}, c.shear);
  v.value({"flip_x", "", 0, 1, "probability that the map is mirrored in x"}, c.flip_x);
  v.value({"flip_y", "", 0, 1, "probability that the map is mirrored in y"}, c.flip_y);
  v.value({"variants", "", 0, 1e6,
           "each episode takes one of this many variants, the same whatever the seed; 0: each draws its own"},
          c.variants);
}

}  // namespace gigalane
