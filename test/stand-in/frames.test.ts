import { type Frame, FrameReader } from '../../stand-in/client/src/frames';

const CREATED: Frame = { created: true };
const STEP = { event: 'on_run_step', data: { id: 'step' } } as Frame;
const delta = (text: string): Frame => ({ event: 'on_message_delta', data: { id: 'step', delta: { content: [{ text }] } } });
const sync = (text: string, ...pendingEvents: Frame[]): Frame => ({
  sync: true, resumeState: { runSteps: text ? [{ id: 'step' }] : [], aggregatedContent: text ? [{ text }] : [] }, pendingEvents,
});

/** The text on the page after each frame. */
function shown(frames: Frame[], resumed = false): string[] {
  let text = '';
  const reader = new FrameReader({ append: (more) => { text += more; }, replace: (whole) => { text = whole; } });
  reader.resumed = resumed;
  return frames.map((frame) => {
    reader.read(frame);
    return text;
  });
}

/** LibreChat's page was observed in a browser with the same frames. The rules of the page are in the stand-in's README. */
describe('a stream that was opened for a new message', () => {
  test('`created` first: each delta is shown', () => {
    expect(shown([CREATED, STEP, delta('a '), delta('b ')])).toEqual(['', '', 'a ', 'a b ']);
  });

  test('`sync` first: its content, and no later delta', () => {
    expect(shown([sync(''), STEP, delta('a '), delta('b ')])).toEqual(['', '', '', '']);
    expect(shown([sync('a '), delta('b '), delta('c ')])).toEqual(['a ', 'a ', 'a ']);
  });

  test('`created`, then `sync`: its content, and each delta', () => {
    expect(shown([CREATED, sync('a b '), delta('c ')])).toEqual(['', 'a b ', 'a b c ']);
  });

  test('deltas before `created` are shown with it', () => {
    expect(shown([STEP, delta('a '), CREATED, delta('b ')])).toEqual(['', '', 'a ', 'a b ']);
  });

  test('deltas of a step that was never announced are not shown', () => {
    expect(shown([CREATED, delta('c '), delta('d ')])).toEqual(['', '', '']);
    expect(shown([CREATED, delta('a '), STEP, delta('b ')])).toEqual(['', '', 'a ', 'a b ']);
  });
});

describe('a stream that the page resumes', () => {
  test('`sync` first: its content, pending events, and each delta', () => {
    expect(shown([sync('a ', delta('b ')), delta('c ')], true)).toEqual(['a b ', 'a b c ']);
    expect(shown([sync(''), STEP, delta('a ')], true)).toEqual(['', '', 'a ']);
  });

  test('an empty snapshot removes no text', () => {
    expect(shown([CREATED, STEP, delta('a '), sync(''), delta('b ')], true).at(-1)).toBe('a b ');
  });
});
