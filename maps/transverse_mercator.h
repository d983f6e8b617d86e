/// Latitude and longitude to metres, for maps of a few kilometres.
#pragma once
#include <cmath>

namespace gigalane {

/// Transverse Mercator on WGS84 with scale 1 on its central meridian, by Krueger's series to the third power
/// of the third flattening (under a millimetre off within 100 km): x east, y north of the origin.
class TransverseMercator {
 public:
  TransverseMercator(double latitude_deg, double longitude_deg)
      : longitude_(longitude_deg * kDegree), northing_(0) {
    northing_ = project(latitude_deg, longitude_deg).y;
  }

  struct Place {
    double x, y;
  };
  Place project(double latitude_deg, double longitude_deg) const {
    const double latitude = latitude_deg * kDegree, east = longitude_deg * kDegree - longitude_;
    const double e = 2 * std::sqrt(kN) / (1 + kN);
    const double t = std::sinh(std::atanh(std::sin(latitude)) - e * std::atanh(e * std::sin(latitude)));
    const double xi = std::atan2(t, std::cos(east)), eta = std::atanh(std::sin(east) / std::hypot(1, t));
    constexpr double n = kN, n2 = n * n, n3 = n2 * n;
    const double alpha[3] = {n / 2 - 2 * n2 / 3 + 5 * n3 / 16, 13 * n2 / 48 - 3 * n3 / 5, 61 * n3 / 240};
    double x = eta, y = xi;
    for (int k = 1; k <= 3; ++k) {
      x += alpha[k - 1] * std::cos(2 * k * xi) * std::sinh(2 * k * eta);
      y += alpha[k - 1] * std::sin(2 * k * xi) * std::cosh(2 * k * eta);
    }
    constexpr double rectifying_radius = kEquatorM / (1 + n) * (1 + n2 / 4 + n2 * n2 / 64);
    return {rectifying_radius * x, rectifying_radius * y - northing_};
  }

 private:
  static constexpr double kDegree = 3.14159265358979323846 / 180;
  static constexpr double kEquatorM = 6378137, kFlattening = 1 / 298.257223563;  // WGS84
  static constexpr double kN = kFlattening / (2 - kFlattening);
  double longitude_, northing_;
};

}  // namespace gigalane
