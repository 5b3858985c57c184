// Which view stands at which address, and what the navigation lists.
import { AccountView } from "./views/account.js";
import { AdminView } from "./views/admin.js";
import { BatchView } from "./views/batch.js";
import { DashboardView } from "./views/dashboard.js";
import { DetailView } from "./views/detail.js";
import { DocumentView } from "./views/document.js";
import { HistoryView } from "./views/history.js";
import { JobView } from "./views/job.js";
import { KeysView } from "./views/keys.js";
import { NowhereView } from "./views/nowhere.js";
import { ReviewView } from "./views/review.js";
import { TagsView } from "./views/tags.js";
import { TrashView } from "./views/trash.js";
import { VocabulariesView } from "./views/vocabularies.js";
import { WebhooksView } from "./views/webhooks.js";

export const PLACES = [
  { name: "", icon: "document", label: "nav.document", view: DocumentView },
  { name: "batch", icon: "batch", label: "nav.batch", view: BatchView },
  { name: "review", icon: "eye", label: "nav.review", view: ReviewView },
  { name: "history", icon: "history", label: "nav.history", view: HistoryView },
  { name: "tags", icon: "tags", label: "nav.tags", view: TagsView },
  {
    name: "dashboard",
    icon: "chart",
    label: "nav.dashboard",
    view: DashboardView,
  },
  {
    name: "vocabularies",
    icon: "tag",
    label: "nav.vocabularies",
    view: VocabulariesView,
  },
  {
    name: "trash",
    icon: "trash",
    label: "nav.trash",
    view: TrashView,
    apart: true,
  },
  { name: "keys", icon: "key", label: "nav.keys", view: KeysView },
  { name: "webhooks", icon: "link", label: "nav.webhooks", view: WebhooksView },
  { name: "account", icon: "user", label: "nav.account", view: AccountView },
  {
    name: "admin",
    icon: "shield",
    label: "nav.admin",
    view: AdminView,
    admin: true,
  },
];

const INNER = { jobs: ["batch", JobView], documents: ["history", DetailView] };

const NOWHERE = { name: "?", label: "no.place", view: NowhereView };

/** The place and the view for an address; an unknown one says so. */
export function viewOf({ name }) {
  const [placeName, view] = INNER[name] ?? [name];
  const place = PLACES.find((one) => one.name === placeName) ?? NOWHERE;
  return { place, view: view ?? place.view };
}
