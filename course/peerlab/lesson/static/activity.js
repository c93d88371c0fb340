/* One activity on the page: plain DOM, semantic HTML, no remote address.
 *
 * Order of this file: words, small makers, advice on writing, one builder per kind of question, saving, the view.
 * A builder takes {field, id, change, say, tell} and returns {node, keys: {key: {node, near, set, words, name}}}.
 * `change(key, value, soon)` hands over a new answer (null takes it away); `soon` waits until typing stops.
 * `near` is the place beside the control that says "Saved"; `words(value)` is an answer as a learner would read it.
 */

const REPLY_MS = 4000;
const TYPING_MS = 800;
const ADVICE_MS = 1200;
const NOT_CONNECTED = "The lesson is not connected just now.";
const KEPT_APART = "What you write here is only for you. It is kept apart and never handed in.";
const DEVICE = Math.random().toString(36).slice(2, 10);

// Answers not yet stored. Kept in the page only: devices are shared, so nothing stays in the browser.
const drafts = (globalThis.__peerlabDrafts ??= new Map());
let views = 0;

// ---------------------------------------------------------------- small makers

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const same = (one, two) => JSON.stringify(one ?? null) === JSON.stringify(two ?? null);
const clock = (iso) => new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = (iso) => new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long" });
const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

const hint = (field, id) => (field.hint ? make("p", { class: "pl-hint", id: `${id}-hint` }, field.hint) : null);
const describedBy = (field, id, ...more) => [field.hint ? `${id}-hint` : "", ...more].filter(Boolean).join(" ") || null;
const beside = () => make("p", { class: "pl-beside" });

function group(field, id, ...inside) {
  return make(
    "fieldset",
    { class: "pl-field", "aria-describedby": describedBy(field, id) },
    make("legend", { class: "pl-label" }, field.label),
    hint(field, id),
    ...inside,
  );
}

// ---------------------------------------------------------------- advice on writing

const LOADED = new Set(
  ("amazing awful bad-tempered best brilliant caring disgraceful dreadful excellent fantastic friendly great hopeless " +
    "horrible lazy lovely obviously only outrageous perfect poor ridiculous shocking stupid surely terrible unfair " +
    "useless wonderful worst").split(" "),
);

const wordsOf = (text) => text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
const sentencesOf = (text) => text.split(/[.!?]+(?:\s|$)|\n+/u).filter((sentence) => wordsOf(sentence).length > 0);

function syllables(word) {
  const plain = word.toLowerCase().replace(/[^a-z]/g, "");
  const spoken = plain.replace(/(?:[^laeiouy]es|[^aeiouytd]ed|[^laeiouy]e)$/, "");
  return Math.max(1, (spoken.match(/[aeiouy]{1,2}/g) ?? []).length);
}

/** Estimate the US school grade needed to read *text* (Flesch-Kincaid). */
export function readingGrade(text) {
  const words = wordsOf(text);
  const spoken = words.reduce((sum, word) => sum + syllables(word), 0);
  const grade = 0.39 * (words.length / Math.max(1, sentencesOf(text).length)) + 11.8 * (spoken / words.length) - 15.59;
  return Math.max(1, Math.round(grade));
}

/** Return gentle advice on *text*: one short line each, never a verdict. */
export function advise(text) {
  const words = wordsOf(text);
  if (words.length === 0) return [];
  const longest = Math.max(...sentencesOf(text).map((sentence) => wordsOf(sentence).length));
  const lines = [`${plural(words.length, "word", "words")}. Longest sentence: ${longest}.`];
  if (longest > 20) lines.push("That is a long sentence to hear. Could you split it?");
  const joined = words.find((word) => ["and", "or"].includes(word.toLowerCase()));
  if (joined) lines.push(`You used “${joined.toLowerCase()}”. Is this asking one thing, or two?`);
  const loaded = [...new Set(words.map((word) => word.toLowerCase()).filter((word) => LOADED.has(word)))];
  if (loaded.length) {
    lines.push(`${loaded.map((word) => `“${word}”`).join(", ")} may push people one way. Is there a plainer word?`);
  }
  if (words.length >= 6) {
    const grade = readingGrade(text);
    const age = `Reading age, as a rough guess: about ${grade + 5}.`;
    lines.push(grade > 7 ? `${age} Shorter words could help.` : age);
  }
  return lines;
}

