// The small parts that views are made of.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { sentence } from "../api.js";
import { html } from "../html.js";
import { t, word } from "../i18n.js";
import { Icon } from "./icons.js";
import { toast } from "./toasts.js";

export const Button = ({ icon, children, cls = "", busy, label, ...rest }) => html`
  <button
    type="button"
    ...${rest}
    class=${`button ${cls} ${icon && !children ? "icon" : ""}`}
    aria-label=${label}
    title=${label}
    aria-busy=${busy ? "true" : undefined}
    disabled=${rest.disabled || busy}>
    ${busy
      ? html`
          <${Icon} name="retry" size=${18} cls="spin" />
        `
      : icon &&
        html`
          <${Icon} name=${icon} size=${18} />
        `}${children}
  </button>
`;

/**
 * A labelled input; `children` are the options of a select, or stand under another control. Extra
 * attributes go to the control.
 */
export function Field({ label, hint, error, as = "input", wide, children, onValue, ...rest }) {
  const id = useId();
  const notes =
    [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const Control = as;
  return html`
    <div class=${`field ${wide ? "wide" : ""}`}>
      <label for=${id}>${label}</label>
      <${Control}
        id=${id}
        class="input"
        aria-describedby=${notes}
        aria-invalid=${error ? "true" : undefined}
        onInput=${(event) => onValue?.(event.currentTarget.value)}
        ...${rest}>
        ${as === "select" && children}
      <//>
      ${as !== "select" && children}
      ${hint &&
      html`
        <span class="hint" id=${`${id}-hint`}>${hint}</span>
      `}
      ${error &&
      html`
        <span class="hint bad-text row tight" id=${`${id}-error`}>
          <${Icon} name="alert" size=${16} />
          <span class="grow">${error}</span>
        </span>
      `}
    </div>
  `;
}

export function Check({ label, hint, checked, onValue }) {
  const id = useId();
  return html`
    <div class="check">
      <input
        type="checkbox"
        id=${id}
        checked=${checked}
        onChange=${(event) => onValue(event.currentTarget.checked)}
        aria-describedby=${hint ? `${id}-hint` : undefined} />
      <div>
        <label for=${id}>${label}</label>
        ${hint &&
        html`
          <div class="soft small" id=${`${id}-hint`}>${hint}</div>
        `}
      </div>
    </div>
  `;
}

export const Notice = ({ kind = "info", children, role }) => html`
  <div class=${`notice ${kind}`} role=${role}>
    <${Icon} name=${{ good: "check", info: "info" }[kind] ?? "alert"} />
    <div class="grow">${children}</div>
  </div>
`;
// Asking again gives the same answer.
const FINAL = new Set([400, 403, 404, 405, 409, 410, 413, 415, 422]);
export const Failure = ({ error, again }) =>
  error &&
  html`
    <${Notice} kind="bad" role="alert">
      <div class="row apart">
        <span>${sentence(error)}</span>
        ${again &&
        !FINAL.has(error.status) &&
        html`
          <${Button} cls="slim" icon="retry" onClick=${again}>${t("again")}<//>
        `}
      </div>
    <//>
  `;
export const Empty = ({ icon = "document", children }) => html`
  <div class="empty">
    <${Icon} name=${icon} size=${36} />
    <div>${children}</div>
  </div>
`;
export const Loading = () => html`
  <div class="empty" role="status">
    <${Icon} name="retry" cls="spin" size=${28} />
    <span>${t("loading")}</span>
  </div>
`;

const TONE = {
  completed: "good",
  success: "good",
  healthy: "good",
  processing: "info live",
  pending: "",
  paused: "warn",
  failed: "bad",
  unhealthy: "bad",
  degraded: "warn",
  doubtful: "warn",
  offline: "warn",
  reviewed: "good",
  cancelled: "warn",
};
export const Badge = ({ status }) => html`
  <span class=${`badge ${TONE[status] ?? ""}`}>${word("status", status)}</span>
`;

export function Progress({ share, bad = 0, label, busy }) {
  return html`
    <div
      class=${`bar ${busy ? "busy" : ""}`}
      role="progressbar"
      aria-label=${label}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${busy ? undefined : Math.round(share * 100)}>
      <i style=${busy ? undefined : { width: `${(share - bad) * 100}%` }}></i>
      ${bad > 0 &&
      html`
        <i class="bad" style=${{ width: `${bad * 100}%` }}></i>
      `}
    </div>
  `;
}

/** Tabs by the arrow keys; the panel under them is the caller's, with the id given. */
export function Tabs({ tabs, value, onValue, panel, label }) {
  const step = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = tabs.findIndex(([name]) => name === value);
    const next = (at + by + tabs.length) % tabs.length;
    onValue(tabs[next][0]);
    event.currentTarget.children[next].focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${label} onKeyDown=${step}>
      ${tabs.map(
        ([name, text]) => html`
          <button
            type="button"
            role="tab"
            key=${name}
            id=${`${panel}-${name}`}
            aria-selected=${name === value ? "true" : "false"}
            aria-controls=${panel}
            tabindex=${name === value ? 0 : -1}
            onClick=${() => onValue(name)}>
            ${text}
          </button>
        `,
      )}
    </div>
  `;
}

/** A question that stops everything else; Escape says no. */
export function Dialog({ title, children, onClose }) {
  const box = useRef(/** @type {any} */ (null));
  const id = useId();
  useEffect(() => {
    box.current.showModal();
  }, []);
  return html`
    <dialog ref=${box} aria-labelledby=${id} onClose=${onClose}>
      <div class="stack">
        <h2 id=${id}>${title}</h2>
        ${children}
      </div>
    </dialog>
  `;
}

/** A question with verbs on its buttons: what `yes` does, and that `no` leaves all as it is. */
export const Confirm = ({ title, text, yes, no = t("keep"), onYes, onClose }) => html`
  <${Dialog} title=${title} onClose=${onClose}>
    <p>${text}</p>
    <div class="row">
      <${Button}
        cls="bad"
        onClick=${() => {
          onClose();
          onYes();
        }}>
        ${yes}
      <//>
      <${Button} onClick=${onClose} autofocus>${no}<//>
    </div>
  <//>
`;

/**
 * Something fetched: { data, error, loading, again }. Late answers of an earlier question are
 * dropped.
 *
 * @param {() => Promise<any>} load
 * @param {any[]} asked
 * @returns {{ data?: any, error?: any, loading?: boolean, again: () => void }}
 */
export function useFetched(load, asked) {
  const [state, set] = useState(/** @type {any} */ ({ loading: true }));
  const [round, next] = useState(0);
  useEffect(() => {
    let live = true;
    set((before) => ({ ...before, loading: true }));
    load().then(
      (data) => live && set({ data }),
      (error) => live && set((before) => ({ data: before.data, error })),
    );
    return () => {
      live = false;
    };
  }, [...asked, round]);
  return { ...state, again: () => next((n) => n + 1) };
}

/**
 * An action of a button: [run, busy]. A failure becomes a toast.
 *
 * @param {(...given: any[]) => any} act
 * @returns {[(...given: any[]) => Promise<any>, boolean]}
 */
export function useAction(act) {
  const [busy, set] = useState(false);
  const run = async (...given) => {
    set(true);
    try {
      return await act(...given);
    } catch (error) {
      toast(sentence(error), "bad");
    } finally {
      set(false);
    }
  };
  return [run, busy];
}

export async function copy(text) {
  // Browsers give a clipboard to pages on https and on this machine only.
  const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
  await written.then(
    () => toast(t("copied"), "good"),
    () => toast(t("copyFailed"), "bad"),
  );
}
