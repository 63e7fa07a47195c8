// One job and its images, kept as they are at the service.

import { Trouble, getEvents, getImages, getJob } from "./service.js";

/** Seconds between two looks from a tab that nobody sees. It holds no stream open: a browser keeps
 * few connections to one host, and many jobs may be open. */
const HIDDEN = 15;
/** Seconds until the stream is asked for again after it ended or broke off. */
const AGAIN = 2;
/** Seconds between two questions for the outlook, which no event tells: where nothing happens (the
 * reason may be a pause), and where images are finished all the time. */
const QUIET = 4;
const BUSY = 60;

/** What waiting does not mend. */
const FINAL = new Set([401, 403, 404]);

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
  #stream = new AbortController();
  #wake = () => {};
  #lastEvent = "";
  #etag = null;
  #reading = Promise.resolve();
  /** What events told while a page of images was read. */
  #news = new Set();
  #heard = 0;

  /** `changed` is called after every change, until the signal. */
  constructor(id, signal, changed) {
    this.#id = id;
    this.#signal = signal;
    this.#changed = changed;
    document.addEventListener("visibilitychange", () => this.resume(), { signal });
    signal.addEventListener("abort", () => this.resume());
  }

  get total() {
    return this.counts.pending + this.counts.complete + this.counts.failed;
  }

  /** Follow the job until the signal. Raises the Trouble that waiting does not mend. */
  async run() {
    while (!this.#signal.aborted) {
      let pause;
      try {
        pause = await (document.hidden ? this.#look() : this.#listen());
        this.trouble = null;
      } catch (error) {
        if (this.#signal.aborted) return;
        if (error.name === "AbortError") continue; // the tab was hidden
        if (!(error instanceof Trouble) || FINAL.has(error.status)) throw error;
        this.trouble = error;
        pause = error.retryAfter || AGAIN;
      }
      this.#changed();
      await this.#sleep(this.job?.status === "complete" ? Infinity : pause);
    }
  }

  /** Look again at once: something was asked of the job, or somebody looks at the page. */
  resume() {
    this.#stream.abort();
    this.#wake();
  }

  /** All images, once they are known. */
  async all() {
    await this.#reading;
    return this.images;
  }

  async #sleep(seconds) {
    let timer;
    await new Promise((resolve) => {
      this.#wake = resolve;
      if (seconds < Infinity) timer = setTimeout(resolve, seconds * 1000);
    });
    clearTimeout(timer);
  }

  /** Take the job as it is now. */
  async #look() {
    const { job, etag } = await getJob(this.#id, this.#etag, this.#signal);
    if (job) {
      this.#take(job);
      await this.#reading;
    }
    this.#etag = etag;
    return HIDDEN;
  }

  /** Take what happens to the job, until it is complete. */
  async #listen() {
    this.#stream = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#stream.signal]);
    this.#keepOutlook(signal);
    try {
      for await (const { type, data, id } of getEvents(this.#id, this.#lastEvent, signal)) {
        this.trouble = null;
        this.#heard = performance.now();
        if (type === "snapshot") this.#take(JSON.parse(data));
        if (type === "change") this.#apply(JSON.parse(data));
        this.#lastEvent = id;
      }
      return AGAIN;
    } catch (error) {
      if (error.status !== 503) throw error;
      await this.#look(); // too many watch; so it is asked from time to time
      return error.retryAfter || AGAIN;
    } finally {
      this.#stream.abort();
    }
  }

  /** Ask how long it will take, and what it waits for, from time to time until the signal. */
  #keepOutlook(signal) {
    let etag = null;
    let asked = performance.now();
    const ask = async () => {
      const now = performance.now();
      const isOpen = this.job?.waiting || !this.job?.estimate;
      const isQuiet = now - this.#heard > QUIET * 1000;
      if (!isOpen && !isQuiet && now - asked < BUSY * 1000) return;
      asked = now;
      const answer = await getJob(this.#id, etag, signal);
      etag = answer.etag;
      if (!answer.job) return;
      const { estimate, waiting } = answer.job;
      this.job = { ...this.job, estimate, waiting };
      this.#changed();
    };
    const timer = setInterval(() => ask().catch(() => {}), QUIET * 1000); // the stream will tell
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  #take(job) {
    this.job = job;
    for (const status of Object.keys(this.counts)) {
      this.counts[status] = job.uploaded[status].length;
    }
    this.#changed();
    this.#reading = this.#read();
  }

  #apply({ status, finished, images, changed }) {
    const waiting = status === "complete" ? undefined : this.job.waiting;
    this.job = { ...this.job, status, finished, waiting };
    this.counts = images;
    for (const image of changed) {
      this.images[image.index] = image;
      this.#news.add(image.index);
    }
    this.#changed();
  }

  /** Read all images, again and again until it can be done. */
  async #read() {
    try {
      await this.#readPages();
    } catch (error) {
      if (this.#signal.aborted) return;
      if (!(error instanceof Trouble)) throw error;
      this.trouble = error;
      this.#changed();
      await new Promise((resolve) => { setTimeout(resolve, (error.retryAfter || AGAIN) * 1000); });
      if (!this.#signal.aborted) await this.#read();
    }
  }

  /** What an event told meanwhile is newer than what is read. */
  async #readPages() {
    const pages = getImages(this.#id, this.#signal);
    for (;;) {
      this.#news.clear();
      const { value: page, done } = await pages.next();
      if (done) return;
      for (const image of page) {
        if (!this.#news.has(image.index)) this.images[image.index] = image;
      }
      this.#changed();
    }
  }
}
