// Runs of DAGs through Airflow's own API: the user's own rights decide, and Airflow guards it against other sites.
import { askAirflow } from "./api.js";

const ENDED = new Set(["success", "failed"]);

/** Start a run; gives `{dagId, runId, isPaused}`. A paused DAG takes the run and does not start it. */
export async function startRun(dagId, conf) {
  const dag = await askAirflow(["dags", dagId]);
  const run = await askAirflow(["dags", dagId, "dagRuns"], { body: { conf, logical_date: null } });
  return { dagId, isPaused: dag.is_paused === true, runId: run.dag_run_id };
}

/** Ask how a run is: its state in Airflow's words. */
export async function readState({ dagId, runId }, signal) {
  const run = await askAirflow(["dags", dagId, "dagRuns", runId], { signal });
  return run.state;
}

export const hasEnded = (state) => ENDED.has(state);
export const dagAddress = (dagId) => `/dags/${encodeURIComponent(dagId)}`;
export const runAddress = (dagId, runId) => `${dagAddress(dagId)}/runs/${encodeURIComponent(runId)}`;
export const taskAddress = (dagId, runId, taskId) =>
  `${runAddress(dagId, runId)}/tasks/${encodeURIComponent(taskId)}`;
