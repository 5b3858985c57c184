// The frame around every view: name, ways to go, language, theme, who is signed in.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { t } from "./i18n.js";
import { language, theme } from "./prefs.js";
import { link, route, scrolledBefore } from "./router.js";
import { signOut, user } from "./session.js";
import { useStore } from "./store.js";
import { Icon } from "./ui/icons.js";
import { Loading } from "./ui/parts.js";
import { Toasts } from "./ui/toasts.js";
import { PLACES, viewOf } from "./views.js";
import { ByLink, isByLink } from "./views/by-link.js";
import { SignIn } from "./views/sign-in.js";

const Mark = () => html`
  <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true">
    <rect class="mark-ground" width="32" height="32" rx="8" />
    <path class="mark-tag" d="M8 9.500h9.200L25 17.200 17.200 25 9.500 17.300z" />
    <circle class="mark-hole" cx="13.200" cy="14" r="1.900" />
  </svg>
`;

function Choices() {
  const spoken = useStore(language),
    shown = useStore(theme);
  const next = { auto: "light", light: "dark", dark: "auto" }[shown];
  return html`
    <div class="row tight choices">
      <button
        type="button"
        class="button plain slim"
        lang=${spoken === "hi" ? "en" : "hi"}
        onClick=${() => language.set(spoken === "hi" ? "en" : "hi")}>
        <${Icon} name="globe" size=${18} />
        ${spoken === "hi" ? "English" : "हिन्दी"}
      </button>
      <button
        type="button"
        class="button plain slim"
        onClick=${() => theme.set(next)}
        title=${t("theme.next", { name: t(`theme.${next}`) })}>
        <${Icon} name=${shown === "dark" ? "moon" : "sun"} size=${18} />
        ${t(`theme.${shown}`)}
      </button>
    </div>
  `;
}

function Navigation({ who, here, onGo }) {
  const places = PLACES.filter((place) => !place.admin || who.is_admin);
  return html`
    <nav aria-label=${t("nav.label")}>
      <ul class="places">
        ${places.map(
          (place) => html`
            <li key=${place.name} class=${place.apart ? "apart" : ""}>
              <a
                href=${link(place.name)}
                aria-current=${here === place.name ? "page" : undefined}
                onClick=${onGo}>
                <${Icon} name=${place.icon} />
                ${t(place.label)}
              </a>
            </li>
          `,
        )}
      </ul>
    </nav>
  `;
}

const PATIENCE_MS = 3000;
/** Scroll as far as the view was when it was left, as soon as it is long enough again. */
function scrollBackTo(y) {
  const end = performance.now() + PATIENCE_MS;
  let frame = 0;
  const step = () => {
    scrollTo(0, y);
    if (Math.abs(scrollY - y) > 2 && performance.now() < end) frame = requestAnimationFrame(step);
  };
  const stop = () => cancelAnimationFrame(frame);
  // Whoever scrolls or types meanwhile has the say.
  for (const name of ["wheel", "keydown", "pointerdown"])
    addEventListener(name, stop, { once: true, passive: true });
  step();
  return stop;
}

function Frame({ who, at }) {
  const [open, setOpen] = useState(false);
  const main = useRef(/** @type {any} */ (null));
  const { place, view: View } = viewOf(at);
  const shown = `${at.name}/${at.id}`;
  const first = useRef(true);
  useEffect(() => {
    document.title = `${t(place.label)} · metatag`;
  });
  useEffect(() => {
    if (first.current) first.current = false;
    else {
      setOpen(false);
      main.current.focus({ preventScroll: true });
      return scrollBackTo(scrolledBefore());
    }
  }, [shown]);
  return html`
    <div
      class=${`frame ${open ? "open" : ""}`}
      onKeyDown=${(event) => event.key === "Escape" && setOpen(false)}>
      <a
        class="skip"
        href="#main"
        onClick=${(event) => {
          event.preventDefault();
          main.current.focus();
        }}>
        ${t("nav.skip")}
      </a>
      <header class="side">
        <div class="side-stick">
          <div class="row apart">
            <a class="brand" href=${link("")}>
              <${Mark} />
              metatag
            </a>
            <button
              type="button"
              class="button plain icon menu"
              aria-expanded=${open ? "true" : "false"}
              aria-label=${t("nav.menu")}
              onClick=${() => setOpen(!open)}>
              <${Icon} name=${open ? "close" : "menu"} />
            </button>
          </div>
          <div class="side-rest">
            <${Navigation} who=${who} here=${place.name} onGo=${() => setOpen(false)} />
            <div class="side-end">
              <${Choices} />
              <div class="who">
                <span class="clip small soft" title=${who.email}>
                  ${who.full_name || who.email}
                </span>
                <button type="button" class="button plain slim" onClick=${signOut}>
                  <${Icon} name="out" size=${18} />
                  ${t("signOut")}
                </button>
              </div>
            </div>
          </div>
        </div>
      </header>
      <main id="main" ref=${main} tabindex="-1">
        <${View} key=${shown} id=${at.id} query=${at.query} />
      </main>
    </div>
  `;
}

export function Shell() {
  useStore(language);
  const who = useStore(user),
    at = useStore(route);
  return html`
    ${who === null
      ? html`
          <${Loading} />
        `
      : who && !isByLink(at)
        ? html`
            <${Frame} who=${who} at=${at} />
          `
        : html`
            <div class="door">
              <div class="row apart">
                <span class="brand">
                  <${Mark} />
                  metatag
                </span>
                <${Choices} />
              </div>
              <main>
                ${isByLink(at)
                  ? html`
                      <${ByLink} />
                    `
                  : html`
                      <${SignIn} />
                    `}
              </main>
            </div>
          `}
    <${Toasts} />
  `;
}
