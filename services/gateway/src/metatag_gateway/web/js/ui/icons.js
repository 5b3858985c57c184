// Line icons on a grid of 24, drawn for this page. They say nothing alone: text or a label stands
// with each.
import { html } from "../html.js";

const PATHS = {
  document: "M7 3h7l5 5v13H7zM14 3v5h5M10 13h6M10 17h6",
  batch: "M4 8l8-4 8 4-8 4zM4 12l8 4 8-4M4 16l8 4 8-4",
  history: "M12 7v5l3.5 2M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4v3.5H8",
  chart: "M5 20V10M12 20V4M19 20v-7",
  tag: "M4 5h8l8 8-7 7-9-8zM8.5 9.3h.01",
  tags: "M3 6h7l7 7-6 6-8-8zM7 9.500h.01M13 5l7.500 7.500L16 17",
  key: "M8 12a4 4 0 1 0 0 8 4 4 0 0 0 0-8M10.900 13.100L20 4M16 8l3 3M13 11l2 2",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20c1-4 4-5.5 7.500-5.500s6.500 1.500 7.500 5.500",
  shield:
    "M12 3l7 3v5.500c0 4.500-3 7.600-7 9.500-4-1.900-7-5-7-9.500V6zM9 12l2.200 2.200L15.500 10",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2m0 16v2M5 5l1.400 1.400M17.700 17.700 19 19M2 12h2m16 0h2M5 19l1.400-1.400M17.700 6.300 19 5",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  upload: "M12 16V4M7 9l5-5 5 5M4 16v4h16v-4",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  stop: "M6 6h12v12H6z",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  download: "M12 4v12M7 11l5 5 5-5M4 20h16",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  pencil: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l4.500 4.500",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.500l4.500 4.500L19 7",
  alert: "M12 4l9 16H3zM12 10v4M12 17h.01",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
  minus: "M5 12h14",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5M12 8h.01",
  menu: "M4 7h16M4 12h16M4 17h16",
  retry:
    "M20 5v5h-5M4 19v-5h5M5.500 9.500A7.500 7.500 0 0 1 19 9M18.500 14.500A7.500 7.500 0 0 1 5 15",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  plus: "M12 5v14M5 12h14",
  out: "M10 4H5v16h5M14 8l4 4-4 4M8 12h10",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
};

export const Icon = ({ name, size = 20, cls = "" }) => html`
  <svg
    class=${cls}
    width=${size}
    height=${size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true">
    <path d=${PATHS[name]} />
  </svg>
`;
