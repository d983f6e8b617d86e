/// The viewer's colours: red, green, blue, alpha, a byte each from the lowest, as Dear ImGui and the shaders
/// have it.
#pragma once
#include <array>
#include <cstdint>

namespace gigalane::colours {

using Colour = uint32_t;

constexpr Colour rgb(uint32_t r, uint32_t g, uint32_t b, uint32_t a = 255) {
  return r | g << 8 | b << 16 | a << 24;
}
constexpr Colour with_alpha(Colour c, uint32_t a) { return (c & 0xffffffu) | a << 24; }

constexpr Colour kGround = rgb(216, 224, 206);
constexpr Colour kVerge = rgb(190, 194, 186);
constexpr Colour kAsphalt = rgb(66, 70, 77);
constexpr Colour kAsphaltRaised = rgb(80, 85, 93);  ///< upper levels
constexpr Colour kKerb = rgb(232, 233, 228);
constexpr Colour kLaneMark = rgb(240, 240, 236, 215);
constexpr Colour kCentreMark = rgb(238, 190, 74, 235);
constexpr Colour kArrow = rgb(240, 240, 236, 95);
constexpr Colour kRed = rgb(242, 66, 54), kYellow = rgb(255, 196, 38), kGreen = rgb(62, 201, 96),
                 kOff = rgb(150, 154, 160);
constexpr Colour kWhite = rgb(255, 255, 255), kInk = rgb(28, 31, 36);
constexpr Colour kSelected = rgb(255, 255, 255), kGoal = rgb(64, 196, 255), kFlash = rgb(255, 61, 61);
constexpr Colour kWreck = rgb(120, 120, 120);

/// Distinct, bright on asphalt; an agent keeps its colour.
constexpr std::array<Colour, 12> kAgents{rgb(255, 107, 94),  rgb(255, 179, 71),  rgb(255, 225, 104),
                                         rgb(142, 218, 110), rgb(64, 201, 162),  rgb(77, 196, 240),
                                         rgb(104, 149, 255), rgb(164, 128, 255), rgb(234, 124, 220),
                                         rgb(240, 240, 245), rgb(205, 164, 126), rgb(255, 150, 170)};
/// By kind of body: pedestrian, cyclist, car, truck.
constexpr std::array<Colour, 4> kKinds{rgb(255, 214, 92), rgb(120, 220, 130), rgb(88, 178, 255),
                                       rgb(255, 130, 92)};

}  // namespace gigalane::colours
