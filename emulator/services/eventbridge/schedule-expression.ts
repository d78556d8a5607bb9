const UNITS_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MINUTE_MS = 60_000;

/** Maximum interval to search for the next time of a cron expression. */
const HORIZON_MS = 5 * 366 * 86_400_000;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The next time of a schedule after `after`, both in milliseconds since the epoch; undefined if there is none. */
export type Schedule = (after: number) => number | undefined;

/**
 * Parses `rate(…)` or `cron(…)`.
 *
 * @throws Error if it is neither, or uses `L`, `W` or `#`, which the emulator does not support
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function scheduleOf(expression: string): Schedule {
  const [, amount, unit] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (amount && (Number(amount) === 1) === !expression.endsWith('s)')) return (after) => after + Number(amount) * UNITS_MS[unit];
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1].trim().split(/\s+/);
  if (fields?.length !== 6) throw new Error(`\`ScheduleExpression\` must be rate(<value> <unit>) or cron(<6 fields>), got: ${expression}`);
  return cron(fields);
}

/** Minutes, hours, day of month, month, day of week, year. */
function cron([minute, hour, dayOfMonth, month, dayOfWeek, year]: string[]): Schedule {
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) throw new Error('exactly one of day-of-month and day-of-week of a cron expression must be `?`');
  const minutes = matcher(minute, 0, 59);
  const hours = matcher(hour, 0, 23);
  const date = [matcher(dayOfMonth, 1, 31), matcher(named(month, MONTHS), 1, 12), matcher(named(dayOfWeek, DAYS), 1, 7), matcher(year, 1970, 2199)];
  const matchesDate = (at: Date) =>
    [at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay() + 1, at.getUTCFullYear()].every((value, i) => date[i](value));
  return (after) => {
    let time = (Math.floor(after / MINUTE_MS) + 1) * MINUTE_MS;
    while (time < after + HORIZON_MS) {
      const at = new Date(time);
      if (!matchesDate(at)) time = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1);
      else if (!hours(at.getUTCHours())) time = (Math.floor(time / UNITS_MS.hour) + 1) * UNITS_MS.hour;
      else if (minutes(at.getUTCMinutes())) return time;
      else time += MINUTE_MS;
    }
    return undefined;
  };
}

function named(field: string, names: readonly string[]): string {
  return field.replace(/[A-Z]{3}/gi, (name) => {
    const at = names.indexOf(name.toUpperCase());
    return at < 0 ? name : String(at + 1);
  });
}

/** Matcher for a list of `*`, `?`, values, ranges and steps. */
function matcher(field: string, least: number, most: number): (value: number) => boolean {
  const parts = field.split(',').map((part) => {
    const [, from, to, step] = /^(\*|\?|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (from === undefined) throw new Error(`a field of a cron expression must be *, ?, values, ranges or steps, got: ${field}`);
    const first = /\d/.test(from) ? Number(from) : least;
    const last = to === undefined ? (/\d/.test(from) && step === undefined ? first : most) : Number(to);
    if (first < least || last > most) throw new Error(`a field of a cron expression must be from ${least} to ${most}, got: ${field}`);
    return (value: number) => value >= first && value <= last && (value - first) % Number(step ?? 1) === 0;
  });
  return (value) => parts.some((matches) => matches(value));
}
