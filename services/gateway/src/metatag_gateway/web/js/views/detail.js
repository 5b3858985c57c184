// One document of history, with everything that is known of it.
import { documentDetail } from "../api.js";
import { html } from "../html.js";
import { t, word } from "../i18n.js";
import { link } from "../router.js";
import { Badge, Failure, Loading, useFetched } from "../ui/parts.js";
import { Result } from "./result.js";

export function DetailView({ id }) {
  const { data, error, again } = useFetched(() => documentDetail(id), [id]);
  return html`
    <div class="view stack loose">
      <header>
        <p class="small">
          <a href=${link("history")}>${t("nav.history")}</a>
          ${data?.job_id &&
          html`
            ${" · "}
            <a href=${link("jobs", data.job_id)}>${t("detail.job")}</a>
          `}
        </p>
        <h1>${t("detail.title")}</h1>
        ${data &&
        html`
          <p class="row small soft">
            <${Badge} status=${data.status} />
            <span>${word("source", data.file_source_type)}</span>
            <code class="wrap">${data.file_path}</code>
          </p>
        `}
      </header>
      <${Failure} error=${error} again=${again} />
      ${!data &&
      !error &&
      html`
        <${Loading} />
      `}${data &&
      html`
        <${Result} key=${data.id} answer=${data} />
      `}
    </div>
  `;
}
