// The library page: the list, kept up to date.

import { ask } from "./api.js";
import { ScanItem, isActive } from "./scans.js";
import { setUpUploads } from "./uploads.js";

const BUSY_MS = 700;
const IDLE_MS = 10000;

const find = (id) => document.getElementById(id);
const items = new Map();
let descending = true;
let timer = 0;
let asked = 0;

const actions = {
  async act(work) {
    try {
      await work();
      await refresh();
    } catch (error) {
      tell(error.message);
    }
  },
  remove(scan) {
    const dialog = find("confirm");
    find("question").textContent = `Delete the scan ${scan.patient} ${scan.series}?`;
    dialog.returnValue = "no";
    dialog.onclose = () => {
      if (dialog.returnValue === "yes")
        actions.act(() => ask("DELETE", `api/scans/${scan.id}`));
    };
    dialog.showModal();
  },
};

function tell(message) {
  find("problem").hidden = !message;
  find("problem").textContent = message;
}

async function refresh() {
  clearTimeout(timer);
  const turn = ++asked;
  const query = new URLSearchParams({
    search: find("search").value,
    sort: find("sort").value,
    order: descending ? "descending" : "ascending",
  });
  let wait = IDLE_MS;
  try {
    const { scans } = await ask("GET", `api/scans?${query}`);
    if (turn !== asked) return; // a later question is on its way
    draw(scans);
    tell("");
    if (scans.some(isActive)) wait = BUSY_MS;
  } catch (error) {
    tell(error.message);
  }
  timer = setTimeout(refresh, document.hidden ? IDLE_MS : wait);
}

function draw(scans) {
  const list = find("scans");
  list.setAttribute("aria-busy", "false");
  const shown = new Set(scans.map((scan) => scan.id));
  for (const [id, { item }] of items)
    if (!shown.has(id)) {
      item.remove();
      items.delete(id);
    }
  scans.forEach((scan, place) => {
    if (items.has(scan.id)) items.get(scan.id).show(scan);
    else items.set(scan.id, new ScanItem(scan, actions));
    const { item } = items.get(scan.id);
    item.tabIndex = place ? -1 : 0; // one stop for the tabulator; arrows go on from there
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
  find("empty").hidden = scans.length > 0;
  find("empty").textContent = find("search").value.trim()
    ? "No scan fits the search."
    : "There is no scan yet. Upload one, or drop it anywhere on this page.";
}

function setUpTools() {
  find("search").oninput = refresh;
  find("sort").onchange = refresh;
  find("order").onclick = (event) => {
    descending = !descending;
    event.target.textContent = descending ? "↓" : "↑";
    event.target.setAttribute("aria-pressed", String(descending));
    refresh();
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.matches("input, select")) {
      event.preventDefault();
      find("search").focus();
    }
  });
}

find("empty").hidden = false;
find("empty").textContent = "Loading the list…";
setUpTools();
try {
  setUpUploads(await ask("GET", "api/session"), refresh);
} catch (error) {
  tell(error.message);
}
await refresh();
