import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream } from '../../../../emulator/core/events';
import { scheduleOf } from '../../../../emulator/services/eventbridge/schedule-expression';
import { Services } from '../../../../emulator/services/services';
import { deploy } from '../../deploy';

jest.setTimeout(30_000);

const HANDLER = { ZipFile: 'exports.handler = async (event) => event;' };
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

let services: Services;
afterEach(() => services.cloud.dispose());

async function deployRule(rule: object, { permission = {}, statements = [] }: { permission?: object; statements?: object[] } = {}) {
  services = new Services(new Cloud(new EventStream()));
  await deploy(services, {
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: { Statement: statements } }] } },
      F: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: arnOf('Role'), Code: HANDLER, Timeout: 900 } },
      Rule: rule as never,
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: { Action: 'lambda:InvokeFunction', FunctionName: arnOf('F'), Principal: 'events.amazonaws.com', ...permission },
      },
    },
  });
}

async function fire(): Promise<unknown> {
  const [{ payload }] = await services.eventBridge.fire('Rule');
  return JSON.parse(payload.toString());
}

const rule = (properties: object) => ({ Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'rate(1 day)', Targets: [{ Id: 'T', Arn: arnOf('F') }], ...properties } });
const schedule = (properties: object) => ({
  Type: 'AWS::Scheduler::Schedule',
  Properties: { ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: arnOf('F'), RoleArn: arnOf('Role') }, ...properties },
});

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
describe('a scheduled rule', () => {
  test('sends the event of the schedule to its target', async () => {
    await deployRule(rule({}));
    expect(await fire()).toMatchObject({ 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'account': '123456789012', 'region': 'us-east-1', 'detail': {} });
  });

  test('sends the constant input of the target instead', async () => {
    await deployRule(rule({ Targets: [{ Id: 'T', Arn: arnOf('F'), Input: '{"tick":true}' }] }));
    expect(await fire()).toEqual({ tick: true });
  });

  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
  test.each([['another principal', { Principal: 's3.amazonaws.com' }], ['another rule', { SourceArn: 'arn:aws:events:us-east-1:123456789012:rule/other' }]])(
    'fails where the permission is for %s', async (_, permission) => {
      await deployRule(rule({}), { permission });
      await expect(services.eventBridge.fire('Rule')).rejects.toThrow('the function F needs a permission of lambda:InvokeFunction for events.amazonaws.com');
    });

  test('fails with an expression that the emulator does not support', async () => {
    await expect(deployRule(rule({ ScheduleExpression: 'cron(0 0 L * ? *)' }))).rejects.toThrow(/^Rule \(AWS::Events::Rule\): a field of a cron expression/);
  });

  test('fails to fire an unknown rule', async () => {
    await deployRule(rule({}));
    await expect(services.eventBridge.fire('Other')).rejects.toThrow('the rule must be one of Rule, got: Other');
  });
});

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html
describe('a schedule of EventBridge Scheduler', () => {
  test('invokes the function with the rights of its role', async () => {
    await deployRule(schedule({ Target: { Arn: arnOf('F'), RoleArn: arnOf('Role'), Input: '{"tick":true}' } }), {
      statements: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }],
    });
    expect(await fire()).toEqual({ tick: true });
  });

  test('fails if the role lacks lambda:InvokeFunction', async () => {
    await deployRule(schedule({}));
    await expect(services.eventBridge.fire('Rule')).rejects.toThrow(/is not authorized to perform lambda:InvokeFunction on arn:aws:lambda:/);
  });
});

describe('the clock of schedules', () => {
  const start = (timeScale: number, enabled = true) => {
    jest.useFakeTimers({ now: Date.parse('2026-11-25T10:00:30Z') });
    const cloud = new Cloud(new EventStream(), timeScale);
    services = new Services(cloud);
    const invoke = jest.fn(async () => []);
    services.eventBridge.add({ logicalId: 'Rule', enabled, schedule: scheduleOf('cron(0/5 * * * ? *)'), invoke });
    services.eventBridge.start();
    return invoke;
  };
  afterEach(() => jest.useRealTimers());

  test('fires a rule each time that it is due', () => {
    const invoke = start(1);
    jest.advanceTimersByTime(269_999);
    expect(invoke).toHaveBeenCalledTimes(0);
    jest.advanceTimersByTime(1);
    expect(invoke).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(2 * 300_000);
    expect(invoke).toHaveBeenCalledTimes(3);
  });

  test('runs in the time scale of the emulation', () => {
    const invoke = start(100);
    jest.advanceTimersByTime(2_700 + 3_000);
    expect(invoke).toHaveBeenCalledTimes(2);
  });

  test('leaves disabled rules alone', () => {
    const invoke = start(1, false);
    jest.advanceTimersByTime(3_600_000);
    expect(invoke).not.toHaveBeenCalled();
  });

  test('stops on disposal', async () => {
    const invoke = start(1);
    await services.cloud.dispose();
    jest.advanceTimersByTime(3_600_000);
    expect(invoke).not.toHaveBeenCalled();
  });
});
