// The way through a long list, a part at a time.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Button } from "./parts.js";

/** Where one is in a long list, and the ways to what stands before and after. */
export function Pager({ offset, size, shown, total, exact = true, onOffset }) {
  if (total <= size && offset === 0) return null;
  return html`
    <div class="row apart">
      <span class="small soft num">
        ${t(exact ? "history.range" : "history.rangeMore", {
          from: shown ? offset + 1 : offset,
          to: offset + shown,
          all: total,
        })}
      </span>
      <div class="row">
        <${Button}
          cls="slim"
          icon="left"
          label=${t("history.newer")}
          disabled=${offset === 0}
          onClick=${() => onOffset(Math.max(0, offset - size))} />
        <${Button}
          cls="slim"
          icon="right"
          label=${t("history.older")}
          disabled=${exact ? offset + size >= total : shown < size}
          onClick=${() => onOffset(offset + size)} />
      </div>
    </div>
  `;
}
