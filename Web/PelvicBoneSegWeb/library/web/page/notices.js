// What went wrong, above the list, with what can be done; and what screen readers are told.

import { button } from "./elements.js";

const find = (id) => document.getElementById(id);

// Goes by itself when the server answers again.
export function tellProblem(message, retry) {
  const place = find("problem");
  if (place.hidden === !message && place.dataset.message === message) return;
  place.dataset.message = message;
  place.hidden = !message;
  place.replaceChildren(message, ...(message ? [" ", button("Try again", retry)] : []));
  find("scans").classList.toggle("stale", Boolean(message));
}

// Stays until it was read.
export function tellRefusal(message) {
  const place = find("refused");
  place.hidden = !message;
  const dismiss = button("Dismiss", () => tellRefusal(""));
  place.replaceChildren(message, ...(message ? [" ", dismiss] : []));
}

export function say(message) {
  find("said").textContent = message;
}
