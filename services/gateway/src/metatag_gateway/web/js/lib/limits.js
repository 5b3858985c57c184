// The bounds of this server, asked once: what a form should offer, and what need not be sent to be
// refused.
import { engines } from "../api.js";
import { Store } from "../store.js";

/** { max_pages, max_upload_bytes }; the published bounds until the server has told its own. */
export const limits = new Store({ max_pages: 10, max_upload_bytes: 50 * 1024 * 1024 });

let asked = null;
export function askLimits() {
  asked ??= engines().then(
    ({ max_pages, max_upload_bytes }) => limits.set({ max_pages, max_upload_bytes }),
    () => {
      asked = null;
    },
  );
}
