// Starts the page: the session first, then the frame with the view that the address names.
import { render } from "preact";
import { html } from "./html.js";
import { begin } from "./session.js";
import { Shell } from "./shell.js";

render(
  html`
    <${Shell} />
  `,
  document.getElementById("app"),
);
begin();
