// One document: drop it or name its address, see its pages read, then its tags.
import { useEffect, useRef, useState } from "preact/hooks";
import { jobDocuments, processSingle } from "../api.js";
import { html } from "../html.js";
import { bytes, t } from "../i18n.js";
import { Feed } from "../lib/feed.js";
import { limits } from "../lib/limits.js";
import { explain } from "../lib/messages.js";
import { go, link, setQuery } from "../router.js";
import { useStore } from "../store.js";
import { Drop } from "../ui/drop.js";
import { FileField } from "../ui/file-field.js";
import { Button, Failure, Field, Notice, Progress, Tabs } from "../ui/parts.js";
import { toast } from "../ui/toasts.js";
import { DEFAULTS, misfit, Options, toConfig } from "./options.js";
import { Pages } from "./result-pages.js";

const idle = { step: "idle" };
const fresh = { kind: "file", file: null, url: "", exclusion: null };

function check(source) {
  if (source.kind === "url")
    return /^https?:\/\/\S+/i.test(source.url.trim()) ? null : t("single.badUrl");
  if (!source.file) return t("single.noFile");
  if (!/\.pdf$/i.test(source.file.name)) return t("single.notPdf");
  if (source.file.size === 0) return t("single.emptyFile");
  const most = limits.value.max_upload_bytes;
  return source.file.size > most
    ? t("single.tooLarge", { size: bytes(source.file.size), most: bytes(most) })
    : null;
}

function Source({ source, onSource }) {
  const set = (part) => onSource({ ...source, ...part });
  return html`
    <div class="stack">
      <${Tabs}
        label=${t("single.source")}
        panel="source"
        tabs=${[
          ["file", t("single.file")],
          ["url", t("single.url")],
        ]}
        value=${source.kind}
        onValue=${(kind) => set({ kind })} />
      <div id="source" role="tabpanel" aria-labelledby=${`source-${source.kind}`}>
        ${source.kind === "file"
          ? html`
              ${source.file &&
              html`
                <div class="picked">
                  <span class="grow clip strong" title=${source.file.name}>
                    ${source.file.name}
                  </span>
                  <span class="soft num nowrap">${bytes(source.file.size)}</span>
                  <${Button}
                    cls="plain slim"
                    icon="close"
                    label=${t("remove")}
                    onClick=${() => set({ file: null })} />
                </div>
              `}
              ${!source.file &&
              html`
                <${Drop}
                  accept=".pdf,application/pdf"
                  title=${t("single.drop")}
                  hint=${t("single.dropHint")}
                  onFiles=${([file, ...others]) => {
                    if (others.length)
                      toast(t("single.oneOnly", { name: file.name, n: others.length }), "warn");
                    set({ file });
                  }} />
              `}
            `
          : html`
              <${Field}
                label=${t("single.address")}
                type="url"
                placeholder="https://…/report.pdf"
                hint=${t("single.addressHint")}
                value=${source.url}
                onValue=${(url) => set({ url })} />
            `}
      </div>
    </div>
  `;
}

/**
 * The running document: its feed, and what the feed has told so far. Its job stands in the address,
 * so that a reload goes on watching; its result has an address of its own.
 */
