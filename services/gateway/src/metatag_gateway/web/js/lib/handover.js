// Rows of a batch just started, kept so that its view can show titles before the first event. One
// batch, this page only.
let last = null;

export function handOver(jobId, documents, refused = []) {
  last = {
    jobId,
    refused,
    rows: documents.map((document) => ({
      title: document.title || document.file_path.split("/").pop(),
      file: document.file_path.split("/").pop(),
      status: "pending",
      tags: [],
      error: "",
      code: "",
      metadata: {},
    })),
  };
}

/** Files that were refused while this batch was sent: [{ name, error }]. */
export const refusedOf = (jobId) => (last?.jobId === jobId ? last.refused : []);

export const handedOver = (jobId) => (last?.jobId === jobId ? last.rows : null);