// ---------------------------------------------------------------- one builder per kind

function choice(type, { field, id, change }) {
  const near = beside();
  const inputs = field.options.map((option, place) =>
    make("input", {
      type,
      id: `${id}-${place}`,
      name: id,
      value: option.id,
      onchange: () => {
        const ticked = inputs.filter((input) => input.checked).map((input) => input.value);
        change(field.id, type === "radio" ? ticked[0] : ticked.length ? ticked : null);
      },
    }),
  );
  const rows = field.options.map((option, place) =>
    make("label", { class: "pl-option", for: `${id}-${place}` }, inputs[place], make("span", {}, option.text)),
  );
  const node = group(field, id, make("div", { class: "pl-options" }, ...rows), near);
  const set = (value) => {
    for (const input of inputs) input.checked = type === "radio" ? input.value === value : (value ?? []).includes(input.value);
  };
  const texts = Object.fromEntries(field.options.map((option) => [option.id, option.text]));
  const words = (value) => [value].flat().map((one) => texts[one]).join("; ");
  return { node, keys: { [field.id]: { node, near, set, words, name: field.label } } };
}

function match({ field, id, change }) {
  const keys = {};
  const texts = Object.fromEntries(field.choices.map((one) => [one.id, one.text]));
  const words = (value) => texts[value];
  const rows = field.items.map((item, place) => {
    const near = beside();
    const choices = field.choices.map((one) => make("option", { value: one.id }, one.text));
    const select = make(
      "select",
      { id: `${id}-${place}`, onchange: () => change(item.id, select.value || null) },
      make("option", { value: "" }, "Choose from the list"),
      ...choices,
    );
    const node = make(
      "li",
      { class: "pl-item" },
      make("label", { class: "pl-item-text", for: select.id }, item.text),
      make("div", { class: "pl-item-choice" }, select, near),
    );
    keys[item.id] = { node, near, words, name: item.text, set: (value) => (select.value = value ?? "") };
    return node;
  });
  return { node: group(field, id, make("ol", { class: "pl-items" }, ...rows)), keys };
}

function order({ field, id, change }) {
  const near = beside();
  const texts = Object.fromEntries(field.items.map((item) => [item.id, item.text]));
  const spoken = make("p", { class: "pl-spoken", role: "status" });
  const list = make("ol", { class: "pl-order" });
  let names = field.items.map((item) => item.id);

  const button = (name, step, at, text) =>
    make(
      "button",
      {
        type: "button",
        class: "pl-second",
        "data-step": step,
        // Not `disabled`: the focus must not be lost at the end of the list.
        "aria-disabled": at ? "true" : null,
        "aria-label": `Move ${text.toLowerCase()}: ${texts[name]}`,
        onclick: () => move(name, step),
      },
      make("span", { "aria-hidden": "true" }, step < 0 ? "↑ " : "↓ "),
      text,
    );

  function draw() {
    const rows = names.map((name, place) =>
      make(
        "li",
        { class: "pl-order-item", "data-name": name },
        make("span", { class: "pl-order-text" }, texts[name]),
        make("span", { class: "pl-order-buttons" }, button(name, -1, place === 0, "Up"), button(name, 1, place === names.length - 1, "Down")),
      ),
    );
    list.replaceChildren(...rows);
  }

  function move(name, step) {
    const from = names.indexOf(name);
    const to = from + step;
    if (to < 0 || to >= names.length) return;
    names = names.filter((one) => one !== name).toSpliced(to, 0, name);
    draw();
    list.querySelector(`[data-name="${name}"] [data-step="${step}"]`).focus();
    spoken.textContent = `${texts[name]} is now ${to + 1} of ${names.length}.`;
    change(field.id, names);
  }

  const keep = make("button", { type: "button", class: "pl-second", onclick: () => change(field.id, names) }, "Keep this order");
  const set = (value) => {
    names = value ?? field.items.map((item) => item.id);
    draw();
  };
  draw();
  const node = group(field, id, list, spoken, make("div", { class: "pl-buttons" }, keep), near);
  const words = (value) => value.map((name, place) => `${place + 1}. ${texts[name]}`).join("\n");
  return { node, keys: { [field.id]: { node, near, set, words, name: field.label } } };
}

