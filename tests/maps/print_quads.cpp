// Imports a map and prints its quads for programs that compare areas: a line of eight source coordinates, and
// whether the lane is routable.
#include <cstdio>

#include "maps/map_library.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    const gigalane::CompiledMap map = gigalane::import_map(argv[1]);
    for (const gigalane::Quad& quad : map.quads) {
      for (int k = 0; k < 4; ++k)
        std::printf("%.4f %.4f ", double(quad.corner_x[k]) + map.origin_x,
                    double(quad.corner_y[k]) + map.origin_y);
      std::printf("%d\n", int(map.lanes[size_t(quad.lane)].routable));
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "print_quads: %s\n", error.what());
    return 1;
  }
  return 0;
}
