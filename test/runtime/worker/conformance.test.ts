import { Adapter, type Answer } from '../../../fixtures/runtime/adapter';
import { buildArtifacts, type Artifacts } from '../../../fixtures/runtime/artifacts';
import { comparable, HEAD_RESPONSES, pairs, REQUESTS, responseRequest, RESPONSES, sorted, type Pairs } from '../../../fixtures/runtime/conformance';
import { Direct, type PlainAnswer } from '../../../fixtures/runtime/direct';
import { eventOf } from '../../../fixtures/runtime/gateway';

jest.setTimeout(60_000);

let artifacts: Artifacts;
let adapter: Adapter;
let direct: Direct;

beforeAll(async () => {
  artifacts = await buildArtifacts();
  adapter = new Adapter(artifacts, { timeoutMs: 60_000 });
  direct = await Direct.start(artifacts);
});

afterAll(async () => {
  await Promise.all([adapter.dispose(), direct.dispose()]);
  artifacts.dispose();
});

/** The headers that API Gateway sends: a name that is in both counts from the lists. */
function headersOf({ headers, multiValueHeaders }: Answer): Pairs {
  const single = Object.entries(headers).filter(([name]) => !(name in multiValueHeaders));
  const multiple = Object.entries(multiValueHeaders).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  return sorted([...single, ...multiple]);
}

describe('requests arrive as a plain client\'s', () => {
  test.each(Object.entries(REQUESTS))('%s', async (_, request) => {
    const [through, straight] = await Promise.all([adapter.send(eventOf(request)), direct.send(request)]);
    expect(straight.statusCode).toBe(200);
    expect(through).toMatchObject({ statusCode: 200, end: {} });
    expect(comparable(through.body)).toEqual(comparable(straight.body));
  });
});

describe('responses arrive as at a plain client', () => {
  function compare(through: Answer, straight: PlainAnswer, bodiless: boolean) {
    expect(through.end).toEqual({});
    expect(through.statusCode).toBe(straight.statusCode);
    const expected = sorted(pairs(straight.rawHeaders));
    // What has no body says so.
    if (bodiless && !expected.some(([name]) => name === 'content-length')) expected.push(['content-length', '0']);
    expect(headersOf(through)).toEqual(sorted(expected));
    // `toEqual` would print megabytes.
    expect(through.body.length).toBe(straight.body.length);
    expect(through.body.equals(straight.body)).toBe(true);
  }

  test.each(Object.entries(RESPONSES))('%s', async (_, spec) => {
    const through = await adapter.send(eventOf(responseRequest(spec)));
    compare(through, await direct.send(responseRequest(spec)), [204, 304].includes(spec.status ?? 200));
  });

  test.each(HEAD_RESPONSES)('HEAD: %s', async (name) => {
    const head = responseRequest(RESPONSES[name], 'HEAD');
    compare(await adapter.send(eventOf(head)), await direct.send(head), true);
  });
});
