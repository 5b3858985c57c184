"""Where a picture lies on its page: the way back through turns, levelling and cuts, for the boxes of its words."""

from __future__ import annotations

from dataclasses import dataclass

# Left, top, width and height as shares of a picture, origin at the top left.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """An affine map from a picture's shares (u, v) to those of the page as it is drawn, origins at the top left.

    x = left + xu * u + xv * v, y = top + yu * u + yv * v.
    """

    left: float = 0.0
    top: float = 0.0
    xu: float = 1.0
    xv: float = 0.0
    yu: float = 0.0
    yv: float = 1.0

    def point(self, u: float, v: float) -> tuple[float, float]:
        """Return a point of the picture on the page."""
        return self.left + self.xu * u + self.xv * v, self.top + self.yu * u + self.yv * v

    def box(self, box: Box) -> Box:
        """Return a box of the picture on the page: its middle as the map has it, its sides along the page's."""
        left, top, width, height = box
        x, y = self.point(left + width / 2, top + height / 2)
        if abs(self.xu) >= abs(self.xv):
            across, down = width * abs(self.xu), height * abs(self.yv)
        else:
            across, down = height * abs(self.xv), width * abs(self.yu)
        return x - across / 2, y - down / 2, across, down

    def within(self, inner: Place) -> Place:
        """Return the map of a picture that `inner` places on this one."""
        left, top = self.point(inner.left, inner.top)
        return Place(
            left,
            top,
            self.xu * inner.xu + self.xv * inner.yu,
            self.xu * inner.xv + self.xv * inner.yv,
            self.yu * inner.xu + self.yv * inner.yu,
            self.yu * inner.xv + self.yv * inner.yv,
        )

    def turned(self, degrees: int) -> Place:
        """Return the map of this picture after a turn clockwise by a multiple of 90 degrees."""
        return self.within(_TURNED[degrees % 360])

    def part(self, box: Box) -> Place:
        """Return the map of a part that was cut out."""
        left, top, width, height = box
        return self.within(Place(left, top, width, 0.0, 0.0, height))

    def slanted(self, slope: float, size: tuple[int, int], border: tuple[int, int]) -> Place:
        """Return the map of this picture made level.

        `size` is its width and height in pixels, `border` what was put around them left and right, above and below.
        Its columns were slanted by `slope`, then its rows by the opposite, both around the middle.
        """
        width, height = size
        across, down = border
        whole_width, whole_height = width + 2 * across, height + 2 * down
        # In pixels: x' = x - slope * (y - middle), y' = y + slope * (x' - middle).
        start_x, start_y = slope * whole_height / 2, slope * (slope * whole_height / 2 - whole_width / 2)
        return self.within(
            Place(
                (start_x - across) / width,
                (start_y - down) / height,
                whole_width / width,
                -slope * whole_height / width,
                slope * whole_width / height,
                (1 - slope * slope) * whole_height / height,
            )
        )


WHOLE_PAGE = Place()
# From a picture's shares after a turn clockwise to those before.
_TURNED = {
    0: WHOLE_PAGE,
    90: Place(0.0, 1.0, 0.0, 1.0, -1.0, 0.0),
    180: Place(1.0, 1.0, -1.0, 0.0, 0.0, -1.0),
    270: Place(1.0, 0.0, 0.0, -1.0, 1.0, 0.0),
}
