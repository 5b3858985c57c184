// Reads single entries of a ZIP file with the browser's own inflate; enough for XLSX. Sizes are bounded while inflating.
const MOST = 200 * 1024 * 1024; // unpacked bytes of one entry; a bomb ends here

function directory(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at--) {
    if (view.getUint32(at, true) === 0x06054b50) return { count: view.getUint16(at + 10, true), start: view.getUint32(at + 16, true) };
  }
  throw new Error("not-a-zip");
}

/** The entries of a ZIP: name to a function that gives its text. Throws "not-a-zip". */
export function entries(buffer) {
  const view = new DataView(buffer);
  const found = new Map();
  let { count, start: at } = directory(view);
  while (count-- > 0 && at + 46 <= view.byteLength && view.getUint32(at, true) === 0x02014b50) {
    const [method, packed, names, extra, comment, start] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true),
      view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true), view.getUint32(at + 42, true)];
    const name = new TextDecoder().decode(new Uint8Array(buffer, at + 46, names));
    found.set(name, () => text(buffer, view, start, packed, method));
    at += 46 + names + extra + comment;
  }
  return found;
}

async function text(buffer, view, start, packed, method) {
  const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  const raw = new Blob([new Uint8Array(buffer, from, packed)]);
  if (method === 0) return raw.text();
  if (method !== 8) throw new Error("not-a-zip");
  const reader = raw.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder();
  let size = 0, out = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return out + decoder.decode();
    size += value.length;
    if (size > MOST) { await reader.cancel(); throw new Error("too-large"); }
    out += decoder.decode(value, { stream: true });
  }
}
