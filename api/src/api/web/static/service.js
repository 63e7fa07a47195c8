// What the page asks of the API, and the trouble there may be with it.

import { readEvents } from "./events.js";
import { readKey } from "./key.js";

const JOBS = "v1/images/upload";

/** An answer that is an error, or no answer (status 0). `message` is for the reader. */
export class Trouble extends Error {
  constructor(message, { status = 0, errors = [], retryAfter = 0 } = {}) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

async function ask(path, { headers = {}, ...options } = {}) {
  const key = readKey();
  if (key) headers = { ...headers, Authorization: `Bearer ${key}` };
  let response;
  try {
    response = await fetch(path, { headers, ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble("The service does not answer.");
  }
  if (response.ok || response.status === 304) return response;
  throw await readTrouble(response);
}

/** A problem+json (RFC 9457), or what a proxy in between says. */
async function readTrouble(response) {
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  const { detail, errors } = await response.json().catch(() => ({}));
  const message = detail ?? `The service answered ${response.status} ${response.statusText}.`;
  return new Trouble(message, { status: response.status, errors, retryAfter });
}

const askFor = async (path, options) => (await ask(path, options)).json();

/** Whether a list tells more of an image than its URL. */
export const saysMore = (image) => Object.keys(image).length > 1;

/** Add a job of these images and pictures and give its id. The same attempt is the same job. */
export async function submit({ images, pictures, options }, attempt) {
  const headers = { "Idempotency-Key": attempt };
  let body;
  if (pictures.length) {
    body = new FormData();
    for (const picture of pictures) body.append("files", picture);
    if (images.length) body.append("urls", images.map(({ url }) => url).join("\n"));
    for (const [name, value] of Object.entries(options)) {
      for (const each of [value].flat()) body.append(name === "labels" ? "label" : name, each);
    }
  } else {
    headers["Content-Type"] = "application/json";
    const urls = images.map((image) => (saysMore(image) ? image : image.url));
    body = JSON.stringify({ urls, ...options });
  }
  return (await askFor(JOBS, { method: "POST", headers, body })).jobId;
}

/** What there is at a path of the service, to be saved. */
export const getFile = async (path) => (await ask(path)).blob();

/** The job and its ETag; the job is null where it is still as this ETag says. */
export async function getJob(id, etag, signal) {
  const headers = etag ? { "If-None-Match": etag } : {};
  const response = await ask(`${JOBS}/${id}`, { headers, signal });
  if (response.status === 304) return { job: null, etag };
  return { job: await response.json(), etag: response.headers.get("ETag") };
}

/** The images of a job in the order submitted, page by page. */
export async function* getImages(id, signal) {
  let cursor = "";
  let limit = 100; // the first page soon, the others large
  do {
    const page = await askFor(`${JOBS}/${id}/images?limit=${limit}${cursor}`, { signal });
    yield page.images;
    cursor = page.next && `&cursor=${page.next}`;
    limit = 1000;
  } while (cursor);
}

/** What happens to a job from now on, or from after an event. */
export async function* getEvents(id, lastEvent, signal) {
  const headers = lastEvent ? { "Last-Event-ID": lastEvent } : {};
  const response = await ask(`${JOBS}/${id}/events`, { headers, signal });
  try {
    yield* readEvents(response);
  } catch (error) {
    if (error instanceof TypeError) throw new Trouble("The connection broke off.");
    throw error;
  }
}

export const cancel = (id) => ask(`${JOBS}/${id}`, { method: "DELETE" });

/** Run again what failed: all of it, or these URLs. */
export const retry = (id, urls) =>
  ask(`${JOBS}/${id}/retry`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(urls ? { urls } : {}),
  });

const page = (path, limit, cursor, signal) =>
  askFor(`${path}?limit=${limit}${cursor ? `&cursor=${cursor}` : ""}`, { signal });

export const getJobs = (limit, cursor, signal) => page(JOBS, limit, cursor, signal);
export const getLinks = (limit, cursor, signal) => page("v1/images", limit, cursor, signal);
