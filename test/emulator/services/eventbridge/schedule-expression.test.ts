import { scheduleOf } from '../../../../emulator/services/eventbridge/schedule-expression';

const next = (expression: string, after: string) => {
  const time = scheduleOf(expression)(Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString();
};

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
describe('a schedule expression', () => {
  test.each([
    ['rate(1 minute)', '2026-11-25T10:00:30.000Z', '2026-11-25T10:01:30.000Z'],
    ['rate(12 hours)', '2026-11-25T10:00:00.000Z', '2026-11-25T22:00:00.000Z'],
    ['rate(1 day)', '2026-11-25T10:00:00.000Z', '2026-11-26T10:00:00.000Z'],
    // The examples of the page.
    ['cron(0 10 * * ? *)', '2026-11-25T10:00:00.000Z', '2026-11-26T10:00:00.000Z'],
    ['cron(15 12 * * ? *)', '2026-11-25T12:14:59.000Z', '2026-11-25T12:15:00.000Z'],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-27T18:00:00.000Z', '2026-11-30T18:00:00.000Z'],
    ['cron(0 8 1 * ? *)', '2026-11-25T10:00:00.000Z', '2026-12-01T08:00:00.000Z'],
    ['cron(0/10 * ? * MON-FRI *)', '2026-11-25T10:01:00.000Z', '2026-11-25T10:10:00.000Z'],
    ['cron(0/5 8-17 ? * MON-FRI *)', '2026-11-25T17:56:00.000Z', '2026-11-26T08:00:00.000Z'],
    ['cron(0 9 ? JAN,JUL 2 *)', '2026-11-25T10:00:00.000Z', '2027-01-04T09:00:00.000Z'],
    ['cron(0 0 29 2 ? *)', '2026-11-25T10:00:00.000Z', '2028-02-29T00:00:00.000Z'],
    ['cron(0 0 1 1 ? 2020)', '2026-11-25T10:00:00.000Z', undefined],
  ])('%s after %s: %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  test.each([
    ['rate(1 minutes)', 'must be rate'], ['rate(5 minute)', 'must be rate'], ['rate(0 minutes)', 'must be rate'], ['every minute', 'must be rate'],
    ['cron(0 10 * * *)', '6 fields'], ['cron(0 10 * * * *)', 'exactly one of day-of-month'], ['cron(60 10 * * ? *)', 'from 0 to 59'],
    ['cron(0 10 L * ? *)', 'must be \\*, \\?, values'], ['cron(0 10 ? * 2#1 *)', 'must be \\*, \\?, values'],
  ])('fails with %s', (expression, message) => {
    expect(() => scheduleOf(expression)).toThrow(new RegExp(message));
  });
});
