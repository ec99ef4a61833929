// Elements of text alone: nothing that comes from a file or the server is ever read as HTML.

export function element(name, kind = "", text = "") {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (text) made.textContent = text;
  return made;
}

export function button(text, onclick) {
  const made = element("button", "small", text);
  made.type = "button";
  made.onclick = onclick;
  return made;
}

export function megabytes(bytes) {
  const value = bytes / 2 ** 20;
  if (value < 0.1) return `${Math.ceil(bytes / 2 ** 10)} kB`;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} MB`;
}
