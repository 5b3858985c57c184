// One document: drop it or name its address, see its pages read, then its tags.
import { useEffect, useRef, useState } from "preact/hooks";
import { documentDetail, processSingle } from "../api.js";
import { html } from "../html.js";
import { bytes, t } from "../i18n.js";
import { Feed } from "../lib/feed.js";
import { limits } from "../lib/limits.js";
import { link } from "../router.js";
import { useStore } from "../store.js";
import { Drop } from "../ui/drop.js";
import { Button, Failure, Field, Notice, Progress, Tabs } from "../ui/parts.js";
import { DEFAULTS, Options, toConfig } from "./options.js";
import { Pages } from "./result-pages.js";
import { Result } from "./result.js";

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
                  onFiles=${([file]) => set({ file })} />
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

/** The running document: its feed, and what the feed has told so far. */
function useRun(onDone) {
  const [run, setRun] = useState(/** @type {any} */ (idle));
  const feed = useRef(null);
  useEffect(() => () => feed.current?.close(), []);
  const start = async (source, config) => {
    feed.current?.close();
    setRun({ step: "sending" });
    try {
      const answer = await processSingle(source, config);
      if (answer.tags) {
        onDone(answer);
        setRun(idle);
        return;
      }
      follow(answer.job_id);
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
        if (row?.status !== "success")
          throw Object.assign(new Error(row?.error || live.message || t("error.unknown")), {
            status: 422,
          });
        onDone(await documentDetail(row.id ?? document));
        setRun(idle);
      } catch (error) {
        setRun({ step: "failed", error });
      }
    });
    live.connect();
  };
  const leave = () => {
    feed.current?.close();
    setRun(idle);
  };
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
          ${t(
            run.step === "sending"
              ? "single.sending"
              : run.pages.length
                ? "single.reading"
                : "single.waiting",
          )}
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

export function DocumentView() {
  const [source, setSource] = useState(fresh);
  const [options, setOptions] = useState(DEFAULTS);
  const [done, setDone] = useState(null);
  const [wrong, setWrong] = useState(null);
  const { run, start, leave } = useRun(setDone);
  const submit = (event) => {
    event.preventDefault();
    const problem = check(source);
    setWrong(problem);
    if (problem) return;
    start(source, toConfig(options));
  };
  const working = run.step === "sending" || run.step === "reading";
  if (done)
    return html`
      <div class="view stack loose">
        <header class="row apart">
          <h1>${t("single.title")}</h1>
          <${Button}
            icon="plus"
            onClick=${() => {
              setDone(null);
              setSource(fresh);
            }}>
            ${t("single.another")}
          <//>
        </header>
        <${Result} key=${done.document_id ?? done.id} answer=${done} />
      </div>
    `;
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
            <${Field}
              label=${t("options.excludeFile")}
              type="file"
              accept=".txt,.pdf"
              hint=${t("options.excludeFileHint")}
              onChange=${(event) =>
                setSource({ ...source, exclusion: event.currentTarget.files[0] ?? null })} />
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