function useRun(jobInAddress) {
  const [run, setRun] = useState(/** @type {any} */ (idle));
  const feed = useRef(null);
  useEffect(() => () => feed.current?.close(), []);
  const start = async (source, config) => {
    feed.current?.close();
    setRun({ step: "sending" });
    try {
      const answer = await processSingle(source, config);
      if (answer.tags) go(link("documents", answer.document_id));
      else {
        setQuery({ job: answer.job_id }, { replace: true });
        follow(answer.job_id);
      }
    } catch (error) {
      setRun({ step: "failed", error });
    }
  };
  const follow = (jobId) => {
    const live = new Feed(jobId);
    feed.current = live;
    const pages = new Map();
    let document = null;
    setRun({ step: "reading", jobId, pages: [], feed: live });
    // Set before connecting: it asks for a frame for each page read.
    live.onPage = (frame) => {
      document = frame.document_id;
      pages.set(frame.page.number, frame.page);
      setRun((now) => ({ ...now, pages: [...pages.values()].sort((a, b) => a.number - b.number) }));
    };
    live.link.watch(async (state) => {
      if (state !== "ended") return;
      const row = live.rows[0];
      try {
        if (row?.status !== "success") {
          const said = { code: row?.code, detail: row?.error || live.message };
          throw new Error(explain(said, "say.failed"));
        }
        const id = row.id ?? document ?? (await jobDocuments(jobId, 0)).documents[0].id;
        // Back leads to the empty form, not to the job once more.
        setQuery({ job: "" }, { replace: true });
        go(link("documents", id));
      } catch (error) {
        setQuery({ job: "" }, { replace: true });
        setRun({ step: "failed", error });
      }
    });
    live.connect();
  };
  const leave = () => {
    feed.current?.close();
    setQuery({ job: "" }, { replace: true });
    setRun(idle);
  };
  useEffect(() => {
    if (jobInAddress) follow(jobInAddress);
  }, []);
  return { run, start, leave };
}

function Lost({ feed }) {
  return (
    useStore(feed.link) === "lost" &&
    html`
      <${Notice} kind="warn" role="status">${t("job.lost")}<//>
    `
  );
}

function Running({ run, onLeave }) {
  return html`
    <section class="card stack" aria-live="polite">
      <div class="row apart">
        <h2>
          ${run.step === "sending"
            ? t("single.sending")
            : run.pages.length
              ? t("single.readingN", { n: run.pages.length })
              : t("single.waiting")}
        </h2>
        <${Button} cls="plain slim" onClick=${onLeave}>${t("single.leave")}<//>
      </div>
      <${Progress} busy label=${t("single.reading")} />
      ${run.feed &&
      html`
        <${Lost} feed=${run.feed} />
      `}
      ${run.pages?.length > 0 &&
      html`
        <${Pages} pages=${run.pages} />
      `}
      ${run.jobId &&
      html`
        <p class="soft small">
          ${t("single.kept")}${" "}
          <a href=${link("history")}>${t("nav.history")}</a>
        </p>
      `}
    </section>
  `;
}

export function DocumentView({ query }) {
  const [source, setSource] = useState(fresh);
  const [options, setOptions] = useState(DEFAULTS);
  const [wrong, setWrong] = useState(null);
  const { run, start, leave } = useRun(query.get("job"));
  const submit = (event) => {
    event.preventDefault();
    const problem = check(source) ?? misfit(options);
    setWrong(problem);
    if (problem) return;
    start(source, toConfig(options));
  };
  const working = run.step === "sending" || run.step === "reading";
  return html`
    <div class="view stack loose">
      <header>
        <h1>${t("single.title")}</h1>
        <p class="soft">${t("single.lead")}</p>
      </header>
      <div class="split">
        <form class="card stack" onSubmit=${submit} novalidate>
          <${Source}
            source=${source}
            onSource=${(next) => {
              setSource(next);
              setWrong(null);
            }} />
          ${wrong &&
          html`
            <${Notice} kind="bad" role="alert">${wrong}<//>
          `}
          <${Options} value=${options} onValue=${setOptions}>
            <${FileField}
              label=${t("options.excludeFile")}
              accept=".txt,.pdf"
              hint=${t("options.excludeFileHint")}
              onFile=${(exclusion) => setSource({ ...source, exclusion })} />
          <//>
          <${Button} type="submit" cls="main" icon="tag" busy=${working}>${t("single.start")}<//>
        </form>
        <div class="stack">
          ${working &&
          html`
            <${Running} run=${run} onLeave=${leave} />
          `}
          ${run.step === "failed" &&
          html`
            <${Failure} error=${run.error} />
          `}
          ${run.step === "idle" &&
          html`
            <section class="card welcome">
              <h2>${t("single.howTitle")}</h2>
              <ol class="how">
                ${[1, 2, 3].map(
                  (n) => html`
                    <li>
                      <b aria-hidden="true">${n}</b>
                      <span>${t(`single.how${n}`)}</span>
                    </li>
                  `,
                )}
              </ol>
            </section>
          `}
        </div>
      </div>
    </div>
  `;
}
