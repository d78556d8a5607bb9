import fc from 'fast-check';
import { startRedis, type TestRedis } from '../../../fixtures/runtime/redis';
import { describeWith } from '../../requires';
import { BOUND_MS, CALM, calmScenario, play, type Result, type Scenario, scenario, SETTINGS } from './kit/scenario';

/** More runs: QUEUE_RUNS=200. To repeat a failed run: QUEUE_SEED=<the seed that it prints>. */
const RUNS = Number(process.env.QUEUE_RUNS ?? 36);
const SEED = process.env.QUEUE_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.QUEUE_SEED);
const LANES = 3;

describeWith('redis-server')('with any fault', () => {
  let redis: TestRedis;
  beforeAll(async () => { redis = await startRedis(); });
  afterAll(async () => { await redis.dispose(); });

  /** Several at a time, since a scenario is mostly idle. */
  const check = async (
    runs: number, scenarios: fc.Arbitrary<Scenario>, judge: (results: Result[], scenario: Scenario) => void, settings = SETTINGS,
  ) => {
    const lanes = Array.from({ length: LANES }, (_, lane) => fc.assert(
      fc.asyncProperty(scenarios, async (planned) => judge(await play(planned, redis.port, settings), planned)),
      { numRuns: Math.ceil(runs / LANES), seed: SEED + lane, interruptAfterTimeLimit: 200_000, endOnFailure: true },
    ));
    const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  };

  test('no request is lost silently, executed twice, or gets a corrupt response', async () => {
    await check(RUNS, scenario, (results) => {
      for (const result of results) {
        if (result.executions > 1) throw new Error(`executed twice: ${JSON.stringify(result)}`);
        if (result.ms > BOUND_MS) throw new Error(`took too long: ${JSON.stringify(result)}`);
        if (result.outcome === 'unavailable' && result.executions > 0) throw new Error(`may be sent again, but was executed: ${JSON.stringify(result)}`);
        if (result.whole && result.executions !== 1) throw new Error(`a response out of nothing: ${JSON.stringify(result)}`);
      }
      const after = results[results.length - 1];
      if (!after.whole) throw new Error(`not served afterwards: ${JSON.stringify(after)}`);
    });
  }, 240_000);

  test('without faults, every response is complete, also while workers are replaced', async () => {
    await check(RUNS / 3, calmScenario, (results) => {
      expect(results.filter(({ whole }) => !whole)).toEqual([]);
    }, CALM);
  }, 240_000);
});
