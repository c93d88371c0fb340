/* Starts a lesson's activities when the notebook opens, and after its kernel restarts.
 *
 * A module-federation container written by hand, so that no Node build is needed. Its key below is the `name` in
 * package.json. It touches only notebooks whose metadata has `peerlab.lesson`.
 */
var _JUPYTERLAB = typeof _JUPYTERLAB === "undefined" ? {} : _JUPYTERLAB;

_JUPYTERLAB["peerlab-lesson"] = (() => {
  // Only a cell of exactly this form runs without a click: it can show an activity, and do nothing else.
  const ACTIVITY = /^from peerlab\.lesson import show\n\nshow\("[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*"\)$/;

  const CSS = `
    .peerlab-lesson {
      --jp-content-font-size1: 18px; --jp-content-line-height: 1.6; --jp-code-font-size: 15px;
      --jp-content-font-family: "Noto Sans", "Segoe UI", system-ui, Verdana, Arial, sans-serif;
    }
    .peerlab-lesson .jp-CodeCell.jp-mod-outputsScrolled .jp-Cell-outputArea { max-height: none; overflow: visible; box-shadow: none; margin: 0; }
    .peerlab-lesson .jp-RenderedMarkdown { max-width: 46rem; overflow-x: auto; }
    .peerlab-lesson .jp-RenderedHTMLCommon table { font-size: inherit; margin-inline: 0; }
    .peerlab-lesson .jp-RenderedHTMLCommon :is(th, td) { text-align: left; vertical-align: top; white-space: normal; line-height: 1.5; max-width: none; }
    .peerlab-lesson .jp-RenderedHTMLCommon :is(h1, h2, h3) { line-height: 1.3; }
    .peerlab-lesson.peerlab-quiet :is(.jp-InputPrompt, .jp-OutputPrompt, .jp-OutputArea-promptOverlay, .jp-Collapser,
      .jp-InputPlaceholder, .jp-Notebook-footer) { display: none; }
    .peerlab-lesson.peerlab-quiet .jp-Cell { max-width: 49rem; margin-inline: auto; }
    .peerlab-untouched :is(.jp-Cell, .jp-Cell *) { outline: none !important; }
    .peerlab-lesson.peerlab-quiet .jp-Cell .jp-MarkdownOutput { border-color: transparent !important; }`;

  let scope = null;

  /** Return a module that Jupyter shares: the copy already in use, else the newest. */
  async function shared(name) {
    const offers = Object.entries(scope[name] ?? {});
    if (!offers.length) throw new Error(`Jupyter does not share ${name}`);
    const newest = (one, two) => two[0].localeCompare(one[0], undefined, { numeric: true });
    const [, offer] = offers.find(([, one]) => one.loaded) ?? offers.sort(newest)[0];
    return (await offer.get())();
  }

  const sources = (panel) => JSON.stringify([...panel.content.model.cells].map((cell) => cell.sharedModel.getSource()));
  const isActivity = (cell) => cell.model.type === "code" && ACTIVITY.test(cell.model.sharedModel.getSource());

  async function run(panel, NotebookActions) {
    await panel.sessionContext.ready;
    const kernel = panel.sessionContext.session?.kernel;
    if (!kernel) return;
    try {
      await kernel.info; // a request made earlier is lost silently
    } catch {
      return;
    }
    const cells = panel.content.widgets.filter(isActivity);
    if (cells.length) await NotebookActions.runCells(panel.content, cells, panel.sessionContext);
  }

  /** An activity's output alone is no change to save: answers have their own file. */
  function forgetOutputs(panel) {
    let saved = sources(panel);
    panel.context.saveState.connect((_, state) => {
      if (state === "completed") saved = sources(panel);
    });
    const settle = () => {
      const { model } = panel.content;
      if (model?.dirty && sources(panel) === saved) model.dirty = false;
    };
    panel.content.model.stateChanged.connect((_, change) => {
      if (change.name === "dirty" && change.newValue) queueMicrotask(settle);
    });
    settle();
  }

  /** Jupyter's one-key shortcuts must not act on a control inside any output of a lesson. */
  function guardKeys(panel) {
    panel.content.node.addEventListener("focusin", (event) => {
      if (event.target.closest(".jp-OutputArea-output")) event.target.setAttribute("data-lm-suppress-shortcuts", "true");
    });
  }

  /** Jupyter draws a box round the cell that has the focus; until a reader does something, it means nothing. */
  function waitForTouch(panel) {
    const touched = () => panel.node.classList.remove("peerlab-untouched");
    panel.node.classList.add("peerlab-untouched");
    for (const name of ["keydown", "pointerdown"]) document.addEventListener(name, touched, { capture: true, once: true });
  }

  async function open(panel, app, NotebookActions) {
    await panel.context.ready;
    if (!panel.content.model.getMetadata("peerlab")?.lesson) return;
    panel.node.classList.add("peerlab-lesson");
    // Notebook 7 is where learners are; in JupyterLab an author still wants every handle.
    panel.node.classList.toggle("peerlab-quiet", app.name === "Jupyter Notebook");
    guardKeys(panel);
    waitForTouch(panel);
    forgetOutputs(panel);
    let restarted = false;
    panel.sessionContext.statusChanged.connect((_, status) => {
      if (status === "restarting" || status === "autorestarting") restarted = true;
      if (status === "idle" && restarted) {
        restarted = false;
        run(panel, NotebookActions);
      }
    });
    await run(panel, NotebookActions);
    panel.content.activeCellIndex = 0;
    panel.content.node.scrollTop = 0;
  }

  async function plugins() {
    const { INotebookTracker, NotebookActions } = await shared("@jupyterlab/notebook");
    return [
      {
        id: "peerlab-lesson:start",
        autoStart: true,
        optional: [INotebookTracker],
        activate: (app, tracker) => {
          if (!tracker) return;
          const style = document.createElement("style");
          style.textContent = CSS;
          document.head.append(style);
          const start = (panel) => open(panel, app, NotebookActions).catch((error) => console.error("peerlab-lesson", error));
          tracker.widgetAdded.connect((_, panel) => void start(panel));
          tracker.forEach((panel) => void start(panel));
        },
      },
    ];
  }

  return {
    init: (given) => {
      scope = given;
    },
    get: async (name) => {
      if (name !== "./extension") throw new Error(`peerlab-lesson has no ${name}`);
      const list = await plugins();
      return () => ({ __esModule: true, default: list });
    },
  };
})();
