// The library page: the list, kept up to date.

import { ask } from "./api.js";
import { BoneChoice } from "./bones.js";
import { button, element } from "./elements.js";
import { say, tellProblem, tellRefusal } from "./notices.js";
import { ScanItem, isActive } from "./scans.js";
import { setUpUploads } from "./uploads.js";

const BUSY_MS = 700;
const IDLE_MS = 10000;
const TYPED_INTO = "input:not([type=checkbox]), select, dialog";

const find = (id) => document.getElementById(id);
const items = new Map();
let descending = true;
let timer = 0;
let asked = 0;
let wish = null;

const actions = {
  async act(work) {
    try {
      await work();
    } catch (error) {
      tellRefusal(error.message);
    }
    await refresh();
  },
  cancel: (id) => actions.act(() => ask("POST", `api/segmentations/${id}/cancel`)),
  remove(scan) {
    find("question").textContent = `Delete the scan ${scan.patient} ${scan.series}?`;
    askIn("confirm", () => removed(scan));
  },
  segment(scan) {
    if (isActive(scan)) return;
    find("wished").textContent = `Which bones of ${scan.patient} ${scan.series}?`;
    askIn("wish", () =>
      actions.act(() => ask("POST", `api/scans/${scan.id}/segmentations`, wish.value)),
    );
  },
};

function askIn(id, yes) {
  const dialog = find(id);
  dialog.returnValue = "no";
  dialog.onclose = () => {
    if (dialog.returnValue === "yes") yes();
  };
  dialog.showModal();
}

async function removed(scan) {
  const { item } = items.get(scan.id) ?? {};
  const next = item?.nextElementSibling ?? item?.previousElementSibling ?? find("choose");
  await actions.act(async () => {
    await ask("DELETE", `api/scans/${scan.id}`);
    say(`${scan.patient} ${scan.series} was deleted.`);
  });
  // Else who uses keys would be thrown back to the beginning of the page.
  if (!items.has(scan.id)) next.focus();
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
    if (!wish) await begin();
    const { scans } = await ask("GET", `api/scans?${query}`);
    if (turn !== asked) return; // a later question is on its way
    draw(scans);
    tellProblem("");
    if (scans.some(isActive)) wait = BUSY_MS;
  } catch (error) {
    if (turn !== asked) return;
    if (!items.size) showEmpty("The list could not be loaded.");
    tellProblem(error.message, refresh);
  }
  timer = setTimeout(refresh, document.hidden ? IDLE_MS : wait);
}

async function begin() {
  const session = await ask("GET", "api/session");
  if (wish) return; // two questions were on their way
  wish = new BoneChoice(find("wish-bones"), session);
  // Who came by somebody else's address is to see whose library takes the uploads.
  if (session.owner !== "user") find("owner").textContent = `Library of ${session.owner}`;
  setUpUploads(session, refresh);
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
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
  setStop(list.querySelector(".scan:focus-within") ?? list.firstElementChild);
  find("keys").hidden = !scans.length;
  if (scans.length) showEmpty("");
  else if (find("search").value.trim()) showEmpty("No scan fits the search.", clearSearch());
  else showEmpty("There is no scan yet. Upload one, or drop it anywhere on this page.", sample());
}

// One stop for the tabulator; arrows go on from there.
function setStop(stop) {
  for (const { item } of items.values()) item.tabIndex = item === stop ? 0 : -1;
}

function showEmpty(text, next) {
  const place = find("empty");
  place.hidden = !text;
  // The same words must not be drawn again each time: the focus would be lost.
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  place.replaceChildren(element("p", "", text), ...(next ? [next] : []));
}

function clearSearch() {
  return button("Clear the search", () => {
    find("search").value = "";
    find("search").focus();
    refresh();
  });
}

function sample() {
  const link = element("a", "button", "Try the sample scan");
  link.href = "sample";
  return link;
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
  find("scans").addEventListener("focusin", (event) => setStop(event.target.closest(".scan")));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
  // Who comes back from a viewer by the browser's own button finds the page as it was left.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const item of items.values()) item.showOpening(false);
    refresh();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest(TYPED_INTO)) {
      event.preventDefault();
      find("search").focus();
    }
  });
}

setUpTools();
await refresh();
