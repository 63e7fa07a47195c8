// One job: how far it is, and every image of it.

import { offerCopies } from "./copying.js";
import { copyOf, fillBar, say, setText } from "./elements.js";
import { Following } from "./following.js";
import { fillRow } from "./image-row.js";
import { cancel, retry } from "./service.js";
import { VirtualList } from "./virtual-list.js";
import { counted, moment, number, pause, span } from "./words.js";

/** Seconds between two announcements to a screen reader while images are finished. */
const ANNOUNCE = 10;

const NONE = { pending: "Nothing waits.", complete: "Nothing is done yet.",
  failed: "Nothing has failed." };

export async function showJob(main, signal, id) {
  main.replaceChildren(copyOf("job"));
  const find = (selector) => main.querySelector(selector);
  const following = new Following(id, signal, () => {
    if (document.hidden) showProgress(main, following); // no frame comes, but the title is seen
    else frame ||= requestAnimationFrame(show);
  });

  let frame = 0;
  let announced = null;
  const announce = () => setText(find("#announced"), inWords(following));
  const list = new VirtualList(find("#images"), "image", (row, index) => {
    fillRow(row, following.images[index], index);
  }, signal);
  const show = () => {
    frame = 0;
    if (signal.aborted) return;
    showProgress(main, following);
    showOutlook(main, following);
    const status = find("#which input:checked").value;
    const indexes = chosen(following, status);
    list.show(indexes);
    setText(find("#none"), following.job && !indexes.length ? NONE[status] : "");
    // At once where it begins, pauses, goes on and ends; else from time to time.
    if (find("#status").dataset.status !== announced) announce();
    announced = find("#status").dataset.status;
  };
  const timers = [setInterval(() => showOutlook(main, following), 1000),
    setInterval(announce, ANNOUNCE * 1000)];
  signal.addEventListener("abort", () => timers.forEach(clearInterval));

  find("#which").addEventListener("change", show);
  find("#copy").addEventListener("click", (event) =>
    offerCopies(event.currentTarget, following.counts.complete, async () =>
      (await following.all()).filter(({ link }) => link)));
  find("#cancel").addEventListener("click", () => ask(cancel(id)));
  find("#retry").addEventListener("click", () => ask(retry(id)));
  find("#images").addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    const image = following.images[button?.closest("li").dataset.index];
    if (button?.matches(".copy")) offerCopies(button, 1, () => [image]);
    if (button?.matches(".retry")) ask(retry(id, [image.url]));
  });
  async function ask(request) {
    try {
      await request;
      following.resume();
    } catch (error) {
      say(error.message);
    }
  }

  await following.run();
}

/** The indexes of the images with this status; of all where none is named. */
function chosen({ images, total }, status) {
  const indexes = [];
  for (let index = 0; index < total; index += 1) {
    if (!status || images[index]?.status === status) indexes.push(index);
  }
  return indexes;
}

function showProgress(main, { job, counts, total }) {
  if (!job) return;
  const find = (selector) => main.querySelector(selector);
  const isComplete = job.status === "complete";
  const finished = counts.complete + counts.failed;
  setText(find("h1"), job.title ?? counted(total, "image"));
  setText(find("#when"), `Submitted at ${moment(job.created)}`);
  setText(find("#done strong"), number(counts.complete));
  setText(find("#done .soft"), `of ${number(total)} uploaded`);
  const pill = find("#status");
  const status = job.waiting ? "waiting" : job.status;
  pill.dataset.status = status;
  setText(pill, { pending: "Waiting", waiting: "Paused", "in-progress": "Running",
    complete: "Complete" }[status]);
  const bar = find("#bar");
  fillBar(bar, counts, total);
  bar.setAttribute("aria-valuemax", total);
  bar.setAttribute("aria-valuenow", finished);
  find("#copy").disabled = !counts.complete;
  find("#retry").disabled = !counts.failed;
  find("#cancel").disabled = isComplete;
  for (const input of main.querySelectorAll("#which input")) {
    const count = input.value ? counts[input.value] : total;
    setText(input.nextElementSibling.querySelector("b"), number(count));
  }
  document.title = isComplete ? `Complete · ${find("h1").textContent}`
    : `${Math.floor((finished / total) * 100)} % · ${find("h1").textContent}`;
}

/** One line: why nothing comes, why it waits, how long it takes, how long it took. */
function showOutlook(main, { job, trouble, counts }) {
  const line = main.querySelector("#outlook");
  line.dataset.kind = trouble ? "trouble" : job?.waiting ? "waiting" : "";
  if (trouble) setText(line, `${trouble.message} Trying again by itself.`);
  else if (!job) return;
  else if (job.status === "complete") {
    const failed = counts.failed ? ` ${counted(counts.failed, "image")} failed.` : "";
    const took = span(job.finished, job.created);
    setText(line, `Finished at ${moment(job.finished)}, in ${took}.${failed}`);
  } else if (job.waiting) setText(line, pause(job.waiting));
  else if (job.estimate) setText(line, `About ${span(job.estimate)} left`);
  else setText(line, "How long it takes is not known yet");
}

function inWords({ job, counts, total }) {
  if (!job) return "";
  const failed = counts.failed ? `, ${number(counts.failed)} failed` : "";
  const waiting = job.waiting ? ` ${pause(job.waiting)}` : "";
  return `${number(counts.complete + counts.failed)} of ${counted(total, "image")} finished${failed}.${waiting}`;
}
