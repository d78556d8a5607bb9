import { EnvironmentWatch } from '../../demo/environment-watch';
import { type EnvironmentPhase, EventStream } from '../../emulator/core/events';

let events: EventStream;
let watch: EnvironmentWatch;
beforeEach(() => {
  events = new EventStream();
  watch = new EnvironmentWatch(events);
});
afterEach(() => watch.dispose());

const phase = (environment: number, now: EnvironmentPhase, fn = 'Backend') => events.emit({ type: 'environment', function: fn, environment, phase: now });
const answer = (environment: number) =>
  events.emit({ type: 'response', method: 'GET', path: '/api/config', status: 200, behavior: '/api/*', function: 'Backend', environment });

/** Whether a promise has been resolved by what was emitted so far. */
async function done(promise: Promise<void>): Promise<boolean> {
  const pending = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([promise.then(() => true), pending]);
}

test('an environment is free once it is frozen', async () => {
  phase(1, 'running');
  answer(1);
  const free = watch.oneIsFree();
  phase(1, 'held');
  expect(await done(free)).toBe(false);
  phase(1, 'frozen');
  expect(await done(free)).toBe(true);
});

test('one of a function that answers no requests is not free for them', async () => {
  phase(1, 'frozen', 'Publisher');
  phase(1, 'running');
  answer(1);
  const free = watch.oneIsFree();
  expect(await done(free)).toBe(false);
  phase(1, 'frozen');
  expect(await done(free)).toBe(true);
});

test('all is settled once nothing runs or is held, whichever function it is of', async () => {
  phase(1, 'held', 'Publisher');
  phase(1, 'dead');
  const settled = watch.settled();
  expect(await done(settled)).toBe(false);
  phase(1, 'frozen', 'Publisher');
  expect(await done(settled)).toBe(true);
});
