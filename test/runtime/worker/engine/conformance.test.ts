import { buildArtifacts, type Artifacts } from '../../../../fixtures/runtime/artifacts';
import { comparable, HEAD_RESPONSES, pairs, REQUESTS, responseRequest, RESPONSES, sorted } from '../../../../fixtures/runtime/conformance';
import { Direct, type PlainResponse } from '../../../../fixtures/runtime/direct';
import { EngineRun } from '../../../../fixtures/runtime/engine-run';

jest.setTimeout(60_000);

let artifacts: Artifacts;
let engine: EngineRun;
let direct: Direct;

beforeAll(async () => {
  artifacts = await buildArtifacts();
  engine = await EngineRun.start(artifacts, { settings: { lingerMs: 600_000 } });
  direct = await Direct.start(artifacts);
});

afterAll(async () => {
  await Promise.all([engine.dispose(), direct.dispose()]);
  artifacts.dispose();
});

const urlOf = (body: Buffer) => (JSON.parse(body.toString()) as { url: string }).url;

describe('requests arrive as a plain client\'s', () => {
  test.each(Object.entries(REQUESTS))('%s', async (_, request) => {
    const [through, straight] = await Promise.all([engine.send(request), direct.send(request)]);
    expect(straight.statusCode).toBe(200);
    expect(through.statusCode).toBe(200);
    expect(comparable(through.body)).toEqual(comparable(straight.body));
    // Bodies are not decoded on this path.
    expect(urlOf(through.body)).toBe(urlOf(straight.body));
  });
});

describe('responses arrive as at a plain client', () => {
  function compare(through: PlainResponse, straight: PlainResponse) {
    expect(through.statusCode).toBe(straight.statusCode);
    expect(sorted(pairs(through.rawHeaders))).toEqual(sorted(pairs(straight.rawHeaders)));
    // `toEqual` would print megabytes.
    expect(through.body.length).toBe(straight.body.length);
    expect(through.body.equals(straight.body)).toBe(true);
  }

  test.each(Object.entries(RESPONSES))('%s', async (_, spec) => {
    compare(await engine.send(responseRequest(spec)), await direct.send(responseRequest(spec)));
  });

  test.each(HEAD_RESPONSES)('HEAD: %s', async (name) => {
    const head = responseRequest(RESPONSES[name], 'HEAD');
    compare(await engine.send(head), await direct.send(head));
  });
});
