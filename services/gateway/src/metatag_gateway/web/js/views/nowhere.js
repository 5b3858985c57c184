// An address of the page at which nothing stands.
import { html } from "../html.js";
import { t } from "../i18n.js";
import { link } from "../router.js";
import { Empty } from "../ui/parts.js";

export const NowhereView = () => html`
  <div class="view stack loose">
    <header><h1>${t("no.place")}</h1></header>
    <section class="card">
      <${Empty} icon="alert">
        <p>${t("no.placeText")}</p>
        <p><a href=${link("")}>${t("no.back")}</a></p>
      <//>
    </section>
  </div>
`;