function write({ field, id, change }) {
  const near = beside();
  const left = make("p", { class: "pl-left", id: `${id}-left` });
  const advice = make("div", { class: "pl-advice", role: "status", hidden: true });
  let waiting = null;
  const say = () => {
    const lines = field.advice ? advise(box.value) : [];
    advice.hidden = lines.length === 0;
    advice.replaceChildren(
      ...(lines.length ? [make("p", { class: "pl-advice-title" }, "Something to think about")] : []),
      ...(lines.length ? [make("ul", {}, ...lines.map((line) => make("li", {}, line)))] : []),
    );
  };
  const count = () => {
    const room = field.most - box.value.length;
    left.textContent = room < Math.min(100, field.most / 4) ? `You have ${plural(room, "letter", "letters")} left.` : "";
  };
  const box = make(field.lines === 1 ? "input" : "textarea", {
    id,
    class: "pl-text",
    type: field.lines === 1 ? "text" : null,
    rows: field.lines === 1 ? null : field.lines,
    maxlength: field.most,
    autocomplete: "off",
    "aria-describedby": describedBy(field, id, `${id}-left`),
    oninput: () => {
      change(field.id, box.value || null, true);
      count();
      clearTimeout(waiting);
      waiting = setTimeout(say, ADVICE_MS);
    },
    onchange: () => change(field.id, box.value || null),
  });
  const label = make("label", { class: "pl-label", for: id }, field.label);
  const node = make("div", { class: "pl-field" }, label, hint(field, id), box, left, near, advice);
  const set = (value) => {
    box.value = value ?? "";
    count();
    say();
  };
  return { node, keys: { [field.id]: { node, near, set, words: (value) => value, name: field.label } } };
}

const emptyRow = (field) => ({ label: "", role: field.scale === "range" ? "answer" : "", from: null, to: null });
const isBlank = (row) => !row.label && row.from === null && row.to === null;

function options({ field, id, change, say, tell }) {
  const near = beside();
  const list = make("ol", { class: `pl-rows pl-rows-${field.scale}` });
  // A number not yet whole must not be kept as an empty one: an empty "to" means "and over".
  const held = () => (list.querySelector('[aria-invalid="true"]') ? "Not saved yet. One box needs a whole number." : "");
  const add = make("button", { type: "button", class: "pl-second", onclick: () => addRow() }, "Add a row");
  let rows = [];
  function hand(soon) {
    if (held()) tell(field.id, "", "");
    else change(field.id, rows.every(isBlank) ? null : structuredClone(rows), soon);
  }

  function addRow() {
    if (rows.length >= field.mostRows) return say(`That is the most rows there can be: ${field.mostRows}.`);
    rows.push(emptyRow(field));
    draw();
    list.lastElementChild.querySelector("input").focus();
    hand();
  }
  function removeRow(place) {
    rows.splice(place, 1);
    draw();
    const left = list.children[Math.min(place, rows.length - 1)];
    (left?.querySelector("input") ?? add).focus();
    say(`Row ${place + 1} is removed. ${plural(rows.length, "row is", "rows are")} left.`);
    hand();
  }
  function draw() {
    list.replaceChildren(...rows.map((row, place) => optionRow({ field, id, row, place, hand, remove: () => removeRow(place) })));
  }
  const headings = field.scale === "range" ? ["Words people read", "From", "To", "Kind of row"] : ["Words people read", "Kind of row"];
  const head = make(
    "div",
    { class: `pl-row pl-row-head pl-rows-${field.scale}`, "aria-hidden": "true" },
    ...headings.map((text) => make("span", {}, text)),
    make("span"),
  );
  const node = group(field, id, head, list, make("div", { class: "pl-buttons" }, add), near);
  node.classList.add("pl-table");
  const set = (value) => {
    rows = value?.length ? structuredClone(value) : Array.from({ length: field.rows }, () => emptyRow(field));
    draw();
  };
  const words = (value) => value.map((row) => [row.label, row.from, row.to].filter((part) => part ?? "").join(" ")).join("; ");
  return { node, keys: { [field.id]: { node, near, set, words, held, name: field.label } } };
}

