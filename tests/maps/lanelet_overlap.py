"""Drivable areas against an independent Lanelet2 conversion of CARLA's towns (torchdrivesim 0.2.3, from PyPI).

For each town: the area of our map made from OpenDRIVE against theirs, and our import of their Lanelet2 file
against theirs, as intersection over union, by shapely. Their files are not part of this repository:
`scripts/setup --test-maps` fetches the wheel; without it, or without shapely, the test is skipped.

    lanelet_overlap.py PRINT_QUADS WHEEL
"""
import math
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile

SKIPPED = 77
LEAST_OVERLAP = 0.99
LEAST_SAME = 0.999  # our import of their own file
SCALE = 1.00098  # their files are that much too small, the same in both directions and in every town
EQUATOR_M, FLATTENING = 6378137.0, 1 / 298.257223563  # WGS84, as their projection at latitude 0

try:
    import numpy
    import shapely
except ImportError as error:
    print(f"skipped: {error.name} is absent, run scripts/setup")
    sys.exit(SKIPPED)


def place(node):
    """x east, y north of (0, 0); at the equator a degree of latitude is shorter."""
    e2 = FLATTENING * (2 - FLATTENING)
    return (EQUATOR_M * math.radians(float(node.get("lon"))),
            EQUATOR_M * (1 - e2) * math.radians(float(node.get("lat"))))


def their_area(text):
    root = ElementTree.fromstring(text)
    nodes = {node.get("id"): place(node) for node in root.iter("node")}
    ways = {way.get("id"): [nodes[nd.get("ref")] for nd in way.iter("nd")] for way in root.iter("way")}
    strips = []
    for relation in root.iter("relation"):
        bounds = {member.get("role"): ways[member.get("ref")] for member in relation.iter("member")
                  if member.get("role") in ("left", "right")}
        if len(bounds) != 2:
            continue
        strips += strip(bounds["left"], bounds["right"])
    return shapely.union_all(shapely.make_valid(numpy.array(strips)))


def strip(left, right):
    """Quads between the corners of two bounds, so that a strip that bends back is no broken polygon."""
    if len(left) != len(right):
        return [shapely.Polygon(left + right[::-1])]
    return [shapely.Polygon([left[k], left[k + 1], right[k + 1], right[k]]) for k in range(len(left) - 1)]


def our_area(program, path, routable_only):
    printed = subprocess.run([program, str(path)], check=True, stdout=subprocess.PIPE).stdout
    rows = numpy.array(printed.split(), dtype=float).reshape(-1, 9)
    if routable_only:
        rows = rows[rows[:, 8] != 0]
    return shapely.union_all(shapely.make_valid(shapely.polygons(rows[:, :8].reshape(-1, 4, 2))))


def overlap(a, b):
    return a.intersection(b).area / a.union(b).area


def main():
    program, wheel = sys.argv[1], pathlib.Path(sys.argv[2])
    if not wheel.is_file():
        print(f"skipped: no {wheel}, run scripts/setup --test-maps")
        sys.exit(SKIPPED)
    failures = []
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        for town, without_bidirectional in (("Town01", False), ("Town02", False), ("Town03", True)):
            name = f"torchdrivesim/resources/maps/carla_{town}/carla_{town}.osm"
            source = pathlib.Path(folder) / f"{town}.osm"
            source.write_bytes(archive.read(name))
            theirs = their_area(source.read_bytes())
            flipped = shapely.transform(theirs, lambda p: p * (SCALE, -SCALE))  # theirs is left-handed
            for made_from, least, area in (
                    (source, LEAST_SAME, theirs),
                    (f".deps/maps/{town}.xodr.gz", LEAST_OVERLAP, flipped)):
                ours = our_area(program, made_from, without_bidirectional and made_from != source)
                share = overlap(ours, area)
                print(f"{town} from {pathlib.Path(made_from).name}: overlap {share:.5f}, expected {least}")
                if not share >= least:
                    failures.append(town)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
