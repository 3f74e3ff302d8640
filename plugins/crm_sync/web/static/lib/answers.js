// Hooks that keep an answer of the API, and ask again in a rhythm.
import { useCallback, useEffect, useState } from "./react.js";
import { ask } from "./api.js";

const NOTHING = { data: null, error: null, isLoading: true };

/**
 * Ask the plugin's API, and again every `everyMs` (0: never) while the tab is seen and the answer `isLive`.
 *
 * An answer stays when a later question fails, so that figures do not vanish with one lost packet; `error` tells.
 */
export function useAnswer(path, { search = {}, everyMs = 0, isLive = () => true } = {}) {
  const key = JSON.stringify([path, search]);
  const [state, setState] = useState({ ...NOTHING, key });
  const [round, setRound] = useState(0);

  useEffect(() => {
    const stop = new AbortController();
    let timer;
    let isFirst = true;
    const again = () => {
      if (!stop.signal.aborted && everyMs > 0) timer = setTimeout(run, everyMs);
    };
    const run = async () => {
      if (document.hidden && !isFirst) return again();
      isFirst = false;
      try {
        const data = await ask(path, { search, signal: stop.signal });
        if (stop.signal.aborted) return undefined;
        setState({ data, error: null, isLoading: false, key });
        if (!isLive(data)) return undefined;
      } catch (error) {
        if (stop.signal.aborted) return undefined;
        setState((old) => ({ data: old.key === key ? old.data : null, error, isLoading: false, key }));
      }
      return again();
    };
    run();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, round, everyMs]);

  const reload = useCallback(() => setRound((old) => old + 1), []);
  return { ...(state.key === key ? state : NOTHING), reload };
}
