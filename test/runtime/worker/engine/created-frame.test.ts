import { withCreated } from '../../../../runtime/worker/engine/created-frame';

const USER_MESSAGE = { messageId: 'm', parentMessageId: 'p', conversationId: 's', text: 'Grüße' };
const frame = (json: object) => `event: message\ndata: ${JSON.stringify(json)}\n\n`;
const SYNC = frame({ sync: true, resumeState: { userMessage: USER_MESSAGE, aggregatedContent: [] } });
const CREATED = frame({ created: true, message: { ...USER_MESSAGE, sender: 'User', isCreatedByUser: true }, streamId: 's' });
const DELTA = frame({ event: 'on_message_delta', data: { id: 'step' } });

async function passed(...chunks: string[]): Promise<string> {
  const out: Buffer[] = [];
  async function* source() { for (const chunk of chunks) yield Buffer.from(chunk, 'latin1'); }
  for await (const chunk of withCreated('s', source())) out.push(chunk);
  return Buffer.concat(out).toString();
}

/** A text as one character per byte, so that it can be split at every byte. */
const bytes = (text: string) => Buffer.from(text).toString('latin1');

describe('the stream of a new message', () => {
  test('`created` precedes a `sync` that was not requested', async () => {
    expect(await passed(bytes(SYNC + DELTA))).toBe(CREATED + SYNC + DELTA);
  });

  test('with any chunks', async () => {
    const whole = bytes(SYNC + DELTA);
    for (let cut = 1; cut < whole.length; cut++) {
      expect(await passed(whole.slice(0, cut), whole.slice(cut))).toBe(CREATED + SYNC + DELTA);
    }
  });

  test('after comments, which are sent at once', async () => {
    expect(await passed(bytes(`:\n\n${SYNC}`))).toBe(`:\n\n${CREATED}${SYNC}`);
  });

  test.each([
    ['a stream that begins with `created`', CREATED + SYNC],
    ['a `sync` without the user\'s message: `created` is still to come', frame({ sync: true, resumeState: {} }) + CREATED],
    ['a later `sync`', DELTA + SYNC],
    ['what is no JSON', 'data: no\n\n'],
    ['JSON that is no frame', 'data: null\n\n'],
    ['a frame that is not finished', 'data: {"sync":true'],
    ['nothing', ''],
  ])('%s is not changed', async (_what, text) => expect(await passed(bytes(text))).toBe(text));
});