function optionRow({ field, id, row, place, hand, remove }) {
  const name = `${id}-r${place}`;
  const cell = (key, text, ...inside) =>
    make("div", { class: `pl-cell pl-cell-${key}` }, make("label", { for: `${name}-${key}` }, text), ...inside);
  const label = make("input", {
    type: "text",
    id: `${name}-label`,
    maxlength: field.mostLabel,
    autocomplete: "off",
    oninput: () => ((row.label = label.value), hand(true)),
    onchange: () => hand(),
  });
  label.value = row.label ?? "";
  const ends = field.scale === "range" ? [["from", "From"], ["to", "To"]] : [];
  const numbers = ends.map(([end, text]) => cell(end, text, ...numberBox({ field, name, row, end, hand })));
  const role = make(
    "select",
    { id: `${name}-role`, onchange: () => ((row.role = role.value), hand()) },
    field.scale === "rating" ? make("option", { value: "" }, "Choose") : null,
    ...field.roles.map((one) => make("option", { value: one.id }, one.text)),
  );
  role.value = row.role ?? "";
  const gone = make("button", { type: "button", class: "pl-second pl-remove", "aria-label": `Remove row ${place + 1}`, onclick: remove }, "Remove");
  return make(
    "li",
    {},
    make(
      "div",
      { class: "pl-row", role: "group", "aria-label": `Row ${place + 1}` },
      cell("label", "Words people read", label),
      ...numbers,
      cell("role", "Kind of row", role),
      make("div", { class: "pl-cell pl-cell-remove" }, gone),
    ),
  );
}

function numberBox({ field, name, row, end, hand }) {
  const problem = make("p", { class: "pl-number-problem", id: `${name}-${end}-problem`, role: "status" });
  const read = () => {
    const text = box.value.trim();
    const fits = text === "" || (/^\d{1,7}$/.test(text) && Number(text) <= field.mostNumber);
    row[end] = fits && text !== "" ? Number(text) : null;
    problem.textContent = fits ? "" : "Use a whole number";
    box.setAttribute("aria-invalid", fits ? "false" : "true");
  };
  const box = make("input", {
    type: "text",
    inputmode: "numeric",
    id: `${name}-${end}`,
    autocomplete: "off",
    placeholder: end === "to" ? "and over" : null,
    "aria-describedby": problem.id,
    oninput: () => (read(), hand(true)),
    onchange: () => (read(), hand()),
  });
  box.value = row[end] ?? "";
  return [box, problem];
}

const BUILDERS = {
  "choose-one": (parts) => choice("radio", parts),
  "choose-many": (parts) => choice("checkbox", parts),
  match,
  write,
  options,
  order,
  rate: (parts) => choice("radio", parts),
  checklist: (parts) => choice("checkbox", parts),
};

// ---------------------------------------------------------------- saving, one question at a time

