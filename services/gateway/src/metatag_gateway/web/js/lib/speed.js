// How fast a job goes, from marks of "so many done at this moment". Bounded: one sample a second,
// ten minutes kept.
const KEEP = 600;
const WINDOW_MS = 60_000;

export class Speed {
  #samples = []; // { at (ms), done }

  mark(done, at = Date.now()) {
    const last = this.#samples.at(-1);
    if (last && at - last.at < 1000) {
      last.done = done;
      return;
    }
    this.#samples.push({ at, done });
    if (this.#samples.length > KEEP) this.#samples.shift();
  }

  /** Documents a minute over the last minute of marks; 0 before two marks. */
  get perMinute() {
    const last = this.#samples.at(-1);
    const first = this.#samples.find((sample) => last.at - sample.at <= WINDOW_MS);
    if (!last || !first || first === last) return 0;
    return Math.max(0, ((last.done - first.done) * 60_000) / (last.at - first.at));
  }

  /** Seconds that `open` documents will take at this speed; null when unknown. */
  remaining(open) {
    const rate = this.perMinute;
    return rate > 0 ? (open * 60) / rate : null;
  }

  /** Points of the throughput line: documents a minute in each of at most `count` equal spans. */
  line(count = 48) {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || last.at - first.at < 2000) return [];
    const span = Math.max(1000, (last.at - first.at) / count);
    const points = [];
    let before = first;
    for (const sample of this.#samples) {
      if (sample.at - before.at < span) continue;
      points.push({
        at: sample.at,
        value: Math.max(0, ((sample.done - before.done) * 60_000) / (sample.at - before.at)),
      });
      before = sample;
    }
    return points;
  }
}
