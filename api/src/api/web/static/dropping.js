// Files and links dropped or pasted anywhere on the page go into the basket.

import { basket } from "./basket.js";

const WRITING = "input, textarea, select";

/** Take what comes from now on; `received` shows the basket. */
export function receive(received) {
  const veil = document.getElementById("veil");
  let depth = 0; // of elements entered and not left: each of them tells

  const take = (transfer) => {
    if (transfer.files.length) basket.addFiles(transfer.files);
    else basket.addText(transfer.getData("text/uri-list") || transfer.getData("text/plain"));
    received();
  };

  addEventListener("dragenter", () => {
    depth += 1;
    veil.hidden = false;
  });
  addEventListener("dragleave", () => {
    depth -= 1;
    veil.hidden = depth <= 0;
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    take(event.dataTransfer);
  });
  addEventListener("paste", (event) => {
    // Text that is pasted where one writes is the field's own.
    if (!event.clipboardData.files.length && event.target.closest(WRITING)) return;
    event.preventDefault();
    take(event.clipboardData);
  });
}
