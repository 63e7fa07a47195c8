// The start: a basket to fill and send, and the latest jobs.

import { basket } from "./basket.js";
import { copyOf, setText } from "./elements.js";
import { saveDownloads } from "./saving.js";
import { getJobs, saysMore, submit } from "./service.js";
import { showJobs } from "./view-jobs.js";
import { counted } from "./words.js";

export async function showStart(main, signal) {
  main.replaceChildren(copyOf("start"));
  const form = main.querySelector("#basket");
  const links = form.querySelector("#links");
  const chosen = form.querySelector("#chosen");

  basket.changed = () => showBasket(form);
  signal.addEventListener("abort", () => { basket.changed = () => {}; });
  links.addEventListener("input", () => { basket.text = links.value; });
  form.querySelector("#choose").addEventListener("click", () => chosen.click());
  chosen.addEventListener("change", async () => {
    await basket.addFiles(chosen.files);
    chosen.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  saveDownloads(main);
  showBasket(form);

  const { jobs } = await getJobs(5, null, signal);
  const recent = main.querySelector("#recent");
  showJobs(recent.querySelector("ul"), jobs);
  recent.hidden = !jobs.length;
}

function showBasket(form) {
  form.querySelector("#trouble").hidden = true; // told of what was
  const links = form.querySelector("#links");
  if (links.value !== basket.text) links.value = basket.text;
  form.querySelector("#files").replaceChildren(...basket.files.map(showFile));
  const { images, pictures, without } = basket.contents();
  const parts = [
    images.length && counted(images.length, "link"),
    pictures.length && counted(pictures.length, "picture"),
  ].filter(Boolean);
  let contents = parts.join(" and ") || "Nothing to upload yet";
  if (without) contents += ` · ${counted(without, "line")} without a link`;
  if (pictures.length && images.some(saysMore)) {
    contents += " · beside pictures, links lose their titles"; // a form has plain URLs only
  }
  setText(form.querySelector("#contents"), contents);
}

function showFile(file) {
  const chip = copyOf("chip");
  const holds = file.images ? ` · ${counted(file.images.length, "link")}` : "";
  setText(chip.querySelector("span"), file.name + holds);
  const remove = chip.querySelector("button");
  remove.setAttribute("aria-label", `Leave out ${file.name}`);
  remove.addEventListener("click", () => basket.remove(file));
  return chip;
}

async function send(form) {
  const { images, pictures } = basket.contents();
  const trouble = form.querySelector("#trouble");
  trouble.hidden = true;
  if (!images.length && !pictures.length) {
    form.querySelector("#links").focus();
    return;
  }
  const button = form.querySelector(".primary");
  button.disabled = true;
  setText(button, "Sending…");
  try {
    const id = await submit({ images, pictures, options: optionsOf(form) }, basket.attempt);
    basket.clear();
    location.hash = `#/jobs/${id}`;
  } catch (error) {
    trouble.hidden = false;
    trouble.replaceChildren(...explain(error, images, pictures));
    button.disabled = false;
    setText(button, "Upload");
  }
}

/** What the fields of the form ask for; nothing for those that are empty. */
function optionsOf({ elements: { title, labels, priority } }) {
  const options = { priority: priority.value };
  if (title.value.trim()) options.title = title.value.trim();
  const named = labels.value.split(",").map((label) => label.trim()).filter(Boolean);
  if (named.length) options.labels = named;
  return options;
}

/** What is wrong, and with which link or file. */
function explain(error, images, pictures) {
  const list = document.createElement("ul");
  for (const { pointer, part, line, number, detail } of error.errors ?? []) {
    const index = part === "urls" ? line - 1 : /^\/urls\/(\d+)/.exec(pointer)?.[1];
    const name = images[index]?.url ?? (part === "files" && pictures[number - 1]?.name);
    const item = document.createElement("li");
    item.textContent = name ? `${name}: ${detail}` : detail;
    list.append(item);
  }
  const text = document.createElement("p");
  text.textContent = list.children.length ? "Nothing was uploaded yet. Please mend:" : error.message;
  return [text, list];
}
