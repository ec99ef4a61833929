// The upload area: choose or drop files, see them arrive.

import { ask, send } from "./api.js";
import { BoneChoice } from "./bones.js";
import { button, element, megabytes } from "./elements.js";
import { say } from "./notices.js";

const find = (id) => document.getElementById(id);

export function setUpUploads(session, refresh) {
  const limit = session.limits.upload_bytes;
  const choice = new BoneChoice(find("at-once"), session);
  find("limit").textContent = megabytes(limit);
  find("segment").onchange = () => choice.enable(find("segment").checked);
  choice.enable(find("segment").checked); // browsers keep it over a reload
  find("choose").disabled = false;
  find("choose").onclick = () => find("files").click();
  find("files").onchange = (event) => {
    take(event.target.files);
    event.target.value = "";
  };
  const drop = find("drop");
  // On the whole page: a file that misses the area would replace the page.
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files);
  });

  // One after the other: the scans of a user are segmented one after the other as well.
  let last = Promise.resolve();
  function take(files) {
    if (!find("pseudonym").reportValidity() || !choice.reportValidity()) return;
    const query = new URLSearchParams({ pseudonym: find("pseudonym").value.trim() });
    if (find("segment").checked) {
      const { bones, side } = choice.value;
      query.set("segment", "1");
      query.set("bones", bones.join(","));
      query.set("side", side);
    }
    for (const file of files) {
      const line = new Line(file.name);
      if (file.size > limit) {
        line.fail(
          `${megabytes(file.size)} are more than the limit of ${megabytes(limit)}. ` +
            "Upload one series, without the rest of the study.",
        );
        continue;
      }
      last = last.then(() => upload(file, query, line, refresh));
    }
  }
}

async function upload(file, query, line, refresh) {
  if (line.cancelled) return;
  try {
    await ask("GET", `api/room?bytes=${file.size}`);
    if (line.cancelled) return;
    const sent = send(file, query, (loaded, total) => line.show(loaded, total));
    line.onCancel = sent.cancel;
    const told = await sent.done;
    if (told.warnings.length) line.warn(told.warnings.join(" "));
    else line.remove();
    say(`${line.name} was stored.`);
  } catch (error) {
    line.fail(error.message);
  }
  await refresh();
}

class Line {
  constructor(name) {
    this.name = name;
    this.cancelled = false;
    this.said = element("span", "said", "waiting");
    this.progress = element("progress");
    this.progress.max = 1;
    this.progress.setAttribute("aria-label", `Upload of ${name}`);
    this.button = button("Cancel", () => {
      this.cancelled = true;
      this.onCancel?.();
      this.remove();
    });
    this.button.setAttribute("aria-label", `Cancel the upload of ${name}`);
    this.item = element("li");
    this.item.append(element("span", "name", name), this.progress, this.said, this.button);
    find("uploads").append(this.item);
  }

  show(loaded, total) {
    if (loaded < total) {
      this.progress.value = loaded / total;
      this.said.textContent = `${megabytes(loaded)} of ${megabytes(total)}`;
    } else {
      this.progress.removeAttribute("value");
      this.said.textContent = "arrived, being checked";
    }
  }

  warn(message) {
    this.end(`Stored, but: ${message}`, "said");
  }

  fail(message) {
    this.said.setAttribute("role", "alert");
    this.end(message, "said bad");
  }

  end(message, kind) {
    if (this.cancelled) return;
    this.progress.remove();
    this.said.className = kind;
    this.said.textContent = message;
    this.button.textContent = "Dismiss";
    this.button.setAttribute("aria-label", `Dismiss what is said of ${this.name}`);
    this.button.onclick = () => this.remove();
  }

  remove() {
    if (this.item.contains(document.activeElement)) find("choose").focus();
    this.item.remove();
  }
}
