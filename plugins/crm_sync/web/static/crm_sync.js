// Airflow's UI imports this file and then takes the component from `globalThis`: under the app's name, which
// all destinations (navigation, DAG, task instance) share, or else under `AirflowPlugin`.
import { SettledPage } from "./page.js";
import { loadStyles } from "./lib/styles.js";

await loadStyles(["base.css", "parts.css", "views.css", "charts.css"]);
globalThis.AirflowPlugin = SettledPage;
globalThis["CRM Sync"] = SettledPage;
