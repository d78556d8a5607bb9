import { drawnEvent } from '../../demo/live-view/drawn-event';
import { Picture, phaseOf } from '../../demo/live-view/page/picture';
import type { EnvironmentPhase, TimedEvent } from '../../emulator/core/events';

let picture: Picture;
let at: number;
beforeEach(() => {
  picture = new Picture();
  at = 0;
});

function phase(name: string, environment: number, entered: EnvironmentPhase): void {
  picture.receive({ type: 'environment', function: name, environment, phase: entered, at: at++ });
}

/** A relay has a request, whose response starts where `responds` is set. */
function relay(environment: number, responds: boolean): void {
  phase('Relay', environment, 'starting');
  phase('Relay', environment, 'running');
  if (responds) picture.receive({ type: 'response', method: 'GET', path: '/api/x', status: 200, behavior: '/api/*', function: 'Relay', environment, at: at++ });
}

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

test('a worker that has ended tells what it served', () => {
  relay(1, true);
  phase('Backend', 1, 'running');
  const line = JSON.stringify({ level: 'info', event: 'worker-ended', requestId: 'r', reason: 'idle', requests: 12, most: 5 });
  picture.receive(drawnEvent({ type: 'log', function: 'Backend', environment: 1, stream: 'stdout', line, at: at++ })!);
  phase('Backend', 1, 'frozen');
  const [lane] = picture.workers(0);
  expect(picture.noteOf(lane)).toBe('served 12 requests, up to 5 at a time');
});

test.each<[string, TimedEvent]>([
  ['another line', { type: 'log', function: 'F', environment: 1, stream: 'stdout', line: '{"event":"request","path":"/private"}', at: 0 }],
  ['a line that only quotes the name', { type: 'log', function: 'F', environment: 1, stream: 'stdout', line: '{"event":"x","message":"\\"worker-ended\\""}', at: 0 }],
  ['a line that is no JSON', { type: 'log', function: 'F', environment: 1, stream: 'stdout', line: '"worker-ended" {', at: 0 }],
])('%s of a log is not drawn', (_, event) => {
  expect(drawnEvent(event)).toBeUndefined();
});

test('the numbers of a line are drawn, and nothing else of it', () => {
  const line = JSON.stringify({ event: 'worker-ended', requests: 1, most: 1, reason: 'private' });
  expect(drawnEvent({ type: 'log', function: 'F', environment: 2, stream: 'stdout', line, at: 3 }))
    .toEqual({ type: 'worker-ended', function: 'F', environment: 2, requests: 1, most: 1, at: 3 });
});
