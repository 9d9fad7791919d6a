// The pages: what each asks for, and what draws it. A page with an icon stands in the menu.

import { compare } from "./dashboard-compare.js";
import { datasets } from "./dashboard-datasets.js";
import { history } from "./dashboard-history.js";
import { lineage } from "./dashboard-lineage.js";
import { models } from "./dashboard-models.js";
import { monitoring } from "./dashboard-monitoring.js";
import { overview } from "./dashboard-overview.js";
import { predictions } from "./dashboard-predictions.js";
import { releases } from "./dashboard-releases.js";
import { runs } from "./dashboard-runs.js";

/** How often it is looked whether a page is to be asked for again. */
export const TICK = 3000;
export const PAGES = {
  overview: { title: "Overview", asks: [], lead: "Running work, waiting work, and the latest failures.", draw: overview, icon: "M2 8l6-5 6 5v6H2z" },
  datasets: { title: "Datasets", asks: ["scenario", "dataset"], lead: "Checked versions, and how their statistics moved.", draw: datasets, icon: "M2 4c0-1 3-2 6-2s6 1 6 2v8c0 1-3 2-6 2s-6-1-6-2zm0 0c0 1 3 2 6 2s6-1 6-2M2 8c0 1 3 2 6 2s6-1 6-2" },
  runs: { title: "Runs", asks: ["scenario", "run"], lead: "What trains, how far it is, and how long it takes.", draw: runs, icon: "M3 2l10 6-10 6z", every: (data) => (data.run?.open ? TICK : 0) },
  models: { title: "Models", asks: ["scenario", "version"], lead: "Candidates, curves, important inputs, and limits.", draw: models, icon: "M8 2l6 3.500v5L8 14l-6-3.500v-5zM2 5.500L8 9l6-3.500M8 9v5" },
  compare: { title: "Compare", under: "models", asks: ["scenario", "a", "b"], lead: "Two model versions beside each other, and every metric over the versions.", draw: compare },
  releases: { title: "Releases", asks: ["scenario"], lead: "What serves where, on which certificate, and how to go back.", draw: releases, icon: "M8 14V5m-4 4l4-4 4 4M3 2h10" },
  predictions: { title: "Predictions", asks: ["scenario", "window", "prediction", "entity", "before", "column"], lead: "Answers by window, a batch in detail, a sensor over time.", draw: predictions, icon: "M2 14V2m0 12h12M5 11V8m3 3V4m3 7V6" },
  monitoring: { title: "Monitoring", asks: ["scenario", "reference"], lead: "Drift, quality against late labels, breaches, and retraining.", draw: monitoring, icon: "M1 8h3l2-5 4 10 2-5h3" },
  lineage: { title: "Lineage", asks: ["scenario", "of"], lead: "From a file to a prediction, and back.", draw: lineage, icon: "M4 4h0M4 12h0M12 8h0M4 4c4 0 4 4 8 4M4 12c4 0 4-4 8-4M2.500 4a1.500 1.500 0 1 0 3 0a1.500 1.500 0 1 0-3 0M2.500 12a1.500 1.500 0 1 0 3 0a1.500 1.500 0 1 0-3 0M10.500 8a1.500 1.500 0 1 0 3 0a1.500 1.500 0 1 0-3 0" },
  history: { title: "History", asks: ["why", "only", "kind", "state", "before", "skip"], lead: "Why something did or did not happen.", draw: history, icon: "M8 14A6 6 0 1 0 2 8m0-4v4h4M8 5v3l2 2" },
};
