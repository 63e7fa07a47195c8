// All jobs, newest first.

import { copyOf, fillBar } from "./elements.js";
import { getJobs } from "./service.js";
import { counted, moment, number } from "./words.js";

const PAGE = 30;

export async function showAllJobs(main, signal) {
  main.replaceChildren(copyOf("jobs"));
  const list = main.querySelector("ul");
  const more = main.querySelector(".more");
  let cursor = null;
  const load = async () => {
    const page = await getJobs(PAGE, cursor, signal);
    showJobs(list, page.jobs);
    cursor = page.next;
    more.hidden = !cursor;
    list.hidden = !list.children.length;
    main.querySelector(".empty").hidden = !list.hidden;
  };
  more.addEventListener("click", load);
  await load();
}

/** Append these jobs to a list. */
export function showJobs(list, jobs) {
  list.append(...jobs.map(showJob));
}

function showJob(job) {
  const line = copyOf("line");
  const { pending, complete, failed } = job.images;
  const total = pending + complete + failed;
  line.querySelector("a").href = `#/jobs/${job.id}`;
  line.querySelector("b").textContent = job.title ?? counted(total, "image");
  line.querySelector("a .soft").textContent = moment(job.created);
  const counts = [`${number(complete)} of ${number(total)} done`];
  if (failed) counts.push(`${number(failed)} failed`);
  line.querySelector(".counts").textContent = counts.join(", ");
  fillBar(line.querySelector(".bar"), job.images, total);
  return line;
}
