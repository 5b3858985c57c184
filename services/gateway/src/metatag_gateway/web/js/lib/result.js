// One shape for what came out of a document, whether the answer of a single call or a page of
// history said it.

import { nameOf, placeOf } from "./records.js";

const seconds = (ms) => (ms === undefined || ms === null ? null : ms / 1000);

export function toResult(answer) {
  const metadata = answer.processing_metadata ?? {};
  const pick = (name) => answer[name] ?? metadata[name] ?? null;
  const details = pick("tag_details");
  const usage = pick("usage");
  return {
    id: answer.document_id ?? answer.id ?? null,
    jobId: answer.job_id ?? null,
    title: answer.document_title ?? nameOf(answer),
    file: placeOf(answer),
    path: answer.file_path ?? "",
    source: answer.file_source_type ?? "",
    status: answer.status ?? "success",
    code: answer.error_code ?? answer.code ?? "",
    error: answer.error_message ?? answer.error ?? "",
    tags: details?.length
      ? details
      : (answer.tags ?? []).map((tag) => ({ tag, score: null, source: "" })),
    pages: pick("pages") ?? [],
    pageCount: pick("pages_total") ?? pick("page_count"),
    pagesRead: pick("pages_read") ?? pick("pages")?.length ?? 0,
    needsReview: pick("needs_review") ?? answer.metadata?.needs_review ?? false,
    reviewed: answer.reviewed ?? false,
    facets: answer.facets ?? [],
    text: answer.extracted_text ?? answer.extracted_text_preview ?? "",
    method: pick("extraction_method"),
    scanned: pick("is_scanned"),
    confidence: pick("ocr_confidence"),
    language: pick("language"),
    tagger: pick("tagger"),
    model: pick("model_name"),
    degraded: pick("degraded"),
    degradedReason: pick("degraded_reason"),
    vocabulary: pick("vocabulary"),
    usage,
    cost: usage?.cost_usd ?? (usage ? null : 0),
    seconds: answer.processing_time ?? metadata.processing_time ?? seconds(metadata.total_ms),
    processedAt: answer.processed_at ?? null,
    size: answer.file_size ?? null,
  };
}

/** The text cut into pages where it carries form feeds; otherwise one piece. */
export const textPages = (text) => (text.includes("\f") ? text.split("\f") : [text]);
