// From the server's counts to the bars of the plots.

/**
 * The last `days` days, today last, as the server counts them (UTC): [{ at, value, bad, spent }].
 */
export function perDay({ processed, failed, spend }, days, now = new Date()) {
  const of = (list, field) => new Map(list.map((one) => [one.name, one[field]]));
  const good = of(processed, "count"),
    bad = of(failed, "count"),
    spent = of(spend, "cost_usd");
  return Array.from({ length: days }, (_, back) => {
    const at = new Date(
      Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - (days - 1 - back)),
    );
    const name = at.toISOString().slice(0, 10);
    // At noon, so that it is the same day wherever the reader is.
    return {
      at: `${name}T12:00:00`,
      value: good.get(name) ?? 0,
      bad: bad.get(name) ?? 0,
      spent: spent.get(name) ?? 0,
    };
  });
}

/** Ten bars of recognition confidence, 0 to 100, from counts by tenth ("90" is 90 to 100). */
export function tenths(counts) {
  const known = new Map(counts.map((one) => [Number(one.name), one.count]));
  return Array.from({ length: 10 }, (_, at) => ({
    name: `${at * 10}–${at * 10 + 10}`,
    value: known.get(at * 10) ?? 0,
  }));
}
