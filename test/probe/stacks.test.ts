import { Assembly, type Subject } from './emulated';
import { type CheckName, reportText } from '../../probe';

jest.setTimeout(180_000);

let assembly: Assembly;
beforeAll(() => { assembly = new Assembly(); });
afterAll(() => assembly.dispose());

type Resources = Parameters<NonNullable<Subject['change']>>[0];

const ofType = (resources: Resources, type: string) =>
  Object.values(resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
const distribution = (resources: Resources) => ofType(resources, 'AWS::CloudFront::Distribution')[0].DistributionConfig;

test('the sound stack: every verdict is green', async () => {
  const report = await assembly.probe();
  expect(report.verdicts.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  expect(report.passed).toBe(true);
  expect(report.verdicts).toHaveLength(22);
  const { postReturnedMs, generationEndedMs, firstEventMs, events, medianGapMs, largestGapMs } = report.measurement!;
  expect(postReturnedMs).toBeLessThan(firstEventMs!);
  expect(firstEventMs).toBeLessThan(generationEndedMs!);
  expect(events).toBeGreaterThan(15);
  expect(largestGapMs).toBeGreaterThanOrEqual(medianGapMs!);
});

test('the sound stack is healthy with a model that sends a single token', async () => {
  const report = await assembly.probe({ options: { checks: ['health'], pace: { tokens: 1, gapMs: 500 } } });
  expect(report.verdicts.map(({ rule, outcome }) => [rule, outcome])).toEqual([
    ['a user logs in', 'passed'],
    ['the page and all of its scripts load', 'passed'],
    ['a short reply arrives complete', 'passed'],
    ['the page would show the short reply', 'passed'],
    ['the conversation of the short reply is deleted', 'passed'],
  ]);
});

/** Faults of a stack, the checks to run, and the only verdicts that fail. */
const BROKEN: Record<string, Subject & { checks: CheckName[]; red: string[] }> = {
  'the relay may not start workers': {
    change: (resources) => {
      const { PolicyDocument } = ofType(resources, 'AWS::IAM::Policy').find(({ PolicyName }) => /RelayRole/.test(PolicyName));
      PolicyDocument.Statement = PolicyDocument.Statement.filter(({ Action }: { Action: string | string[] }) => Action !== 'lambda:InvokeFunction');
    },
    checks: ['page', 'bypass', 'health', 'chat'],
    red: ['a user logs in', 'an API error is JSON'],
  },
  'the distribution may not read the page': {
    change: (resources) => {
      for (const { PolicyDocument } of ofType(resources, 'AWS::S3::BucketPolicy')) {
        PolicyDocument.Statement = PolicyDocument.Statement.filter(({ Principal }: { Principal: { Service?: string } }) => Principal.Service !== 'cloudfront.amazonaws.com');
      }
    },
    checks: ['health'],
    red: ['the page and all of its scripts load'],
  },
  'chats lead to the bucket': {
    change: (resources) => {
      const { DefaultCacheBehavior, CacheBehaviors } = distribution(resources);
      CacheBehaviors.unshift({ ...DefaultCacheBehavior, PathPattern: '/api/agents/*' });
    },
    checks: ['health'],
    red: ['a short reply arrives complete'],
  },
  'the API asks for no key': {
    change: (resources) => ofType(resources, 'AWS::ApiGateway::Method').forEach((method) => { method.ApiKeyRequired = false; }),
    checks: ['page', 'bypass', 'emptyBodies'],
    red: ['the API rejects requests that bypass CloudFront'],
  },
  'the distribution turns every 404 into the page': {
    change: (resources) => { distribution(resources).CustomErrorResponses = [{ ErrorCode: 404, ResponseCode: 200, ResponsePagePath: '/index.html' }]; },
    checks: ['page', 'bypass', 'emptyBodies'],
    red: ['a missing asset returns 404', 'an API error is JSON'],
  },
  'nothing leads the page\'s routes to index.html': {
    change: (resources) => { delete distribution(resources).DefaultCacheBehavior.FunctionAssociations; },
    checks: ['page', 'bypass'],
    red: ['a route of the page returns index.html'],
  },
  'the function may not write files': {
    change: (resources) => {
      // The function that publishes the page keeps its permission.
      const { PolicyDocument } = ofType(resources, 'AWS::IAM::Policy').find(({ PolicyName }) => /BackendRole/.test(PolicyName));
      PolicyDocument.Statement = PolicyDocument.Statement.filter(({ Action }: { Action: string | string[] }) => !Action.includes('s3:PutObject'));
    },
    checks: ['page', 'bypass', 'upload'],
    red: ['an upload of 4 MB arrives complete'],
  },
  'the API takes uploads for text': {
    change: (resources) => ofType(resources, 'AWS::ApiGateway::RestApi').forEach((api) => { delete api.BinaryMediaTypes; }),
    checks: ['page', 'bypass', 'upload'],
    red: ['an upload of 4 MB arrives complete'],
  },
  'no heartbeat comes before CloudFront gives up': {
    change: (resources) => {
      for (const { CustomOriginConfig: origin } of distribution(resources).Origins) if (origin) origin.OriginReadTimeout = 15; // longer than a start of LibreChat on a busy machine
    },
    timings: { heartbeatMs: 60_000 },
    options: { silenceMs: 20_000 },
    checks: ['page', 'bypass', 'silence'],
    red: ['a silent stream is kept alive'],
  },
  'the API buffers': {
    change: (resources) => ofType(resources, 'AWS::ApiGateway::Method').filter(({ Integration }) => Integration.Type === 'AWS_PROXY')
      .forEach(({ Integration }) => { Integration.ResponseTransferMode = 'BUFFERED'; }),
    checks: ['bypass', 'chat'],
    red: ['a user logs in'],
  },
};

test.each(Object.entries(BROKEN))('when %s, the right verdict is red', async (_name, { checks, red, options, ...subject }) => {
  const report = await assembly.probe({ ...subject, options: { ...options, checks } });
  expect(report.verdicts.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule).sort()).toEqual([...red].sort());
  expect(report.passed).toBe(false);
  expect(reportText(report)).toContain(`${red.length} failed`);
});
