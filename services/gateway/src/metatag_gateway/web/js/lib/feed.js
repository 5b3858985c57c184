// The live job: its rows and counters, kept by the server's numbered events over a socket that may
// break at any time.
//
// Each event has a number. The feed remembers the last one it has applied and asks for what follows
// it, so a cut line,
// a sleeping laptop or a restarted server loses nothing and shows nothing twice.
import { ROOT } from "../api.js";
import { accessToken } from "../session.js";
import { Store } from "../store.js";
import { Causes } from "./causes.js";
import { Speed } from "./speed.js";

const TERMINAL = new Set(["completed", "cancelled", "failed"]);
const LAST = new Set([...TERMINAL, "error"]); // frames after which nothing comes
const SILENCE_MS = 75_000; // the server speaks every 30 s; longer silence is a dead line
const DRAW_MS = 120; // at most so often is the view told, however fast the events come

export class Feed {
  /** "connecting", "live", "lost" or "ended". */
  link = new Store("connecting");
  /** Counts up when rows or counters changed. */
  version = new Store(0);
  // By row index: { title, status, told, tags, error, code, metadata, id }.
  // `told` is what events said, and counted.
  rows = [];
  seq = 0;
  /**
   * Called with the frame of each page read; set before connecting.
   *
   * @type {?(frame: any) => void}
   */
  onPage = null;
  state = { status: "pending", total: 0, processed: 0, failed: 0 };
  speed = new Speed();
  causes = new Causes();
  message = "";
  #socket = null;
  #resumed = false;
  #closed = false;
  #tries = 0;
  #timer = 0;
  #alive = 0;
  #draw = 0;

  constructor(jobId) {
    this.jobId = jobId;
    this.wake = () => {
      if (this.link.value === "lost") {
        clearTimeout(this.#timer);
        this.connect();
      }
    };
    addEventListener("online", this.wake);
  }

  async connect() {
    if (this.#closed) return;
    let token;
    try {
      token = await accessToken();
    } catch (error) {
      return this.#again(error.status);
    }
    if (this.#closed) return;
    this.#resumed = this.seq > 0;
    const url = new URL(`api/batch/ws/${encodeURIComponent(this.jobId)}`, ROOT);
    url.protocol = url.protocol.replace("http", "ws");
    if (this.#resumed) url.searchParams.set("after", String(this.seq));
    if (this.onPage) url.searchParams.set("pages", "1");
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "auth", token }));
      this.#breathe();
    };
    socket.onmessage = ({ data }) => {
      this.#tries = 0;
      this.#breathe();
      this.apply(JSON.parse(data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
  }

  /** Take the state and size asked for outside the socket. Counters are the events' own. */
  settle(status) {
    if (this.link.value === "ended" && TERMINAL.has(this.state.status)) return;
    this.#counters({ status: status.status, total: status.total_documents ?? status.total });
    this.#changed();
  }

  get closed() {
    return this.#closed;
  }

  /** Look again, after a finished job was given new work. */
  reopen() {
    if (this.link.value !== "ended") return;
    this.link.set("connecting");
    this.connect();
  }

  close() {
    this.#closed = true;
    removeEventListener("online", this.wake);
    for (const timer of [this.#timer, this.#alive, this.#draw]) clearTimeout(timer);
    this.#socket?.close();
  }

  #breathe() {
    clearTimeout(this.#alive);
    this.#alive = setTimeout(() => this.#socket?.close(), SILENCE_MS);
  }

  #lost(code) {
    clearTimeout(this.#alive);
    if (this.#closed || this.link.value === "ended") return;
    if (code === 1008) {
      this.link.set("ended");
      return;
    }
    this.#again();
  }

  #again(status) {
    // Signed out: the page asks for a sign-in, and makes a new feed after it.
    if (status === 401) return;
    this.link.set("lost");
    const wait = Math.min(15_000, 500 * 2 ** this.#tries++) * (0.5 + Math.random());
    this.#timer = setTimeout(() => this.connect(), wait);
  }

  /** Take one frame. Frames already seen are dropped by their number. */
  apply(frame) {
    if (frame.type === "keepalive") this.seq = Math.max(this.seq, frame.seq ?? 0);
    else if (frame.seq !== undefined && frame.type !== "catchup") {
      if (frame.seq <= this.seq && !LAST.has(frame.type)) return;
      this.seq = Math.max(this.seq, frame.seq);
    }
    if (frame.type === "catchup") this.#catchUp(frame);
    else if (frame.type === "page") this.onPage?.(frame);
    else if (frame.row_id !== undefined && frame.status) this.#row(frame);
    else if (LAST.has(frame.type)) this.#end(frame);
    if (frame.status && frame.row_id === undefined)
      this.state = { ...this.state, status: frame.status };
    this.#changed();
  }

  /** @param {any} frame */
  #catchUp({ state = {}, results = [], seq }) {
    this.link.set("live");
    this.#counters({ status: state.status ?? this.state.status, total: state.total });
    // A resumed line repeats nothing: what was missed follows as events, and these count
    // themselves.
    if (this.#resumed) return;
    this.seq = seq ?? 0;
    for (const result of results) {
      this.#put(result.row_id ?? result.row_number - 1, {
        ...result,
        status: result.success ? "success" : "failed",
      });
    }
    this.#counters({ processed: state.processed_count, failed: state.failed_count });
    this.speed.mark(this.state.processed + this.state.failed);
  }

  #row(frame) {
    const before = this.rows[frame.row_id]?.told;
    this.#put(frame.row_id, frame);
    if (before !== frame.status) {
      this.#count(before, -1);
      this.#count(frame.status, 1);
    }
    if (this.state.status === "pending") this.state.status = "processing";
    this.speed.mark(this.state.processed + this.state.failed);
  }

  #count(status, by) {
    if (status === "success") this.state.processed += by;
    if (status === "failed") this.state.failed += by;
  }

  #end(frame) {
    const status = frame.type === "error" ? "failed" : frame.type;
    this.#counters({
      status,
      total: frame.total_documents,
      processed: frame.processed_count,
      failed: frame.failed_count,
    });
    this.message = frame.error ?? frame.message ?? "";
    this.link.set("ended");
  }

  #counters(given) {
    const clean = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined && value !== null),
    );
    for (const name of ["total", "processed", "failed"])
      if (name in clean) clean[name] = Number(clean[name]);
    this.state = { ...this.state, ...clean };
  }

  #put(row, given) {
    if (row > 200_000 || row < 0) return;
    const before = this.rows[row] ?? {};
    this.rows[row] = {
      title: given.title || before.title,
      status: given.status,
      told: given.status,
      tags: given.tags ?? [],
      error: given.error ?? "",
      code:
        given.error_code ?? given.code ?? (given.status === before.status ? before.code : "") ?? "",
      metadata: given.metadata ?? {},
      id: given.document_id ?? before.id,
      file: given.file_name ?? before.file ?? "",
    };
    this.causes.note(row, this.rows[row]);
  }

  /**
   * Fill in rows known from elsewhere (the list that was started, or history) without touching what
   * events said.
   */
  seed(row, given) {
    const before = this.rows[row];
    this.rows[row] = before?.told
      ? {
          ...given,
          ...before,
          id: before.id ?? given.id,
          title: before.title || given.title,
          file: before.file || given.file,
          code: before.code || given.code,
        }
      : { ...before, ...given };
    this.causes.note(row, this.rows[row]);
    this.#changed();
  }

  #changed() {
    if (this.#draw) return;
    this.#draw = setTimeout(() => {
      this.#draw = 0;
      this.version.set(this.version.value + 1);
    }, DRAW_MS);
  }
}
