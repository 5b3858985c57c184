// Short messages in the corner; read aloud, gone by themselves, unless they tell of a failure.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Store, useStore } from "../store.js";
import { Icon } from "./icons.js";

const shown = new Store([]);
let last = 0;

export function toast(text, kind = "info") {
  const id = ++last;
  shown.set([...shown.value.slice(-3), { id, text, kind }]);
  if (kind !== "bad") setTimeout(() => dismiss(id), 5000);
}

const dismiss = (id) => shown.set(shown.value.filter((one) => one.id !== id));

export function Toasts() {
  const list = useStore(shown);
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${list.map(
        ({ id, text, kind }) => html`
          <div key=${id} class=${`notice ${kind}`}>
            <div class="grow">${text}</div>
            <button
              type="button"
              class="button plain slim icon"
              aria-label=${t("dismiss")}
              onClick=${() => dismiss(id)}>
              <${Icon} name="close" size=${16} />
            </button>
          </div>
        `,
      )}
    </div>
  `;
}
