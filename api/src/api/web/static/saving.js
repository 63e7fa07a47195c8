// Files of the service that are saved: asked for with the key, which a plain link does not send.

import { say } from "./elements.js";
import { getFile } from "./service.js";

/** Let the links within that are downloads save what they lead to. */
export function saveDownloads(within) {
  for (const link of within.querySelectorAll("a[download]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      save(link.href, link.download);
    });
  }
}

async function save(path, name) {
  try {
    const saved = document.createElement("a");
    saved.href = URL.createObjectURL(await getFile(path));
    saved.download = name;
    saved.click();
    setTimeout(() => URL.revokeObjectURL(saved.href), 10_000); // it is being saved meanwhile
    say(`${name} is saved`);
  } catch (error) {
    say(error.message);
  }
}
