// A table of any length that draws only the rows in sight. Rows have one height, so nothing is
// measured while scrolling.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";

const BEYOND = 8; // rows drawn above and below the window

/**
 * `columns`: [{ id, name, width, cls }]; `cell(row, column)` gives content; `count` rows of
 * `height` px.
 */
export function Grid({ label, columns, count, height = 44, cell, empty }) {
  const box = useRef(/** @type {any} */ (null));
  const [span, setSpan] = useState({ from: 0, to: 40 });
  const measure = () => {
    if (!box.current) return;
    const { scrollTop, clientHeight } = box.current;
    const from = Math.max(0, Math.floor(scrollTop / height) - BEYOND);
    const to = Math.ceil((scrollTop + clientHeight) / height) + BEYOND;
    setSpan((before) => (before.from === from && before.to === to ? before : { from, to }));
  };
  useEffect(() => {
    const watcher = new ResizeObserver(measure);
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  const template = { gridTemplateColumns: columns.map((column) => column.width).join(" ") };
  // Rows that leave above come again below: elements are used anew, not made anew.
  const pool = span.to - span.from + 2;
  const rows = [];
  for (let row = span.from; row < Math.min(span.to, count); row++) {
    rows.push(html`
      <div
        role="row"
        class="grid-row"
        key=${row % pool}
        aria-rowindex=${row + 2}
        style=${{ ...template, transform: `translateY(${row * height}px)`, height: `${height}px` }}>
        ${columns.map(
          (column) => html`
            <div role="cell" class=${column.cls ?? ""} key=${column.id}>
              ${cell(row, column.id)}
            </div>
          `,
        )}
      </div>
    `);
  }
  return html`
    <div class="grid" role="table" aria-label=${label} aria-rowcount=${count + 1}>
      <div role="rowgroup">
        <div role="row" class="grid-head" aria-rowindex="1" style=${template}>
          ${columns.map(
            (column) => html`
              <div role="columnheader" key=${column.id} class=${column.cls ?? ""}>
                ${column.name}
              </div>
            `,
          )}
        </div>
      </div>
      <div
        role="rowgroup"
        class="grid-body"
        ref=${box}
        onScroll=${measure}
        tabindex="0"
        style=${{ "--rows": `${Math.max(count, 4) * height}px` }}
        aria-label=${label}>
        <div class="grid-space" role="presentation" style=${{ height: `${count * height}px` }}>
          ${rows}
        </div>
        ${count === 0 && empty}
      </div>
    </div>
  `;
}
