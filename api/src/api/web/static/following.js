// One job and its images, kept as they are at the service.

import { Trouble, getEvents, getImages, getJob } from "./service.js";

const STATUSES = ["pending", "complete", "failed"];

/** Seconds between two looks where nothing is pushed: in a tab in the background, or for want of a
 * stream. A hidden tab holds none, since a browser keeps few connections to one host. */
const HIDDEN = 15;
const LOOK = 1;
/** While nothing happens the reason may be a pause, and events do not tell of it. */
const QUIET = 5;

export class Following {
  /** The document of the job, null until it came. */
  job = null;
  counts = { pending: 0, complete: 0, failed: 0 };
  /** By index; one that has not been read yet is missing. */
  images = [];
  /** Why nothing comes at the moment, null while all is well. */
  trouble = null;
  #id;
  #signal;
  #changed;
  #etag = null;
  #lastEvent = "";
  #reading = null;
  #wake = () => {};

  /** `changed` is called after every change, until the signal. */
  constructor(id, signal, changed) {
    this.#id = id;
    this.#signal = signal;
    this.#changed = changed;
    document.addEventListener("visibilitychange", () => this.#wake(), { signal });
    signal.addEventListener("abort", () => this.#wake());
  }

  get total() {
    return this.counts.pending + this.counts.complete + this.counts.failed;
  }

  /** Follow the job until the signal. Raises the Trouble that waiting does not mend. */
  async run() {
    while (!this.#signal.aborted) {
      let pause = document.hidden ? HIDDEN : LOOK;
      try {
        await (document.hidden ? this.#look() : this.#listen());
        this.trouble = null;
        if (this.job?.status === "complete") pause = Infinity;
      } catch (error) {
        if (this.#signal.aborted) return;
        if (!(error instanceof Trouble)) throw error;
        if ([401, 403, 404].includes(error.status)) throw error;
        this.trouble = error;
        pause = error.retryAfter || 2;
      }
      this.#changed();
      await this.#sleep(pause);
    }
  }

  /** Look again: something was asked of the job. */
  resume() {
    this.#wake();
  }

  /** Resolves when all images are known. */
  async all() {
    await this.#reading;
    return this.images;
  }

  #sleep(seconds) {
    return new Promise((resolve) => {
      const timer = seconds < Infinity && setTimeout(resolve, seconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #look() {
    const { job, etag } = await getJob(this.#id, this.#etag, this.#signal);
    this.#etag = etag;
    if (job) this.#take(job);
    await this.#reading;
  }

  async #listen() {
    await this.#look();
  }

  #take(job) {
    this.job = job;
    for (const status of STATUSES) this.counts[status] = job.uploaded[status].length;
    this.#changed();
    this.#reading = this.#read();
  }

  /** Read all images anew. */
  async #read() {
    let index = 0;
    for await (const images of getImages(this.#id, this.#signal)) {
      for (const image of images) this.images[index++] = image;
      this.#changed();
    }
  }
}
