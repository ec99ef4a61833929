// One scan of the list.

import { ask } from "./api.js";
import { button, element, megabytes } from "./elements.js";

const WORDS = { queued: "waiting", running: "running", failed: "failed", cancelled: "cancelled" };

export const isActive = (scan) =>
  scan.segmentations.some((one) => one.status === "queued" || one.status === "running");

export class ScanItem {
  constructor(scan, actions) {
    const template = document.getElementById("scan");
    this.item = template.content.firstElementChild.cloneNode(true);
    this.actions = actions;
    const path = `api/scans/${scan.id}`;
    this.part("img").src = `${path}/thumbnail.png`;
    this.part(".patient").textContent = scan.patient;
    this.part(".series").textContent = `${scan.modality} ${scan.series}`.trim();
    this.part(".facts").textContent = facts(scan);
    this.part(".open").href = `open/${scan.id}`;
    this.part(".download").href = `${path}/scan.nrrd`;
    this.part(".run").onclick = () =>
      actions.act(() => ask("POST", `${path}/segmentations`, {}));
    this.part(".delete").onclick = () => actions.remove(this.scan);
    this.item.onkeydown = (event) => this.press(event);
    this.show(scan);
  }

  part(selector) {
    return this.item.querySelector(selector);
  }

  show(scan) {
    this.scan = scan;
    const name = `${scan.patient} ${scan.series}`;
    for (const [selector, verb] of [
      [".open", "Open"],
      [".run", "Segment"],
      [".download", "Download the file of"],
      [".delete", "Delete"],
    ])
      this.part(selector).setAttribute("aria-label", `${verb} ${name}`);
    this.part(".run").disabled = isActive(scan);
    // Drawn anew only when it says something else, or the focus would be lost each second.
    const state = JSON.stringify(scan.segmentations);
    if (state !== this.state) {
      this.state = state;
      this.part(".runs").replaceChildren(...scan.segmentations.map((one) => this.run(one)));
    }
  }

  run(one) {
    const line = element("li");
    if (one.status === "done") {
      const found = one.summary.segments.filter((segment) => segment.ml > 0);
      const text = found.length
        ? `${found.length} bones segmented`
        : "no bone found; is it a pelvis?";
      const said = element("span", "", text);
      said.title = found.map((segment) => `${segment.name}: ${segment.ml.toFixed(1)} ml`).join("\n");
      line.append(said);
      const path = `api/segmentations/${one.id}`;
      if (found.length) line.append(" ", link("Masks", `${path}/seg.nrrd`));
      line.append(" ", link("Report", `${path}/report.json`));
      for (const warning of one.summary.warnings) line.append(element("div", "", `⚠ ${warning}`));
    } else if (one.progress) {
      line.append(...this.progress(one));
    } else {
      line.append(element("span", one.status === "failed" ? "bad" : "", WORDS[one.status]));
      if (one.message) line.append(element("div", "bad", one.message));
    }
    return line;
  }

  progress(one) {
    const { ahead, fraction, stage } = one.progress;
    const bar = element("progress");
    bar.max = 1;
    if (one.status === "running") bar.value = fraction;
    const before = ahead === 1 ? "1 run" : `${ahead} runs`;
    const start = one.status === "running" ? "starting" : "waiting for the network";
    const text = ahead ? `waiting, ${before} before it` : stage || start;
    const cancel = button("Cancel", () =>
      this.actions.act(() => ask("POST", `api/segmentations/${one.id}/cancel`)),
    );
    return [bar, ` ${text} `, cancel];
  }

  press(event) {
    if (event.target !== this.item) return;
    if (event.key === "Enter") this.part(".open").click();
    else if (event.key === "Delete") this.actions.remove(this.scan);
    else if (event.key === "ArrowDown") this.item.nextElementSibling?.focus();
    else if (event.key === "ArrowUp") this.item.previousElementSibling?.focus();
    else return;
    event.preventDefault();
  }
}

function link(text, href) {
  const made = element("a", "button small", text);
  made.href = href;
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
  ].join(" · ");
}
