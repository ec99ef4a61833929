// Questions to the server. What goes wrong comes as an Error whose message is for the user.

const UNREACHABLE =
  "The server does not answer. Check that it is running, and reload the page.";

export async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: { Accept: "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error(UNREACHABLE);
  }
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(told?.message ?? `${UNREACHABLE} (${answer.status})`);
  return told;
}

export function send(file, query, onProgress) {
  // fetch() does not tell how much of a body has been sent.
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.open("POST", `api/uploads/${newId()}?${query}`);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    request.onload = () => {
      let told = null;
      try {
        told = JSON.parse(request.responseText);
      } catch {
        // a proxy in between may answer with a page of its own
      }
      if (request.status === 201) resolve(told);
      else reject(new Error(told?.message ?? `The upload failed (${request.status}). Try again.`));
    };
    request.onerror = () => reject(new Error("The connection broke off. Upload the file again."));
    request.onabort = () => reject(new Error("Cancelled. Nothing was stored."));
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
