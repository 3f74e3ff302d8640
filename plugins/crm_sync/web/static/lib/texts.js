// Figures and moments as people read them.

const NUMBER = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
export const NOTHING = "–";

export const showNumber = (value) => (value === null || value === undefined ? NOTHING : NUMBER.format(value));
export const showShort = (value) => (value === null || value === undefined ? NOTHING : SHORT.format(value));

/** Count things: `1 run`, `2 runs`. */
export function count(number, one, many = `${one}s`) {
  return `${showNumber(number)} ${number === 1 ? one : many}`;
}

/** A share between 0 and 1; a share that is not whole never reads 0 % or 100 %. */
export function showShare(share) {
  if (share === null || share === undefined) return NOTHING;
  if (share > 0 && share < 0.01) return "< 1 %";
  if (share < 1 && share > 0.99) return "> 99 %";
  return `${Math.round(share * 100)} %`;
}

/** A span of seconds in its two largest units. */
export function showSeconds(seconds) {
  if (seconds === null || seconds === undefined) return NOTHING;
  if (seconds < 10) return `${SHORT.format(seconds)} s`;
  const whole = Math.round(seconds);
  const units = [
    ["d", 86400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const first = units.findIndex(([, size]) => whole >= size);
  return units
    .slice(first, first + 2)
    .map(([name, size], at) => [name, Math.floor((at === 0 ? whole : whole % units[first][1]) / size)])
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${number} ${name}`)
    .join(" ");
}

/** A moment as the history's sentences write it. */
export function showMoment(text) {
  if (!text) return NOTHING;
  const iso = new Date(text).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** How far a moment is from now: `5 min ago`, `in 2 h`. */
export function showDistance(text, now = Date.now()) {
  const seconds = (new Date(text).getTime() - new Date(now).getTime()) / 1000;
  if (Math.abs(seconds) < 45) return seconds <= 0 ? "just now" : "in a moment";
  const [size, name] = [
    [86400 * 2, "d", 86400],
    [3600 * 2, "h", 3600],
    [0, "min", 60],
  ]
    .filter(([least]) => Math.abs(seconds) >= least)
    .map(([, unit, divisor]) => [divisor, unit])[0];
  const number = Math.max(1, Math.round(Math.abs(seconds) / size));
  return seconds < 0 ? `${number} ${name} ago` : `in ${number} ${name}`;
}

/** A value of a record or an option as text; never as markup. */
export function showValue(value) {
  if (value === null || value === undefined) return NOTHING;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return NUMBER.format(value);
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A key of a metric or option in words: `wait_seconds` reads "wait seconds". */
export const inWords = (key) => key.replaceAll("_", " ");
