import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const INTEG = join(__dirname, '../../integ');
const TESTS = readdirSync(INTEG).filter((name) => /^integ\..*\.ts$/.test(name) && statSync(join(INTEG, name)).isFile());

type Resources = Record<string, { Type: string; Properties: any }>;

function resourcesOf(test: string, which: (template: string) => boolean): Resources {
  const snapshot = join(INTEG, `${test}.snapshot`);
  const files = readdirSync(snapshot).filter((file) => file.endsWith('.template.json') && which(file));
  expect(files.length).toBeGreaterThan(0);
  return Object.assign({}, ...files.map((file) => JSON.parse(readFileSync(join(snapshot, file), 'utf8')).Resources));
}

const isAssertion = (template: string) => template.includes('DeployAssert');
const ofType = (resources: Resources, type: string) =>
  Object.values(resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

/** Every statement of every role and policy. */
function statementsOf(resources: Resources): any[] {
  const documents = [
    ...ofType(resources, 'AWS::IAM::Role').flatMap(({ Policies = [] }) => Policies),
    ...ofType(resources, 'AWS::IAM::Policy'),
  ].map(({ PolicyDocument }) => PolicyDocument);
  return documents.flatMap(({ Statement }) => Statement);
}

test('there is a test for each way of deploying', () => {
  expect(TESTS).toEqual(['integ.default.ts', 'integ.existing-network.ts', 'integ.no-vpc.ts']);
});

describe.each(TESTS)('%s', (file) => {
  test('the assertions may invoke the probe, and nothing else', () => {
    const statements = statementsOf(resourcesOf(file, isAssertion));
    expect(statements).toEqual([{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: expect.anything() }]);
    expect(JSON.stringify(statements[0].Resource)).toMatch(/ProbeFunction/);
  });

  test('every check of the probe is asserted, one invocation after the other', () => {
    const calls = Object.values(resourcesOf(file, isAssertion)).filter(({ Type }) => Type.startsWith('Custom::DeployAssert@SdkCallLambda'));
    const payloads = calls.map(({ Properties: { parameters } }) => JSON.stringify(parameters).replace(/\\/g, ''));
    const checks = payloads.flatMap((payload) => /"checks":\[([^\]]*)\]/.exec(payload)![1].split(','));
    expect(checks.map((name) => name.replace(/"/g, '')).sort()).toEqual(['bypass', 'chat', 'emptyBodies', 'page', 'resume', 'silence', 'upload']);
    for (const { Properties: { expected } } of calls) expect(expected).toContain('passed');
  });

  test('the probe has no permissions, and the model may read its key', () => {
    const resources = resourcesOf(file, (template) => !isAssertion(template));
    const own = Object.fromEntries(Object.entries(resources).filter(([id]) => /^(Model|Probe)/.test(id)));
    expect(statementsOf(own)).toEqual([{
      Effect: 'Allow', Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], Resource: { Ref: expect.stringMatching(/^ModelKey/) },
    }]);
  });

  test('no API key of a provider is needed: the model is the stub, with a generated key', () => {
    const resources = resourcesOf(file, (template) => !isAssertion(template));
    const [backend] = ofType(resources, 'AWS::Lambda::Function').filter(({ ImageConfig }) => ImageConfig?.Command?.[0] === 'serve');
    const { Variables } = backend.Environment;
    expect(JSON.stringify(Variables.MODEL_URL)).toContain('FunctionUrl');
    expect(JSON.stringify(Variables.VALUE_FROM_MODEL_KEY)).toContain('ModelKey');
    expect(Variables.ALLOW_REGISTRATION).toBe('true');
  });

  test('the snapshot contains templates, and no bodies of assets', () => {
    expect(readdirSync(join(INTEG, `${file}.snapshot`)).filter((name) => /^asset\.|^tree/.test(name))).toEqual([]);
  });
});

test('one of them has alarms, a dashboard and a canary that uses the stub', () => {
  const resources = resourcesOf('integ.default.ts', (template) => !isAssertion(template));
  const types = Object.values(resources).map(({ Type }) => Type);
  expect(types).toEqual(expect.arrayContaining(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard', 'AWS::Budgets::Budget', 'Custom::LibreChatUser']));
  const [canary] = ofType(resources, 'AWS::Lambda::Function').filter(({ Environment }) => Environment?.Variables.CANARY_MODEL);
  expect(canary.Environment.Variables).toMatchObject({ CANARY_ENDPOINT: 'Probe', CANARY_MODEL: 'probe' });
});

test('one of them needs no Docker on the deploying machine', () => {
  const imagesOf = (file: string) => readdirSync(join(INTEG, `${file}.snapshot`))
    .filter((name) => name.endsWith('.assets.json'))
    .flatMap((name) => Object.keys(JSON.parse(readFileSync(join(INTEG, `${file}.snapshot`, name), 'utf8')).dockerImages));
  expect(TESTS.filter((file) => imagesOf(file).length === 0)).toEqual(['integ.no-vpc.ts']);
});
