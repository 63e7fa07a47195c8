// Numbers, times and reasons in words.

const WHOLE = new Intl.NumberFormat("en");
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

export const number = (count) => WHOLE.format(count);

/** "1 image", "1,000 images". */
export const counted = (count, one, several = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : several}`;

/** "21:40", with the day where that is not today. */
export function moment(time) {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return today ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

/** "4 minutes": how long from now until then, or from one time to another. */
export function span(to, from = Date.now()) {
  const seconds = Math.max(Math.round((new Date(to) - new Date(from)) / 1000), 0);
  if (seconds < 90) return counted(Math.max(seconds, 1), "second");
  if (seconds < 90 * 60) return counted(Math.round(seconds / 60), "minute");
  if (seconds < 36 * 3600) return counted(Math.round(seconds / 3600), "hour");
  return counted(Math.round(seconds / 86400), "day");
}

/** "98 KB". */
export function size(bytes) {
  if (bytes < 1e6) return `${Math.max(Math.round(bytes / 1e3), 1)} KB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const REASONS = [
  [/^imgur-user-/, "Imgur’s hourly limit is used up"],
  [/^imgur-client-/, "Imgur’s daily limit is used up"],
  [/^imgur-posts-/, "Imgur takes no more uploads this hour"],
  [/^imgur-blocked/, "Imgur refuses uploads from this service for now"],
  [/^imgur-unauthorized/, "Imgur does not accept this service’s credentials"],
];

/** Why all of a job's images wait, and when they go on. */
export function pause({ reason, resumesAt }) {
  const found = REASONS.find(([pattern]) => pattern.test(reason));
  const why = found ? found[1] : "Imgur is out of order";
  return `${why}. It goes on at ${moment(resumesAt)}, in ${span(resumesAt)}.`;
}

/** The file name at the end of a URL, and what stands before it. */
export function nameOf(url) {
  if (url.startsWith("file:")) return { name: url.slice(5), place: "from this computer" };
  const { host, pathname } = new URL(url);
  const parts = decode(pathname).split("/");
  const name = parts.pop() || host;
  return { name, place: host + parts.join("/") };
}

function decode(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
