import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawnEvent } from '../../demo/live-view/drawn-event';
import { Picture, phaseOf, stateOf } from '../../demo/live-view/page/picture';
import type { EnvironmentPhase, TimedEvent } from '../../emulator/core/events';

let picture: Picture;
let at: number;
beforeEach(() => {
  picture = new Picture();
  at = 0;
});

function phase(name: string, environment: number, entered: EnvironmentPhase): void {
  const drawn = drawnEvent({ type: 'environment', function: name, environment, phase: entered, at: at++ });
  if (drawn) picture.receive(drawn);
}

/** A relay with a request. Its response starts if `responds` is set. */
function relay(environment: number, responds: boolean, status = 200): void {
  phase('Relay', environment, 'starting');
  phase('Relay', environment, 'running');
  if (responds) picture.receive({ type: 'response', ...served(environment, status), at: at++ });
}

const served = (environment: number, status = 200) =>
  ({ method: 'GET', path: '/api/x', status, behavior: '/api/*', function: 'Relay', environment }) as const;

test('relays are the environments that respond to viewers, workers are the others', () => {
  relay(1, true);
  relay(2, false);
  phase('Backend', 1, 'starting');
  phase('Backend', 1, 'running');
  expect(picture.relays.map(({ environment }) => environment)).toEqual([1, 2]);
  expect(picture.workers(0).map((lane) => [lane.function, phaseOf(lane)])).toEqual([['Backend', 'running']]);
});

test('requests wait until their response starts, and end when their relay is frozen', () => {
  relay(1, true);
  relay(2, false);
  expect(picture.load).toEqual({ waiting: 1, responding: 1, workers: 0 });
  phase('Relay', 1, 'held');
  phase('Relay', 1, 'frozen');
  expect(picture.load).toEqual({ waiting: 1, responding: 0, workers: 0 });
  phase('Relay', 1, 'thawed');
  phase('Relay', 1, 'running');
  expect(picture.load).toEqual({ waiting: 2, responding: 0, workers: 0 });
});

test('one worker serves all requests; several serve a part of them each', () => {
  for (const environment of [1, 2, 3]) relay(environment, environment < 3);
  phase('Backend', 1, 'running');
  const notes = () => picture.workers(0).map((lane) => picture.noteOf(lane));
  expect(notes()).toEqual(['serves 3 requests']);
  phase('Backend', 2, 'running');
  expect(notes()).toEqual(['serves a part of 3 requests', 'serves a part of 3 requests']);
});

test('a worker without requests waits for them', () => {
  relay(1, true);
  phase('Backend', 1, 'running');
  phase('Relay', 1, 'frozen');
  expect(picture.workers(0).map((lane) => picture.noteOf(lane))).toEqual(['waits for requests']);
});

test('a worker that has ended shows the number of its requests', () => {
  relay(1, true);
  phase('Backend', 1, 'running');
  const line = JSON.stringify({ level: 'info', event: 'worker-ended', requestId: 'r', reason: 'idle', requests: 12, most: 5 });
  picture.receive(drawnEvent({ type: 'log', function: 'Backend', environment: 1, stream: 'stdout', line, at: at++ })!);
  phase('Backend', 1, 'frozen');
  const [lane] = picture.workers(0);
  expect(picture.noteOf(lane)).toBe('served 12 requests, up to 5 at a time');
});

test.each([400, 404, 502, 503])('a request that fails with %d is marked, and so is its relay until the next request', (status) => {
  relay(1, true, status);
  expect(picture.moments[0]).toMatchObject({ kind: 'failed', text: `GET /api/x → Relay 1, failed with ${status}` });
  phase('Relay', 1, 'frozen');
  expect(stateOf(picture.relays[0])).toBe('failed');
  phase('Relay', 1, 'thawed');
  phase('Relay', 1, 'running');
  expect(stateOf(picture.relays[0])).toBe('running');
});

test.each([200, 204, 304])('a response of %d is not marked', (status) => {
  relay(1, true, status);
  expect(picture.moments[0]).toMatchObject({ kind: 'request', text: `GET /api/x → Relay 1, ${status}` });
  expect(stateOf(picture.relays[0])).toBe('responding');
});

test('marks an aborted response', () => {
  relay(1, true);
  picture.receive({ type: 'request', ...served(1), milliseconds: 7, broken: true, at: at++ });
  expect(picture.moments[0]).toMatchObject({ kind: 'failed', text: 'GET /api/x was aborted after 7 ms' });
  expect(stateOf(picture.relays[0])).toBe('failed');
});

test('a failed request without an environment is marked', () => {
  picture.receive({ type: 'response', method: 'POST', path: '/api/x', status: 504, behavior: '/api/*', at: at++ });
  expect(picture.moments[0]).toMatchObject({ kind: 'failed', text: 'POST /api/x → no environment, failed with 504' });
});

test('the page explains each state that it shows', () => {
  const page = readFileSync(join(__dirname, '../../demo/live-view/page/index.html'), 'utf8');
  const explained = [...page.matchAll(/<dt class="(\w+)">(\w+)<\/dt><dd>([^<]+)<\/dd>/g)].map(([, state, name, text]) => ({ state, name, words: text.split(' ').length }));
  relay(1, true);
  relay(2, false);
  relay(3, true, 500);
  const shown = new Set(picture.relays.map(stateOf));
  for (const [environment, entered] of [[1, 'starting'], [2, 'running'], [3, 'frozen'], [4, 'dead']] as const) {
    phase('Backend', environment, entered);
    shown.add(stateOf(picture.workers(0).find((lane) => lane.environment === environment)!));
  }
  expect(explained.map(({ state }) => state).sort()).toEqual([...shown].sort());
  for (const { state, name, words } of explained) {
    expect(name).toBe(state);
    expect(words).toBeGreaterThan(3);
  }
});

test.each<[string, TimedEvent]>([
  ['the phase between a response and the next event', { type: 'environment', function: 'F', environment: 1, phase: 'held', at: 0 }],
  ['another line of a log', { type: 'log', function: 'F', environment: 1, stream: 'stdout', line: '{"event":"request","path":"/private"}', at: 0 }],
  ['a line of a log that only quotes the name', { type: 'log', function: 'F', environment: 1, stream: 'stdout', line: '{"event":"x","message":"\\"worker-ended\\""}', at: 0 }],
  ['a line of a log that is no JSON', { type: 'log', function: 'F', environment: 1, stream: 'stdout', line: '"worker-ended" {', at: 0 }],
])('%s is not drawn', (_, event) => {
  expect(drawnEvent(event)).toBeUndefined();
});

test('the numbers of a line are drawn, and nothing else of it', () => {
  const line = JSON.stringify({ event: 'worker-ended', requests: 1, most: 1, reason: 'private' });
  expect(drawnEvent({ type: 'log', function: 'F', environment: 2, stream: 'stdout', line, at: 3 }))
    .toEqual({ type: 'worker-ended', function: 'F', environment: 2, requests: 1, most: 1, at: 3 });
});
