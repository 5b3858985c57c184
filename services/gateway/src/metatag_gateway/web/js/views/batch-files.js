// The PDFs of a new batch, before they are sent.
import { html } from "../html.js";
import { bytes, t } from "../i18n.js";
import { Grid } from "../ui/grid.js";
import { Button } from "../ui/parts.js";

export function FileList({ files, onFiles }) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const cell = (row, column) => {
    const file = files[row];
    if (column === "name")
      return html`
        <span class="clip" title=${file.webkitRelativePath || file.name}>${file.name}</span>
      `;
    if (column === "size")
      return html`
        <span class="num soft">${bytes(file.size)}</span>
      `;
    return html`
      <${Button}
        cls="plain slim"
        icon="close"
        label=${t("batch.drop1", { name: file.name })}
        onClick=${() => onFiles(files.filter((_, at) => at !== row))} />
    `;
  };
  return html`
    <section class="card">
      <div class="head">
        <h2>${t("batch.files", { n: files.length })}</h2>
        <span class="soft num">${bytes(total)}</span>
      </div>
      <div class="grid-small">
        <${Grid}
          label=${t("batch.files", { n: files.length })}
          count=${files.length}
          cell=${cell}
          columns=${[
            { id: "name", name: t("file.name"), width: "minmax(0, 1fr)" },
            { id: "size", name: t("file.size"), width: "84px", cls: "end" },
            {
              id: "drop",
              name: html`
                <span class="sr">${t("remove")}</span>
              `,
              width: "44px",
            },
          ]} />
      </div>
    </section>
  `;
}