/** Send one answer at a time and wait for its reply, so that every save knows the revision it stands on. */
function saver({ model, place, view, revision, tell }) {
  const unsaved = drafts.get(place) ?? new Map();
  let base = revision;
  let sent = null; // {seq, key, value, timer}
  const late = new Map(); // seq -> {key, value}: sent, never answered in time, perhaps still answered
  let seq = 0;
  let typing = null;
  const refused = new Set(); // not tried again until the learner does something

  const keep = () => (unsaved.size ? drafts.set(place, unsaved) : drafts.delete(place));

  function change(key, value, soon) {
    unsaved.delete(key); // to the end of the queue
    unsaved.set(key, value);
    keep();
    refused.clear();
    clearTimeout(typing);
    if (soon) typing = setTimeout(send, TYPING_MS);
    else send();
  }

  function send() {
    const next = [...unsaved].find(([key]) => !refused.has(key));
    if (sent || !next) return;
    const [key, value] = next;
    sent = { seq: ++seq, key, value, timer: setTimeout(() => lost(NOT_CONNECTED), REPLY_MS) };
    tell.saving(key);
    try {
      model.send({ type: "save", view, seq, field: key, value, base });
    } catch {
      lost(NOT_CONNECTED);
    }
  }

  function lost(why) {
    if (!sent) return;
    clearTimeout(sent.timer);
    late.set(sent.seq, sent);
    const { key } = sent;
    sent = null;
    tell.notSaved(key, why);
  }

  function answer(message) {
    if (message.view !== view) return; // messages reach every window that shows this activity
    const asked = sent?.seq === message.seq ? sent : late.get(message.seq);
    if (!asked) return;
    clearTimeout(asked.timer);
    if (asked === sent) sent = null;
    late.delete(message.seq);
    if (message.type === "failed") {
      refused.add(asked.key);
      tell.notSaved(asked.key, message.why);
      return send();
    }
    base = message.record.revision;
    if (unsaved.has(asked.key) && same(unsaved.get(asked.key), asked.value)) unsaved.delete(asked.key);
    keep();
    tell.saved(asked.key, message, unsaved);
    send();
  }

  function again() {
    refused.clear();
    send();
  }

  return {
    change,
    again,
    answer,
    unsaved,
    follow: (record) => (base = Math.max(base, record.revision)),
    stop: () => (clearTimeout(typing), clearTimeout(sent?.timer)),
  };
}

// ---------------------------------------------------------------- the view

function feedbackLines([said, ...more]) {
  if (!said) return [];
  const tick = said.right ? make("span", { class: "pl-tick", "aria-hidden": "true" }, "✓") : null;
  const lines = [
    make("p", { class: "pl-did" }, tick, said.did),
    make("p", {}, said.why),
    make("p", { class: "pl-next" }, make("strong", {}, "Next: "), said.next),
  ];
  if (more.length) lines.push(make("p", { class: "pl-more" }, `After that, ${plural(more.length, "more thing", "more things")} to look at.`));
  return lines;
}

function faultList(said) {
  const lines = said.map((one) => make("li", {}, `${one.did} `, make("strong", {}, one.next)));
  return [make("p", { class: "pl-did" }, "Still to look at:"), make("ul", {}, ...lines)];
}

function heading(activity, id) {
  const kind = { graded: "Counts towards your unit", practice: "Practice", private: "Only for you" }[activity.purpose];
  const apart = activity.purpose === "private" ? make("p", { class: "pl-intro" }, KEPT_APART) : null;
  return make(
    "header",
    { class: "pl-head" },
    make(
      "p",
      { class: "pl-kind" },
      make("span", { class: `pl-tag pl-tag-${activity.purpose}` }, kind),
      make("span", { class: "pl-minutes" }, `About ${plural(activity.minutes, "minute", "minutes")}`),
    ),
    make("h2", { class: "pl-title", id }, activity.title),
    ...activity.intro.map((text) => make("p", { class: "pl-intro" }, text.replace(/\s*\n\s*/g, " "))),
    apart ?? "",
  );
}

const answersAsText = (controls, values) =>
  Object.entries(controls)
    .filter(([key]) => values[key] !== undefined && values[key] !== null)
    .map(([key, control]) => `${control.name}\n${control.words(values[key])}`)
    .join("\n\n");

/** Keep Jupyter's one-key shortcuts ("d d" deletes a cell) away from everything in *root*.
 *
 * Its selector looks at the focused element alone, and Notebook 7 listens on the way down, so the mark must be on the
 * element that has the focus. The mark also stops Ctrl+S, so that is taken here.
 */
function keepKeys(root, save) {
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  root.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    }
  });
}

class View {
  constructor(model, host) {
    this.model = model;
    this.host = host;
    this.activity = model.get("activity");
    this.place = model.get("place");
    this.id = `pl${++views}-${DEVICE}`;
    this.values = { ...model.get("record").fields };
    this.practice = this.activity.purpose === "practice";
    this.build();
    this.startSaving();
    this.restore();
  }

