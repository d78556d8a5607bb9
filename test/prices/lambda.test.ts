import { lambdaCost } from '../../prices/lambda';

const NONE = { architecture: 'arm64', invocations: 0, gbSeconds: 0, provisionedGbSeconds: 0, provisionedDurationGbSeconds: 0 };

// https://aws.amazon.com/lambda/pricing/
describe('the cost of a function', () => {
  test.each([
    ['a million requests', { invocations: 1e6 }, 0.20],
    ['2 GB for 900 s on arm64', { gbSeconds: 1800 }, 0.0240],
    ['the same on x86_64', { gbSeconds: 1800, architecture: 'x86_64' }, 0.0300],
    ['1 GB of provisioned concurrency for an hour', { provisionedGbSeconds: 3600 }, 0.0120],
    ['its duration in that hour', { provisionedDurationGbSeconds: 3600 }, 0.0280],
  ])('%s', (_, usage, dollars) => {
    expect(lambdaCost({ ...NONE, ...usage })).toBeCloseTo(dollars, 4);
  });
});
