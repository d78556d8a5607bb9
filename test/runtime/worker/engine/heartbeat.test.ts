import { Heartbeat } from '../../../../runtime/worker/engine/heartbeat';

const INTERVAL = 15_000;
const IDLE = 60_000;

let pings: string[];
let idle: jest.Mock;
let heartbeat: Heartbeat;

beforeEach(() => {
  jest.useFakeTimers();
  pings = [];
  idle = jest.fn();
  heartbeat = new Heartbeat({ intervalMs: INTERVAL, idleMs: IDLE, ping: (comment) => pings.push(comment.toString()), onIdle: idle });
});

afterEach(() => {
  heartbeat.stop();
  jest.useRealTimers();
});

const hear = (text: string | Buffer) => heartbeat.heard(Buffer.from(text as string));

test('a silent stream gets a comment every interval', () => {
  jest.advanceTimersByTime(2 * INTERVAL);
  expect(pings).toEqual([': ping\n\n', ': ping\n\n']);
});

test('a stream with events gets none', () => {
  for (let i = 0; i < 5; i++) {
    jest.advanceTimersByTime(INTERVAL - 1);
    hear('data: x\n\n');
  }
  expect(pings).toEqual([]);
});

describe('between events, however lines end', () => {
  test.each(['data: x\n\n', 'data: x\r\n\r\n', 'data: x\r\r', 'data: x\n\r\n', 'data: x\r\n\n', 'data: x\r\r\n', ': comment\n\n', '\n\n'])('%j', (text) => {
    hear(text);
    jest.advanceTimersByTime(INTERVAL);
    expect(pings).toHaveLength(1);
  });
});

describe('never inside an event', () => {
  test.each(['data: x\n', 'data: x\r\n', 'data: x\r', 'data: x', 'data: x\n\nevent: y', 'data: x\n\nevent: y\n', 'id: 1\r\ndata: x\r\n'])('%j', (text) => {
    hear(text);
    jest.advanceTimersByTime(3 * INTERVAL);
    expect(pings).toEqual([]);
  });

  test('not even if the event is split between chunks', () => {
    const text = Buffer.from('data: grüße 😀\r\n\r\n');
    for (const byte of text.subarray(0, -1)) {
      heartbeat.heard(Buffer.from([byte]));
      jest.advanceTimersByTime(INTERVAL);
    }
    // "\r\n\r" already ends an empty line. The following line feed adds nothing.
    expect(pings).toHaveLength(1);
    heartbeat.heard(text.subarray(-1));
    jest.advanceTimersByTime(INTERVAL);
    expect(pings).toHaveLength(2);
  });
});

test('a stream that is silent for too long times out, even with comments', () => {
  hear('data: x\n\n');
  jest.advanceTimersByTime(IDLE - 1);
  expect(idle).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(idle).toHaveBeenCalledTimes(1);
});

test('after its end nothing is sent', () => {
  heartbeat.stop();
  jest.advanceTimersByTime(2 * IDLE);
  expect(pings).toEqual([]);
  expect(idle).not.toHaveBeenCalled();
});
