import { Stack } from 'aws-cdk-lib';
import { eventsIn, sourcesIn, wordsIn } from './kit/log-events';
import { blocksOf, headingsOf, pageAt, rowsOf } from './kit/pages';
import { isQuery, readQuery } from './kit/queries';
import { quoted } from './kit/quoted';
import { ACCESS_LOG_FORMAT } from '../../src/api-gateway/access-log-format';

const page = pageAt('docs/troubleshooting.md');
const inHeadings = headingsOf(page).flatMap(quoted);
const events = sourcesIn('runtime').flatMap(eventsIn);
const names = events.map(({ event }) => event);
const queries = blocksOf(page).filter(({ code }) => isQuery(code));

const OF_ALL_LINES = ['level', 'source', 'event', 'message'];
const ACCESS_LOG = Object.keys(JSON.parse(new Stack().resolve(ACCESS_LOG_FORMAT.toString())) as object);
const FIELDS = [...OF_ALL_LINES, ...ACCESS_LOG, ...events.flatMap(({ fields }) => fields)];

test('events are found in the code that runs in Lambda', () => {
  expect(names).toEqual(expect.arrayContaining(['started', 'start-failed', 'worker-ended', 'request', 'publish-failed', 'build-adopted']));
});

test.each([...new Set(events.filter(({ level }) => level !== 'info').map(({ event }) => event))])('`%s` has a heading', (event) => {
  expect(inHeadings).toContain(event);
});

test.each(inHeadings.filter((code) => /^[a-z]+(?:-[a-z]+)+$/.test(code)))('`%s`, which has a heading, is an event', (event) => {
  expect(names).toContain(event);
});

describe.each(rowsOf(page).filter((row) => row['`event`'] && row.fields !== undefined).flatMap((row) => quoted(row['`event`']).map((event) => [event, row] as const)))('the row of `%s`', (event, row) => {
  const written = events.filter((other) => other.event === event);

  test('has its level', () => {
    expect(written.map(({ level }) => level)).toContain(row['`level`']);
  });

  test('has its fields, and no other', () => {
    const stated = quoted(row.fields);
    expect(stated).toEqual(expect.arrayContaining(written.flatMap(({ fields }) => fields)));
    expect(written.some(({ open }) => open) ? [] : stated.filter((field) => !written[0].fields.includes(field))).toEqual([]);
  });
});

test.each(events.filter(({ level }) => level === 'info'))('`$event` has a row', ({ event }) => {
  expect(rowsOf(page).flatMap((row) => quoted(row['`event`'] ?? ''))).toContain(event);
});

const warnings = sourcesIn('src').flatMap((source) => [...source.matchAll(/\bwarn\(\w+, '(\w+)'|addWarningV2\(\s*'([\w:-]+)'/g)])
  .map(([, id, whole]) => whole ?? `cdk-librechat-serverless:${id}`);

test('the table of warnings has each warning at synthesis, and no other', () => {
  expect(warnings.length).toBeGreaterThan(0);
  expect(rowsOf(page).flatMap((row) => quoted(row.warning ?? '')).sort()).toEqual([...new Set(warnings)].sort());
});

/** Messages of AWS and Node.js. */
const OF_OTHERS = /Exception|AccessDenied|ParameterNotFound|Cannot have more than|builds in queue|^aborted$|socket hang up|ECONNRESET/;

const said = sourcesIn('runtime').flatMap(wordsIn).join('\n');
const messages = rowsOf(page).flatMap((row) => quoted(row['`message`'] ?? row['the message'] ?? ''));

/** The parts of a message, between placeholders, numbers and colons, that are not in the code. */
function unsaid(message: string): string[] {
  const parts = message.split(/…|\d+|[:`]/).map((part) => part.trim());
  return parts.filter((part) => !OF_OTHERS.test(part) && !isSaid(part));
}

/** Whether a text is in the code, as one or as two adjacent literals. */
function isSaid(text: string): boolean {
  const parts = text.split(' ');
  const halves = parts.map((_, at) => [parts.slice(0, at).join(' '), parts.slice(at).join(' ')]);
  return halves.some((both) => both.every((half) => said.includes(half)));
}

test('the page has messages', () => {
  expect(messages.length).toBeGreaterThan(10);
});

test.each(messages)('%s is the message in the code', (message) => {
  expect(unsaid(message)).toEqual([]);
});

test('a message that nothing says any more would be found', () => {
  expect(unsaid('LibreChat is not ready after 30 s')).toEqual([]);
  expect(unsaid('LibreChat was not ready after 30 s')).toEqual(['LibreChat was not ready after']);
});

test('the page has queries', () => {
  expect(queries.length).toBeGreaterThan(5);
});

test.each(queries.map(({ line, code }) => [line, code] as const))('the query in line %d asks for what is written', (_line, code) => {
  const query = readQuery(code);
  expect(query.fields.filter((field) => !FIELDS.includes(field))).toEqual([]);
  expect(query.events.filter((event) => !names.includes(event))).toEqual([]);
});

test('a query is read', () => {
  const code = 'filter source = "adapter" and event in ["hold", "held-up"] and path like /a\\/b/\n| stats sum(ms.total) / 1000 as s by bin(1h), colour\n| sort s desc';
  expect(readQuery(code)).toEqual({ events: ['hold', 'held-up'], fields: ['source', 'event', 'path', 'ms.total', 'colour'] });
});

test('calls of the log are read', () => {
  const source = "log.warn('a-b', { x, y: { z: 1 } });\nlog.info(some ? 'c' : 'd', { ...more });\nother.error('e');";
  expect(eventsIn(source)).toEqual([
    { event: 'a-b', level: 'warn', fields: ['x', 'y.z'], open: false },
    { event: 'c', level: 'info', fields: [], open: true },
    { event: 'd', level: 'info', fields: [], open: true },
  ]);
});

test.each(['log.info(name)', "log.info('a', fields)"])('%s cannot be compared, and is refused', (source) => {
  expect(() => eventsIn(source)).toThrow('must be a literal');
});
