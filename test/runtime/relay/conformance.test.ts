import { proxyTo } from './kit/exchanges';
import { RelayBundle, type GatewayResponse, type RelayFunction } from './kit/relay-function';
import { World } from './kit/world';
import { buildArtifacts, type Artifacts } from '../../../fixtures/runtime/artifacts';
import { comparable, HEAD_RESPONSES, type Pairs, pairs, REQUESTS, RESPONSES, responseRequest, sorted } from '../../../fixtures/runtime/conformance';
import { Direct, type PlainResponse } from '../../../fixtures/runtime/direct';
import { eventOf } from '../../../fixtures/runtime/gateway';
import { DEFAULT_SETTINGS } from '../../../runtime/queue';
import { describeWith } from '../../requires';

jest.setTimeout(60_000);

/** The headers that API Gateway sends. For a name in both maps, the lists take precedence. */
function headersOf({ headers, multiValueHeaders }: GatewayResponse): Pairs {
  const single = Object.entries(headers).filter(([name]) => !(name in multiValueHeaders));
  const multiple = Object.entries(multiValueHeaders).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  return sorted([...single, ...multiple]);
}

describeWith('redis-server')('through relay and worker', () => {
  let artifacts: Artifacts;
  let bundle: RelayBundle;
  let direct: Direct;
  let world: World;
  let relay: RelayFunction;

  beforeAll(async () => {
    [artifacts, bundle] = await Promise.all([buildArtifacts(), RelayBundle.build()]);
    [direct, world] = await Promise.all([Direct.start(artifacts), World.start(bundle)]);
    // Comparing megabytes blocks the renewals of this process for a while.
    await world.worker(proxyTo(direct.port), { settings: { ...DEFAULT_SETTINGS, leaseMs: 60_000 } });
    relay = world.relay({ queue: DEFAULT_SETTINGS });
  });

  afterAll(async () => {
    await Promise.all([world.dispose(), direct.dispose()]);
    artifacts.dispose();
    bundle.dispose();
  });

  describe('requests arrive as a plain client\'s', () => {
    test.each(Object.entries(REQUESTS))('%s', async (_, request) => {
      const [through, straight] = await Promise.all([relay.send(eventOf(request)), direct.send(request)]);
      expect(straight.statusCode).toBe(200);
      expect(through).toMatchObject({ statusCode: 200, end: {} });
      expect(comparable(through.body)).toEqual(comparable(straight.body));
    });
  });

  describe('responses arrive as at a plain client', () => {
    function compare(through: GatewayResponse, straight: PlainResponse, bodiless: boolean) {
      expect(through.end).toEqual({});
      expect(through.statusCode).toBe(straight.statusCode);
      const expected = sorted(pairs(straight.rawHeaders));
      // An empty body has an explicit length.
      if (bodiless && !expected.some(([name]) => name === 'content-length')) expected.push(['content-length', '0']);
      expect(headersOf(through)).toEqual(sorted(expected));
      // `toEqual` would print megabytes.
      expect(through.body.length).toBe(straight.body.length);
      expect(through.body.equals(straight.body)).toBe(true);
    }

    test.each(Object.entries(RESPONSES))('%s', async (_, spec) => {
      const through = await relay.send(eventOf(responseRequest(spec)));
      compare(through, await direct.send(responseRequest(spec)), [204, 304].includes(spec.status ?? 200));
    });

    test.each(HEAD_RESPONSES)('HEAD: %s', async (name) => {
      const head = responseRequest(RESPONSES[name], 'HEAD');
      compare(await relay.send(eventOf(head)), await direct.send(head), true);
    });
  });
});
