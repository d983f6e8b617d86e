/// The random affine map of a world's roads for an episode: ranges, and the draw.
#pragma once
#include "base/config.h"
#include "base/host_device.h"
#include "base/philox.h"
#include "maps/affine.h"

namespace gigalane {

/// Ranges of the perturbation. Scale and anisotropy stretch the axes, shear leans them, flips mirror them.
struct PerturbationConfig {
  bool enabled = true;
  Interval scale{0.9f, 1.25f};
  Interval anisotropy{0.95f, 1.05f};
  Interval shear{-0.1f, 0.1f};
  float flip_x = 0.5f, flip_y = 0.5f;  ///< probabilities
  int variants = 0;  ///< a list of this many, whatever the seed, that episodes take theirs from; 0: no list

  /// The map as it is.
  static PerturbationConfig identity() {
    PerturbationConfig config;
    config.enabled = false;
    return config;
  }
};
void for_each_field(PerturbationConfig& config, FieldVisitor& visitor);

/// Draws a variant; takes five numbers from `random`, whether or not it is enabled:
///   A = flip * [1 shear; 0 1] * diag(scale * anisotropy, scale / anisotropy), without translation,
/// so that the determinant is +-scale^2. Identity if not enabled.
HOST_DEVICE Affine draw_variant(const PerturbationConfig& config, KeyedRandom& random) {
  const float scale = random.uniform(config.scale.low, config.scale.high);
  const float anisotropy = random.uniform(config.anisotropy.low, config.anisotropy.high);
  const float shear = random.uniform(config.shear.low, config.shear.high);
  const float mirror_x = random.chance(config.flip_x) ? -1.0f : 1.0f;
  const float mirror_y = random.chance(config.flip_y) ? -1.0f : 1.0f;
  Affine variant;
  if (!config.enabled) return variant;
  variant.xx = mirror_x * (scale * anisotropy);
  variant.xy = mirror_x * (shear * (scale / anisotropy));
  variant.yy = mirror_y * (scale / anisotropy);
  return variant;
}

}  // namespace gigalane