  build() {
    const parts = { change: (...what) => this.changed(...what), say: (text) => this.say(text), tell: (...what) => this.sayBeside(...what) };
    const built = this.activity.fields.map((field, place) => BUILDERS[field.kind]({ ...parts, field, id: `${this.id}-${place}` }));
    this.controls = Object.assign({}, ...built.map((one) => one.keys));
    this.feedback = this.practice ? this.placeFeedback() : {};
    this.status = make("p", { class: "pl-status", role: "status" });
    this.spoken = make("p", { class: "pl-spoken", role: "status" });
    this.progress = make("p", { class: "pl-progress" });
    this.retry = make("button", { type: "button", class: "pl-second", onclick: () => this.saveAgain() }, "Try saving again");
    this.copy = make("button", { type: "button", class: "pl-second", onclick: () => this.copyAnswers() }, "Copy my answers");
    this.rescue = make("div", { class: "pl-buttons", hidden: true }, this.retry, this.copy);
    const foot = make("footer", { class: "pl-foot" }, this.progress, this.status, this.rescue, this.spoken);
    const name = `${this.id}-title`;
    this.root = make(
      "section",
      { class: "pl-activity", "aria-labelledby": name, "data-activity": this.activity.name },
      heading(this.activity, name),
      ...built.map((one) => one.node),
      foot,
    );
    keepKeys(this.root, () => this.saveAgain());
    this.host.replaceChildren(this.root);
  }

  /** Give every practice question its own polite live region; tick boxes are judged together, when asked. */
  placeFeedback() {
    const regions = {};
    for (const field of this.activity.fields) {
      if (field.kind === "write") continue;
      for (const key of field.kind === "match" ? field.items.map((item) => item.id) : [field.id]) {
        const region = make("div", { class: "pl-feedback", role: "status" });
        if (field.kind === "choose-many") this.controls[key].near.before(this.askButton(key));
        this.controls[key].node.append(region);
        regions[key] = region;
      }
    }
    return regions;
  }

  askButton(key) {
    this.asked ??= new Set();
    const ask = () => {
      this.asked.add(key);
      if (!this.values[key]?.length) return this.say("Tick at least one box first.");
      this.showFeedback(this.said);
    };
    return make("div", { class: "pl-buttons" }, make("button", { type: "button", class: "pl-main", onclick: ask }, "Check my choices"));
  }

  startSaving() {
    this.saver = saver({
      model: this.model,
      place: this.place,
      view: this.id,
      revision: this.model.get("record").revision,
      tell: {
        saving: (key) => this.sayBeside(key, "Saving…", ""),
        saved: (key, message, unsaved) => this.wasSaved(key, message, unsaved),
        notSaved: (key, why) => this.wasNotSaved(key, why),
      },
    });
    this.hear = (message) => this.saver.answer(message);
    this.model.on("msg:custom", this.hear);
    this.channel = new BroadcastChannel(`peerlab-${this.place}`);
    this.channel.onmessage = ({ data }) => this.heardFromAnotherWindow(data);
    this.leaving = (event) => {
      if (this.saver.unsaved.size) event.preventDefault();
    };
    window.addEventListener("beforeunload", this.leaving);
  }

  restore() {
    const waiting = this.saver.unsaved;
    for (const [key, value] of waiting) this.values[key] = value;
    for (const [key, control] of Object.entries(this.controls)) control.set(this.values[key]);
    this.said = this.model.get("feedback");
    this.showFeedback(this.said);
    this.count();
    const { saved_at: when } = this.model.get("record");
    const notice = this.model.get("notice");
    if (notice) this.say(notice, "bad");
    else if (when) this.say(`Your answers from ${day(when)}, ${clock(when)} are here.`, "ok");
    if (waiting.size) setTimeout(() => this.saver.again(), 0);
  }

  changed(key, value, soon) {
    this.values[key] = value;
    if (this.asked?.has(key)) this.asked.delete(key);
    if (this.kindOf(key) !== "options") this.feedback[key]?.replaceChildren(); // the table's advice stays while typing
    this.sayBeside(key, "", "");
    if (this.rescue.hidden) this.status.textContent = ""; // "Saved" is said only when nothing waits
    this.count();
    this.saver.change(key, value, soon);
  }

