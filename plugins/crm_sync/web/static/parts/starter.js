// A button that starts a run of a DAG and then tells how it goes, until it has ended.
import { h, Link, useEffect, useState } from "../lib/react.js";
import { hasEnded, readState, runAddress, startRun } from "../lib/airflow.js";
import { Badge } from "./badge.js";
import { Notice } from "./states.js";

const POLL_MS = 2000;

/**
 * Hook around one run that the user starts.
 *
 * Gives `{start(dagId, conf), run, state, error, isBusy}`; `onEnd(run, state)` is called once it has ended.
 */
export function useStarter(onEnd) {
  const [run, setRun] = useState(null);
  const [state, setState] = useState(null);
  const [error, setError] = useState(null);
  const [isSending, setIsSending] = useState(false);

  const start = async (dagId, conf) => {
    setIsSending(true);
    setError(null);
    setRun(null);
    try {
      const started = await startRun(dagId, conf);
      setState("queued");
      setRun(started);
    } catch (failure) {
      setError(failure);
    } finally {
      setIsSending(false);
    }
  };

  useEffect(() => {
    if (run === null) return undefined;
    const stop = new AbortController();
    let timer;
    const look = async () => {
      try {
        const found = await readState(run, stop.signal);
        setError(null);
        setState(found);
        if (hasEnded(found)) return onEnd?.(run, found);
      } catch (failure) {
        if (stop.signal.aborted) return undefined;
        setError(failure);
      }
      timer = setTimeout(look, POLL_MS);
      return undefined;
    };
    look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [run]);

  const isBusy = isSending || (run !== null && !hasEnded(state));
  return { error, isBusy, run, start, state };
}

/** What became of the run that was started; it speaks up when its state changes. */
export function Followed({ starter, what }) {
  const { error, run, state } = starter;
  return h(
    "div",
    { "aria-live": "polite", className: "cs-followed" },
    error && h(Notice, { icon: "cross", tone: "bad" }, h("p", null, saySo(error, what))),
    run &&
      h(
        "p",
        null,
        h(Badge, { state }),
        ` ${what}: `,
        h(Link, { to: runAddress(run.dagId, run.runId) }, run.runId),
        run.isPaused &&
          state === "queued" &&
          " – the DAG is paused, so the run waits until you switch it on.",
      ),
  );
}

function saySo(error, what) {
  if (error.status === 403) return `${what}: you have no right to start runs of this DAG.`;
  return `${what}: ${error.message}`;
}
