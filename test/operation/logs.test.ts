import { type Line, runQuery } from './logs-insights';
import { Deployment } from '../../fixtures/deployment';
import { until } from '../../fixtures/runtime/until';
import { ChatClient } from '../../probe/chat-client';
import { blocksOf, pageAt } from '../docs/kit/pages';

jest.setTimeout(120_000);

/** The queries of the documentation that follow a request from log to log. */
const queries = blocksOf(pageAt('docs/troubleshooting.md')).map(({ code }) => code).filter((code) => code.includes('queueId'));

const lines: Line[] = [];
let deployment: Deployment;

beforeAll(async () => {
  deployment = await Deployment.start({
    worker: { lingerMs: 300, titleMs: 300 },
    listener: (event) => {
      if (event.type === 'log' && event.line.startsWith('{')) lines.push({ '@timestamp': event.at, ...JSON.parse(event.line) as Line });
    },
  });
  const client = await ChatClient.signIn(deployment.url);
  // On a busy machine, the reply must not end before its stream is opened.
  for await (const event of client.events(await client.start('Hello', { tokens: 30, gapMs: 100 }))) expect(event).toBeDefined();
  const served = () => lines.filter(({ event }) => event === 'served');
  await until(() => served().some(({ path }) => /\/stream\//.test(String(path))));
  // A relay logs a request after its response has ended.
  await until(() => served().every(({ queueId }) => lines.some((line) => line.event === 'request' && line.queueId === queueId)));
});

afterAll(() => deployment.dispose());

const relayLine = (path: RegExp) => lines.find((line) => line.event === 'request' && path.test(String(line.path)))!;

/** A query with the id replaced. */
const withId = (query: string, id: unknown) => query.replace(/"[0-9a-f-]{36}"/, JSON.stringify(id));

test('the page has three such queries', () => {
  expect(queries).toHaveLength(3);
});

test('an id of the access log leads to the request in the log of the relay', () => {
  const { apiRequestId, queueId } = relayLine(/\/auth\/login$/);
  expect(apiRequestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(runQuery(withId(queries[0], apiRequestId), lines)).toEqual([expect.objectContaining({ queueId, statusCode: 200, result: 'response' })]);
});

test('the id of the queue joins the lines of relay and worker', () => {
  const { queueId, path } = relayLine(/\/agents\/chat$/);
  const found = runQuery(withId(queries[1], queueId), lines);
  expect(found.map(({ source, event }) => `${String(source)} ${String(event)}`).sort()).toEqual(['adapter chat-started', 'adapter served', 'relay request']);
  expect(found.filter((line) => line.path !== undefined).map((line) => line.path)).toEqual([path, path]);
});

test('durations of relay and worker are beside each other', () => {
  const rows = runQuery(queries[2], lines);
  expect(rows.length).toBeGreaterThan(2);
  expect(rows.map(({ total }) => total)).toEqual(rows.map(({ total }) => total).sort((a, b) => Number(b) - Number(a)));
  for (const row of rows) expect([row.total, row.waited, row.librechat].map((value) => typeof value)).toEqual(['number', 'number', 'number']);
});

test('the first token of the reply is measured once', () => {
  const [stream, ...others] = lines.filter(({ event }) => event === 'first-token');
  expect(others).toEqual([]);
  expect(stream).toMatchObject({ streamId: lines.find(({ event }) => event === 'chat-started')!.streamId, ms: expect.any(Number) });
});

test.each(['filter a > 1', 'parse @message "*" as a', 'stats pct(ms, 95) by event', 'sort ms', 'fields concat(a, b)'])('the query %s is refused', (query) => {
  expect(() => runQuery(query, lines)).toThrow('the query must have only what is supported');
});