  saveAgain() {
    if (this.saver.unsaved.size) this.saver.again();
    else this.say("Everything here is saved.");
  }

  wasSaved(key, { record, conflict, feedback, notice }, unsaved) {
    this.take(record, unsaved, conflict ? null : key);
    this.said = feedback;
    this.showFeedback(feedback);
    this.channel.postMessage({ record, feedback });
    this.sayBeside(key, "Saved", "ok");
    if (unsaved.size) return;
    const also = conflict ? " This activity is open in another window too. The newest answers are shown." : "";
    this.say(`Saved at ${clock(record.saved_at)}.${also}${notice ? ` ${notice}` : ""}`, notice ? "bad" : "ok");
    this.rescue.hidden = true;
  }

  wasNotSaved(key, why) {
    this.sayBeside(key, "Not saved", "bad");
    this.rescue.hidden = false;
    this.say(`Not saved yet. ${why} Your answer is still on this page.`, "bad");
  }

  heardFromAnotherWindow({ record, feedback }) {
    this.saver.follow(record);
    this.take(record, this.saver.unsaved, null);
    this.said = feedback;
    this.showFeedback(feedback);
    this.say(`Saved at ${clock(record.saved_at)} in another window. The newest answers are shown.`, "ok");
  }

  /** Show what is stored, except where the learner is busy: an answer not yet saved, or the control just used. */
  take(record, unsaved, used) {
    for (const [key, control] of Object.entries(this.controls)) {
      const stored = record.fields[key] ?? null;
      if (key === used || unsaved.has(key) || same(this.values[key], stored)) continue;
      this.values[key] = stored;
      control.set(stored);
    }
    this.count();
  }

  kindOf(key) {
    return this.activity.fields.find((field) => field.id === key)?.kind ?? "match";
  }

  showFeedback(feedback) {
    for (const [key, region] of Object.entries(this.feedback)) {
      const said = feedback.filter((one) => one.field === key);
      const early = this.saver.unsaved.has(key) || (this.kindOf(key) === "choose-many" && !this.asked?.has(key));
      if (early) continue;
      const next = this.kindOf(key) === "options" && said.length > 1 ? faultList(said) : feedbackLines(said);
      const text = next.map((node) => node.textContent).join("\n");
      if (text && text === region.dataset.said && region.childElementCount) continue; // said once is enough
      region.dataset.said = text;
      region.classList.toggle("pl-right", !!said[0]?.right);
      region.replaceChildren(...next);
    }
  }

  count() {
    const keys = Object.keys(this.controls);
    const done = keys.filter((key) => {
      const value = this.values[key];
      return Array.isArray(value) ? value.length > 0 : !!value?.trim?.();
    }).length;
    this.progress.textContent = keys.length === 1 ? "" : `${done} of ${keys.length} answered`;
  }

  sayBeside(key, text, how) {
    const { near, held } = this.controls[key];
    const problem = held?.() ?? "";
    near.textContent = problem || text;
    near.className = `pl-beside ${problem ? "pl-bad" : how ? `pl-${how}` : ""}`;
  }

  say(text, how = "") {
    const line = how ? this.status : this.spoken;
    line.textContent = text;
    if (how) line.className = `pl-status pl-${how}`;
  }

  async copyAnswers() {
    const text = answersAsText(this.controls, this.values);
    try {
      await navigator.clipboard.writeText(text);
      this.say("Your answers are copied. Paste them somewhere safe.");
    } catch {
      this.rescue.querySelector("textarea")?.remove();
      this.rescue.append(make("textarea", { class: "pl-text", rows: 6, readonly: true, "aria-label": "My answers, to copy" }, text));
      this.say("Select the text below and copy it.");
    }
  }

  close() {
    this.saver.stop();
    this.channel.close();
    this.model.off("msg:custom", this.hear);
    window.removeEventListener("beforeunload", this.leaving);
  }
}

function render({ model, el }) {
  const view = new View(model, el);
  return () => view.close();
}

export default { render };
