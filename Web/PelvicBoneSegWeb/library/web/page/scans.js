// One scan of the list.

import { titled } from "./bones.js";
import { button, element, megabytes } from "./elements.js";

const WORDS = { queued: "waiting", running: "running", failed: "failed", cancelled: "cancelled" };
const ACTIVE = ["queued", "running"];
const SHOWN_RUNS = 2;

export const isActive = (scan) => scan.segmentations.some((one) => ACTIVE.includes(one.status));

export class ScanItem {
  constructor(scan, actions) {
    const template = document.getElementById("scan");
    this.item = template.content.firstElementChild.cloneNode(true);
    this.actions = actions;
    const path = `api/scans/${scan.id}`;
    const picture = this.part("img");
    picture.src = `${path}/thumbnail.png`;
    picture.onerror = () => picture.classList.add("missing");
    this.part(".patient").textContent = scan.patient;
    this.part(".series").textContent = `${scan.modality} ${scan.series}`.trim();
    this.part(".facts").textContent = facts(scan);
    this.part(".open").href = `open/${scan.id}`;
    this.part(".open").onclick = (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) this.showOpening(true);
    };
    this.part(".download").href = `${path}/scan.nrrd`;
    this.part(".run").onclick = () => actions.segment(this.scan);
    this.part(".delete").onclick = () => actions.remove(this.scan);
    this.item.onkeydown = (event) => this.press(event);
    this.name(scan);
    this.show(scan);
  }

  part(selector) {
    return this.item.querySelector(selector);
  }

  name(scan) {
    const name = `${scan.patient} ${scan.series}`;
    this.item.setAttribute("aria-label", `${name}, ${this.part(".facts").textContent}`);
    for (const [selector, verb] of [
      [".open", "Open"],
      [".run", "Segment"],
      [".download", "Download the file of"],
      [".delete", "Delete"],
    ])
      this.part(selector).setAttribute("aria-label", `${verb} ${name}`);
  }

  show(scan) {
    this.scan = scan;
    this.part(".run").disabled = isActive(scan);
    // Drawn anew only when it says something else, or the focus would be lost each second.
    const state = JSON.stringify(scan.segmentations);
    if (state === this.state) return;
    this.state = state;
    const runs = this.part(".runs");
    const isOpen = runs.querySelector("details")?.open ?? false;
    const cancelled = runs.contains(document.activeElement) && document.activeElement.dataset.run;
    runs.replaceChildren(...this.runs([...scan.segmentations].reverse(), isOpen));
    if (cancelled) runs.querySelector(`[data-run="${cancelled}"]`)?.focus();
  }

  // A viewer takes some seconds to start, in which the browser shows nothing.
  showOpening(is) {
    this.part(".open").textContent = is ? "Opening…" : "Open";
    this.part(".open").setAttribute("aria-busy", String(is));
  }

  runs(newestFirst, isOpen) {
    const latest = element("ul");
    latest.append(...newestFirst.slice(0, SHOWN_RUNS).map((one) => this.run(one)));
    const rest = newestFirst.slice(SHOWN_RUNS);
    if (!rest.length) return [latest];
    const earlier = element("ul");
    earlier.append(...rest.map((one) => this.run(one)));
    const folded = element("details");
    folded.open = isOpen;
    folded.append(element("summary", "", `${rest.length} earlier`), earlier);
    return [latest, folded];
  }

  run(one) {
    const line = element("li");
    if (one.status === "done") line.append(...this.result(one));
    else if (one.progress) line.append(...this.progress(one));
    else {
      line.append(`${wanted(one)}: `, element("span", `mark ${one.status}`, WORDS[one.status]));
      if (one.message) line.append(element("div", "bad", one.message));
    }
    return line;
  }

  result(one) {
    const found = one.summary.segments.filter((segment) => segment.ml !== 0);
    const said = element("span", "", foundIn(found, one));
    said.title = found.map(measured).join("\n");
    const parts = [said];
    if (one.edited) parts.push(" ", element("span", "mark edited", "edited"));
    const path = `api/segmentations/${one.id}`;
    if (found.length) parts.push(" ", link("Masks", `${path}/seg.nrrd`, "segmentation, for Slicer"));
    if (!one.edited) parts.push(" ", link("Report", `${path}/report.json`, "account of the run"));
    for (const warning of one.summary.warnings)
      parts.push(element("div", "warning", `⚠ ${warning}`));
    return parts;
  }

  progress(one) {
    const { ahead, fraction, stage } = one.progress;
    const bar = element("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", `Segmentation of ${this.scan.patient}`);
    if (one.status === "running") bar.value = fraction;
    const before = ahead === 1 ? "1 run" : `${ahead} runs`;
    const start = one.status === "running" ? "starting" : "waiting for the network";
    const text = ahead ? `waiting, ${before} before it` : stage || start;
    const cancel = button("Cancel", () => this.actions.cancel(one.id));
    cancel.dataset.run = one.id;
    cancel.setAttribute("aria-label", `Cancel the segmentation of ${this.scan.patient}`);
    return [`${wanted(one)}: `, bar, ` ${text} `, cancel];
  }

  press(event) {
    if (event.target !== this.item || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") this.part(".open").click();
    else if (event.key === "Delete") this.actions.remove(this.scan);
    else if (event.key.toLowerCase() === "s") this.actions.segment(this.scan);
    else if (event.key === "ArrowDown") this.item.nextElementSibling?.focus();
    else if (event.key === "ArrowUp") this.item.previousElementSibling?.focus();
    else return;
    event.preventDefault();
  }
}

function wanted(one) {
  const bones = one.bones.length < 4 ? one.bones.map(titled).join(", ") : "All bones";
  return one.side === "both" ? bones : `${bones}, ${one.side}`;
}

function foundIn(segments, one) {
  if (!segments.length && one.edited) return "no bone in it";
  if (!segments.length) return `${wanted(one)}: not found; is it a pelvis?`;
  if (segments.length > 2) return `${segments.length} bones segmented`;
  return `${segments.map((segment) => segment.name).join(", ")} segmented`;
}

function measured(segment) {
  return segment.ml === null ? segment.name : `${segment.name}: ${segment.ml.toFixed(1)} ml`;
}

function link(text, href, title) {
  const made = element("a", "button small", text);
  made.href = href;
  made.title = `Download the ${title}`;
  made.download = "";
  return made;
}

function facts(scan) {
  const round = (value) => Number(value.toFixed(2));
  const added = new Date(scan.added).toLocaleString([], {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return [
    `${scan.size.join("×")} voxels`,
    `${scan.spacing.map(round).join("×")} mm`,
    megabytes(scan.bytes),
    added,
  ]
    .map((part) => part.replaceAll(" ", "\u00a0"))
    .join(" · ");
}
