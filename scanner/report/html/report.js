// Makes the page searchable: rows, filters and what a row opens are made of the data that the page holds as JSON.
// Texts are set as texts, and elements and attributes are of the kinds below; nothing here reads or writes markup.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const number = data.names.length;
  const facets = new Map(data.facets.map((facet) => [facet.key, facet]));
  const always = data.facets.filter((facet) => facet.column === "words");
  const asked = data.facets.filter((facet) => facet.column === "asked");
  const PAGE = 100; // rows
  const PRINTED = 2000; // rows
  const LISTED = 200; // values of a facet
  const LONG = 10; // values, with more of which a facet can be narrowed
  const format = (count) => count.toLocaleString("en");
  const words = (value) => value.replaceAll("_", " ");

  // Elements.

  const SVG = "http://www.w3.org/2000/svg";
  const TAGS = new Set(
    "a code del div h3 ins li mark ol p section span strong svg g path rect text title ul".split(" "));
  const ATTRIBUTES = new Set(
    "class href rel role aria-label tabindex viewBox x y width height rx d".split(" "));

  function make(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children); // strings become texts
    return made;
  }

  // What `tree` in element.py writes: a text, the number of a part, null for the subject, true for the place, or
  // a list of the tag, the attributes and the children.
  function built(node, row, inPicture = false) {
    if (typeof node === "string") return document.createTextNode(node);
    if (typeof node === "number") return built(data.parts[node], row, inPicture);
    if (node === null) return document.createTextNode(data.names[row]);
    if (node === true) return built(data.places[row], row);
    const [tag, attributes, ...children] = node;
    if (!TAGS.has(tag)) throw new Error(`no element of a report: ${tag}`);
    const within = inPicture || tag === "svg";
    const made = within ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (!ATTRIBUTES.has(name) || (name === "href" && !/^https?:/.test(value))) throw new Error(`no attribute: ${name}`);
      made.setAttribute(name, value);
    }
    made.append(...children.map((child) => built(child, row, within)));
    return made;
  }

  const mark = (value) => make("span", { class: `mark ${value}` }, words(value));

  // What is shown: kept in the address of the page, so that a link shows the same.

  const state = { query: "", page: 0, sort: "", open: new Set(), chosen: new Map() };

  function readAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    state.query = given.get("q") ?? "";
    state.page = Math.max(0, (parseInt(given.get("page"), 10) || 1) - 1);
    state.sort = given.get("sort") ?? "";
    state.chosen = new Map();
    for (const facet of data.facets) {
      const values = given.getAll(facet.key).map((value) => facet.values.indexOf(value)).filter((at) => at >= 0);
      if (values.length) state.chosen.set(facet.key, new Set(values));
    }
    const opened = new Set(given.getAll("open"));
    state.open = new Set();
    if (opened.size) data.addresses.forEach((address, row) => opened.has(address) && state.open.add(row));
  }

  function writeAddress() {
    const told = new URLSearchParams();
    if (state.query) told.set("q", state.query);
    for (const [key, values] of state.chosen) {
      for (const value of values) told.append(key, facets.get(key).values[value]);
    }
    if (state.sort) told.set("sort", state.sort);
    if (state.page) told.set("page", state.page + 1);
    if (state.open.size <= 20) for (const row of state.open) told.append("open", data.addresses[row]);
    const text = told.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }

  // Which rows are shown.

  const has = (facet, row) => {
    const found = facet.rows[row];
    return Array.isArray(found) ? found : [found];
  };

  let texts; // of each row and of each part, in lower case, when somebody searches for the first time
  function prepareSearch() {
    const said = (node) => {
      if (typeof node === "string") return node;
      if (!Array.isArray(node) || node[0] === "h3") return "";
      return node.slice(2).map(said).join(" ");
    };
    const inside = (node, found = []) => {
      if (typeof node === "number") found.push(node);
      else if (Array.isArray(node)) node.slice(2).forEach((child) => inside(child, found));
      return found;
    };
    texts = {
      rows: data.names.map((name, row) => [
        name, data.addresses[row],
        ...["account", "root", "rule"].flatMap((key) => has(facets.get(key), row).map((at) => facets.get(key).values[at])),
      ].join("\n").toLowerCase()),
      parts: data.parts.map((part) => said(part).toLowerCase()),
      below: data.parts.map((part) => inside(part)),
    };
  }

  // Rows that have every word, in themselves or in what they open.
  function searched() {
    const terms = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!terms.length) return null;
    if (!texts) prepareSearch();
    const found = new Uint8Array(number).fill(1);
    for (const term of terms) {
      const hit = texts.parts.map((text) => text.includes(term));
      const holds = (part) => hit[part] || texts.below[part].some(holds);
      const opened = data.details.map((parts) => parts.some(holds));
      for (let row = 0; row < number; row++) {
        if (found[row] && !opened[data.opens[row]] && !holds(data.places[row]) && !texts.rows[row].includes(term)) found[row] = 0;
      }
    }
    return found;
  }

  // The rows, and how many each value would leave if nothing else of its facet were chosen.
  function filtered() {
    const hits = searched();
    const counts = new Map(data.facets.map((facet) => [facet.key, new Uint32Array(facet.values.length)]));
    const chosen = [...state.chosen].map(([key, values]) => [facets.get(key), values]);
    const rows = [];
    for (let row = 0; row < number; row++) {
      if (hits && !hits[row]) continue;
      let failed = null;
      let failures = 0;
      for (const [facet, values] of chosen) {
        if (!has(facet, row).some((value) => values.has(value))) {
          failed = facet;
          if (++failures > 1) break;
        }
      }
      if (failures > 1) continue;
      if (!failures) rows.push(row);
      for (const facet of failed ? [failed] : data.facets) {
        for (const value of has(facet, row)) counts.get(facet.key)[value]++;
      }
    }
    return { rows: sorted(rows), counts };
  }

  function sorted(rows) {
    const falling = state.sort.startsWith("-");
    const key = state.sort.slice(falling ? 1 : 0);
    const facet = facets.get(key);
    if (key !== "name" && !facet) return rows;
    const collator = new Intl.Collator("en", { numeric: true });
    const first = (row) => (facet.rows[row].length === 0 ? Infinity : has(facet, row)[0]);
    const order = facet ? (a, b) => first(a) - first(b) || a - b : (a, b) => collator.compare(data.names[a], data.names[b]) || a - b;
    return rows.sort((a, b) => (falling ? order(b, a) : order(a, b)));
  }

  // The table.

  const body = document.querySelector("#table tbody");
  const heads = [...document.querySelectorAll("#table thead th")];
  let current = { rows: [], counts: new Map() };

  function rowOf(row) {
    const isOpen = state.open.has(row);
    const button = make("button", { type: "button", "aria-expanded": isOpen, "aria-controls": `d${row}` }, data.names[row]);
    button.addEventListener("click", () => toggle(row));
    const head = make("th", { scope: "row" }, button);
    if (data.addresses[row] !== data.names[row]) head.append(make("code", {}, data.addresses[row]));
    const said = (key) => has(facets.get(key), row).map((at) => facets.get(key).values[at]);
    const cells = always.map((facet) => make("td", {}, ...said(facet.key).map(mark)));
    const answers = asked.map((facet) => make("td", { class: "asked" }, ...said(facet.key).map(mark)));
    const code = (text) => make("code", {}, text);
    const findings = make("td", { class: "findings" }, ...said("severity").flatMap((each) => [mark(each), " "]), ...said("rule").map(code));
    const changes = facets.has("change") ? said("change").map(mark) : [];
    const root = make("td", { class: "root" }, ...said("root").map(code), make("span", { class: "account" }, ...said("account").filter((each) => each !== "not known")));
    findings.append(...changes);
    const shown = make("tr", { id: `r${row}` }, head, ...cells, findings, root, ...answers);
    const cell = make("td", { colspan: heads.length });
    const detail = make("tr", { class: "detail", id: `d${row}` }, cell);
    detail.hidden = !isOpen;
    if (isOpen) fill(cell, row);
    return [shown, detail];
  }

  function fill(cell, row) {
    if (!cell.hasChildNodes()) cell.append(...data.details[data.opens[row]].map((part) => built(part, row)));
  }

  function toggle(row, isOpen = !state.open.has(row)) {
    if (isOpen) state.open.add(row);
    else state.open.delete(row);
    const detail = document.getElementById(`d${row}`);
    if (isOpen) fill(detail.firstChild, row);
    detail.hidden = !isOpen;
    document.querySelector(`#r${row} button`).setAttribute("aria-expanded", isOpen);
    writeAddress();
  }

  const pages = () => Math.max(1, Math.ceil(current.rows.length / PAGE));
  const onPage = () => current.rows.slice(state.page * PAGE, (state.page + 1) * PAGE);

  function showRows(rows = onPage()) {
    body.replaceChildren(...rows.flatMap(rowOf));
  }

  function show() {
    current = filtered();
    state.page = Math.min(state.page, pages() - 1);
    showRows();
    showHeads();
    showFilters();
    const all = `${format(number)} ${number === 1 ? "principal" : "principals"}`;
    status.textContent = current.rows.length === number ? all : `${format(current.rows.length)} of ${all}`;
    const several = pages() > 1;
    pager.hidden = !several;
    pageNumber.textContent = `Page ${format(state.page + 1)} of ${format(pages())}`;
    before.disabled = state.page === 0;
    after.disabled = state.page === pages() - 1;
    clear.disabled = !state.query && !state.chosen.size;
    writeAddress();
  }

  function turn(by) {
    state.page += by;
    show();
    document.getElementById("principals").scrollIntoView();
  }

  function showHeads() {
    for (const head of heads) {
      const { key } = head.dataset;
      const direction = state.sort === key ? "ascending" : state.sort === `-${key}` ? "descending" : null;
      if (direction) head.setAttribute("aria-sort", direction);
      else head.removeAttribute("aria-sort");
    }
  }

  for (const head of heads) {
    const button = make("button", { type: "button" }, head.textContent);
    const { key } = head.dataset;
    button.addEventListener("click", () => {
      state.sort = state.sort === key ? `-${key}` : state.sort === `-${key}` ? "" : key;
      state.page = 0;
      show();
    });
    head.replaceChildren(button);
  }

  // Filters.

  const form = document.getElementById("filters");
  const search = make("input", { type: "search", id: "search", "aria-keyshortcuts": "/", autocomplete: "off", spellcheck: "false" });
  const panels = new Map();

  function panelOf(facet) {
    const list = make("fieldset", {}, make("legend", { class: "unseen" }, facet.label));
    const panel = make("details", {}, make("summary", {}, facet.label));
    panel.open = facet.values.length <= LONG;
    const shown = { facet, panel, list, narrow: "", counts: new Map(), boxes: new Map() };
    if (facet.values.length > LONG) {
      const narrow = make("input", { type: "search", "aria-label": `Narrow ${facet.label}` });
      narrow.addEventListener("input", () => {
        shown.narrow = narrow.value.toLowerCase();
        fillPanel(shown);
        showFilters();
      });
      panel.append(narrow);
    }
    panel.append(list);
    fillPanel(shown);
    return shown;
  }

  function fillPanel(shown) {
    const { facet, list, boxes, counts } = shown;
    const chosen = state.chosen.get(facet.key) ?? new Set();
    const fits = facet.values.map((_, at) => at).filter((at) => chosen.has(at) || facet.values[at].toLowerCase().includes(shown.narrow));
    boxes.clear();
    counts.clear();
    const lines = fits.slice(0, LISTED).map((at) => {
      const box = make("input", { type: "checkbox", name: facet.key, value: facet.values[at] });
      const count = make("span", { class: "count" });
      box.addEventListener("change", () => choose(facet, at, box.checked));
      boxes.set(at, box);
      counts.set(at, count);
      return make("label", { class: "value" }, box, facet.column || facet.key === "severity" || facet.key === "change" ? mark(facet.values[at]) : make("span", {}, words(facet.values[at])), count);
    });
    if (fits.length > LISTED) lines.push(make("p", {}, `and ${format(fits.length - LISTED)} more: narrow them above`));
    list.replaceChildren(list.firstChild, ...lines);
  }

  function choose(facet, at, isChosen) {
    const values = state.chosen.get(facet.key) ?? new Set();
    if (isChosen) values.add(at);
    else values.delete(at);
    if (values.size) state.chosen.set(facet.key, values);
    else state.chosen.delete(facet.key);
    state.page = 0;
    show();
  }

  function showFilters() {
    for (const { facet, boxes, counts } of panels.values()) {
      const chosen = state.chosen.get(facet.key);
      for (const [at, box] of boxes) box.checked = Boolean(chosen?.has(at));
      for (const [at, count] of counts) count.textContent = format(current.counts.get(facet.key)[at]);
    }
  }

  // What stands above and below the table.

  const status = make("span", { role: "status" });
  const expand = make("button", { type: "button" }, "Open all on this page");
  const collapse = make("button", { type: "button" }, "Close all");
  const clear = make("button", { type: "button" }, "Clear filters");
  document.getElementById("tools").append(status, expand, collapse, clear);
  expand.addEventListener("click", () => onPage().forEach((row) => toggle(row, true)));
  collapse.addEventListener("click", () => {
    state.open.clear();
    showRows();
    writeAddress();
  });
  clear.addEventListener("click", () => {
    Object.assign(state, { query: "", page: 0, chosen: new Map() });
    search.value = "";
    panels.forEach(fillPanel);
    show();
    search.focus();
  });

  const pager = document.getElementById("pages");
  const before = make("button", { type: "button" }, "Previous page");
  const after = make("button", { type: "button" }, "Next page");
  const pageNumber = make("span");
  pager.append(before, pageNumber, after);
  before.addEventListener("click", () => turn(-1));
  after.addEventListener("click", () => turn(1));

  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      Object.assign(state, { query: search.value.trim(), page: 0 });
      show();
    }, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  // Keys: / searches, the arrows go from row to row.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      search.focus();
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.matches("tbody th button")) {
      const buttons = [...body.querySelectorAll("th button")];
      const next = buttons[buttons.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });

  // On paper are all rows that are found, up to a number that a printer can take.
  addEventListener("beforeprint", () => {
    showRows(current.rows.slice(0, PRINTED));
    if (current.rows.length > PRINTED) status.append(`, of which the first ${format(PRINTED)} are printed`);
  });
  addEventListener("afterprint", show);
  addEventListener("hashchange", () => {
    readAddress();
    search.value = state.query;
    panels.forEach(fillPanel);
    show();
  });

  readAddress();
  search.value = state.query;
  form.append(make("label", {}, "Search", search));
  for (const facet of data.facets) {
    if (facet.values.length < 2) continue;
    panels.set(facet.key, panelOf(facet));
    form.append(panels.get(facet.key).panel);
  }
  form.hidden = false;
  document.getElementById("tools").hidden = false;
  show();
})();
