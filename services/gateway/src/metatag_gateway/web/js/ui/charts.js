// Plots as plain SVG, with the same figures as a table for whoever cannot or does not want to see
// them.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { number, t } from "../i18n.js";

/** The width that a plot may fill, in pixels: letters keep their size on every screen. */
function useWidth(first) {
  const box = useRef(/** @type {any} */ (null));
  const [width, set] = useState(first);
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) =>
      set(Math.max(220, Math.round(entry.contentRect.width))),
    );
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  return [box, width];
}

const Figures = ({ label, head, rows, digits = 1 }) => html`
  <details class="more">
    <summary class="small">${t("chart.figures")}</summary>
    <div class="scroll">
      <table class="plate" aria-label=${label}>
        <thead>
          <tr>
            ${head.map(
              (text) => html`
                <th>${text}</th>
              `,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) => html`
              <tr>
                ${row.map(
                  (value) => html`
                    <td class="num">
                      ${typeof value === "number" ? number(value, digits) : value}
                    </td>
                  `,
                )}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  </details>
`;

/** A line over time; `points`: [{ value }]. `quiet` leaves out axis and table. */
export function Line({ points, label, height = 120, unit = "" }) {
  const [box, width] = useWidth(640);
  if (points.length < 2)
    return html`
      <div ref=${box}><p class="soft small">${t("chart.wait")}</p></div>
    `;
  const most = Math.max(...points.map((point) => point.value), 1);
  const x = (at) => 40 + (at * (width - 48)) / (points.length - 1);
  const y = (value) => height - 14 - (value * (height - 28)) / most;
  const path = points
    .map((point, at) => `${at ? "L" : "M"}${x(at).toFixed(1)} ${y(point.value).toFixed(1)}`)
    .join("");
  return html`
    <div ref=${box}>
      <svg
        class="chart"
        viewBox=${`0 0 ${width} ${height}`}
        role="img"
        aria-label=${`${label}: ${number(points.at(-1).value, 1)} ${unit}`}>
        <line class="axis" x1="40" x2=${width - 8} y1=${y(0)} y2=${y(0)} />
        <line class="axis" x1="40" x2=${width - 8} y1=${y(most)} y2=${y(most)} />
        <text x="34" y=${y(most) + 4} text-anchor="end">${number(most, most < 10 ? 1 : 0)}</text>
        <text x="34" y=${y(0) + 4} text-anchor="end">0</text>
        <path class="area" d=${`${path}L${x(points.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z`} />
        <path class="line" d=${path} />
      </svg>
    </div>
  `;
}

/** Upright bars, one or two values each; `bars`: [{ name, value, bad }]. */
export function Bars({ bars, label, names, height = 200, digits = 0 }) {
  const [box, width] = useWidth(640);
  const top = Math.max(...bars.map((bar) => bar.value + (bar.bad ?? 0)));
  const most = digits ? top || 1 : Math.max(top, 1);
  const step = (width - 48) / bars.length;
  const tall = (value) => (value * (height - 44)) / most;
  const every = Math.ceil((bars.length * 52) / (width - 48));
  return html`
    <figure class="stack tight figure" ref=${box}>
      <svg class="chart" viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${label}>
        <line class="axis" x1="40" x2=${width - 8} y1=${height - 24} y2=${height - 24} />
        <text x="34" y="24" text-anchor="end">${number(most, digits)}</text>
        <text x="34" y=${height - 20} text-anchor="end">0</text>
        ${bars.map(
          (bar, at) => html`
            <g key=${bar.name}>
              <title>
                ${`${bar.name}: ${number(bar.value, digits)}${bar.bad ? ` / ${number(bar.bad)}` : ""}`}
              </title>
              <rect
                class="bar1"
                x=${40 + at * step + step * 0.14}
                width=${step * 0.72}
                y=${height - 24 - tall(bar.value)}
                height=${tall(bar.value)}
                rx="2" />
              ${bar.bad > 0 &&
              html`
                <rect
                  class="bar2"
                  x=${40 + at * step + step * 0.14}
                  width=${step * 0.72}
                  y=${height - 24 - tall(bar.value + bar.bad)}
                  height=${tall(bar.bad)}
                  rx="2" />
              `}
              ${at % every === 0 &&
              html`
                <text x=${40 + (at + 0.5) * step} y=${height - 8} text-anchor="middle">
                  ${bar.name}
                </text>
              `}
            </g>
          `,
        )}
      </svg>
      <${Figures}
        label=${label}
        head=${names}
        digits=${Math.max(1, digits)}
        rows=${bars.map((bar) => [
          bar.name,
          bar.value,
          ...(names.length > 2 ? [bar.bad ?? 0] : []),
        ])} />
    </figure>
  `;
}

/** Lying bars with their names written out; good for words. */
export function Words({ rows, bad }) {
  const most = Math.max(...rows.map((row) => row.value), 1);
  return html`
    <ul class="hbars">
      ${rows.map(
        (row) => html`
          <li key=${row.name}>
            <div class="row apart small">
              <span class="grow">${row.name}</span>
              <span class="num strong">${row.text ?? number(row.value)}</span>
            </div>
            <div class="track" aria-hidden="true">
              <i class=${bad ? "bad" : ""} style=${{ width: `${(row.value * 100) / most}%` }}></i>
            </div>
          </li>
        `,
      )}
    </ul>
  `;
}
