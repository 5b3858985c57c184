// In which folder a chosen or dropped file lay; a dropped one does not say so itself.

const dropped = new WeakMap();

/** Note the path, within what was dropped, of a file. */
export const notePath = (file, path) => dropped.set(file, path.replace(/^\//, ""));

/** The folders above a file, with "/" between; empty where it was chosen alone. */
export function folderOf(file) {
  const path = dropped.get(file) || file.webkitRelativePath || "";
  return path.split("/").slice(0, -1).join("/");
}

/** What a batch of these files is named after: the folder that they have in common. */
export const commonFolder = (files) => {
  const tops = new Set(files.map((file) => folderOf(file).split("/")[0]));
  return tops.size === 1 ? [...tops][0] : "";
};
