// The page: which view an address means, and what is shown if a view breaks.
import { Component, h, useEffect, useLocation, useNavigate, useState } from "./lib/react.js";
import { parseHash } from "./lib/address.js";
import { Notice } from "./parts/states.js";
import { Menu } from "./parts/menu.js";
import { Budgets } from "./views/budgets.js";
import { Compare } from "./views/compare.js";
import { Entity } from "./views/entity.js";
import { Overview } from "./views/overview.js";
import { Rejected } from "./views/rejected.js";
import { AirflowRun, Run } from "./views/run.js";
import { Unknown } from "./views/unknown.js";

const VIEWS = {
  "": Overview,
  budgets: Budgets,
  compare: Compare,
  entity: Entity,
  rejected: Rejected,
  run: Run,
  "airflow-run": AirflowRun,
};
/** How many names each view needs. */
const NAMES = { compare: 2, entity: 2, run: 1, "airflow-run": 3 };
const PREFIX = "crm_sync_";

const WAIT_MS = 200;
let isSettled = false;

/**
 * Airflow shows a component that it has just loaded in another way than later on, and so builds it anew at the first
 * step to another address: focus and input would be lost. This takes that step before there is anything to lose.
 */
export function SettledPage(props) {
  const navigate = useNavigate();
  const location = useLocation();
  const [isReady, setIsReady] = useState(isSettled);
  useEffect(() => {
    if (isSettled) return undefined;
    isSettled = true;
    navigate(location, { replace: true });
    const timer = setTimeout(() => setIsReady(true), WAIT_MS);
    return () => clearTimeout(timer);
  }, []);
  return isReady ? h(Page, props) : null;
}

/** Airflow gives what its own address names: of a DAG's tab the DAG, of a task's tab also run and task. */
function Page({ dagId, runId, taskId }) {
  const { hash } = useLocation();
  const own = hash ? parseHash(hash) : findStart({ dagId, runId, taskId });
  const { view, names, search } = own;
  const View = names.length < (NAMES[view] ?? 0) ? Unknown : (VIEWS[view] ?? Unknown);
  const crm = dagId?.startsWith(PREFIX) ? dagId.slice(PREFIX.length) : null;
  return h(
    "main",
    { className: "crm-sync", "data-view": view || "overview" },
    h(
      "div",
      { className: "cs-page" },
      h(Menu, { view }),
      h(Fence, { key: [view, ...names].join("/") }, h(View, { crm, names, search })),
    ),
  );
}

function findStart({ dagId, runId, taskId }) {
  const entity = taskId?.includes(".") ? taskId.split(".")[0] : null;
  const names = dagId && runId && entity ? [dagId, runId, entity] : [];
  return { names, search: new URLSearchParams(), view: names.length > 0 ? "airflow-run" : "" };
}

/** Keeps a fault of one view from taking Airflow's whole page away. */
class Fence extends Component {
  constructor(props) {
    super(props);
    this.state = { error: null };
  }

  static getDerivedStateFromError(error) {
    return { error };
  }

  render() {
    if (this.state.error === null) return this.props.children;
    return h(
      Notice,
      { icon: "cross", isUrgent: true, tone: "bad" },
      h("p", null, `This view broke: ${this.state.error.message}. The other views still work.`),
    );
  }
}
