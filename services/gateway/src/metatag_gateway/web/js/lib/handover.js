// Rows of a batch just started, kept so that its view can show titles before the first event. One
// batch, this page only.
let last = null;

export function handOver(jobId, documents) {
  last = {
    jobId,
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

export const handedOver = (jobId) => (last?.jobId === jobId ? last.rows : null);
