// The page: the address says which view is shown.

import { closeMenu, prepareCopying } from "./copying.js";
import { receive } from "./dropping.js";
import { copyOf } from "./elements.js";
import { forgetKey, readKey, saveKey } from "./key.js";
import { Trouble } from "./service.js";
import { showGallery } from "./view-gallery.js";
import { showJob } from "./view-job.js";
import { showAllJobs } from "./view-jobs.js";
import { showStart } from "./view-start.js";

const VIEWS = [
  [/^(?:#\/?)?$/, showStart, "Imgferry"],
  [/^#\/jobs$/, showAllJobs, "Jobs · Imgferry"],
  [/^#\/jobs\/([0-9a-f-]{36})$/, showJob, "Job · Imgferry"],
  [/^#\/gallery$/, showGallery, "Gallery · Imgferry"],
];

const main = document.getElementById("main");
const forget = document.getElementById("forget-key");
let leaving = new AbortController();

async function show() {
  const found = VIEWS.map(([form, view, title]) => ({ match: form.exec(location.hash), view, title }))
    .find(({ match }) => match);
  if (!found) {
    location.replace("#/");
    return;
  }
  closeMenu();
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  document.title = found.title;
  forget.hidden = !readKey();
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.hash === (location.hash || "#/") ||
      (link.hash === "#/jobs" && location.hash.startsWith("#/jobs/"));
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  scrollTo(0, 0);
  try {
    await found.view(main, signal, ...found.match.slice(1));
  } catch (error) {
    if (signal.aborted) return;
    leaving.abort();
    if (!(error instanceof Trouble)) throw error;
    if (error.status === 401) askForKey();
    else showTrouble(error);
  }
}

/** The form for the key, in place of the view that needs one. */
function askForKey() {
  main.replaceChildren(copyOf("key"));
  main.querySelector(".trouble").hidden = !readKey();
  const field = main.querySelector("input");
  main.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    saveKey(field.value.trim());
    show();
  });
  field.focus();
}

function showTrouble(error) {
  main.replaceChildren(copyOf("failure"));
  main.querySelector("h1").textContent = error.status ? "That did not work" : "No connection";
  main.querySelector("p").textContent = error.message;
  main.querySelector("button").addEventListener("click", show);
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address stays that of the view
  main.focus();
});
forget.addEventListener("click", () => {
  forgetKey();
  show();
});
addEventListener("hashchange", () => {
  show();
  main.querySelector("h1")?.focus({ preventScroll: true });
});
receive(() => {
  if (!main.querySelector("#basket")) location.hash = "#/";
});
prepareCopying();
show();
